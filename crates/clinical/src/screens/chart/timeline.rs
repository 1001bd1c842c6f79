//! What happened to the patient, the newest first.

use jiff::Timestamp;
use maud::{Markup, html};
use platform::chart::Entry;
use platform::cx::Cx;
use platform::error::Error;
use platform::serde_json::Value as Json;
use web::{Ask, Page, ui, words};

use crate::chart::{entries, position};

/// The tables whose records stand there.
pub(super) const SHOWN: &[&str] = &[
    "admission",
    "appointment",
    "encounter",
    "lab_order",
    "medical_condition",
    "prescription",
    "surgical_history",
    "vaccination",
    "vitals",
];

/// Entries of a page.
const PAGE: u64 = 30;
/// Entries on the patient's own page.
const LAST: u64 = 8;

pub(super) async fn panel(cx: &mut Cx, ask: &Ask, id: i64) -> Result<Option<Markup>, Error> {
    let (last, _) = entries(cx, id, None, LAST).await?;
    let page = ["/patients/", &id.to_string(), "/timeline"].concat();
    let inner = html! {
        @if last.is_empty() {
            p.hint { (ask.t("chart-timeline-none")) }
        } @else {
            (list(ask, &last))
            p { (ui::action(&page, &ask.t("chart-timeline-all"))) }
        }
    };
    Ok(Some(ui::panel(&ask.t("chart-timeline"), inner)))
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let id = ask.id()?;
    let head = patients::head(cx, ask, id).await?;
    // A mistyped place begins at the newest.
    let after = ask.query("cursor").and_then(|text| position(text).ok());
    let paged = after.is_some();
    let (all, next) = entries(cx, id, after, PAGE).await?;
    let body = html! {
        @if all.is_empty() { (ui::empty(&ask.t("chart-timeline-none"), None)) }
        (list(ask, &all))
        div.actions {
            @if paged { (ui::action(&ask.here(&[("cursor", "")]), &ask.t("chart-newest"))) }
            @if let Some(next) = next { (ui::action(&ask.here(&[("cursor", &next)]), &ask.t("chart-older"))) }
        }
    };
    Ok(head.page(ask.t("chart-timeline"), &body))
}

fn list(ask: &Ask, all: &[Entry]) -> Markup {
    html! {
        ul.entries {
            @for entry in all {
                li data-row {
                    span.dated { (ask.moment(entry.at)) }
                    span {
                        a href=(address(entry)) { (kind(ask, entry.kind)) }
                        @let said = said(ask, entry);
                        @if !said.is_empty() { " · " (said) }
                    }
                }
            }
        }
    }
}

fn kind(ask: &Ask, kind: &str) -> String {
    let key = ["chart-kind-", &kind.replace('_', "-")].concat();
    ask.word(&key, &words::resource(ask, kind))
}

/// The page of a record: a screen where there is one, else the derived page.
fn address(entry: &Entry) -> String {
    let id = entry.id.to_string();
    let begins = match entry.kind {
        "encounters" => "/encounters/",
        "lab_orders" => "/lab-orders/",
        "appointments" => "/appointments/",
        "admissions" => return stays(entry),
        other => return ["/admin/", other, "/", &id, "/"].concat(),
    };
    [begins, &id, "/"].concat()
}

/// The patient's stays, of which an admission is one.
fn stays(entry: &Entry) -> String {
    let patient = entry.record.get("patient").and_then(Json::as_i64);
    [
        "/patients/",
        &patient.unwrap_or_default().to_string(),
        "/stays",
    ]
    .concat()
}

/// Of a stay: that it ends here, or begins, where, and why, as far as the reader may know.
fn stay(ask: &Ask, entry: &Entry, text: impl Fn(&str) -> String) -> Vec<String> {
    let discharged = entry.record.get("discharged_at").and_then(Json::as_str);
    let discharged = discharged.and_then(|at| at.parse::<Timestamp>().ok());
    let key = match discharged == Some(entry.at) {
        true => "chart-stay-ends",
        false => "chart-stay-begins",
    };
    vec![
        ask.t(key),
        text("ward_name"),
        text("bed_number"),
        text("reason"),
    ]
}

/// The most telling of what the reader may see of a record.
fn said(ask: &Ask, entry: &Entry) -> String {
    let record = &entry.record;
    let text = |name: &str| -> String {
        let value = record.get(name).and_then(Json::as_str).unwrap_or_default();
        platform::resource::in_a_few_words(value)
    };
    let state = || match text("status") {
        status if status.is_empty() => status,
        status => words::choice(ask, "status", &status),
    };
    let parts = match entry.kind {
        "encounters" => vec![
            text("chief_complaint"),
            text("diagnosis"),
            text("doctor_name"),
        ],
        "vitals" => measured(ask, record),
        "appointments" => vec![text("reason"), state()],
        "medical_conditions" => vec![text("name"), text("code")],
        "surgical_history" => vec![text("procedure")],
        "vaccinations" => vec![text("vaccine_name"), text("dose_number")],
        "prescriptions" => vec![
            text("medication_name"),
            text("dosage"),
            text("frequency"),
            state(),
        ],
        "admissions" => stay(ask, entry, text),
        "lab_orders" => {
            let mut parts = tests(record, text("test_name"));
            parts.push(state());
            parts
        }
        _ => Vec::new(),
    };
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// The signs that say most.
fn measured(ask: &Ask, record: &Json) -> Vec<String> {
    let number = |name: &str| record.get(name).filter(|value| value.is_number());
    let mut parts = Vec::new();
    if let (Some(upper), Some(lower)) = (number("systolic_bp"), number("diastolic_bp")) {
        parts.push([&upper.to_string(), "/", &lower.to_string(), " mmHg"].concat());
    }
    for (name, unit) in [
        ("heart_rate", "/min"),
        ("temperature", " °C"),
        ("oxygen_saturation", " % O₂"),
        ("weight", " kg"),
    ] {
        parts.extend(number(name).map(|value| [&value.to_string(), unit].concat()));
    }
    if record.get("is_abnormal").and_then(Json::as_bool) == Some(true) {
        parts.push(["! ", &ask.t("chart-unusual")].concat());
    }
    parts
}

fn tests(record: &Json, written: String) -> Vec<String> {
    let items = record.get("items").and_then(Json::as_array);
    let names = items.into_iter().flatten().filter_map(|item| {
        let name = item.get("lab_test")?.get("test_name")?.as_str()?;
        Some(name.to_owned())
    });
    let all: Vec<String> = std::iter::once(written)
        .chain(names)
        .filter(|name| !name.is_empty())
        .collect();
    vec![all.join(", ")]
}
