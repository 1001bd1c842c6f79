//! Adjustments: damage, expiry, counting, transfers and returns to the supplier, with a sign and a reason.

use formulary::MedicationItem;
use identity::user::User;
use jiff::Timestamp;
use kernel::Code;
use ledger::{Line, PostError, Posting, Source, Turn};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Field, Line as Text500, Ref};
use platform::record::{Body, Column, Record};
use platform::resource::{Change, Resource, Said};
use platform::serde_json::Value as Json;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::Condition;
use serde::Serialize;

use crate::access;
use crate::inventory_item::{self, InventoryItem};
use crate::item::no_such;
use crate::names;
use crate::receive::{self, Delivery};
use crate::rules::adjusting::{self, Direction};
use crate::rules::fefo;
use crate::shelf;
use crate::stock_batch::StockBatch;
use crate::stock_location::StockLocation;
use crate::stock_movement::{MovementKind, Stock};
use crate::witnessing::awaiting;

platform::choice! {
    /// Why stock is adjusted.
    pub enum AdjustmentType {
        /// Units were broken or spoilt.
        Damaged = "Damaged",
        /// Expired units were discarded.
        ExpiredDiscarded = "Expired-Discarded" | "Expired",
        /// The shelf was counted and held more or less.
        StockTakeVariance = "Stock-Take Variance" | "Physical Count - Increase" | "Physical Count - Decrease",
        /// Units were moved to another place.
        InternalTransfer = "Internal Transfer",
        /// Units went back to the supplier.
        ReturnedToSupplier = "Returned to Supplier",
        /// Another reason, which is stated.
        Other = "Other",
    }
}

platform::choice! {
    /// What a count found, in the words of older clients.
    enum Counted {
        /// More than there should be.
        More = "Physical Count - Increase",
        /// Less than there should be.
        Less = "Physical Count - Decrease",
    }
}

impl AdjustmentType {
    pub(crate) fn kind(self) -> MovementKind {
        match self {
            AdjustmentType::ExpiredDiscarded => MovementKind::Expiry,
            AdjustmentType::InternalTransfer => MovementKind::Transfer,
            AdjustmentType::ReturnedToSupplier => MovementKind::Return,
            _ => MovementKind::Adjustment,
        }
    }

    fn direction(self) -> Direction {
        match self {
            AdjustmentType::Damaged
            | AdjustmentType::ExpiredDiscarded
            | AdjustmentType::InternalTransfer
            | AdjustmentType::ReturnedToSupplier => Direction::Out,
            AdjustmentType::StockTakeVariance | AdjustmentType::Other => Direction::Either,
        }
    }
}

platform::record! {
    /// A signed change of stock for a reason. An adjustment is never edited or deleted; reversing it undoes its movements.
    pub struct StockAdjustment in "stock_adjustment" {
        client {
            /// The medication; it follows from the batch when it is left out.
            medication_item: Option<Ref<MedicationItem>>,
            /// The item of the simple inventory, instead of a medication.
            inventory_item: Option<Ref<InventoryItem>>,
            /// The batch. Without it, units are taken from the batches that expire first, expired ones included; units are added to a batch only by naming it.
            stock_batch: Option<Ref<StockBatch>>,
            /// Why stock is adjusted.
            adjustment_type: AdjustmentType,
            /// Whole units: negative takes them away, positive adds them; not 0. Damaged, discarded, transferred and returned units are negative.
            quantity: i64,
            /// The reason in words, at most 500 characters.
            reason: Text500<500>,
            /// Where the units go, for an internal transfer only.
            to_location: Option<Ref<StockLocation>>,
        }
        server {
            /// The user who adjusted.
            adjusted_by: Option<Ref<User>> = None,
            /// When it was adjusted.
            adjustment_date: Timestamp = Timestamp::UNIX_EPOCH,
            /// Whether a second person has to confirm, because the medication is a controlled substance.
            witness_required: bool = false,
            /// The second person who confirmed; null until then.
            witness: Option<Ref<User>> = None,
            /// When the second person confirmed.
            witnessed_at: Option<Timestamp> = None,
            /// The user who reversed it; null while it stands.
            reversed_by: Option<Ref<User>> = None,
            /// When it was reversed.
            reversed_at: Option<Timestamp> = None,
            /// Why it was reversed; null while it stands.
            reversal_reason: Option<Text500<500>> = None,
            /// Whether a second person has to confirm that the units are back, because the medication is a controlled substance.
            reversal_witness_required: bool = false,
            /// The second person who confirmed that the units are back; null until then.
            reversal_witness: Option<Ref<User>> = None,
            /// When the second person confirmed that the units are back.
            reversal_witnessed_at: Option<Timestamp> = None,
        }
    }
}

