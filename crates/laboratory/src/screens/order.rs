//! One order: how far it is, whom to tell, its results, and what is still to be entered.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use serde_json::json;
use web::ui::{self, Tone};
use web::{Ask, Kind, Page, words};

use super::parts::{
    amended, due, previous, priority, results, since, specimens, state, tests, value,
};
use super::{correct, entry};
use crate::flag::Flag;
use crate::order::LabOrder;
use crate::state::LabOrderStatus::{self, Cancelled, Collected, Completed, InProgress};
use crate::view::{self, ItemView, ResultView};
use platform::texts::Text;

/// A step: where it leads, which operation it is, its words, what is said when it is done, and its key.
type Step = (
    LabOrderStatus,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const STEPS: [Step; 4] = [
    (
        Collected,
        "lab_orders_collect",
        "laboratory-collect",
        "done-collected",
        "c",
    ),
    (
        InProgress,
        "lab_orders_start",
        "laboratory-start",
        "done-lab-started",
        "",
    ),
    (
        Completed,
        "lab_orders_complete",
        "laboratory-complete",
        "done-lab-completed",
        "",
    ),
    (
        Cancelled,
        "lab_orders_cancel",
        "laboratory-cancel",
        "done-lab-cancelled",
        "",
    ),
];

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let order: LabOrder = cx.load(ask.id()?).await?;
    cx.saw_record(&order);
    let id = order.meta.id;
    let head = patients::head(cx, ask, order.patient.get()).await?;
    let items = view::of_orders(cx, &[id])
        .await?
        .remove(&id)
        .unwrap_or_default();
    let before = previous(cx, &[id]).await?;
    let people = [order.ordered_by, order.reviewed_by].into_iter().flatten();
    let people = identity::names(cx, people.map(|user| user.get())).await?;
    let named = |user: Option<platform::field::Ref<identity::user::User>>| {
        user.and_then(|user| people.get(&user.get()).cloned())
    };
    let entering = entry::show(cx, ask, &order).await?;
    let has_results = items.iter().any(|item| !item.results.is_empty());
    let title = tests(&order, &items);
    let title = if title.is_empty() {
        ask.t("laboratory-order")
    } else {
        title
    };
    let body = html! {
        (critical(ask, &order, &items))
        (amended(ask, &order, &items))
        div.row { (priority(ask, order.priority)) (state(ask, order.status)) (due(ask, &order, cx.now())) }
        div.actions {
            (steps(ask, &order, has_results))
            @if has_results || !order.result_details.open().is_empty() {
                (ui::paper("lab-report", id, &ask.t("laboratory-print"), "p"))
            }
        }
        (ui::facts(&facts(cx, ask, &order, &items, named(order.ordered_by), named(order.reviewed_by))))
        @if has_results {
            h2 { (ask.t("laboratory-results-title")) }
            (results(ask, &items, &before))
            (corrections(ask, &order, &items))
        }
        (entering)
        (report(ask, &order, items.is_empty()))
    };
    Ok(head.page(title, &body))
}

/// Critical values of which nobody was told, with the question whom; and who was told.
fn critical(ask: &Ask, order: &LabOrder, items: &[ItemView]) -> Markup {
    let all: Vec<&ResultView> = items
        .iter()
        .flat_map(|item| &item.results)
        .filter(|result| result.abnormal_flag == Some(Flag::Critical))
        .collect();
    let untold: Vec<&&ResultView> = all
        .iter()
        .filter(|result| result.told_at.is_none())
        .collect();
    let told = all.iter().filter(|result| result.told_at.is_some());
    let form = ask
        .form("lab_orders_told")
        .on(order.meta.id)
        .done("done-told");
    html! {
        @if !untold.is_empty() {
            (ui::notice(Tone::Bad, html! {
                h2 { "‼ " (ask.t("laboratory-critical-title")) }
                p { @for result in &untold { b { (result.called) " " (value(ask, result)) } " " } }
                @if ask.may_do("lab_orders_told") {
                    (form.show(html! {
                        (form.field("told_to").label("laboratory-told-to").hint("laboratory-told-hint").required(true).focus())
                        (form.button("laboratory-told-save"))
                    }))
                }
            }))
        }
        @for result in told {
            @let text = Text::new("laboratory-told").with("parameter", &result.called).with("value", value(ask, result)).with("who", &result.told_to);
            p { "✓ " (ask.say(&text)) @if let Some(at) = result.told_at { ", " (ask.moment(at)) } }
        }
    }
}

