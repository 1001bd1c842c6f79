//! Receiving goods: with an order or without one, batch by batch.

use std::collections::HashMap;

use kernel::Money;
use maud::{Markup, html};
use platform::cx::{Cx, among, column};
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Decimals, Form, Kind, Page, Sent};

use super::doubts;
use super::parts::{Items, items, number, units};
use super::received;
use crate::names;
use crate::purchase_order::{OrderStatus, PurchaseOrder};
use crate::purchase_order_item::{self, PurchaseOrderItem};
use crate::stock_batch::StockBatch;

/// The form's operation.
const RECEIVE: &str = "goods_received_notes_create";
/// Lines of an order that are shown at once; the others follow when these are received.
const LINES: usize = 40;
/// Rows without an order at the beginning, and how many more a click gives.
const ROWS: usize = 4;
/// Open orders to choose from.
const ORDERS: u64 = 20;
/// Batches that are looked through for the last price.
const PRICED: u64 = 500;

/// An order with its lines that are still to come.
struct Ordered {
    order: PurchaseOrder,
    supplier: String,
    lines: Vec<PurchaseOrderItem>,
    items: Items,
    prices: HashMap<i64, Money>,
    more: bool,
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    if let Some(note) = number(ask, "note") {
        return received::show(cx, ask, note).await;
    }
    let ordered = match number(ask, "order") {
        Some(order) => Some(ordered(cx, order).await?),
        None => None,
    };
    let title = match &ordered {
        Some(ordered) => {
            let text = Text::new("pharmacy-receive-order").with("supplier", &ordered.supplier);
            ask.say(&text)
        }
        None => ask.t("pharmacy-receive-title"),
    };
    let choose = match &ordered {
        Some(_) => html! {
            p { (ui::link("/pharmacy/receive", &ask.t("pharmacy-receive-without"))) }
        },
        None => orders(cx, ask).await?,
    };
    let form = form(ask, ordered.as_ref());
    let picked = picked(cx, &form).await?;
    let inner = html! {
        (doubts::show(ask, &form, cx.today()))
        @match &ordered {
            Some(ordered) => { (form.hidden("purchase_order", ordered.order.meta.id)) },
            None => { (form.field("supplier").label("pharmacy-supplier").required(true)) },
        }
        (form.field("invoice_number").label("pharmacy-invoice"))
        @if let Some(ordered) = &ordered { (lines(ask, &form, ordered)) }
        (free(ask, &form, ordered.as_ref(), &picked))
        div.actions {
            (form.button("pharmacy-receive"))
            (form.button_look("pharmacy-more-rows", "rows"))
        }
    };
    Ok(Page::new(title, html! { (choose) (form.show(inner)) }))
}

fn form<'a>(ask: &'a Ask, ordered: Option<&Ordered>) -> Form<'a> {
    let then = match ordered {
        Some(ordered) => format!(
            "/pharmacy/receive?note={{id}}&order={}",
            ordered.order.meta.id
        ),
        None => "/pharmacy/receive?note={id}".to_owned(),
    };
    ask.form(RECEIVE).then(then).done("done-received")
}

/// The order with what is still to come of it, and what was paid and asked last.
async fn ordered(cx: &mut Cx, id: i64) -> Result<Ordered, Error> {
    let order: PurchaseOrder = cx.find(id).await?;
    let supplier = order.supplier.get();
    let supplier = names::of(
        &names::suppliers(cx, [supplier].into_iter()).await?,
        supplier,
    );
    let mut lines = purchase_order_item::rows_of(cx, &[id]).await?;
    lines.retain(|line| line.quantity_received < line.quantity_ordered);
    let more = lines.len() > LINES;
    lines.truncate(LINES);
    let ids = || lines.iter().map(|line| line.medication_item.get());
    let items = items(cx, ids()).await?;
    let prices = prices(cx, &ids().collect::<Vec<_>>()).await?;
    Ok(Ordered {
        order,
        supplier,
        lines,
        items,
        prices,
        more,
    })
}

/// The selling price of the newest batch of each medication that has one.
async fn prices(cx: &mut Cx, items: &[i64]) -> Result<HashMap<i64, Money>, Error> {
    let dialect = cx.dialect();
    let rows: Vec<StockBatch> = resource::rows(cx, PRICED, |query| {
        query
            .and_where(among(
                dialect,
                column("stock_batch", "medication_item"),
                items,
            ))
            .and_where(StockBatch::selling_price_per_unit.gt(0))
            .order_by(("stock_batch", "id"), Order::Desc);
    })
    .await?;
    let mut prices = HashMap::new();
    for row in rows {
        prices
            .entry(row.medication_item.get())
            .or_insert(row.selling_price_per_unit);
    }
    Ok(prices)
}