impl StockAdjustment {
    /// Whether it, or its reversal, still awaits a witness. A reversed entry needs none for itself any more.
    pub(crate) fn awaits_witness(&self) -> bool {
        match self.reversed_at {
            None => self.witness_required && self.witness.is_none(),
            Some(_) => self.reversal_witness_required && self.reversal_witness.is_none(),
        }
    }

    /// The user whose entry a witness confirms: who adjusted, or who reversed it.
    pub(crate) fn entered_by(&self) -> Option<Ref<User>> {
        match self.reversed_at {
            None => self.adjusted_by,
            Some(_) => self.reversed_by,
        }
    }

    /// The same as a condition.
    pub(crate) fn awaiting_witness() -> Condition {
        awaiting(Self::TABLE)
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AdjustmentExtra {
    /// Generic name of the medication; empty for the simple inventory.
    pub medication_name: String,
    /// Batch number; empty when several batches were adjusted.
    pub batch_number: String,
    /// Name of the user who adjusted.
    pub adjusted_by_user_name: String,
}

impl Resource for StockAdjustment {
    const PATH: &'static str = "stock-adjustments";
    const VERBS: &'static str = "cr";
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[
        ("quantity_adjusted", StockAdjustment::quantity),
        ("date", StockAdjustment::adjustment_date),
    ];
    const FILTERS: &'static [Column<Self>] = &[
        StockAdjustment::medication_item,
        StockAdjustment::inventory_item,
        StockAdjustment::stock_batch,
        StockAdjustment::adjustment_type,
        StockAdjustment::adjustment_date,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["awaiting_witness"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "awaiting_witness",
        "With `true` those that a second person has still to confirm, with `false` all others.",
    )];
    const ORDERING: &'static [Column<Self>] = &[StockAdjustment::adjustment_date];
    const LIST: &'static [Column<Self>] = &[
        StockAdjustment::adjustment_date,
        StockAdjustment::medication_item,
        StockAdjustment::inventory_item,
        StockAdjustment::stock_batch,
        StockAdjustment::adjustment_type,
        StockAdjustment::quantity,
        StockAdjustment::reason,
        StockAdjustment::adjusted_by,
        StockAdjustment::witness,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "",
            &[
                StockAdjustment::medication_item,
                StockAdjustment::stock_batch,
                StockAdjustment::inventory_item,
            ],
        ),
        (
            "group-change",
            &[
                StockAdjustment::adjustment_type,
                StockAdjustment::quantity,
                StockAdjustment::reason,
                StockAdjustment::to_location,
            ],
        ),
    ];
    type Extra = AdjustmentExtra;

    fn access() -> Access {
        access::stock()
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::Choice("adjustment_type", self.adjustment_type.as_str()),
            Said::Words(format!("{:+}", self.quantity)),
        ]
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let waits = platform::http::call::yes_or_no(name, value)?;
        let awaiting = StockAdjustment::awaiting_witness();
        Ok(if waits { awaiting } else { awaiting.not() })
    }

    /// Older clients count with a type that tells the direction. With the one that lowers, they send the size alone; with
    /// the one that raises, a sign that lowers contradicts it.
    async fn fold(_cx: &mut Cx, body: &mut Body) -> Result<(), Error> {
        let said = body.0.get("adjustment_type").and_then(Json::as_str);
        let counted = said.and_then(Counted::from_text);
        let quantity = body.0.get("quantity").map(<i64 as Field>::parse);
        match (counted, quantity) {
            (Some(Counted::Less), Some(Ok(quantity @ 1..))) => {
                body.0.insert("quantity".to_owned(), Json::from(-quantity));
            }
            (Some(Counted::More), Some(Ok(quantity @ ..0))) => {
                let text = Text::new("pharmacy-positive-quantity")
                    .with("quantity", quantity.saturating_neg());
                return Err(Error::field("quantity", text));
            }
            _ => {}
        }
        Ok(())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        // What a reversal notes on it moves nothing.
        if !change.is_new() {
            return Ok(());
        }
        let row = &mut *change.row;
        check(row)?;
        row.adjusted_by = cx.actor.user_id().map(Ref::new);
        row.adjustment_date = cx.now();
        if row.inventory_item.is_none() {
            let item = item_of(cx, row).await?;
            row.medication_item = Some(Ref::new(item));
            row.witness_required = crate::item::find(cx, item).await?.controlled;
            if row.witness_required {
                identity::as_oneself(cx)?;
            }
            // Everything that follows is decided within the medication's turn.
            ledger::turn::<Stock>(cx, &[item]).await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        if !change.is_new() {
            return Ok(());
        }
        let row = &*change.row;
        match (row.medication_item, row.inventory_item) {
            (Some(item), _) => move_units(cx, row, item.get()).await,
            (None, Some(item)) => inventory_item::add(cx, item.get(), row.quantity).await,
            (None, None) => Ok(()),
        }
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<AdjustmentExtra>, Error> {
        let items = rows
            .iter()
            .filter_map(|row| Some(row.medication_item?.get()));
        let items = names::medications(cx, items).await?;
        let batches = rows.iter().filter_map(|row| Some(row.stock_batch?.get()));
        let batches = names::batches(cx, batches).await?;
        let users = rows.iter().filter_map(|row| Some(row.adjusted_by?.get()));
        let users = identity::names(cx, users).await?;
        let extra = |row: &StockAdjustment| AdjustmentExtra {
            medication_name: row
                .medication_item
                .map_or(String::new(), |item| names::of(&items, item.get())),
            batch_number: row
                .stock_batch
                .map_or(String::new(), |batch| names::of(&batches, batch.get())),
            adjusted_by_user_name: row
                .adjusted_by
                .map_or(String::new(), |user| names::of(&users, user.get())),
        };
        Ok(rows.iter().map(extra).collect())
    }
}

fn check(row: &StockAdjustment) -> Result<(), Error> {
    adjusting::check(
        row.quantity,
        row.adjustment_type.direction(),
        crate::MOST_UNITS,
    )
    .map_err(|text| Error::field("quantity", text))?;
    let transfer = row.adjustment_type == AdjustmentType::InternalTransfer;
    match (row.medication_item, row.stock_batch, row.inventory_item) {
        (None, None, None) => {
            return Err(Error::field("medication_item", Text::new("required")));
        }
        (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            return Err(Error::field(
                "inventory_item",
                Text::new("pharmacy-one-subject"),
            ));
        }
        _ => {}
    }
    if transfer
        && row.inventory_item.is_none()
        && (row.to_location.is_none() || row.stock_batch.is_none())
    {
        let missing = if row.stock_batch.is_none() {
            "stock_batch"
        } else {
            "to_location"
        };
        return Err(Error::field(missing, Text::new("required")));
    }
    if !transfer && row.to_location.is_some() {
        return Err(Error::field(
            "to_location",
            Text::new("pharmacy-transfer-only"),
        ));
    }
    Ok(())
}

/// The medication that is adjusted.
async fn item_of(cx: &mut Cx, row: &StockAdjustment) -> Result<i64, Error> {
    let named = row.medication_item.map(|item| item.get());
    let Some(batch) = row.stock_batch else {
        return named.ok_or_else(|| Error::field("medication_item", Text::new("required")));
    };
    let batch = shelf::batch(cx, batch.get())
        .await?
        .ok_or_else(|| no_such("stock_batch", batch.get()))?;
    let of = batch.medication_item.get();
    if named.is_some_and(|named| named != of) {
        return Err(Error::field(
            "stock_batch",
            Text::new("pharmacy-batch-other-medication"),
        ));
    }
    Ok(of)
}

async fn move_units(cx: &mut Cx, row: &StockAdjustment, item: i64) -> Result<(), Error> {
    let turn = ledger::turn::<Stock>(cx, &[item]).await?;
    let mut lines = match row.stock_batch {
        Some(batch) => vec![Line::new(batch.get(), row.quantity)],
        None if row.quantity > 0 => {
            return Err(Error::field(
                "stock_batch",
                Text::new("pharmacy-batch-needed"),
            ));
        }
        None => take(cx, item, -row.quantity).await?,
    };
    if let (Some(place), Some(batch)) = (row.to_location, row.stock_batch) {
        let target = target(cx, &turn, batch.get(), place.get(), -row.quantity).await?;
        lines.push(Line::new(target, -row.quantity));
    }
    post(cx, &turn, row, &lines).await
}

/// Units taken from whatever is on the shelf, expired ones first.
async fn take(cx: &mut Cx, item: i64, wanted: i64) -> Result<Vec<Line>, Error> {
    let shelf = shelf::batches(cx, item, None).await?;
    let held: Vec<_> = shelf.iter().map(StockBatch::held).collect();
    let taken = fefo::write_off(&held, wanted)
        .map_err(|short| beyond_stock(None, wanted, short.available))?;
    let lines = taken.iter().map(|one| Line::new(one.batch, -one.quantity));
    Ok(lines.collect())
}

/// The same batch in another place.
async fn target(
    cx: &mut Cx,
    turn: &Turn<Stock>,
    batch: i64,
    place: i64,
    quantity: i64,
) -> Result<i64, Error> {
    let batch = shelf::batch(cx, batch)
        .await?
        .ok_or_else(|| no_such("stock_batch", batch))?;
    if batch.location.get() == place {
        return Err(Error::field(
            "to_location",
            Text::new("pharmacy-same-place"),
        ));
    }
    let delivery = Delivery {
        item: batch.medication_item.get(),
        batch_number: batch.batch_number.clone(),
        expiry_date: batch.expiry_date,
        quantity,
        unit_cost: Some(batch.cost_price_per_unit),
        selling_price: Some(batch.selling_price_per_unit),
        location: place,
        supplier: batch.supplier.map(|supplier| supplier.get()),
        status: batch.status,
        reprices: false,
    };
    Ok(receive::place(cx, turn, &delivery).await?.meta.id)
}

async fn post(
    cx: &mut Cx,
    turn: &Turn<Stock>,
    row: &StockAdjustment,
    lines: &[Line],
) -> Result<(), Error> {
    let posting = Posting {
        kind: row.adjustment_type.kind(),
        source: Source::of::<StockAdjustment>(row.meta.id),
        lines,
    };
    match ledger::post::<Stock, StockAdjustment>(cx, turn, &posting).await {
        Ok(_) => Ok(()),
        Err(PostError::Refused(ledger::Refused::NotAllowed { account })) => {
            let batch = shelf::batch(cx, account).await?;
            let there = batch.as_ref().map_or(0, |batch| batch.current_quantity);
            Err(beyond_stock(batch.as_ref(), -row.quantity, there))
        }
        Err(error) => Err(error.into()),
    }
}

/// Less is there than would be taken.
pub(crate) fn beyond_stock(batch: Option<&StockBatch>, wanted: i64, available: i64) -> Error {
    let number = batch.map_or(String::new(), |batch| batch.batch_number.to_string());
    let text = Text::new("pharmacy-beyond-stock")
        .with("quantity", wanted)
        .with("available", available);
    Error::refuse(Code::InsufficientStock, text)
        .with("batch_number", number)
        .with("requested", wanted)
        .with("available", available)
}
