//! The laboratory's work list: specimens to take, then what is on the bench, the most urgent first.

use std::collections::HashMap;

use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among, column};
use platform::error::Error;
use platform::record::Record;
use platform::resource;
use platform::texts::Text;
use sea_query::{CaseStatement, ExprTrait, Order, Query, SelectStatement};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::{address, due, priority, since, specimens, state, tests};
use crate::called::Names;
use crate::flag::Flag;
use crate::order::LabOrder;
use crate::result::LabResultValue;
use crate::state::LabOrderStatus::{self, Collected, InProgress, Ordered};
use crate::turnaround::LabPriority;
use crate::view::{self, ItemView};
use crate::written::measured;

/// Orders of each part of the list; one that is done makes room for the next.
const MOST: u64 = 60;
/// Critical values of which nobody was told, by order.
const UNTOLD: u64 = 20;

/// What the list shows of orders, read for all at once.
struct Listed {
    patients: HashMap<i64, Patient>,
    items: HashMap<i64, Vec<ItemView>>,
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let to_take = waiting(cx, &[Ordered], MOST).await?;
    let bench = waiting(cx, &[Collected, InProgress], MOST).await?;
    let untold = untold(cx).await?;
    let names = Names::of(cx, &untold).await?;
    let of: Vec<i64> = to_take
        .iter()
        .chain(&bench)
        .map(|order| order.patient.get())
        .chain(untold.iter().map(|value| value.patient.get()))
        .collect();
    let orders: Vec<i64> = to_take
        .iter()
        .chain(&bench)
        .map(|order| order.meta.id)
        .collect();
    let listed = Listed {
        patients: patients_of(cx, &of).await?,
        items: view::of_orders(cx, &orders).await?,
    };
    let body = html! {
        (critical(ask, &untold, &listed, &names))
        @if to_take.is_empty() && bench.is_empty() {
            (ui::empty(&ask.t("laboratory-none"), None))
        } @else {
            section.panel {
                h2 { (ask.t("laboratory-bench")) " " span.count { (bench.len()) } }
                @if bench.is_empty() { p.hint { (ask.t("laboratory-bench-none")) } }
                ul.entries { @for (at, order) in bench.iter().enumerate() { (row(cx, ask, order, &listed, at == 0)) } }
            }
            section.panel {
                h2 { (ask.t("laboratory-to-take")) " " span.count { (to_take.len()) } }
                @if to_take.is_empty() { p.hint { (ask.t("laboratory-to-take-none")) } }
                ul.entries { @for (at, order) in to_take.iter().enumerate() { (row(cx, ask, order, &listed, at == 0)) } }
            }
        }
    };
    Ok(Page::new(ask.t("nav-lab"), body))
}

/// After an order's results were saved: back to it while something is left to do there, else to the next one.
pub(super) async fn next(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let after = ask.query("after").and_then(|text| text.parse().ok());
    if let Some(after) = after {
        let order: LabOrder = cx.find(after).await?;
        if order.status.is_open() || has_untold(cx, after).await? {
            return Ok(Page::go(address(after)));
        }
    }
    let bench = waiting(cx, &[Collected, InProgress], 1).await?;
    Ok(Page::go(match bench.first() {
        Some(order) => address(order.meta.id),
        None => "/lab".to_owned(),
    }))
}

/// Open orders in some states, in the order in which they are to be done.
async fn waiting(
    cx: &mut Cx,
    states: &[LabOrderStatus],
    most: u64,
) -> Result<Vec<LabOrder>, Error> {
    resource::rows(cx, most, |query: &mut SelectStatement| {
        let urgency = CaseStatement::new()
            .case(LabOrder::priority.eq(LabPriority::Stat.as_str()), 0)
            .case(LabOrder::priority.eq(LabPriority::Urgent.as_str()), 1)
            .finally(2);
        query
            .and_where(LabOrder::status.is_in(states.iter().map(|state| state.as_str())))
            .order_by_expr(urgency.into(), Order::Asc)
            .order_by_expr(LabOrder::due_at.is_null(), Order::Asc)
            .order_by((LabOrder::TABLE, "due_at"), Order::Asc)
            .order_by((LabOrder::TABLE, "id"), Order::Asc);
    })
    .await
}

async fn patients_of(cx: &mut Cx, ids: &[i64]) -> Result<HashMap<i64, Patient>, Error> {
    let dialect = cx.dialect();
    let rows: Vec<Patient> = resource::rows(cx, MOST * 2 + UNTOLD, |query| {
        query.and_where(among(dialect, Patient::id, ids));
    })
    .await?;
    Ok(rows.into_iter().map(|row| (row.meta.id, row)).collect())
}

