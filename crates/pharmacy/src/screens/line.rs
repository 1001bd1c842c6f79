//! One prescription at the counter: owed and given, what its check says, its batches, and the form.

use clinical::prescription::SafetyOutcome;
use clinical::prescription_alert::SafetyAlert;
use clinical::prescription_safety::Checked;
use clinical::{Kept, Prescription};
use formulary::MedicationItem;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::resource::Resource;
use platform::texts::Text;
use web::ui::{self, Tone};
use web::{Ask, Form, Kind};

use super::aside;
use super::dispense::{Sheet, is_owed, label};
use super::parts::{state, units};
use super::ways;
use crate::dispense::{asks, overridden};
use crate::dispensing_log::DispensingLog;
use crate::rules::fefo;
use crate::stock_batch::StockBatch;
use crate::stock_location::MAIN;

/// The section of the prescription at a place of the sheet.
pub(super) fn show(cx: &Cx, ask: &Ask, sheet: &Sheet, at: usize, asked: i64) -> Markup {
    let row = &sheet.rows[at];
    let item = sheet.item(row);
    let controlled = item.is_some_and(|item| item.is_controlled_substance);
    let owed = is_owed(row);
    let checked = sheet.checked.get(at);
    let clear = checked.is_some_and(|checked| checked.outcome() == SafetyOutcome::NothingFound);
    html! {
        section.panel id={ "p-" (row.meta.id) } {
            h2 {
                (row.medication_name.open())
                @if let Some(item) = item.filter(|item| item.label() != row.medication_name.open().to_string()) {
                    " " small { (item.label()) }
                }
            }
            p {
                b { (row.dosage.open()) ", " (row.frequency.open()) }
                @if !row.duration.open().is_empty() { ", " (row.duration.open()) }
                @if !row.notes.open().is_empty() { " · " (row.notes.open()) }
            }
            div.row {
                (progress(ask, row, item))
                @if controlled { span.pill.warning.long { "! " (ask.t("pharmacy-controlled")) } }
                @if owed && clear { span.pill.good.long { "✓ " (ask.t("pharmacy-nothing-found")) } }
            }
            @if owed {
                @if let Some(checked) = sheet.checked.get(at) { (safety(ask, row, checked)) }
                @match item {
                    Some(item) => { (form(cx, ask, sheet, at, item)) },
                    None if row.meta.id == asked => { (choose(ask, sheet, row)) },
                    None => {
                        p { (ui::link(&["/prescriptions/", &row.meta.id.to_string(), "/dispense"].concat(), &ask.t("pharmacy-choose-item"))) }
                    },
                }
                (aside::show(ask, sheet, row))
            }
            (given(ask, sheet, row))
        }
    }
}

/// Prescribed, given and owed.
fn progress(ask: &Ask, row: &Prescription, item: Option<&MedicationItem>) -> Markup {
    let given = row.quantity_dispensed;
    let counted = || counted(row, item?);
    let text = match (row.settled_quantity(), counted()) {
        (Some(quantity), _) => Text::new("pharmacy-progress")
            .with(
                "owed",
                units(if is_owed(row) { quantity - given } else { 0 }, item),
            )
            .with("quantity", quantity)
            .with("given", given),
        (None, Some(quantity)) => Text::new("pharmacy-progress-counted")
            .with("quantity", units(quantity, item))
            .with("given", given),
        (None, None) => Text::new("pharmacy-progress-open").with("given", given),
    };
    html! { span { (ask.say(&text)) } }
}

/// Found, nothing found, could not check: three things that must not look alike.
fn safety(ask: &Ask, row: &Prescription, checked: &Checked) -> Markup {
    let reason = row.override_reason.open();
    let (found, parts) = (checked.found(), checked.not_checked());
    let unchecked =
        || clinical::unchecked(ask, &parts, &checked.unknown_names(), !found.is_empty());
    html! {
        @if !found.is_empty() {
            @let severe = checked.interrupts();
            (ui::notice(if severe { Tone::Bad } else { Tone::Warning }, html! {
                ul.stack { @for alert in &found { li { (self::alert(ask, alert)) } } }
                @if let Some(reason) = reason { p { (ask.t("pharmacy-prescriber-reason")) " " q { (reason) } } }
            }))
        }
        // That everything was checked and nothing found is said beside what is owed.
        @if !parts.is_empty() { (ui::could_not_check(&unchecked())) }
    }
}