/// The orders that a delivery may belong to.
async fn orders(cx: &mut Cx, ask: &Ask) -> Result<Markup, Error> {
    let open = [OrderStatus::Ordered, OrderStatus::PartiallyReceived].map(OrderStatus::as_str);
    let orders: Vec<PurchaseOrder> = resource::rows(cx, ORDERS, |query| {
        query
            .and_where(PurchaseOrder::status.is_in(open))
            .order_by(("purchase_order", "id"), Order::Desc);
    })
    .await?;
    let suppliers = names::suppliers(cx, orders.iter().map(|order| order.supplier.get())).await?;
    let inner = html! {
        @if orders.is_empty() { p.hint { (ask.t("pharmacy-orders-none")) } }
        ul.entries {
            @for order in &orders {
                li data-row {
                    span {
                        a href={ "/pharmacy/receive?order=" (order.meta.id) } {
                            b { (names::of(&suppliers, order.supplier.get())) }
                        }
                        " · " (ask.t("pharmacy-ordered-on")) " " (ask.day(order.order_date))
                        @if let Some(day) = order.expected_delivery_date { " · " (ask.t("pharmacy-expected-on")) " " (ask.day(day)) }
                    }
                    @if order.status == OrderStatus::PartiallyReceived { (ui::pill(Tone::Warning, &ask.t("pharmacy-partly"))) }
                }
            }
        }
    };
    Ok(ui::panel(&ask.t("pharmacy-orders"), inner))
}

/// One row for each line of the order that is still to come.
fn lines(ask: &Ask, form: &Form<'_>, ordered: &Ordered) -> Markup {
    html! {
        @if ordered.lines.is_empty() { (ui::notice(Tone::Good, html! { p { (ask.t("pharmacy-order-complete")) } })) }
        @for (at, line) in ordered.lines.iter().enumerate() {
            @let id = line.medication_item.get();
            @let item = ordered.items.get(&id);
            @let row = row(at);
            fieldset.group {
                legend { (item.map(Resource::label).unwrap_or_default()) }
                (form.given(&row, &["medication_item", "unit_cost", "selling_price"]))
                (form.hidden(&[&row, ".medication_item"].concat(), id))
                p.hint {
                    (ask.say(&Text::new("pharmacy-still-to-come")
                        .with("units", units(line.quantity_ordered - line.quantity_received, item))
                        .with("ordered", line.quantity_ordered).with("came", line.quantity_received)))
                }
                (fields(form, &row, line.unit_cost_estimated, ordered.prices.get(&id).copied()))
            }
        }
        @if ordered.more { p.hint { (ask.t("pharmacy-more-lines")) } }
    }
}

pub(super) fn row(at: usize) -> String {
    ["items.", &at.to_string()].concat()
}

fn fields(form: &Form<'_>, row: &str, cost: Option<Money>, price: Option<Money>) -> Markup {
    let field = |name: &str| form.field([row, ".", name].concat());
    let money = |name: &str, label, amount: Option<Money>| {
        let field = field(name).label(label).kind(Kind::Number(Decimals::Some));
        match amount {
            Some(amount) => field.value(amount),
            None => field,
        }
    };
    html! {
        div.five {
            (field("batch_number").label("pharmacy-batch-number").required(true))
            (field("expiry_date").label("pharmacy-expiry").kind(Kind::Date).required(true))
            (field("quantity_received").label("pharmacy-quantity-received").kind(Kind::Number(Decimals::None)).required(true))
            (money("unit_cost", "pharmacy-unit-cost", cost))
            (money("selling_price", "pharmacy-selling-price", price))
        }
    }
}

/// Rows in which any medication can be picked; below an order for what came in a second batch.
fn free(ask: &Ask, form: &Form<'_>, ordered: Option<&Ordered>, picked: &Items) -> Markup {
    let first = ordered.map_or(0, |ordered| ordered.lines.len());
    let begin = if ordered.is_some() { 1 } else { ROWS };
    let count = form.sent().map_or(begin, |sent| {
        let asked = sent.looked_for() == Some("rows");
        typed_rows(sent, first) + if asked { ROWS } else { 0 }
    });
    html! {
        @if ordered.is_some() { h2 { (ask.t("pharmacy-another-batch")) } p.hint { (ask.t("pharmacy-another-batch-what")) } }
        @for at in first..first + count.max(begin) {
            @let row = row(at);
            @let name = [&row, ".medication_item"].concat();
            @let typed = form.sent().and_then(|sent| sent.typed(&name)).and_then(|id| id.parse().ok());
            @let field = form.field(name.clone()).label("pharmacy-medication").kind(Kind::Pick("medications".to_owned())).required(true);
            fieldset.group {
                legend { (ask.say(&Text::new("pharmacy-row").with("row", at + 1))) }
                @match typed.and_then(|id| picked.get(&id)) {
                    Some(item) => { (field.picked([&*item.label(), " (", &item.unit_of_measure, ")"].concat())) },
                    None => { (field) },
                }
                (fields(form, &row, None, None))
            }
        }
    }
}

/// How many rows were sent, from a number on.
pub(super) fn typed_rows(sent: &Sent, first: usize) -> usize {
    let there = |at: &usize| {
        let name = [&row(first + at), ".batch_number"].concat();
        sent.typed(&name).is_some()
    };
    (0..500).take_while(there).count()
}

/// What was picked in rows, by its id, to be shown again.
async fn picked(cx: &mut Cx, form: &Form<'_>) -> Result<Items, Error> {
    let Some(sent) = form.sent() else {
        return Ok(Items::new());
    };
    let ids = (0..typed_rows(sent, 0)).filter_map(|at| {
        let name = [&row(at), ".medication_item"].concat();
        sent.typed(&name)?.parse().ok()
    });
    items(cx, ids.collect::<Vec<i64>>().into_iter()).await
}