/// Critical values of which nobody was told, of orders that no doctor has reviewed.
async fn untold(cx: &mut Cx) -> Result<Vec<LabResultValue>, Error> {
    let mut unseen = Query::select();
    unseen
        .expr(LabOrder::id)
        .from("lab_order")
        .and_where(
            LabOrder::status
                .is_in([InProgress, LabOrderStatus::Completed].map(LabOrderStatus::as_str)),
        )
        .and_where(column("lab_order", "voided_at").is_null());
    resource::rows(cx, UNTOLD, |query| {
        query
            .and_where(LabResultValue::abnormal_flag.eq(Flag::Critical.as_str()))
            .and_where(LabResultValue::told_at.is_null())
            .and_where(LabResultValue::lab_order.in_subquery(unseen))
            .order_by((LabResultValue::TABLE, "id"), Order::Asc);
    })
    .await
}

async fn has_untold(cx: &mut Cx, order: i64) -> Result<bool, Error> {
    let found: Vec<LabResultValue> = resource::rows(cx, 1, |query| {
        query
            .and_where(LabResultValue::lab_order.eq(order))
            .and_where(LabResultValue::abnormal_flag.eq(Flag::Critical.as_str()))
            .and_where(LabResultValue::told_at.is_null());
    })
    .await?;
    Ok(!found.is_empty())
}

/// What somebody must be told of, above everything else.
fn critical(ask: &Ask, untold: &[LabResultValue], listed: &Listed, names: &Names) -> Markup {
    if untold.is_empty() {
        return html! {};
    }
    ui::notice(
        Tone::Bad,
        html! {
            h2 { "‼ " (ask.t("laboratory-untold")) }
            ul.entries {
                @for row in untold {
                    li data-row {
                        span {
                            a href=(address(row.lab_order.get())) { (name(ask, listed, row.patient.get())) }
                            (ask.colon()) (names.name(row)) " "
                            b { (measured(row.value_numeric, row.comparator, row.units.open(), row.value_text.open(), ask.reader())) }
                        }
                    }
                }
            }
        },
    )
}

fn name(ask: &Ask, listed: &Listed, patient: i64) -> String {
    let known = listed.patients.get(&patient);
    known.map_or_else(|| ask.t("laboratory-out-of-reach"), Patient::full_name)
}

/// An order with what comes next for it; the first of its part has the key.
fn row(cx: &Cx, ask: &Ask, order: &LabOrder, listed: &Listed, first: bool) -> Markup {
    let id = order.meta.id;
    let none = Vec::new();
    let items = listed.items.get(&id).unwrap_or(&none);
    let patient = listed.patients.get(&order.patient.get());
    let taken = order.collected_at;
    html! {
        li data-row {
            span {
                (priority(ask, order.priority)) " "
                a href=(address(id)) { b { (name(ask, listed, order.patient.get())) } }
                @if let Some(patient) = patient {
                    " · " (patients::age_of(ask, patient, cx.today()))
                    " · " (patients::sex(ask, patient.gender))
                }
                br;
                (tests(order, items)) " · " small { (specimens(order, items)) }
                br;
                small {
                    @match taken {
                        Some(at) => { (ask.say(&Text::new("laboratory-specimen-age").with("since", since(ask, at, cx.now())))) },
                        None => { (ask.say(&Text::new("laboratory-ordered-age").with("since", since(ask, order.order_date, cx.now())))) },
                    }
                }
                @if order.due_at.is_some() { " · " (due(ask, order, cx.now())) }
            }
            @if order.status == InProgress { (state(ask, order.status)) }
            (step(ask, order, first))
        }
    }
}

fn step(ask: &Ask, order: &LabOrder, first: bool) -> Markup {
    let id = order.meta.id;
    if order.status == Ordered {
        let key = first.then_some("c");
        let form = ask.form("lab_orders_collect").on(id).done("done-collected");
        return html! {
            @if ask.may_do("lab_orders_collect") {
                (form.show(html! {
                    button.primary[first] data-key=[key] { (ask.t("laboratory-collect")) @if first { kbd aria-hidden="true" { "c" } } }
                }))
            }
        };
    }
    html! {
        @if first { (ui::primary(&address(id), &ask.t("laboratory-enter"), "n")) }
        @else { (ui::action(&address(id), &ask.t("laboratory-enter"))) }
    }
}
