//! Results that wait for a doctor's review: those with a critical value first, then the oldest.

use std::collections::HashMap;

use kernel::BuiltinRole;
use maud::{Markup, html};
use patients::Patient;
use platform::cx::{Cx, among, column};
use platform::error::Error;
use platform::figure;
use platform::record::Record;
use platform::resource::{self, Resource};
use platform::texts::Text;
use platform::verb::Verb;
use sea_query::{Condition, ExprTrait, Order, Query, SelectStatement};
use web::ui::{self, Tone};
use web::{Ask, Page};

use super::parts::{address, amended, previous, priority, results, since, tests};
use crate::flag::Flag;
use crate::order::LabOrder;
use crate::order_verbs::Review;
use crate::result::LabResultValue;
use crate::state::LabOrderStatus;
use crate::view::{self, ItemView};

/// Orders on one page; a reviewed one makes room for the next.
const MOST: u64 = 20;

/// What the page shows of orders, read for all at once.
struct Shown {
    patients: HashMap<i64, Patient>,
    doctors: HashMap<i64, String>,
    items: HashMap<i64, Vec<ItemView>>,
    before: HashMap<i64, LabResultValue>,
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let mine = ask
        .query("of")
        .map_or_else(|| is_doctor(cx), |of| of == "mine");
    let counts = [
        count(cx, true, false).await?,
        count(cx, false, false).await?,
    ];
    let orders = waiting(cx, mine).await?;
    let shown = read(cx, &orders).await?;
    let body = html! {
        nav.tabs aria-label=(ask.t("laboratory-review-whose")) {
            @for (is, of, text) in [(true, "mine", "laboratory-review-mine"), (false, "all", "laboratory-review-all")] {
                a href=(ask.here(&[("of", of)])) aria-current=[(is == mine).then_some("page")] {
                    (ask.t(text)) " " span.count { (counts[usize::from(!is)]) }
                }
            }
        }
        @if orders.is_empty() { (nothing(ask, mine, counts[1])) }
        @for (at, order) in orders.iter().enumerate() { (card(cx, ask, order, &shown, at)) }
        @if counts[usize::from(!mine)] > orders.len() as u64 { p.hint { (ask.t("laboratory-review-more")) } }
    };
    Ok(Page::new(ask.t("nav-results"), body))
}

/// How much waits, for the doctor's own page.
pub(super) async fn panel(cx: &mut Cx, ask: &Ask) -> Result<Option<Markup>, Error> {
    let mine = is_doctor(cx);
    let all = count(cx, mine, false).await?;
    let critical = count(cx, mine, true).await?;
    let inner = html! {
        @if all == 0 {
            p.hint { (ask.t("laboratory-review-none")) }
        } @else {
            p.row {
                @if critical > 0 {
                    (ui::pill(Tone::Bad, &ask.say(&Text::new("laboratory-review-critical").with("count", critical))))
                }
                span { (ask.say(&Text::new("laboratory-review-waiting").with("count", all))) }
            }
        }
        p { (ui::action("/results", &ask.t("laboratory-review-open"))) }
    };
    Ok(Some(ui::panel(&ask.t("nav-results"), inner)))
}

/// A doctor begins with what they ordered themselves; others have ordered nothing.
fn is_doctor(cx: &Cx) -> bool {
    let user = cx.actor.user();
    user.is_some_and(|user| user.role == Some(BuiltinRole::Doctor.id()))
}

/// Completed orders, the caller's own or everybody's.
fn completed(cx: &Cx, mine: bool) -> Condition {
    let waits = Condition::all().add(LabOrder::status.eq(LabOrderStatus::Completed.as_str()));
    match cx.actor.user_id().filter(|_| mine) {
        Some(user) => waits.add(LabOrder::ordered_by.eq(user)),
        None => waits,
    }
}

/// The orders with a critical value.
fn alarming() -> SelectStatement {
    let mut query = Query::select();
    query
        .expr(LabResultValue::lab_order)
        .from("lab_result_value")
        .and_where(LabResultValue::abnormal_flag.eq(Flag::Critical.as_str()))
        .and_where(LabResultValue::replaced_by.is_null())
        .and_where(column("lab_result_value", "voided_at").is_null());
    query
}

