//! What has to be looked at on the shelf: too little, too old, and what to order.

use formulary::MedicationItem;
use platform::access::Permission;
use platform::cx::{Cx, among, select, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::report::{DefaultPeriod, Report};
use platform::resource::{Resource, View, Visible};
use platform::route::Route;
use platform::serde_json::json;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait, Order};
use serde::Serialize;

use super::{short_of, soon};
use crate::access;
use crate::rules::planning::{Need, suggested};
use crate::shelf::ON_THE_SHELF;
use crate::stock_batch::StockBatch;

/// The most rows of one answer.
const MOST: u64 = 1000;

/// Days of consumption that a suggestion looks back on.
const LOOK_BACK: i64 = 90;

pub(super) fn declare(module: Module) -> Module {
    module
        .route(
            Route::get(MedicationItem::PATH, "medications/below_reorder_level/", |cx, call| {
                Box::pin(below_reorder_level(cx, call))
            })
            .may(Permission::new("medications", "below_reorder_level"), access::reader())
            .answers_records::<MedicationItem>()
            .summary("Medications of which too little can be dispensed")
            .description("Medications with a reorder level of which no more units can be dispensed than that level. Expired, quarantined and recalled units do not count.")
            .done(),
        )
        .route(
            Route::get(StockBatch::PATH, "medications/near_expiry/", |cx, call| {
                Box::pin(near_expiry(cx, call))
            })
            .may(Permission::new("medications", "near_expiry"), access::reader())
            .query(
                "days",
                json!({ "type": "integer", "minimum": 0, "maximum": 3650, "default": 30 }),
                "Batches that expire within this number of days.",
            )
            .answers_records::<StockBatch>()
            .summary("Batches on the shelf that expire soon")
            .done(),
        )
        .report(
            Report::table(
                "medications/reorder_suggestions/",
                None,
                DefaultPeriod::Today,
                |cx, _| Box::pin(suggestions(cx)),
            )
            .may(access::reader())
            .summary("What to order, from stock, reorder level, consumption and lead time"),
        )
}

async fn below_reorder_level(cx: &mut Cx, _call: &Call) -> Result<Reply, Error> {
    let sql = concat!(
        "SELECT id FROM (",
        short_of!(),
        ") AS short ORDER BY id LIMIT 1000"
    );
    let today = cx.today();
    let ids: Vec<(i64,)> = cx
        .unscoped("the formulary is open to everybody who works with stock")
        .all(Statement::raw(sql, values([&today])))
        .await?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    let mut query = select::<MedicationItem>();
    query
        .and_where(among(cx.dialect(), MedicationItem::id, &ids))
        .order_by(MedicationItem::id, Order::Asc);
    let rows: Vec<MedicationItem> = cx
        .unscoped("the formulary is open to everybody who works with stock")
        .records(query)
        .await?;
    views(cx, &rows).await
}

async fn near_expiry(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let days = match call
        .query("days")
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        None => 30,
        Some(text) => text
            .parse()
            .ok()
            .filter(|days| (0..=3650).contains(days))
            .ok_or_else(|| {
                Error::field(
                    "days",
                    Text::new("pharmacy-quantity")
                        .with("min", 0)
                        .with("max", 3650),
                )
            })?,
    };
    let (today, until) = (cx.today(), soon(cx.today(), days));
    let mut query = select::<StockBatch>();
    query
        .and_where(Expr::cust(ON_THE_SHELF))
        .and_where(StockBatch::expiry_date.gte(today.to_value()))
        .and_where(StockBatch::expiry_date.lte(until.to_value()))
        .order_by(StockBatch::expiry_date, Order::Asc)
        .order_by(StockBatch::id, Order::Asc)
        .limit(MOST);
    let rows: Vec<StockBatch> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .records(query)
        .await?;
    views(cx, &rows).await
}

