//! What has to be looked at on the shelf: too little, too old, recalled; orders that wait; and the way to reports.

use maud::{Markup, html};
use platform::cx::{Cx, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{Expr, ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

use super::parts::{Items, items, state, units};
use crate::names;
use crate::purchase_order::{OrderStatus, PurchaseOrder};
use crate::reports::{short_of, soon};
use crate::shelf::ON_THE_SHELF;
use crate::stock_batch::{BatchStatus, StockBatch};

/// Rows of one panel.
const MOST: u64 = 6;
/// Days before expiry from which a batch is shown.
const NEAR: i64 = 30;

/// The ways to other work of the pharmacy, with their keys.
pub(super) fn ways(ask: &Ask) -> Markup {
    let way = |address: &str, key: &'static str, letter: &str| {
        html! { a.button href=(address) data-key=(letter) { (ask.t(key)) kbd aria-hidden="true" { (letter) } } }
    };
    html! {
        @if ask.may_do("goods_received_notes_create") { (way("/pharmacy/receive", "pharmacy-receive-title", "r")) }
        @if ask.may_do("stock_takes_create") { (way("/pharmacy/counts/", "pharmacy-counts-title", "c")) }
        @if ask.may(StockBatch::READ) { (way("/admin/stock-batches/", "pharmacy-stock", "s")) }
    }
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Markup, Error> {
    if !ask.may(StockBatch::READ) {
        return Ok(reports(ask));
    }
    let short = short(cx).await?;
    let (today, until) = (cx.today(), soon(cx.today(), NEAR));
    let expiring: Vec<StockBatch> = resource::rows(cx, MOST, |query| {
        query
            .and_where(Expr::cust(ON_THE_SHELF))
            .and_where(StockBatch::status.ne(BatchStatus::Recalled.as_str()))
            .and_where(StockBatch::expiry_date.lte(until.to_value()))
            .order_by(("stock_batch", "expiry_date"), Order::Asc)
            .order_by(("stock_batch", "id"), Order::Asc);
    })
    .await?;
    let recalled: Vec<StockBatch> = resource::rows(cx, MOST, |query| {
        query
            .and_where(StockBatch::status.eq(BatchStatus::Recalled.as_str()))
            .and_where(Expr::cust(ON_THE_SHELF))
            .order_by(("stock_batch", "id"), Order::Desc);
    })
    .await?;
    let shown = expiring.iter().chain(&recalled);
    let items = items(cx, shown.map(|batch| batch.medication_item.get())).await?;
    let orders = orders(cx, ask).await?;
    let expired = expiring.iter().any(|batch| batch.expiry_date < today);
    Ok(html! {
        div.grid {
            (panel(ask, "pharmacy-panel-short", "pharmacy-panel-short-none", &short_rows(ask, &short)))
            (panel(ask, if expired { "pharmacy-panel-expired" } else { "pharmacy-panel-expiring" },
                "pharmacy-panel-expiring-none", &batch_rows(cx, ask, &expiring, &items)))
            @if !recalled.is_empty() {
                (panel(ask, "pharmacy-panel-recalled", "", &batch_rows(cx, ask, &recalled, &items)))
            }
            (orders)
            (reports(ask))
        }
    })
}

fn panel(ask: &Ask, heading: &'static str, none: &'static str, rows: &[Markup]) -> Markup {
    let inner = html! {
        @if rows.is_empty() { p.hint { (ask.t(none)) } } @else { ul.entries { @for row in rows { li data-row { (row) } } } }
    };
    ui::panel(&ask.t(heading), inner)
}

/// Medications of which too little can be handed out: id, name, reorder level and units.
async fn short(cx: &mut Cx) -> Result<Vec<(i64, String, i64, i64)>, Error> {
    let sql = concat!(
        "SELECT * FROM (",
        short_of!(),
        ") AS short ORDER BY usable, id LIMIT $2"
    );
    let (today, most) = (cx.today(), i64::try_from(MOST).unwrap_or(i64::MAX));
    cx.unscoped("the formulary is open to everybody who works with stock")
        .all(Statement::raw(sql, values([&today, &most])))
        .await
}

fn short_rows(ask: &Ask, rows: &[(i64, String, i64, i64)]) -> Vec<Markup> {
    let row = |(id, name, level, usable): &(i64, String, i64, i64)| {
        let text = Text::new("pharmacy-level")
            .with("units", *usable)
            .with("level", *level);
        html! {
            span { a href={ "/admin/medications/" (id) "/" } { (name) } " · " (ask.say(&text)) }
            @if *usable == 0 { (ui::pill(Tone::Bad, &ask.t("pharmacy-none-there"))) }
        }
    };
    rows.iter().map(row).collect()
}

fn batch_rows(cx: &Cx, ask: &Ask, batches: &[StockBatch], items: &Items) -> Vec<Markup> {
    let row = |batch: &StockBatch| {
        let item = items.get(&batch.medication_item.get());
        html! {
            span {
                a href={ "/admin/stock-batches/" (batch.meta.id) "/" } {
                    (item.map(Resource::label).unwrap_or_default()) ", " (&*batch.batch_number)
                }
                " · " (units(batch.current_quantity, item)) " · " (ask.day(batch.expiry_date))
            }
            @if batch.status != BatchStatus::Active || batch.expiry_date < cx.today() { (state(cx, ask, batch)) }
        }
    };
    batches.iter().map(row).collect()
}

/// Orders that nobody has sent yet.
async fn orders(cx: &mut Cx, ask: &Ask) -> Result<Markup, Error> {
    if !ask.may(PurchaseOrder::READ) {
        return Ok(html! {});
    }
    let waiting = [OrderStatus::Draft, OrderStatus::Pending].map(OrderStatus::as_str);
    let orders: Vec<PurchaseOrder> = resource::rows(cx, MOST, |query| {
        query
            .and_where(PurchaseOrder::status.is_in(waiting))
            .order_by(("purchase_order", "id"), Order::Asc);
    })
    .await?;
    let suppliers = names::suppliers(cx, orders.iter().map(|order| order.supplier.get())).await?;
    let row = |order: &PurchaseOrder| {
        html! {
            span {
                a href={ "/admin/purchase-orders/" (order.meta.id) "/" } { (names::of(&suppliers, order.supplier.get())) }
                " · " (ask.day(order.order_date)) " · " (order.total_estimated_cost)
            }
            @if order.status == OrderStatus::Pending { (ui::pill(Tone::Warning, &ask.t("pharmacy-order-pending"))) }
            @else { (ui::pill(Tone::Plain, &ask.t("pharmacy-order-draft"))) }
        }
    };
    let rows: Vec<Markup> = orders.iter().map(row).collect();
    Ok(panel(
        ask,
        "pharmacy-panel-orders",
        "pharmacy-panel-orders-none",
        &rows,
    ))
}

/// The way to the reports that the reader may see.
fn reports(ask: &Ask) -> Markup {
    const ALL: [(&str, &str, &str); 5] = [
        (
            "medications_reorder_suggestions_get",
            "medications/reorder_suggestions",
            "pharmacy-report-order",
        ),
        (
            "medications_stock_valuation_get",
            "medications/stock_valuation",
            "pharmacy-report-value",
        ),
        (
            "medications_consumption_patterns_get",
            "medications/consumption_patterns",
            "pharmacy-report-used",
        ),
        (
            "medications_stock_movement_get",
            "medications/stock_movement",
            "pharmacy-report-moved",
        ),
        (
            "medications_controlled_register_get",
            "medications/controlled_register",
            "pharmacy-report-register",
        ),
    ];
    let known = ALL.iter().filter(|(operation, _, _)| ask.may_do(operation));
    let links: Vec<Markup> = known
        .map(|(_, path, key)| {
            let address = ["/admin/reports/", path].concat();
            html! { li { (ui::link(&address, &ask.t(key))) } }
        })
        .collect();
    html! {
        @if !links.is_empty() {
            (ui::panel(&ask.t("pharmacy-panel-reports"), html! { ul.links { @for link in &links { (link) } } }))
        }
    }
}
