//! Counted batches of a stock-take.

use identity::user::User;
use jiff::Timestamp;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::Ref;
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::item::no_such;
use crate::names;
use crate::shelf;
use crate::stock_batch::StockBatch;
use crate::stock_movement::Stock;
use crate::stock_take::{StockTake, TakeStatus, last_movement, not_open};

platform::record! {
    /// A counted batch. What was expected is frozen when the batch is counted; counting again (a change of `counted`) freezes it anew.
    pub struct StockTakeLine in "stock_take_line" {
        client {
            /// The stock-take.
            stock_take: Ref<StockTake>,
            /// The batch that was counted.
            stock_batch: Ref<StockBatch>,
            /// Whole units that were counted, 0 or more.
            counted: i64,
        }
        server {
            /// Units that the ledger held when the batch was counted.
            expected: i64 = 0,
            /// The user who counted.
            counted_by: Option<Ref<User>> = None,
            /// When it was counted.
            counted_at: Timestamp = Timestamp::UNIX_EPOCH,
        }
        hidden {
            /// The batch's last movement when it was counted.
            last_movement: i64 = 0,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct LineExtra {
    /// Units counted less units expected.
    pub variance: i64,
    /// Batch number as printed on the package.
    pub batch_number: String,
}

impl Resource for StockTakeLine {
    const PATH: &'static str = "stock-take-lines";
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("batch", StockTakeLine::stock_batch),
        ("batch_id", StockTakeLine::stock_batch),
    ];
    const FILTERS: &'static [Column<Self>] =
        &[StockTakeLine::stock_take, StockTakeLine::stock_batch];
    const LIST: &'static [Column<Self>] = &[
        StockTakeLine::stock_take,
        StockTakeLine::stock_batch,
        StockTakeLine::expected,
        StockTakeLine::counted,
        StockTakeLine::counted_by,
        StockTakeLine::counted_at,
    ];
    type Extra = LineExtra;

    fn access() -> Access {
        access::stock()
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &mut *change.row;
        if !(0..=crate::MOST_UNITS).contains(&row.counted) {
            let text = Text::new("pharmacy-quantity")
                .with("min", 0)
                .with("max", crate::MOST_UNITS);
            return Err(Error::field("counted", text));
        }
        if let Some(before) = change.before
            && (before.stock_take != row.stock_take || before.stock_batch != row.stock_batch)
        {
            return Err(Error::field(
                "stock_batch",
                Text::new("pharmacy-item-stays"),
            ));
        }
        let take: StockTake = cx.hold(row.stock_take.get()).await?;
        if take.status != TakeStatus::Open {
            return Err(not_open(take.status));
        }
        freeze(cx, &take, row).await
    }

    /// What is posted with the `If-Match` of the take is what was read of its counts.
    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let take: StockTake = cx.hold(change.row.stock_take.get()).await?;
        cx.renew(&take, &take).await
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        let take: StockTake = cx.hold(row.stock_take.get()).await?;
        if take.status == TakeStatus::Open {
            cx.renew(&take, &take).await
        } else {
            Err(not_open(take.status))
        }
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<LineExtra>, Error> {
        let batches = names::batches(cx, rows.iter().map(|row| row.stock_batch.get())).await?;
        let extra = |row: &StockTakeLine| LineExtra {
            variance: row.counted - row.expected,
            batch_number: names::of(&batches, row.stock_batch.get()),
        };
        Ok(rows.iter().map(extra).collect())
    }

    async fn changeable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        is_counted(cx, row.stock_take.get()).await
    }

    async fn removable(cx: &mut Cx, row: &Self) -> Result<bool, Error> {
        is_counted(cx, row.stock_take.get()).await
    }
}

/// Notes what the ledger holds at this moment, within the medication's turn.
async fn freeze(cx: &mut Cx, take: &StockTake, row: &mut StockTakeLine) -> Result<(), Error> {
    let id = row.stock_batch.get();
    let batch = shelf::batch(cx, id)
        .await?
        .ok_or_else(|| no_such("stock_batch", id))?;
    let item = batch.medication_item.get();
    let outside = take.location.is_some_and(|place| place != batch.location)
        || !in_category(cx, take, item).await?;
    if outside {
        return Err(Error::field(
            "stock_batch",
            Text::new("pharmacy-outside-count"),
        ));
    }
    ledger::turn::<Stock>(cx, &[item]).await?;
    let batch = shelf::batch(cx, id)
        .await?
        .ok_or_else(|| no_such("stock_batch", id))?;
    row.expected = batch.current_quantity;
    row.last_movement = last_movement(cx, id).await?;
    row.counted_by = cx.actor.user_id().map(Ref::new);
    row.counted_at = cx.now();
    Ok(())
}

async fn in_category(cx: &mut Cx, take: &StockTake, item: i64) -> Result<bool, Error> {
    let Some(category) = take.category else {
        return Ok(true);
    };
    let found: Option<(Option<i64>,)> = cx
        .unscoped("which category a medication is of is part of the formulary")
        .optional(Statement::raw(
            "SELECT category FROM medication_item WHERE id = $1",
            values([&item]),
        ))
        .await?;
    Ok(found.and_then(|(of,)| of) == Some(category.get()))
}

/// Whether the count that a line belongs to still goes on.
async fn is_counted(cx: &mut Cx, take: i64) -> Result<bool, Error> {
    let statement = Statement::raw(
        "SELECT id FROM stock_take WHERE id = $1 AND status = 'open'",
        values([&take]),
    );
    let found: Option<(i64,)> = cx
        .unscoped("the count of a line in reach")
        .optional(statement)
        .await?;
    Ok(found.is_some())
}
