//! What makes one doubt a delivery, with the box that takes it all the same: what expired, what is beyond the order, an
//! invoice that was received before, prices that would change.

use jiff::civil::Date;
use maud::{Markup, html};
use platform::texts::Text;
use serde_json::Value as Json;
use web::ui::{self, Tone};
use web::{Ask, Form, Sent};

use super::receive::{row, typed_rows};

/// The boxes of a form, each by the field that it ticks, with its words.
const BOXES: [(&str, &str); 4] = [
    ("accept_expired", "pharmacy-accept-expired"),
    ("accept_over_delivery", "pharmacy-accept-over"),
    ("accept_same_invoice", "pharmacy-accept-invoice"),
    ("accept_new_prices", "pharmacy-accept-prices"),
];

/// What the delivery was refused for, and the boxes: what was ticked before stays ticked, since one doubt is told after
/// the other.
pub(super) fn show(ask: &Ask, form: &Form<'_>, today: Date) -> Markup {
    let Some(sent) = form.sent() else {
        return html! {};
    };
    let (asked, said) = match sent.code() {
        Some("over_delivery") => ("accept_over_delivery", beyond(ask, sent)),
        Some("already_recorded") => ("accept_same_invoice", received(ask, sent)),
        Some("confirmation_required") if sent.fact("recalled").is_some() => {
            ("accept_expired", html! {})
        }
        Some("confirmation_required") => ("accept_new_prices", prices(ask, sent)),
        _ => match expired(ask, sent, today) {
            Some(said) => ("accept_expired", said),
            None => ("", html! {}),
        },
    };
    let ticked = |name: &str| sent.typed(name) == Some("true");
    let shown = BOXES
        .iter()
        .filter(|(name, _)| *name == asked || ticked(name));
    let shown: Vec<_> = shown.collect();
    if shown.is_empty() {
        return html! {};
    }
    ui::notice(
        Tone::Warning,
        html! {
            (said)
            @for (name, words) in shown {
                @let id = ["accept-", name].concat();
                label.tick for=(id) {
                    input id=(id) type="checkbox" name=(name) value="true" checked[ticked(name)];
                    " " (ask.t(words))
                }
            }
        },
    )
}

/// The rows that have expired, when their day was refused.
fn expired(ask: &Ask, sent: &Sent, today: Date) -> Option<Markup> {
    let rows: Vec<_> = (0..typed_rows(sent, 0))
        .filter_map(|at| {
            let name = [&row(at), ".expiry_date"].concat();
            let day: Date = sent.typed(&name)?.parse().ok()?;
            (sent.fault(&name).is_some() && day < today).then_some((at, day))
        })
        .collect();
    (!rows.is_empty()).then(|| {
        html! {
            ul.stack {
                @for (at, day) in rows {
                    li { (ask.say(&Text::new("pharmacy-expired-line").with("row", at + 1).with("date", ui::day_words(ask, day)))) }
                }
            }
        }
    })
}

fn beyond(ask: &Ask, sent: &Sent) -> Markup {
    html! {
        h2 { (ask.t("pharmacy-beyond-order")) }
        ul.stack {
            @for row in list(sent, "over_delivered") {
                li {
                    b { (text(row, "medication_name")) } (ask.colon())
                    (ask.say(&Text::new("pharmacy-over")
                        .with("delivered", text(row, "delivered")).with("outstanding", text(row, "outstanding"))))
                }
            }
            @for row in list(sent, "not_ordered") {
                li { b { (text(row, "medication_name")) } (ask.colon()) (ask.t("pharmacy-not-ordered")) }
            }
        }
    }
}

fn received(ask: &Ask, sent: &Sent) -> Markup {
    let note = sent.fact("goods_received_note").and_then(Json::as_i64);
    let day = sent.fact("grn_date").and_then(Json::as_str);
    let day = day.and_then(|day| day.parse().ok());
    html! {
        h2 { (ask.t("pharmacy-received-before")) }
        @if let (Some(note), Some(day)) = (note, day) {
            @let words = Text::new("pharmacy-received-before-open").with("date", ui::day_words(ask, day));
            p { a href={ "/pharmacy/receive?note=" (note) } target="_blank" { (ask.say(&words)) } }
        }
    }
}

fn prices(ask: &Ask, sent: &Sent) -> Markup {
    html! {
        h2 { (ask.t("pharmacy-reprices")) }
        ul.stack {
            @for row in list(sent, "prices") {
                li {
                    b { (text(row, "medication_name")) " " (text(row, "batch_number")) } (ask.colon())
                    (ask.say(&Text::new("pharmacy-reprice")
                        .with("was", money(ask, row, "selling_price")).with("becomes", money(ask, row, "new_selling_price"))))
                }
            }
        }
    }
}

fn list<'a>(sent: &'a Sent, key: &str) -> impl Iterator<Item = &'a Json> {
    let rows = sent.fact(key).and_then(Json::as_array);
    rows.into_iter().flatten()
}

fn money(ask: &Ask, row: &Json, key: &str) -> String {
    let amount = row.get(key).cloned().map(serde_json::from_value);
    match amount {
        Some(Ok(amount)) => {
            paper::format::price(amount, &ask.app().settings.currency, ask.reader())
        }
        _ => text(row, key),
    }
}

fn text(row: &Json, key: &str) -> String {
    match row.get(key) {
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
