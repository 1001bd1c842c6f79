//! Lines of goods received notes.

use std::collections::HashMap;

use formulary::MedicationItem;
use jiff::civil::Date;
use kernel::Money;
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, among, select};
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::{Body, Column};
use platform::resource::Resource;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::Order;
use serde::Serialize;

use crate::access;
use crate::goods_received_note::GoodsReceivedNote;
use crate::names;
use crate::nested;
use crate::stock_batch::StockBatch;

platform::record! {
    /// Units of one batch that a delivery brought.
    pub struct GrnItem in "grn_item" {
        client {
            /// The goods received note.
            grn: Ref<GoodsReceivedNote>,
            /// The medication.
            medication_item: Ref<MedicationItem>,
            /// Batch number as printed on the package, at most 100 characters.
            batch_number: Line<100>,
            /// The last day on which the units may be used (`YYYY-MM-DD`).
            expiry_date: Date,
            /// Whole units delivered, at least 1.
            quantity_received: i64,
            /// Cost of one unit, in the hospital's currency.
            unit_cost: Option<Money>,
            /// Price of one unit when it is dispensed.
            selling_price: Option<Money>,
        }
        server {
            /// The batch that the units were put into.
            stock_batch: Option<Ref<StockBatch>> = None,
        }
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct GrnItemExtra {
    /// Generic name of the medication.
    pub medication_name: String,
    /// Units delivered times the unit cost.
    pub total_cost: Money,
}

impl Resource for GrnItem {
    const PATH: &'static str = "grn-items";
    const VERBS: &'static str = "r";
    const FILTERS: &'static [Column<Self>] =
        &[GrnItem::grn, GrnItem::medication_item, GrnItem::stock_batch];
    const LIST: &'static [Column<Self>] = &[
        GrnItem::grn,
        GrnItem::medication_item,
        GrnItem::batch_number,
        GrnItem::expiry_date,
        GrnItem::quantity_received,
        GrnItem::unit_cost,
        GrnItem::selling_price,
    ];
    const GROUPS: &'static [(&'static str, &'static [Column<Self>])] = &[
        (
            "group-product",
            &[
                GrnItem::grn,
                GrnItem::medication_item,
                GrnItem::batch_number,
                GrnItem::expiry_date,
            ],
        ),
        (
            "group-amounts",
            &[
                GrnItem::quantity_received,
                GrnItem::unit_cost,
                GrnItem::selling_price,
            ],
        ),
    ];
    type Extra = GrnItemExtra;

    fn access() -> Access {
        access::stock()
    }

    fn label(&self) -> String {
        self.batch_number.to_string()
    }

    fn scope(grant: &Grant) -> Scope {
        crate::everything(grant)
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<GrnItemExtra>, Error> {
        let items =
            names::medications(cx, rows.iter().map(|row| row.medication_item.get())).await?;
        let extra = |row: &GrnItem| GrnItemExtra {
            medication_name: names::of(&items, row.medication_item.get()),
            total_cost: cost(row).unwrap_or_default(),
        };
        Ok(rows.iter().map(extra).collect())
    }
}

fn cost(row: &GrnItem) -> Result<Money, Error> {
    let unit = row.unit_cost.unwrap_or_default();
    unit.checked_mul(row.quantity_received)
        .map_err(|_| Error::field("unit_cost", Text::new("not-money")))
}

fn check(row: &GrnItem, usable_on: Option<Date>) -> Result<i64, Error> {
    let most = crate::MOST_UNITS;
    if !(1..=most).contains(&row.quantity_received) {
        let text = Text::new("pharmacy-quantity")
            .with("min", 1)
            .with("max", most);
        return Err(Error::field("quantity_received", text));
    }
    for (name, price) in [
        ("unit_cost", row.unit_cost),
        ("selling_price", row.selling_price),
    ] {
        if price.is_some_and(Money::is_negative) {
            return Err(Error::field(name, Text::new("pharmacy-price")));
        }
    }
    crate::check_day("expiry_date", row.expiry_date)?;
    if usable_on.is_some_and(|today| row.expiry_date < today) {
        let text = Text::new("pharmacy-received-expired").with("date", row.expiry_date);
        return Err(Error::field("expiry_date", text));
    }
    cost(row)?;
    Ok(row.medication_item.get())
}

/// What takes units that have expired already: a wrong delivery is on the premises all the same.
pub(crate) const ACCEPT_EXPIRED: &str = "accept_expired";

/// The lines of a note's body.
pub(crate) async fn parse(cx: &mut Cx, body: &Body) -> Result<Vec<GrnItem>, Error> {
    let names = [
        ("quantity", "quantity_received"),
        ("medication_item_id", "medication_item"),
        ("cost_price_per_unit", "unit_cost"),
        ("selling_price_per_unit", "selling_price"),
    ];
    let usable_on = (!nested::flag(body, ACCEPT_EXPIRED)).then(|| cx.today());
    let check = |row: &GrnItem| check(row, usable_on);
    nested::parse(cx, body, &names, "grn", check).await
}

/// A line as it is shown with its note.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GrnItemView {
    /// The line's id.
    pub id: i64,
    /// The goods received note.
    pub grn_id: i64,
    /// The medication.
    pub medication_item: i64,
    /// Another name of `medication_item`.
    pub medication_item_id: i64,
    /// Generic name of the medication.
    pub medication_name: String,
    /// Batch number as printed on the package.
    pub batch_number: String,
    /// The last day on which the units may be used.
    pub expiry_date: String,
    /// Whole units delivered.
    pub quantity_received: i64,
    /// Cost of one unit, or null.
    pub unit_cost: Option<Money>,
    /// Price of one unit when it is dispensed, or null.
    pub selling_price: Option<Money>,
    /// Units delivered times the unit cost.
    pub total_cost: Money,
    /// The batch that the units were put into.
    pub stock_batch: Option<i64>,
    /// Another name of `stock_batch`.
    pub stock_batch_id: Option<i64>,
}

/// The lines of a page of notes, by note.
pub(crate) async fn of_notes(
    cx: &mut Cx,
    notes: &[i64],
) -> Result<HashMap<i64, Vec<GrnItemView>>, Error> {
    let mut query = select::<GrnItem>();
    query
        .and_where(among(cx.dialect(), GrnItem::grn, notes))
        .order_by(GrnItem::id, Order::Asc);
    let rows: Vec<GrnItem> = cx
        .unscoped("a note is shown with its lines")
        .records(query)
        .await?;
    let named = names::medications(cx, rows.iter().map(|row| row.medication_item.get())).await?;
    let mut found: HashMap<i64, Vec<GrnItemView>> = HashMap::new();
    for row in rows {
        let item = row.medication_item.get();
        let batch = row.stock_batch.map(|batch| batch.get());
        found.entry(row.grn.get()).or_default().push(GrnItemView {
            id: row.meta.id,
            grn_id: row.grn.get(),
            medication_item: item,
            medication_item_id: item,
            medication_name: names::of(&named, item),
            batch_number: row.batch_number.to_string(),
            expiry_date: row.expiry_date.to_string(),
            quantity_received: row.quantity_received,
            unit_cost: row.unit_cost,
            selling_price: row.selling_price,
            total_cost: cost(&row).unwrap_or_default(),
            stock_batch: batch,
            stock_batch_id: batch,
        });
    }
    Ok(found)
}
