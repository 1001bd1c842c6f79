//! Stock-takes: counting the shelf, everything or one category.

use formulary::MedicationCategory;
use identity::user::User;
use jiff::Timestamp;
use kernel::Code;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource};
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::stock_location::StockLocation;

platform::choice! {
    /// How far a stock-take is.
    pub enum TakeStatus {
        /// Being counted.
        Open = "open",
        /// The variances were posted as adjustments.
        Posted = "posted",
        /// Given up; nothing was changed.
        Cancelled = "cancelled",
    }
}

platform::record! {
    /// A count of the shelf. Each counted batch is kept at once as a line, with the quantity expected at that moment; posting adjusts all variances together.
    pub struct StockTake in "stock_take" {
        client {
            /// What the count is called, at most 200 characters.
            name: Line<200>,
            /// The place that is counted; every place when null.
            location: Option<Ref<StockLocation>>,
            /// The category that is counted; every category when null.
            category: Option<Ref<MedicationCategory>>,
            /// How far the count is. A client may set `cancelled`; `posted` is set by posting.
            status: TakeStatus = TakeStatus::Open,
        }
        server {
            /// The user who started the count.
            started_by: Option<Ref<User>> = None,
            /// The user who posted the variances.
            posted_by: Option<Ref<User>> = None,
            /// When the variances were posted.
            posted_at: Option<Timestamp> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct TakeExtra {
    /// Batches counted so far.
    pub lines_counted: i64,
    /// Counted batches whose quantity is not the expected one.
    pub lines_with_variance: i64,
}

impl Resource for StockTake {
    const PATH: &'static str = "stock-takes";
    const VERBS: &'static str = "cru";
    const FILTERS: &'static [Column<Self>] = &[StockTake::status];
    const LIST: &'static [Column<Self>] = &[
        StockTake::name,
        StockTake::location,
        StockTake::category,
        StockTake::status,
        StockTake::started_by,
        StockTake::posted_at,
    ];
    type Extra = TakeExtra;

    fn access() -> Access {
        access::stock()
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let row = &mut *change.row;
        let Some(before) = change.before else {
            row.started_by = cx.actor.user_id().map(Ref::new);
            return if row.status == TakeStatus::Open {
                Ok(())
            } else {
                Err(not_open(row.status))
            };
        };
        if before.posted_at.is_none() && row.posted_at.is_some() {
            return Ok(());
        }
        let given_up = before.status == TakeStatus::Open && row.status == TakeStatus::Cancelled;
        if row.status != before.status && !given_up {
            return Err(not_open(before.status));
        }
        let scoped = row.location != before.location || row.category != before.category;
        if scoped && before.status != TakeStatus::Open {
            return Err(not_open(before.status));
        }
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<TakeExtra>, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
        let counts = counts(cx, &ids).await?;
        let extra = |row: &StockTake| {
            let found = counts.iter().find(|(take, _, _)| *take == row.meta.id);
            found.map_or_else(TakeExtra::default, |(_, lines, variances)| TakeExtra {
                lines_counted: *lines,
                lines_with_variance: *variances,
            })
        };
        Ok(rows.iter().map(extra).collect())
    }
}

async fn counts(cx: &mut Cx, takes: &[i64]) -> Result<Vec<(i64, i64, i64)>, Error> {
    let mut query = sea_query::Query::select();
    query
        .column("stock_take")
        .expr(sea_query::Expr::cust("COUNT(*)"))
        .expr(sea_query::Expr::cust(
            "CAST(SUM(CASE WHEN counted <> expected THEN 1 ELSE 0 END) AS bigint)",
        ))
        .from("stock_take_line")
        .and_where(platform::cx::among(
            cx.dialect(),
            platform::cx::column("stock_take_line", "stock_take"),
            takes,
        ))
        .group_by_col("stock_take");
    let statement = Statement::build(cx.dialect(), &query);
    cx.unscoped("a count is shown with its progress")
        .all(statement)
        .await
}

/// The count is closed.
pub(crate) fn not_open(status: TakeStatus) -> Error {
    let text = Text::new("pharmacy-take-not-open").with("status", status.as_str());
    Error::refuse(Code::StateConflict, text).with("status", status.as_str())
}

/// The same, with who posted it and when.
pub(crate) async fn posted_before(cx: &mut Cx, row: &StockTake) -> Result<Error, Error> {
    let text = Text::new("pharmacy-take-posted-before");
    let refused = not_open(row.status);
    identity::done_before(cx, refused, text, row.posted_by, row.posted_at).await
}

/// The last movement of a batch, by its id; 0 when it never moved.
pub(crate) async fn last_movement(cx: &mut Cx, batch: i64) -> Result<i64, Error> {
    let found: Option<(i64,)> = cx
        .unscoped("a count notes what it was compared with")
        .optional(Statement::raw(
            "SELECT id FROM stock_movement WHERE stock_batch = $1 ORDER BY id DESC LIMIT 1",
            values([&batch]),
        ))
        .await?;
    Ok(found.map_or(0, |(id,)| id))
}
