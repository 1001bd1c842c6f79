//! Results that were reviewed, each with a sentence that needs no training to understand.

use laboratory::flag::Flag;
use laboratory::view::ResultView;
use laboratory::withdrawn::Withdrawn;
use laboratory::written;
use laboratory::{LabOrder, LabOrderStatus};
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

/// Orders that are shown, the latest first.
const MOST: u64 = 10;

/// What values of an order come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing is known of what is usual.
    Unjudged,
    /// All that were judged are as usual.
    Usual,
    /// So many are not.
    Unusual(usize),
    /// At least one called for somebody at once.
    Critical,
}

fn verdict(flags: impl Iterator<Item = Option<Flag>>) -> Verdict {
    let judged: Vec<Flag> = flags.flatten().collect();
    let unusual = judged.iter().filter(|flag| **flag != Flag::Normal).count();
    match (judged.is_empty(), unusual) {
        (true, _) => Verdict::Unjudged,
        _ if judged.contains(&Flag::Critical) => Verdict::Critical,
        (_, 0) => Verdict::Usual,
        (_, count) => Verdict::Unusual(count),
    }
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask, patient: i64) -> Result<Markup, Error> {
    let orders: Vec<LabOrder> = resource::rows(cx, MOST, |query| {
        query
            .and_where(LabOrder::patient.eq(patient))
            .and_where(LabOrder::status.eq(LabOrderStatus::Reviewed.as_str()))
            .order_by(("lab_order", "id"), Order::Desc);
    })
    .await?;
    let withdrawn = withdrawn(
        ask,
        &laboratory::withdrawn::withdrawn(cx, Some(patient)).await?,
    );
    if orders.is_empty() {
        return Ok(html! { (withdrawn) p.hint { (ask.t("portal-results-none")) } });
    }
    let shown = LabOrder::extras(cx, &orders).await?;
    let reviewers = orders.iter().filter_map(|order| order.reviewed_by);
    let reviewers = identity::names(cx, reviewers.map(|user| user.get())).await?;
    Ok(html! {
        (withdrawn)
        @for (order, shown) in orders.iter().zip(&shown) {
            @let values: Vec<&ResultView> = shown.items.iter().flat_map(|item| &item.results).collect();
            @let by = order.reviewed_by.and_then(|user| reviewers.get(&user.get()));
            section.result {
                h3 { (named(order, &shown.items.iter().map(|item| item.lab_test.test_name.as_str()).collect::<Vec<_>>())) }
                p { (sentence(ask, verdict(values.iter().map(|value| value.abnormal_flag)))) }
                p.hint {
                    (ask.day(cx.app.zone.to_local(order.order_date).date()))
                    @if let Some(by) = by { " · " (ask.say(&Text::new("portal-reviewed-by").with("name", by.clone()))) }
                }
                details {
                    summary { (ask.t("portal-values")) }
                    @if !values.is_empty() { (table(ask, &values)) }
                    @let written: &str = order.result_details.open();
                    @if !written.is_empty() { p { (written) } }
                    (ui::paper("lab-report", order.meta.id, &ask.t("portal-report"), ""))
                }
            }
        }
    })
}

/// Results that were here and count no more: said without a value, so that nobody goes by what they remember.
fn withdrawn(ask: &Ask, all: &[Withdrawn]) -> Markup {
    html! {
        @for one in all {
            @let text = Text::new(if one.is_being_checked { "portal-withdrawn" } else { "portal-withdrawn-only" });
            @let day = ask.app().zone.to_local(one.order_date).date();
            (ui::notice(Tone::Warning, html! {
                h3 { (one.tests.join(", ")) }
                p { (ask.say(&text)) }
                p.hint { (ask.day(day)) }
            }))
        }
    }
}

/// The tests, or what was asked for in words.
fn named(order: &LabOrder, tests: &[&str]) -> String {
    match tests {
        [] => order.test_name.open().to_string(),
        tests => tests.join(", "),
    }
}

fn sentence(ask: &Ask, verdict: Verdict) -> Markup {
    let say = |key: &'static str| ask.t(key);
    match verdict {
        Verdict::Unjudged => html! { (say("portal-result-unjudged")) },
        Verdict::Usual => {
            html! { (ui::pill(Tone::Good, &say("portal-usual"))) " " (say("portal-result-usual")) }
        }
        Verdict::Unusual(count) => html! {
            (ui::pill(Tone::Warning, &say("portal-unusual"))) " "
            (ask.say(&Text::new("portal-result-unusual").with("count", count)))
        },
        Verdict::Critical => {
            html! { (ui::pill(Tone::Bad, &say("portal-attention"))) " " (say("portal-result-critical")) }
        }
    }
}

fn table(ask: &Ask, values: &[&ResultView]) -> Markup {
    let heads = [
        "portal-value",
        "portal-found",
        "portal-range",
        "portal-means",
    ]
    .map(|key| ask.t(key));
    let rows: Vec<Vec<Markup>> = values.iter().map(|value| row(ask, value)).collect();
    ui::table(&heads, &rows)
}

fn row(ask: &Ask, value: &ResultView) -> Vec<Markup> {
    let found = written::result(value, ask.reader());
    let (low, high) = (value.reference_range_low, value.reference_range_high);
    let range = written::range(low, high, ask.reader());
    let (tone, word) = match value.abnormal_flag {
        None => (Tone::Plain, "portal-flag-none"),
        Some(Flag::Normal) => (Tone::Good, "portal-usual"),
        Some(Flag::Low) => (Tone::Warning, "portal-flag-low"),
        Some(Flag::High) => (Tone::Warning, "portal-flag-high"),
        Some(Flag::Abnormal) => (Tone::Warning, "portal-unusual"),
        Some(Flag::Critical) => (Tone::Bad, "portal-attention"),
    };
    vec![
        html! { (value.called) },
        html! { b { (found) } },
        html! { (range) },
        ui::pill(tone, &ask.t(word)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use Flag::{Abnormal, Critical, High, Low, Normal};

    #[test]
    fn values_come_to_one_sentence() {
        for (flags, expected) in [
            (vec![], Verdict::Unjudged),
            (vec![None, None], Verdict::Unjudged),
            (vec![Some(Normal), None], Verdict::Usual),
            (
                vec![Some(Normal), Some(Low), Some(High)],
                Verdict::Unusual(2),
            ),
            (vec![Some(Abnormal), None], Verdict::Unusual(1)),
            (vec![Some(Low), Some(Critical)], Verdict::Critical),
        ] {
            assert_eq!(verdict(flags.clone().into_iter()), expected, "{flags:?}");
        }
    }
}
