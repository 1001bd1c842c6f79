//! Small pieces that these screens share.

use std::collections::HashMap;

use jiff::Timestamp;
use maud::{Markup, html};
use platform::cx::{Cx, among, column};
use platform::db::Statement;
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use sea_query::{Alias, Condition, ExprTrait, Func, JoinType, Query};
use web::ui::{self, Tone};
use web::{Ask, words};

use crate::flag::Flag;
use crate::order::LabOrder;
use crate::result::LabResultValue;
use crate::state::LabOrderStatus;
use crate::turnaround::{LabPriority, minutes_between};
use crate::view::{ItemView, ResultView};
use crate::written::{self, measured, range};

/// The page of an order.
pub(super) fn address(order: i64) -> String {
    ["/lab-orders/", &order.to_string(), "/"].concat()
}

/// What a value means, in a word with a sign. Without a range nothing was checked, which is not the same as normal.
pub(super) fn flag(ask: &Ask, flag: Option<Flag>) -> Markup {
    let (tone, key) = match flag {
        None => return html! { span.pill { "? " (ask.t("laboratory-flag-unchecked")) } },
        Some(Flag::Normal) => (Tone::Good, "laboratory-flag-normal"),
        Some(Flag::Low) => {
            return html! { span.pill.warning { "↓ " (ask.t("laboratory-flag-low")) } };
        }
        Some(Flag::High) => {
            return html! { span.pill.warning { "↑ " (ask.t("laboratory-flag-high")) } };
        }
        Some(Flag::Abnormal) => (Tone::Warning, "laboratory-flag-abnormal"),
        Some(Flag::Critical) => (Tone::Bad, "laboratory-flag-critical"),
    };
    ui::pill(tone, &ask.t(key))
}

/// How urgent an order is; nothing for what is routine.
pub(super) fn priority(ask: &Ask, priority: LabPriority) -> Markup {
    let word = words::choice(ask, "priority", priority.as_str());
    match priority {
        LabPriority::Stat => ui::pill(Tone::Bad, &word),
        LabPriority::Urgent => ui::pill(Tone::Warning, &word),
        LabPriority::Routine => html! {},
    }
}

/// How far an order is.
pub(super) fn state(ask: &Ask, status: LabOrderStatus) -> Markup {
    let (tone, key) = match status {
        LabOrderStatus::Ordered => (Tone::Plain, "laboratory-status-ordered"),
        LabOrderStatus::Collected => (Tone::Plain, "laboratory-status-collected"),
        LabOrderStatus::InProgress => (Tone::Plain, "laboratory-status-in-progress"),
        LabOrderStatus::Completed => (Tone::Warning, "laboratory-status-completed"),
        LabOrderStatus::Reviewed => (Tone::Good, "laboratory-status-reviewed"),
        LabOrderStatus::Cancelled => (Tone::Plain, "laboratory-status-cancelled"),
    };
    ui::pill(tone, &ask.t(key))
}

/// How long ago something was, in the largest unit that says enough.
pub(super) fn since(ask: &Ask, from: Timestamp, now: Timestamp) -> String {
    let minutes = minutes_between(from, now);
    let (key, count) = match minutes {
        0 => ("laboratory-seconds-old", 0),
        1..120 => ("laboratory-minutes-old", minutes),
        120..2_880 => ("laboratory-hours-old", minutes / 60),
        _ => ("laboratory-days-old", minutes / 1_440),
    };
    ask.say(&Text::new(key).with("count", count))
}

/// Whether an order is late, or when it is due.
pub(super) fn due(ask: &Ask, order: &LabOrder, now: Timestamp) -> Markup {
    match order.due_at.filter(|_| order.status.is_open()) {
        None => html! {},
        Some(at) if at < now => {
            let words = ask.say(&Text::new("laboratory-late").with("since", since(ask, at, now)));
            ui::pill(Tone::Bad, &words)
        }
        Some(at) => {
            let there = ask.app().zone.to_local(at);
            let clock = there.strftime("%H:%M").to_string();
            let day = there.date();
            let today = ask.app().zone.today(now);
            html! {
                small { (ask.t("laboratory-due")) " " (clock) @if day != today { ", " (ask.day(day)) } }
            }
        }
    }
}

/// The tests of an order in a line.
pub(super) fn tests(order: &LabOrder, items: &[ItemView]) -> String {
    let mut names: Vec<&str> = items.iter().map(|item| &*item.lab_test.test_name).collect();
    let written: &str = order.test_name.open();
    if !written.is_empty() {
        names.insert(0, written);
    }
    names.join(", ")
}

/// The specimens that an order needs.
pub(super) fn specimens(order: &LabOrder, items: &[ItemView]) -> String {
    let written: &str = order.specimen_type.open();
    if !written.is_empty() {
        return written.to_owned();
    }
    let mut all: Vec<&str> = Vec::new();
    for item in items {
        if !all.contains(&&*item.lab_test.specimen_type) {
            all.push(&item.lab_test.specimen_type);
        }
    }
    all.join(", ")
}

/// What was found, with its unit, as the reader writes it.
pub(super) fn value(ask: &Ask, result: &ResultView) -> String {
    written::result(result, ask.reader())
}