async fn count(cx: &mut Cx, mine: bool, critical: bool) -> Result<u64, Error> {
    let mut which = completed(cx, mine);
    if critical {
        which = which.add(LabOrder::id.in_subquery(alarming()));
    }
    let grant = cx.grant_of(LabOrder::READ);
    let count = figure::count::<LabOrder>(cx, &grant, Some(which)).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

async fn waiting(cx: &mut Cx, mine: bool) -> Result<Vec<LabOrder>, Error> {
    let which = completed(cx, mine);
    resource::rows(cx, MOST, |query| {
        query
            .cond_where(which)
            .order_by_expr(LabOrder::id.in_subquery(alarming()), Order::Desc)
            .order_by((LabOrder::TABLE, "completed_at"), Order::Asc)
            .order_by((LabOrder::TABLE, "id"), Order::Asc);
    })
    .await
}

async fn read(cx: &mut Cx, orders: &[LabOrder]) -> Result<Shown, Error> {
    let ids: Vec<i64> = orders.iter().map(|order| order.meta.id).collect();
    let of: Vec<i64> = orders.iter().map(|order| order.patient.get()).collect();
    let dialect = cx.dialect();
    let patients: Vec<Patient> = resource::rows(cx, MOST, |query| {
        query.and_where(among(dialect, Patient::id, &of));
    })
    .await?;
    let doctors = orders.iter().filter_map(|order| order.ordered_by);
    Ok(Shown {
        patients: patients.into_iter().map(|row| (row.meta.id, row)).collect(),
        doctors: identity::names(cx, doctors.map(|user| user.get())).await?,
        items: view::of_orders(cx, &ids).await?,
        before: previous(cx, &ids).await?,
    })
}

/// Nothing waits for this doctor, or for anybody.
fn nothing(ask: &Ask, mine: bool, all: u64) -> Markup {
    if mine && all > 0 {
        let way = ui::action(&ask.here(&[("of", "all")]), &ask.t("laboratory-review-all"));
        return ui::empty(&ask.t("laboratory-review-none-mine"), Some(way));
    }
    ui::empty(&ask.t("laboratory-review-none"), None)
}

/// An order with its results, and the key that reviews it.
fn card(cx: &Cx, ask: &Ask, order: &LabOrder, shown: &Shown, at: usize) -> Markup {
    let id = order.meta.id;
    let none = Vec::new();
    let items = shown.items.get(&id).unwrap_or(&none);
    let patient = shown.patients.get(&order.patient.get());
    let critical = items
        .iter()
        .flat_map(|item| &item.results)
        .any(|result| result.abnormal_flag == Some(Flag::Critical));
    let details = order.result_details.open().to_string();
    let has_values = items.iter().any(|item| !item.results.is_empty());
    let doctor = order
        .ordered_by
        .and_then(|user| shown.doctors.get(&user.get()));
    html! {
        section.panel data-row {
            h2 {
                @if critical { (ui::pill(Tone::Bad, &ask.t("laboratory-flag-critical"))) " " }
                @match patient {
                    Some(patient) => { a href={ "/patients/" (patient.meta.id) "/" } { (patient.full_name()) } },
                    None => { (ask.t("laboratory-out-of-reach")) },
                }
                @if let Some(patient) = patient {
                    small {
                        " · " (patients::age_of(ask, patient, cx.today()))
                        " · " (patients::sex(ask, patient.gender)) " · " (&**patient.unique_id.open())
                    }
                }
            }
            p.row {
                (priority(ask, order.priority))
                a href=(address(id)) { (tests(order, items)) }
                @if let Some(at) = order.completed_at {
                    small { (ask.say(&Text::new("laboratory-review-since").with("since", since(ask, at, cx.now())))) }
                }
                @if let Some(doctor) = doctor { small { (ask.t("laboratory-ordered")) (ask.colon()) (doctor) } }
            }
            (amended(ask, order, items))
            @if has_values { (results(ask, items, &shown.before)) }
            @if !details.is_empty() { p.text { (details) } }
            @if ask.may_do(&["lab_orders_", Review::NAME].concat()) { (review(ask, order, at)) }
        }
    }
}

fn review(ask: &Ask, order: &LabOrder, at: usize) -> Markup {
    let key = (at < 9).then(|| (at + 1).to_string());
    let form = ask
        .form("lab_orders_review")
        .on(order.meta.id)
        .version(order.meta.version)
        .done("done-results-reviewed");
    form.show(html! {
        button.primary[at == 0] data-key=[key.as_deref()] {
            (ask.t("laboratory-review-button")) @if let Some(key) = &key { kbd aria-hidden="true" { (key) } }
        }
    })
}
