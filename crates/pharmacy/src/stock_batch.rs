//! Batches: units of one medication with one batch number and expiry date, in one place.

use formulary::{MedicationItem, Supplier};
use jiff::civil::Date;
use kernel::{Code, Money};
use ledger::Source;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::{Body, Column};
use platform::resource::{Change, Resource};
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access;
use crate::names;
use crate::receive;
use crate::shelf;
use crate::stock_location::{MAIN, StockLocation};
use crate::stock_movement::{MovementKind, Stock};

platform::choice! {
    /// Whether units of a batch may be given to patients.
    pub enum BatchStatus {
        /// They may, until the batch expires.
        Active = "active",
        /// Not for now, for instance while its quality is in doubt.
        Quarantined = "quarantined",
        /// Never again: the batch was recalled.
        Recalled = "recalled",
    }
}

platform::record! {
    /// Units of one medication with one batch number and expiry date, in one place. The quantity changes only by receiving, dispensing, adjusting and transferring.
    pub struct StockBatch in "stock_batch" {
        client {
            /// The medication.
            medication_item: Ref<MedicationItem>,
            /// Batch number as printed on the package, unique for the medication, at most 100 characters.
            batch_number: Line<100>,
            /// The last day on which units may be used, at the hospital (`YYYY-MM-DD`).
            expiry_date: Date,
            /// Whole units received so far, 0 or more. Set on create, which receives the units; later receipts add to it.
            quantity_received: i64,
            /// Cost of one unit, in the hospital's currency; 0 by default.
            cost_price_per_unit: Money = Money::ZERO,
            /// Price of one unit when it is dispensed, in the hospital's currency; 0 by default.
            selling_price_per_unit: Money = Money::ZERO,
            /// Whether units may be dispensed. `recalled` is set by the recall operation only.
            status: BatchStatus = BatchStatus::Active,
            /// The place where the units are kept; the main pharmacy by default. A transfer moves units elsewhere.
            location: Ref<StockLocation> = Ref::new(MAIN),
            /// Why the expiry date was corrected; required with a later one for a batch that units were received of. At most 500 characters.
            expiry_reason: Option<Line<500>>,
        }
        server {
            /// Whole units on the shelf now, 0 or more.
            current_quantity: i64 = 0,
            /// The day on which units were first received, at the hospital.
            received_date: Date = Date::ZERO,
            /// Who supplied it; null when unknown.
            supplier: Option<Ref<Supplier>> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct BatchExtra {
    /// Generic name of the medication.
    pub medication_name: String,
    /// Name of the supplier; empty when unknown.
    pub supplier_name: String,
    /// Name of the place.
    pub location_name: String,
    /// Days until the expiry date; negative once the batch has expired.
    pub days_to_expiry: i64,
    /// Whether the expiry date has passed.
    pub is_expired: bool,
}

impl Resource for StockBatch {
    const PATH: &'static str = "stock-batches";
    const ALIASES: &'static [(&'static str, Column<Self>)] =
        &[("quantity", StockBatch::current_quantity)];
    const FILTERS: &'static [Column<Self>] = &[
        StockBatch::medication_item,
        StockBatch::batch_number,
        StockBatch::expiry_date,
        StockBatch::status,
        StockBatch::location,
    ];
    const ORDERING: &'static [Column<Self>] =
        &[StockBatch::expiry_date, StockBatch::current_quantity];
    const SEARCH: &'static [Column<Self>] = &[StockBatch::batch_number];
    const LIST: &'static [Column<Self>] = &[
        StockBatch::medication_item,
        StockBatch::batch_number,
        StockBatch::expiry_date,
        StockBatch::current_quantity,
        StockBatch::location,
        StockBatch::status,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-product",
            &[
                StockBatch::medication_item,
                StockBatch::batch_number,
                StockBatch::expiry_date,
                StockBatch::expiry_reason,
                StockBatch::location,
                StockBatch::status,
            ],
        ),
        (
            "group-amounts",
            &[
                StockBatch::quantity_received,
                StockBatch::cost_price_per_unit,
                StockBatch::selling_price_per_unit,
            ],
        ),
    ];
    type Extra = BatchExtra;

    fn access() -> Access {
        access::priced()
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    fn label(&self) -> String {
        self.batch_number.to_string()
    }

    /// Older clients send what they receive as `quantity`.
    async fn fold(_cx: &mut Cx, body: &mut Body) -> Result<(), Error> {
        if !body.0.contains_key("quantity_received")
            && let Some(quantity) = body.0.get("current_quantity").cloned()
        {
            body.0.insert("quantity_received".to_owned(), quantity);
        }
        Ok(())
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        check_figures(change.row)?;
        if change.changed(|row| {
            (
                row.quantity_received,
                row.cost_price_per_unit,
                row.selling_price_per_unit,
            )
        }) {
            check_worth(change.row)?;
        }
        match change.before {
            Some(before) => {
                check_change(change.row, before)?;
                check_correction(change.row, before, change.body)?;
                check_number(cx, change.row, before).await
            }
            None => {
                let row = &mut *change.row;
                if row.status == BatchStatus::Recalled {
                    return Err(recall_only());
                }
                check_usable(row, cx.today())?;
                ledger::turn::<Stock>(cx, &[row.medication_item.get()]).await?;
                if shelf::known(cx, row.medication_item.get(), &row.batch_number).await? {
                    let text = Text::new("pharmacy-batch-number-taken");
                    return Err(Error::field("batch_number", text));
                }
                row.received_date = cx.today();
                row.supplier = receive::supplier_of(cx, row.medication_item.get()).await?;
                Ok(())
            }
        }
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let row = &*change.row;
        if change.before.is_some() || row.quantity_received == 0 {
            return Ok(());
        }
        let turn = ledger::turn::<Stock>(cx, &[row.medication_item.get()]).await?;
        let posting = ledger::Posting {
            kind: MovementKind::Receipt,
            source: Source::of::<StockBatch>(row.meta.id),
            lines: &[ledger::Line::new(row.meta.id, row.quantity_received)],
        };
        ledger::post::<Stock, StockBatch>(cx, &turn, &posting).await?;
        Ok(())
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<BatchExtra>, Error> {
        let items =
            names::medications(cx, rows.iter().map(|row| row.medication_item.get())).await?;
        let suppliers = rows.iter().filter_map(|row| Some(row.supplier?.get()));
        let suppliers = names::suppliers(cx, suppliers).await?;
        let places = names::locations(cx, rows.iter().map(|row| row.location.get())).await?;
        let today = cx.today();
        let extra = |row: &StockBatch| {
            let days = days_between(today, row.expiry_date);
            BatchExtra {
                medication_name: names::of(&items, row.medication_item.get()),
                supplier_name: row.supplier.map_or(String::new(), |supplier| {
                    names::of(&suppliers, supplier.get())
                }),
                location_name: names::of(&places, row.location.get()),
                days_to_expiry: days,
                is_expired: days < 0,
            }
        };
        Ok(rows.iter().map(extra).collect())
    }
}

/// Days from one day to another.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn check_figures(row: &StockBatch) -> Result<(), Error> {
    let most = crate::MOST_UNITS;
    if row.quantity_received < 0 || row.quantity_received > most {
        let text = Text::new("pharmacy-quantity")
            .with("min", 0)
            .with("max", most);
        return Err(Error::field("quantity_received", text));
    }
    for (name, price) in [
        ("cost_price_per_unit", row.cost_price_per_unit),
        ("selling_price_per_unit", row.selling_price_per_unit),
    ] {
        if price.is_negative() {
            return Err(Error::field(name, Text::new("pharmacy-price")));
        }
    }
    crate::check_day("expiry_date", row.expiry_date)
}