/// The value of the same quantity before each current value of some orders, by the later value's id.
pub(super) async fn previous(
    cx: &mut Cx,
    orders: &[i64],
) -> Result<HashMap<i64, LabResultValue>, Error> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let (later, earlier) = (|name| column("later", name), |name| column("earlier", name));
    let before = Condition::all()
        .add(earlier("patient").eq(later("patient")))
        .add(earlier("parameter").eq(later("parameter")))
        .add(earlier("lab_order").ne(later("lab_order")))
        .add(earlier("id").lt(later("id")))
        .add(earlier("replaced_by").is_null())
        .add(earlier("voided_at").is_null());
    let mut query = Query::select();
    query
        .expr(later("id"))
        .expr(Func::max(earlier("id")))
        .from_as("lab_result_value", Alias::new("later"))
        .join_as(
            JoinType::InnerJoin,
            "lab_result_value",
            Alias::new("earlier"),
            before,
        )
        .and_where(among(cx.dialect(), later("lab_order"), orders))
        .and_where(later("replaced_by").is_null())
        .and_where(later("voided_at").is_null())
        .add_group_by([later("id")]);
    let statement = Statement::build(cx.dialect(), &query);
    let pairs: Vec<(i64, i64)> = cx
        .unscoped("only ids; the values are read in the caller's scope")
        .all(statement)
        .await?;
    let ids: Vec<i64> = pairs.iter().map(|(_, earlier)| *earlier).collect();
    let dialect = cx.dialect();
    let rows: Vec<LabResultValue> = resource::rows(cx, 1_000, |query| {
        query.and_where(among(dialect, LabResultValue::id, &ids));
    })
    .await?;
    let rows: HashMap<i64, LabResultValue> =
        rows.into_iter().map(|row| (row.meta.id, row)).collect();
    let pairs = pairs.into_iter();
    Ok(pairs
        .filter_map(|(later, earlier)| Some((later, rows.get(&earlier)?.clone())))
        .collect())
}

/// Results as a table: value, range, the value before, what it means. A test without any is not passed over.
pub(super) fn results(
    ask: &Ask,
    items: &[ItemView],
    previous: &HashMap<i64, LabResultValue>,
) -> Markup {
    let heads = [
        "laboratory-parameter",
        "laboratory-value",
        "laboratory-range",
        "laboratory-previous",
        "laboratory-flag",
    ]
    .map(|key| ask.t(key));
    let several = items.iter().filter(|item| !item.results.is_empty()).count() > 1;
    let missing = items.iter().filter(|item| item.results.is_empty());
    let missing = missing.map(|item| {
        let none = html! { (ui::pill(Tone::Warning, &ask.t("laboratory-no-result"))) };
        let name = html! { (item.lab_test.test_name) };
        vec![name, none, html! {}, html! {}, html! {}]
    });
    let rows: Vec<Vec<Markup>> = items
        .iter()
        .flat_map(|item| item.results.iter().map(move |result| (item, result)))
        .map(|(item, result)| {
            vec![
                html! { span {
                    (result.called)
                    @if several && item.lab_test.test_name != result.called { " " small { (item.lab_test.test_name) } }
                } },
                html! { span { b { (value(ask, result)) } (corrected(ask, result)) } },
                html! { (range(result.reference_range_low, result.reference_range_high, ask.reader())) },
                html! { @if let Some(before) = previous.get(&result.id) { (former(ask, before)) } @else { "–" } },
                flag(ask, result.abnormal_flag),
            ]
        })
        .chain(missing)
        .collect();
    ui::table(&heads, &rows)
}

/// An earlier value and its day.
pub(super) fn former(ask: &Ask, before: &LabResultValue) -> Markup {
    let text: &str = before.value_text.open();
    let number = before.value_numeric;
    let day = ask.app().zone.to_local(before.result_timestamp).date();
    html! { span { (measured(number, before.comparator, "", text, ask.reader())) " " small { (ask.day(day)) } } }
}

/// That values were corrected, before anything else of an order is read: with what stood there, and whether a doctor
/// had reviewed it already.
pub(super) fn amended(ask: &Ask, order: &LabOrder, items: &[ItemView]) -> Markup {
    let all = items.iter().flat_map(|item| &item.results);
    let all: Vec<&ResultView> = all.filter(|result| !result.earlier.is_empty()).collect();
    if all.is_empty() && order.withdrawn_at.is_none() {
        return html! {};
    }
    let inner = html! {
        p { strong { (ask.t("laboratory-amended")) } @if order.withdrawn_at.is_some() { " " (ask.t("laboratory-amended-reviewed")) } }
        @for result in all {
            p { (result.called) " " b { (value(ask, result)) } (corrected(ask, result)) }
        }
    };
    ui::notice(Tone::Warning, inner)
}

/// That a value stands in the place of another.
pub(super) fn corrected(ask: &Ask, result: &ResultView) -> Markup {
    let Some(last) = result.earlier.first() else {
        return html! {};
    };
    let was = measured(
        last.value_numeric,
        last.comparator,
        &last.units,
        &last.value_text,
        ask.reader(),
    );
    let words = ask.say(&Text::new("laboratory-corrected").with("was", was));
    html! { " " small { (words) @if !result.correction_reason.is_empty() { (ask.colon()) (result.correction_reason) } } }
}
