//! The way out of a refused dispense: the next batch, what is left, what is owed.

use formulary::MedicationItem;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::texts::Text;
use serde_json::Value as Json;
use web::ui::{self, Tone};
use web::{Ask, Form};

use super::parts::units;
use crate::stock_batch::StockBatch;
use crate::stock_location::MAIN;

/// What can be done instead: a sentence to stand before the buttons, and buttons of the same form. They come after
/// the fields and the main button: the last value of a name counts, and Enter presses the first button.
pub(super) fn show(
    cx: &Cx,
    ask: &Ask,
    form: &Form<'_>,
    batches: &[&StockBatch],
    item: &MedicationItem,
) -> (Markup, Markup) {
    let nothing = || (html! {}, html! {});
    let Some(sent) = form.sent() else {
        return nothing();
    };
    let number = |key: &str| {
        sent.fact(key)
            .and_then(Json::as_i64)
            .filter(|count| *count > 0)
    };
    let named = sent
        .typed("stock_batch")
        .is_some_and(|batch| !batch.is_empty());
    let code = sent.code().unwrap_or_default();
    let another = match code {
        "batch_expired" | "batch_blocked" | "reason_required" => true,
        "insufficient_stock" => named,
        _ => false,
    };
    let fewer = match code {
        "insufficient_stock" => number("available"),
        "exceeds_prescription" | "conflict" => number("owed"),
        _ => None,
    };
    let next = batches.iter().find(|batch| {
        let typed = sent.typed("stock_batch").unwrap_or_default();
        batch.held().usable(cx.today())
            && batch.location.get() == MAIN
            && batch.meta.id.to_string() != typed
    });
    if !another && fewer.is_none() {
        return nothing();
    }
    let said = html! {
        @if another {
            @let words = next.map_or_else(|| ask.t("pharmacy-no-next-batch"), |batch| {
                let text = Text::new("pharmacy-next-batch")
                    .with("batch", batch.batch_number.to_string())
                    .with("day", ui::day_words(ask, batch.expiry_date))
                    .with("units", units(batch.current_quantity, Some(item)));
                ask.say(&text)
            });
            (ui::notice(Tone::Warning, html! { p { (words) } }))
        }
    };
    let buttons = html! {
        @if another && next.is_some() {
            button name="stock_batch" value="" { (ask.t("pharmacy-take-first-expiring")) }
        }
        @if let Some(count) = fewer {
            button name="quantity" value=(count) {
                (ask.say(&Text::new("pharmacy-give-fewer").with("units", units(count, Some(item)))))
            }
        }
    };
    (said, buttons)
}