/// All units of a batch together are worth no more than an amount may be: what is charged for them is one.
///
/// # Errors
/// 400 under the price.
pub(crate) fn check_worth(row: &StockBatch) -> Result<(), Error> {
    let units = row.quantity_received.max(row.current_quantity);
    for (name, price) in [
        ("cost_price_per_unit", row.cost_price_per_unit),
        ("selling_price_per_unit", row.selling_price_per_unit),
    ] {
        if price.checked_mul(units).is_err() {
            let text = Text::new("pharmacy-batch-worth").with("units", units);
            return Err(Error::field(name, text));
        }
    }
    Ok(())
}

/// What a batch is, and how many units came, is settled by what was received.
fn check_change(row: &StockBatch, before: &StockBatch) -> Result<(), Error> {
    let settled = |name: &str, key: &'static str| Err(Error::field(name, Text::new(key)));
    if row.medication_item != before.medication_item {
        return settled("medication_item", "pharmacy-batch-settled");
    }
    if row.quantity_received != before.quantity_received {
        return settled("quantity_received", "pharmacy-quantity-settled");
    }
    if row.location != before.location {
        return settled("location", "pharmacy-location-settled");
    }
    let recalled = |batch: &StockBatch| batch.status == BatchStatus::Recalled;
    if recalled(row) != recalled(before) {
        return Err(recall_only());
    }
    // Under another number the same units would come as a batch that nobody recalled.
    let known_by = |batch: &StockBatch| (batch.batch_number.to_string(), batch.expiry_date);
    if recalled(row) && known_by(row) != known_by(before) {
        let text = Text::new("pharmacy-recalled-stays");
        return Err(Error::refuse(Code::StateConflict, text));
    }
    Ok(())
}

/// What has expired comes on the shelf only where nobody takes it from: there it is counted, and can be sent back.
fn check_usable(row: &StockBatch, today: Date) -> Result<(), Error> {
    if row.expiry_date < today && row.status == BatchStatus::Active {
        let text = Text::new("pharmacy-batch-expired-already").with("date", row.expiry_date);
        return Err(Error::field("expiry_date", text));
    }
    Ok(())
}

/// A later day makes units usable that were not: somebody says why, and the audit trail keeps it beside both days.
fn check_correction(row: &StockBatch, before: &StockBatch, body: &Body) -> Result<(), Error> {
    let later = row.expiry_date > before.expiry_date && before.quantity_received > 0;
    let said = row.expiry_reason.is_some() && body.0.contains_key("expiry_reason");
    if later && !said {
        let text = Text::new("pharmacy-expiry-reason").with("date", before.expiry_date);
        return Err(Error::field("expiry_reason", text));
    }
    Ok(())
}

/// A number that another batch of the medication bears in the same place, however its letters are written.
async fn check_number(cx: &mut Cx, row: &StockBatch, before: &StockBatch) -> Result<(), Error> {
    if row.batch_number == before.batch_number {
        return Ok(());
    }
    let (item, location) = (row.medication_item.get(), row.location.get());
    ledger::turn::<Stock>(cx, &[item]).await?;
    match shelf::numbered(cx, item, &row.batch_number, location).await? {
        Some(other) if other.meta.id != row.meta.id => Err(Error::field(
            "batch_number",
            Text::new("pharmacy-batch-number-taken"),
        )),
        _ => Ok(()),
    }
}

fn recall_only() -> Error {
    Error::refuse(Code::StateConflict, Text::new("pharmacy-recall-only"))
}
