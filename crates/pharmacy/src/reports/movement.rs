//! The movement of one medication between two days: opening, each movement, closing.

use jiff::Timestamp;
use platform::access::Permission;
use platform::cx::Cx;
use platform::db::Statement;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::report::{DefaultPeriod, Period, Report, ReportRequest};
use platform::route::Route;
use platform::serde_json::json;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Expr, ExprTrait, Order, Query};
use serde::Serialize;

use crate::access;
use crate::item::{self, Item};
use crate::stock_batch::StockBatch;
use crate::stock_movement::{Stock, StockMovement};

/// The most movements of one answer.
const MOST: u64 = 10_000;

pub(super) fn declare(module: Module) -> Module {
    let medication = json!({ "type": "integer", "minimum": 1, "x-references": "medication_item" });
    let other_name = json!({ "type": "integer", "minimum": 1, "deprecated": true });
    let date = json!({ "type": "string", "format": "date" });
    module
        .route(
            Route::get("reports", "medications/stock_movement/", |cx, call| {
                Box::pin(movement(cx, call))
            })
            .may(
                Permission::new("medications", "stock_movement"),
                access::reader(),
            )
            .query(
                "medication_id",
                medication.clone(),
                "The medication; required.",
            )
            .query(
                "medication_item",
                other_name.clone(),
                "Another name of `medication_id`.",
            )
            .query(
                "start",
                date.clone(),
                "The first day; from the beginning when it is left out.",
            )
            .query("end", date, "The last day; today when it is left out.")
            .answers::<Movement>(200)
            .summary("Movements of a medication with opening and closing stock")
            .done(),
        )
        .report(
            Report::table(
                "medications/movement_lines/",
                None,
                DefaultPeriod::Year,
                |cx, asked| Box::pin(lines_of(cx, asked)),
            )
            .may(access::reader())
            .query(
                "medication_id",
                medication.clone(),
                "The medication; required.",
            )
            .query(
                "medication_item",
                other_name,
                "Another name of `medication_id`.",
            )
            .summary("Movements of a medication, line by line"),
        )
}

/// The movement of one medication.
#[derive(Debug, Serialize, JsonSchema)]
struct Movement {
    /// The `id` of the medication.
    medication_id: i64,
    /// Generic name of the medication.
    medication_name: String,
    /// The first day, or null.
    start: Option<String>,
    /// The last day, or null.
    end: Option<String>,
    /// Units over all batches before the first day.
    opening: i64,
    /// The movements, oldest first; at most 10,000.
    movements: Vec<MovementLine>,
    /// Whether there are more movements than are shown.
    truncated: bool,
    /// Units over all batches after the last day.
    closing: i64,
}

/// One movement.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct MovementLine {
    /// The movement.
    id: i64,
    /// When it took effect, in UTC.
    at: String,
    /// Kind of movement, such as `dispense` or `receipt`.
    kind: String,
    /// Batch number as printed on the package.
    batch_number: String,
    /// Units added (positive) or taken (negative).
    delta: i64,
    /// Units over all batches after it.
    balance_after: i64,
    /// The kind of record that caused it.
    source_type: String,
    /// The record that caused it.
    source_id: i64,
}

async fn movement(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let item = medication(cx, call).await?;
    let period = Period::of(call)?;
    let bounds = |day: jiff::civil::Date| cx.app.zone.day_bounds(day).ok();
    let from = period.start.and_then(bounds).map(|(from, _)| from);
    let until = period.end.and_then(bounds).map(|(_, until)| until);
    let opening = at(cx, item.id, from, 0).await?;
    let closing = at(cx, item.id, until, item.total).await?;
    let mut movements = lines(cx, item.id, period, MOST + 1).await?;
    let truncated = movements.len() as u64 > MOST;
    movements.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    Reply::ok(&Movement {
        medication_id: item.id,
        medication_name: item.name,
        start: period.start.map(|day| day.to_string()),
        end: period.end.map(|day| day.to_string()),
        opening,
        movements,
        truncated,
        closing,
    })
}

/// Stock before a moment; before the beginning there was nothing.
async fn at(
    cx: &mut Cx,
    item: i64,
    moment: Option<Timestamp>,
    otherwise: i64,
) -> Result<i64, Error> {
    match moment {
        Some(moment) => ledger::control_balance_at::<Stock>(cx, item, moment).await,
        None => Ok(otherwise),
    }
}

async fn lines_of(cx: &mut Cx, asked: ReportRequest<'_>) -> Result<Vec<MovementLine>, Error> {
    let item = medication(cx, asked.call).await?;
    lines(cx, item.id, asked.period, MOST).await
}

pub(super) async fn medication(cx: &mut Cx, call: &Call) -> Result<Item, Error> {
    let named = call
        .query("medication_id")
        .or_else(|| call.query("medication_item"));
    let text = named.map(str::trim).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Error::field("medication_id", Text::new("required")))?;
    let id = text
        .parse()
        .map_err(|_| Error::field("medication_id", Text::new("not-an-integer")))?;
    item::find(cx, id).await
}

/// Of one movement: id, moment, purpose, batch number, units, total after, kind and id of the source.
type Row = (i64, Timestamp, String, String, i64, i64, String, i64);

async fn lines(
    cx: &mut Cx,
    item: i64,
    period: Period,
    most: u64,
) -> Result<Vec<MovementLine>, Error> {
    let mut query = Query::select();
    query
        .columns([StockMovement::id, StockMovement::at, StockMovement::kind])
        .column(StockBatch::batch_number)
        .columns([
            StockMovement::delta,
            StockMovement::item_balance_after,
            StockMovement::source_type,
            StockMovement::source_id,
        ])
        .from("stock_movement")
        .inner_join(
            "stock_batch",
            Expr::col(StockBatch::id).equals(StockMovement::stock_batch),
        )
        .and_where(StockMovement::medication_item.eq(item))
        .cond_where(period.moments(cx, StockMovement::at))
        .order_by(StockMovement::at, Order::Asc)
        .order_by(StockMovement::id, Order::Asc)
        .limit(most);
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<Row> = cx
        .unscoped("stock has no owner: who may ask sees all of it")
        .all(statement)
        .await?;
    let lines = rows
        .into_iter()
        .map(
            |(id, at, kind, batch, delta, after, source, source_id)| MovementLine {
                id,
                at: at.to_string(),
                kind,
                batch_number: batch,
                delta,
                balance_after: after,
                source_type: source,
                source_id,
            },
        );
    Ok(lines.collect())
}
