//! Medicines as lines: what, how much, and what the safety check came to.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource::{self, Resource};
use platform::serde_json::{self, Value as Json};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::Ask;
use web::ui::{self, Tone};

use super::encounter::prescribing;
use crate::encounter::{Encounter, EncounterStatus};
use crate::prescription::{Prescription, PrescriptionStatus, READ_DRUG, SafetyOutcome};
use crate::prescription_alert::{SafetyAlert, UnknownName};

/// Medicines of a visit that are shown.
const MOST: u64 = 100;

/// The medicines of a visit, in the order in which they were prescribed.
pub(super) async fn of(cx: &mut Cx, encounter: i64) -> Result<Vec<Prescription>, Error> {
    resource::rows(cx, MOST, |query| {
        query
            .and_where(Prescription::encounter.eq(encounter))
            .order_by(("prescription", "id"), Order::Asc);
    })
    .await
}

/// On the page of the visit. While the note is written, a button of its form leads to prescribing.
pub(super) async fn panel(
    cx: &mut Cx,
    ask: &Ask,
    row: &Encounter,
    button: Option<&Markup>,
) -> Result<Markup, Error> {
    if !ask.may(Prescription::READ) {
        return Ok(html! {});
    }
    let rows = of(cx, row.meta.id).await?;
    let open = row.status == EncounterStatus::Open;
    let alone = open && button.is_none() && ask.may_do("prescriptions_create");
    let inner = html! {
        @if rows.is_empty() { p.hint { (ask.t("clinical-medicines-none")) } }
        (list(ask, &rows))
        @if let Some(button) = button { (button) }
        @if alone { (ui::primary(&prescribing(row.meta.id), &ask.t("clinical-prescribe"), "m")) }
    };
    Ok(ui::panel(&ask.t("clinical-medicines"), inner))
}

/// Lines with the way to take one back.
pub(super) fn list(ask: &Ask, rows: &[Prescription]) -> Markup {
    if !ask.may(READ_DRUG) {
        let text = Text::new("clinical-medicines-number").with("count", rows.len());
        return html! { @if !rows.is_empty() { p { (ask.say(&text)) } } };
    }
    html! { ul.entries { @for row in rows { li { (line(ask, row)) (stop(ask, row)) } } } }
}

fn line(ask: &Ask, row: &Prescription) -> Markup {
    let reason = row.override_reason.open().as_ref().map(ToString::to_string);
    html! {
        span {
            strong { (row.medication_name.open().to_string()) }
            " · " (doses(ask, row))
            @if row.status != PrescriptionStatus::Active { " " (status(ask, row.status)) }
            @if row.status.is_current() {
                (stored(ask, row))
                @if let Some(reason) = reason {
                    p.hint { (ask.say(&Text::new("clinical-override-because").with("reason", reason))) }
                }
            }
        }
    }
}

/// `1 tablet, 3 times a day, 5 days: 15`.
pub(super) fn doses(ask: &Ask, row: &Prescription) -> String {
    let parts = [
        row.dosage.open().to_string(),
        row.frequency.open().to_string(),
        row.duration.open().to_string(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let said = parts.join(", ");
    match row.quantity {
        Some(quantity) => ask.say(
            &Text::new("clinical-doses")
                .with("doses", said)
                .with("quantity", quantity),
        ),
        None => said,
    }
}

pub(super) fn status(ask: &Ask, status: PrescriptionStatus) -> Markup {
    let (tone, key) = match status {
        PrescriptionStatus::Active => (Tone::Good, "clinical-medicine-active"),
        PrescriptionStatus::PendingDispense => (Tone::Warning, "clinical-medicine-pending"),
        PrescriptionStatus::Completed => (Tone::Plain, "clinical-medicine-completed"),
        PrescriptionStatus::Cancelled => (Tone::Plain, "clinical-medicine-cancelled"),
    };
    ui::pill(tone, &ask.t(key))
}

/// What the check said when it was prescribed.
fn stored(ask: &Ask, row: &Prescription) -> Markup {
    let read = |json: &Json| serde_json::from_value::<Vec<SafetyAlert>>(json.clone());
    let alerts = read(&row.safety_alerts.open().0).unwrap_or_default();
    let unknown = names(&row.safety_unknown.open().0);
    safety(ask, row.safety_outcome, &alerts, &unknown)
}

/// Names that could not be checked, with what they may have been meant as.
pub(super) fn names(json: &Json) -> Vec<UnknownName> {
    let texts = |json: Option<&Json>| {
        let all = json.and_then(Json::as_array).into_iter().flatten();
        let all = all.filter_map(Json::as_str).map(str::to_owned);
        all.collect::<Vec<_>>()
    };
    let all = json.as_array().into_iter().flatten();
    all.map(|one| UnknownName {
        name: one
            .get("name")
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned(),
        words: texts(one.get("words")),
        nearest: texts(one.get("nearest")),
    })
    .collect()
}

/// The safety line: nothing found, found, and could not check never look alike.
pub(super) fn safety(
    ask: &Ask,
    outcome: SafetyOutcome,
    alerts: &[SafetyAlert],
    unknown: &[UnknownName],
) -> Markup {
    html! {
        @if outcome == SafetyOutcome::NothingFound { " " (ui::pill(Tone::Good, &ask.t("clinical-safety-nothing"))) }
        @for alert in alerts { (found(ask, alert)) }
        @if outcome == SafetyOutcome::CouldNotCheck || !unknown.is_empty() {
            (ui::could_not_check(&unchecked(ask, unknown)))
        }
    }
}

fn found(ask: &Ask, alert: &SafetyAlert) -> Markup {
    let (tone, key) = match alert.severity.as_str() {
        "contraindicated" => (Tone::Bad, "clinical-safety-contraindicated"),
        "severe" => (Tone::Bad, "clinical-safety-severe"),
        "moderate" => (Tone::Warning, "clinical-safety-moderate"),
        _ => (Tone::Plain, "clinical-safety-inform"),
    };
    let words = ask.t(key);
    let inner = html! { p { (ui::pill(tone, &words)) " " (alert.message) } };
    ui::notice(tone, inner)
}

fn unchecked(ask: &Ask, unknown: &[UnknownName]) -> String {
    let listed: Vec<&str> = unknown.iter().map(|one| one.name.as_str()).collect();
    let near: Vec<&str> = unknown
        .iter()
        .flat_map(|one| one.nearest.iter().map(String::as_str))
        .collect();
    let said = ask.say(&Text::new("clinical-safety-unknown").with("names", listed.join(", ")));
    if near.is_empty() {
        return said;
    }
    let meant = ask.say(&Text::new("clinical-safety-meant").with("names", near.join(", ")));
    [said.as_str(), " ", &meant].concat()
}

/// Takes a medicine back that nobody got yet.
fn stop(ask: &Ask, row: &Prescription) -> Markup {
    if !row.status.is_current() || !ask.may_do("prescriptions_patch") {
        return html! {};
    }
    let form = ask
        .form("prescriptions_patch")
        .on(row.meta.id)
        .version(row.meta.version)
        .done("done-medicine-cancelled");
    form.show(html! {
        (form.hidden("status", PrescriptionStatus::Cancelled.as_str()))
        button.quiet aria-label={ (ask.t("clinical-medicine-cancel")) ": " (row.medication_name.open().to_string()) } {
            (ask.t("clinical-medicine-cancel"))
        }
    })
}