fn alert(ask: &Ask, alert: &SafetyAlert) -> Markup {
    let severity = ["pharmacy-severity-", &alert.severity].concat();
    html! {
        b { (ask.word(&severity, &alert.severity)) (ask.colon()) } (clinical::safety_alert(ask, alert))
    }
}

/// Units that follow from the dose and the medication's strength.
fn counted(row: &Prescription, item: &MedicationItem) -> Option<i64> {
    row.units_of(&Kept {
        strength: &item.strength,
        unit_of_measure: &item.unit_of_measure,
        formulation: item.formulation.as_str(),
    })
}

/// What is still to be handed out, where it is known.
fn still(row: &Prescription, item: Option<&MedicationItem>) -> Option<i64> {
    let counted = || counted(row, item?);
    let total = row.settled_quantity().or_else(counted)?;
    Some(Ord::max(total - row.quantity_dispensed, 0))
}

/// What the prescription comes to, asked for where nothing says it.
fn comes_to(form: &Form<'_>, row: &Prescription, item: Option<&MedicationItem>) -> Markup {
    let field = form
        .field("prescription_quantity")
        .label("pharmacy-comes-to");
    html! {
        @match item {
            _ if still(row, item).is_some() => {},
            Some(_) => {
                (field.hint("pharmacy-comes-to-hint").required(true))
                @if restated(form) {
                    (form.field("reason").label("pharmacy-quantity-reason").kind(Kind::Text).required(true))
                }
            },
            // Which medication it is, is chosen beside it.
            None => { (field.hint("pharmacy-comes-to-counted")) },
        }
    }
}

/// Another quantity was stated than before: the reason is asked for beside it.
fn restated(form: &Form<'_>) -> bool {
    form.sent()
        .is_some_and(|sent| sent.fault("reason").is_some())
}

fn form(cx: &Cx, ask: &Ask, sheet: &Sheet, at: usize, item: &MedicationItem) -> Markup {
    if !ask.may_do("medications_id_dispense_post") {
        return html! {};
    }
    let row = &sheet.rows[at];
    let form = ask
        .form("medications_id_dispense_post")
        .on(item.meta.id)
        .apart(row.meta.id)
        .then(after(row))
        .done(if item.is_controlled_substance {
            "done-dispensed-controlled"
        } else {
            "done-dispensed"
        })
        .prints("/print/medicine-label/{logs.0.id}.pdf", "");
    let batches: Vec<&StockBatch> = sheet
        .batches
        .iter()
        .filter(|batch| batch.medication_item.get() == item.meta.id)
        .collect();
    let here = batches.iter().filter(|batch| batch.location.get() == MAIN);
    let held: Vec<_> = here.map(|batch| batch.held()).collect();
    let there = fefo::available(&held, cx.today());
    let (said, instead) = ways::show(cx, ask, &form, &batches, item);
    form.show(html! {
        (form.hidden("prescription", row.meta.id))
        // Who presses twice, or in another window, is told instead of dispensing again.
        (form.hidden("already_dispensed", row.quantity_dispensed))
        // Nor is handed out what the prescriber has changed since this page was read.
        (form.hidden("prescription_version", row.meta.version))
        @if there == 0 {
            (ui::notice(Tone::Bad, html! { p { (ask.t("pharmacy-none-there-what")) } }))
        } @else if still(row, Some(item)).is_some_and(|owed| owed > there) {
            @let text = Text::new("pharmacy-short").with("units", units(there, Some(item)));
            (ui::notice(Tone::Warning, html! { p { (ask.say(&text)) } }))
        }
        (comes_to(&form, row, Some(item)))
        (quantity(ask, &form, row, item, there))
        (override_reason(sheet, at, &form))
        (folded(cx, ask, sheet, &form, &batches))
        (said)
        div.actions {
            (form.button("pharmacy-dispense"))
            (instead)
            @if item.is_controlled_substance { span.hint { (ask.t("pharmacy-witness-after")) } }
        }
    })
}