/// What comes next besides entering results; a report in words is one as well.
fn steps(ask: &Ask, order: &LabOrder, has_results: bool) -> Markup {
    let has_report = !order.result_details.open().is_empty();
    let open = |step: &&Step| {
        order.status.next().contains(&step.0)
            && ask.may_do(step.1)
            && (step.0 != Cancelled || !has_results)
            // A value that is corrected sends a reviewed order back by itself.
            && (step.0 != Completed || order.status.is_open() && (has_results || has_report))
            && (step.0 != InProgress || order.status == Completed)
    };
    html! {
        @if order.status == Completed && ask.may_do("lab_orders_review") {
            (ui::primary("/results", &ask.t("laboratory-to-review"), "r"))
        }
        @for (to, operation, text, done, key) in STEPS.iter().filter(open) {
            @let form = ask.form(operation).on(order.meta.id).version(order.meta.version).done(done);
            @let key = Some(*key).filter(|key| !key.is_empty());
            (form.show(html! {
                button.primary[key.is_some()].bad[*to == Cancelled] data-key=[key] {
                    (ask.t(text)) @if let Some(key) = key { kbd aria-hidden="true" { (key) } }
                }
            }))
        }
    }
}

fn facts(
    cx: &Cx,
    ask: &Ask,
    order: &LabOrder,
    items: &[ItemView],
    doctor: Option<String>,
    reviewer: Option<String>,
) -> Vec<(String, Markup)> {
    let now = cx.now();
    let mut facts = vec![(
        ask.t("laboratory-ordered"),
        html! { (ask.moment(order.order_date)) @if let Some(doctor) = &doctor { ", " (doctor) } },
    )];
    let specimen = specimens(order, items);
    if !specimen.is_empty() {
        facts.push((ask.t("laboratory-specimen"), html! { (specimen) }));
    }
    if let Some(at) = order.collected_at {
        let old = since(ask, at, order.completed_at.unwrap_or(now));
        let text = Text::new("laboratory-specimen-age").with("since", old);
        facts.push((
            ask.t("laboratory-collected-at"),
            html! { (ask.moment(at)) " " small { (ask.say(&text)) } },
        ));
    }
    if let Some(pregnancy) = order.pregnancy {
        let word = words::choice(ask, "pregnancy", pregnancy.as_str());
        facts.push((ask.t("field-pregnancy"), html! { (word) }));
    }
    for item in items.iter().filter(|item| !item.notes_for_lab.is_empty()) {
        facts.push((
            ask.say(&Text::new("laboratory-note-for").with("test", &item.lab_test.test_name)),
            html! { (item.notes_for_lab) },
        ));
    }
    if let Some(at) = order.reviewed_at {
        facts.push((
            ask.t("laboratory-reviewed-by"),
            html! { (reviewer.unwrap_or_default()) ", " (ask.moment(at)) },
        ));
    }
    facts
}

/// The way to correct a value: what stood there stays visible.
fn corrections(ask: &Ask, order: &LabOrder, items: &[ItemView]) -> Markup {
    if !ask.may_do("lab_result_values_patch") || order.status == Cancelled {
        return html! {};
    }
    html! {
        details {
            summary { (ask.t("laboratory-correct")) }
            p.hint { (ask.t("laboratory-correct-hint")) }
            ul.links {
                @for result in items.iter().flat_map(|item| &item.results) {
                    li { a href=(correct::page(result.id)) { (result.called) " " (value(ask, result)) } }
                }
            }
        }
    }
}

/// A report in words, for what has no values.
fn report(ask: &Ask, order: &LabOrder, open: bool) -> Markup {
    let text = order.result_details.open().to_string();
    let earlier = order.earlier_result_details.open().to_string();
    let form = ask
        .form("lab_orders_patch")
        .on(order.meta.id)
        .version(order.meta.version)
        .holding(json!({ "result_details": text }))
        .done("done-lab-report");
    let may = ask.may_do("lab_orders_patch") && order.status != Cancelled;
    html! {
        @if !text.is_empty() {
            h2 { (ask.t("laboratory-report")) }
            p.text { (text) }
        }
        @if !earlier.is_empty() {
            details { summary { (ask.t("laboratory-report-earlier")) } p.text { (earlier) } }
        }
        @if may {
            details open[open && text.is_empty() || form.sent().is_some()] {
                summary { (ask.t("laboratory-report-write")) }
                (form.show(html! {
                    (form.field("result_details").label("laboratory-report").kind(Kind::Area))
                    div.actions {
                        // Only what is complete is for the doctor to review.
                        @if order.status.is_open() {
                            button.primary name="status" value=(Completed.as_str()) { (ask.t("laboratory-report-complete")) }
                        }
                        (form.button("laboratory-report-save"))
                    }
                }))
            }
        }
    }
}
