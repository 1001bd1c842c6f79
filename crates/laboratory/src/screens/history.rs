//! A patient's results: the last ones on their page, all of them on a page of their own.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::record::Record;
use platform::resource;
use sea_query::{ExprTrait, Order};
use web::{Ask, Page, ui};

use super::ordering::entry;
use super::parts::{address, amended, previous, priority, results, state, tests};
use super::trend;
use crate::order::LabOrder;
use crate::state::LabOrderStatus;
use crate::view;

/// Orders of a page of the history.
const PAGE: u64 = 15;
/// Orders on the patient's own page.
const LAST: u64 = 4;

/// The last orders with their results.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Option<Markup>, Error> {
    let orders = orders(cx, patient, None, LAST).await?;
    let ids: Vec<i64> = orders.iter().map(|order| order.meta.id).collect();
    let items = view::of_orders(cx, &ids).await?;
    let none = Vec::new();
    let all = ["/patients/", &patient.to_string(), "/results"].concat();
    let inner = html! {
        @if orders.is_empty() {
            p.hint { (ask.t("laboratory-results-none")) }
        } @else {
            ul.entries { @for order in &orders { (entry(ask, order, items.get(&order.meta.id).unwrap_or(&none))) } }
            p { (ui::action(&all, &ask.t("laboratory-all-results"))) }
        }
    };
    Ok(Some(ui::panel(&ask.t("laboratory-last-results"), inner)))
}

/// All orders, the newest first.
pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    let before = ask.query("before").and_then(|text| text.parse().ok());
    let mut orders = orders(cx, id, before, PAGE + 1).await?;
    let more = orders.len() as u64 > PAGE;
    orders.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let ids: Vec<i64> = orders.iter().map(|order| order.meta.id).collect();
    let items = view::of_orders(cx, &ids).await?;
    let earlier = previous(cx, &ids).await?;
    let course = match before {
        None => trend::show(cx, ask, id).await?,
        Some(_) => html! {},
    };
    let none = Vec::new();
    let body = html! {
        (course)
        @if orders.is_empty() { (ui::empty(&ask.t("laboratory-results-none"), None)) }
        @for order in &orders {
            @let items = items.get(&order.meta.id).unwrap_or(&none);
            @let details = order.result_details.open().to_string();
            @let has_values = items.iter().any(|item| !item.results.is_empty());
            section.panel {
                h2 {
                    a href=(address(order.meta.id)) { (named(ask, tests(order, items))) } " "
                    small { (ask.day(cx.app.zone.to_local(order.collected_at.unwrap_or(order.order_date)).date())) }
                }
                p.row { (priority(ask, order.priority)) (state(ask, order.status)) }
                (amended(ask, order, items))
                @if has_values { (results(ask, items, &earlier)) }
                @if !details.is_empty() { p.text { (details) } }
                @if !has_values && details.is_empty() && order.status != LabOrderStatus::Cancelled { p.hint { (ask.t("laboratory-no-results-yet")) } }
            }
        }
        div.actions {
            @if before.is_some() { (ui::action(&ask.here(&[("before", "")]), &ask.t("laboratory-newest"))) }
            @if let Some(last) = ids.last().filter(|_| more) {
                (ui::action(&ask.here(&[("before", &last.to_string())]), &ask.t("laboratory-older")))
            }
        }
    };
    Ok(head.page(ask.t("laboratory-tab"), &body))
}

fn named(ask: &Ask, tests: String) -> String {
    if tests.is_empty() {
        ask.t("laboratory-order")
    } else {
        tests
    }
}

async fn orders(
    cx: &mut Cx,
    patient: i64,
    before: Option<i64>,
    most: u64,
) -> Result<Vec<LabOrder>, Error> {
    resource::rows(cx, most, |query| {
        query
            .and_where(LabOrder::patient.eq(patient))
            .order_by((LabOrder::TABLE, "id"), Order::Desc);
        if let Some(before) = before {
            query.and_where(LabOrder::id.lt(before));
        }
    })
    .await
}