/// The page that follows: the same, with what was given.
fn after(row: &Prescription) -> String {
    let id = row.meta.id.to_string();
    ["/prescriptions/", &id, "/dispense?row=", &id].concat()
}

fn quantity(
    ask: &Ask,
    form: &Form<'_>,
    row: &Prescription,
    item: &MedicationItem,
    there: i64,
) -> Markup {
    let words = Text::new("pharmacy-give").with("unit", item.unit_of_measure.to_string());
    let field = form
        .field("quantity")
        .labelled(ask.say(&words))
        .required(true);
    // All that is owed, or as much of it as there is.
    match still(row, Some(item)) {
        Some(owed) if there > 0 => html! { (field.value(Ord::min(owed, there))) },
        Some(owed) => html! { (field.value(owed)) },
        None => html! { (field) },
    }
}

/// Asked for where the check weighs much and nobody gave a reason yet.
fn override_reason(sheet: &Sheet, at: usize, form: &Form<'_>) -> Markup {
    let refused = form
        .sent()
        .is_some_and(|sent| sent.code() == Some("override_reason_required"));
    let found = sheet
        .checked
        .get(at)
        .map(Checked::found)
        .unwrap_or_default();
    let known = overridden(&sheet.rows[at]).unwrap_or_default();
    html! {
        @if refused || asks(&found, &known) {
            (form.field("override_reason").label("pharmacy-override").hint("pharmacy-override-hint").kind(Kind::Text).required(true))
        }
    }
}

/// The batches, those that expire first before others, and how to take another one.
fn folded(cx: &Cx, ask: &Ask, sheet: &Sheet, form: &Form<'_>, batches: &[&StockBatch]) -> Markup {
    let typed = form.sent().and_then(|sent| sent.typed("stock_batch"));
    let chosen = typed.unwrap_or_default();
    let asked = form
        .sent()
        .is_some_and(|sent| sent.code() == Some("reason_required"));
    let heads = [
        "pharmacy-batch",
        "pharmacy-expires",
        "pharmacy-units",
        "pharmacy-place",
        "pharmacy-state",
    ]
    .map(|key| ask.t(key));
    let place = |batch: &StockBatch| crate::names::of(&sheet.places, batch.location.get());
    let rows: Vec<Vec<Markup>> = batches
        .iter()
        .map(|batch| {
            vec![
                html! { (&*batch.batch_number) },
                ask.day(batch.expiry_date),
                html! { (batch.current_quantity) },
                html! { (place(batch)) },
                state(cx, ask, batch),
            ]
        })
        .collect();
    let id = form.field("stock_batch").id();
    html! {
        details open[!chosen.is_empty() || asked] {
            summary { (ask.say(&Text::new("pharmacy-batches").with("count", batches.len()))) }
            @if batches.is_empty() { p.hint { (ask.t("pharmacy-batches-none")) } } @else {
                (ui::table(&heads, &rows))
                div.field {
                    label for=(id) { (ask.t("pharmacy-take-from")) }
                    select id=(id) name="stock_batch" {
                        option value="" selected[chosen.is_empty()] { (ask.t("pharmacy-first-expiring")) }
                        @for batch in batches {
                            @let value = batch.meta.id.to_string();
                            option value=(value) selected[value == chosen] {
                                (&*batch.batch_number) ", " (ui::day_words(ask, batch.expiry_date)) ", " (place(batch))
                            }
                        }
                    }
                }
                @if !restated(form) {
                    (form.field("reason").label("pharmacy-reason").hint("pharmacy-reason-hint").kind(Kind::Text))
                }
            }
        }
    }
}