/// Records as their resource shows them.
async fn views<R: Resource>(cx: &mut Cx, rows: &[R]) -> Result<Reply, Error> {
    let extras = R::extras(cx, rows).await?;
    let visible = Visible::of::<R>(&cx.grant());
    let views: Vec<View<'_, R>> = rows
        .iter()
        .zip(&extras)
        .map(|(row, extra)| View::new(row, extra, &visible))
        .collect();
    Reply::ok(&views)
}

/// What to order of one medication.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Suggestion {
    /// The medication.
    medication_item: i64,
    /// Generic name of the medication.
    medication_name: String,
    /// The usual supplier, or null.
    supplier: Option<i64>,
    /// Name of the usual supplier; empty without one.
    supplier_name: String,
    /// Units that can be dispensed now.
    available: i64,
    /// Units that are ordered and not delivered yet.
    on_order: i64,
    /// At this quantity or below it the medication is reordered.
    reorder_level: i64,
    /// Units dispensed in the last 90 days.
    consumed: i64,
    /// Days from order to delivery, or null when unknown.
    lead_time_days: Option<i64>,
    /// Units to order.
    suggested_quantity: i64,
}

/// Of one medication: id, name, supplier, its name, lead time, level, quantity, available, on order, consumed.
type Row = (
    i64,
    String,
    Option<i64>,
    Option<String>,
    Option<i64>,
    i64,
    i64,
    i64,
    i64,
    i64,
);

const SUGGESTIONS: &str = "\
    SELECT m.id, m.generic_name, m.supplier, s.name, s.lead_time_days, m.reorder_level, m.reorder_quantity, \
    CAST(COALESCE(u.units, 0) AS bigint), CAST(COALESCE(o.units, 0) AS bigint), CAST(COALESCE(c.units, 0) AS bigint) \
    FROM medication_item AS m LEFT JOIN supplier AS s ON s.id = m.supplier \
    LEFT JOIN (SELECT medication_item, SUM(current_quantity) AS units FROM stock_batch \
      WHERE current_quantity > 0 AND status = 'active' AND expiry_date >= $1 GROUP BY medication_item) AS u ON u.medication_item = m.id \
    LEFT JOIN (SELECT i.medication_item, SUM(CASE WHEN i.quantity_ordered > i.quantity_received THEN i.quantity_ordered - i.quantity_received ELSE 0 END) AS units \
      FROM purchase_order AS p JOIN purchase_order_item AS i ON i.purchase_order = p.id \
      WHERE p.status IN ('Ordered', 'Partially Received') GROUP BY i.medication_item) AS o ON o.medication_item = m.id \
    LEFT JOIN (SELECT medication_item, -SUM(delta) AS units FROM stock_movement \
      WHERE kind = 'dispense' AND at >= $2 GROUP BY medication_item) AS c ON c.medication_item = m.id \
    WHERE m.reorder_level > 0 OR c.units > 0 ORDER BY m.generic_name, m.id";

async fn suggestions(cx: &mut Cx) -> Result<Vec<Suggestion>, Error> {
    let today = cx.today();
    let since = soon(today, -LOOK_BACK);
    let since = cx.app.zone.day_bounds(since).map_err(Error::internal)?.0;
    let rows: Vec<Row> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .all(Statement::raw(SUGGESTIONS, values([&today, &since])))
        .await?;
    let suggestions = rows.into_iter().map(|row| {
        let (
            id,
            name,
            supplier,
            supplier_name,
            lead,
            level,
            quantity,
            available,
            on_order,
            consumed,
        ) = row;
        let need = Need {
            available,
            on_order,
            reorder_level: level,
            reorder_quantity: quantity,
            consumed,
            days: LOOK_BACK,
            lead_days: lead,
        };
        Suggestion {
            medication_item: id,
            medication_name: name,
            supplier,
            supplier_name: supplier_name.unwrap_or_default(),
            available,
            on_order,
            reorder_level: level,
            consumed,
            lead_time_days: lead,
            suggested_quantity: suggested(&need),
        }
    });
    Ok(suggestions
        .filter(|row| row.suggested_quantity > 0)
        .collect())
}