/// Which medication of the formulary a free text means.
fn choose(ask: &Ask, sheet: &Sheet, row: &Prescription) -> Markup {
    let form = ask
        .form("dispensing_logs_post")
        .apart(row.meta.id)
        .then(after(row))
        .done("done-dispensed");
    let choices: Vec<(String, String)> = sheet
        .meant
        .iter()
        .map(|item| {
            let words = [
                &*item.label(),
                ", ",
                &units(item.total_quantity, Some(item)),
            ];
            (item.meta.id.to_string(), words.concat())
        })
        .collect();
    let field = form
        .field("quantity")
        .label("pharmacy-give-units")
        .required(true);
    let owed = still(row, None);
    html! {
        form.form.inline action=(ask.path()) role="search" {
            label for="q" { (ask.t("pharmacy-find-item")) }
            input #q type="search" name="q" value=(ask.query("q").unwrap_or(row.medication_name.open())) autocomplete="off";
            button { (ask.t("form-look")) }
        }
        @if choices.is_empty() {
            (ui::empty(&ask.t("pharmacy-find-item-none"), None))
        } @else {
            (form.show(html! {
                (form.hidden("prescription", row.meta.id))
                (form.hidden("already_dispensed", row.quantity_dispensed))
                (form.hidden("prescription_version", row.meta.version))
                (form.field("medication_item").label("pharmacy-which-item").kind(Kind::Choice(choices)).required(true))
                (comes_to(&form, row, None))
                @match owed { Some(owed) => { (field.value(owed)) }, None => { (field) } }
                @if form.sent().is_some_and(|sent| sent.code() == Some("override_reason_required")) {
                    (form.field("override_reason").label("pharmacy-override").hint("pharmacy-override-hint").kind(Kind::Text).required(true))
                }
                (form.button("pharmacy-dispense"))
            }))
        }
    }
}

/// What was given before, each with its label.
fn given(ask: &Ask, sheet: &Sheet, row: &Prescription) -> Markup {
    let logs = sheet.given(row);
    html! {
        @if !logs.is_empty() {
            h3 { (ask.t("pharmacy-given")) }
            ul.entries {
                @for log in logs {
                    li {
                        span {
                            b { (units(log.quantity_dispensed, sheet.item(row))) }
                            " · " (ask.t("pharmacy-batch")) " " (crate::names::of(&sheet.numbers, log.stock_batch.get()))
                            " · " (ask.moment(log.dispense_date))
                            @if let Some(by) = log.dispensed_by { " · " (crate::names::of(&sheet.people, by.get())) }
                        }
                        @if log.witness_required {
                            @if log.witness.is_some() { (ui::pill(Tone::Good, &ask.t("pharmacy-witnessed"))) }
                            @else { (ui::pill(Tone::Warning, &ask.t("pharmacy-awaits-witness"))) }
                        }
                        a href=(label(log.meta.id)) target="_blank" rel="noopener" { (ask.t("pharmacy-label")) }
                        (take_back(ask, log))
                    }
                }
            }
        }
    }
}

/// Units that came back over the counter, or never left it.
fn take_back(ask: &Ask, log: &DispensingLog) -> Markup {
    if !ask.may_do("dispensing_logs_reverse") {
        return html! {};
    }
    let form = ask
        .form("dispensing_logs_reverse")
        .on(log.meta.id)
        .apart(["log-", &log.meta.id.to_string()].concat())
        .version(log.meta.version)
        .done("done-taken-back");
    html! {
        details open[form.sent().is_some()] {
            summary { (ask.t("pharmacy-take-back")) }
            (form.show(html! {
                p.hint { (ask.t("pharmacy-take-back-hint")) }
                (form.field("reason").label("pharmacy-take-back-why").kind(Kind::Text).required(true))
                div.actions { button.bad { (ask.t("pharmacy-take-back")) } }
            }))
        }
    }
}
