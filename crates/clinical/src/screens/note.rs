//! The note of a visit: a form in one column while it is open, and text afterwards.

use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::serde_json::json;
use scheduling::{Appointment, AppointmentStatus};
use web::ui::{self, Tone};
use web::{Ask, Form, Kind};

use super::encounter::prescribing;
use super::{find, start};
use crate::encounter::{Encounter, EncounterStatus, READ_TEXT};

pub(super) async fn show(cx: &mut Cx, ask: &Ask, row: &Encounter) -> Result<Markup, Error> {
    if !ask.may(READ_TEXT) {
        let words = ask.t("clinical-note-withheld");
        return Ok(ui::notice(Tone::Plain, html! { p { (words) } }));
    }
    if row.status == EncounterStatus::Signed || !ask.may_do("encounters_patch") {
        return written(cx, ask, row).await;
    }
    let holding = json!({
        "chief_complaint": row.chief_complaint.open().to_string(),
        "presenting_illness_history": row.presenting_illness_history.open().to_string(),
        "physical_examination": row.physical_examination.open().to_string(),
        "notes": row.notes.open().to_string(),
        "diagnosis": row.diagnosis.open().to_string(),
        "diagnosis_code": row.diagnosis_code.as_ref().map(ToString::to_string),
        "treatment_plan": row.treatment_plan.open().to_string(),
    });
    let form = ask
        .form("encounters_patch")
        .or("encounters_sign", "done-signed")
        .on(row.meta.id)
        .version(row.meta.version)
        .holding(holding)
        .only_changes()
        .done("done-kept");
    let chosen = match form.sent() {
        Some(sent) => sent.typed("diagnosis_code").map(str::to_owned),
        None => row.diagnosis_code.as_ref().map(ToString::to_string),
    };
    let chosen = match chosen.filter(|code| !code.is_empty()) {
        Some(code) => find::diagnosis(cx, &code).await?,
        None => String::new(),
    };
    let running = runs(cx, row).await?;
    Ok(form.show(fields(ask, &form, row, chosen, running)))
}

/// Whether the visit has an appointment that signing may complete.
async fn runs(cx: &mut Cx, row: &Encounter) -> Result<bool, Error> {
    let Some(appointment) = row.appointment else {
        return Ok(false);
    };
    let booked: Result<Appointment, Error> = cx.find(appointment.get()).await;
    Ok(booked.is_ok_and(|booked| booked.status.next().contains(&AppointmentStatus::Completed)))
}

fn fields(ask: &Ask, form: &Form<'_>, row: &Encounter, chosen: String, running: bool) -> Markup {
    let more = !row.notes.open().is_empty()
        || form
            .sent()
            .is_some_and(|sent| sent.typed("notes").is_some_and(|typed| !typed.is_empty()));
    let area = |name: &'static str, label: &'static str| {
        html! { (form.field(name).label(label).kind(Kind::Area)) }
    };
    let vitals = [
        "/patients/",
        &row.patient.get().to_string(),
        "/vitals?back=",
        &row.meta.id.to_string(),
    ]
    .concat();
    html! {
        (area("chief_complaint", "clinical-complaint"))
        (area("presenting_illness_history", "clinical-history"))
        (area("physical_examination", "clinical-examination"))
        (area("diagnosis", "clinical-diagnosis"))
        (form.field("diagnosis_code").label("clinical-diagnosis-code").kind(Kind::Pick("icd10".to_owned())).picked(chosen))
        (area("treatment_plan", "clinical-plan"))
        details open[more] {
            summary { (ask.t("clinical-further-notes")) }
            (area("notes", "clinical-notes"))
        }
        @if running {
            (form.field("complete_appointment").label("clinical-complete").kind(Kind::Tick).value("true"))
        }
        div.actions {
            button data-key="s" { (ask.t("clinical-keep")) kbd aria-hidden="true" { "Ctrl+↵" } }
            @if ask.may_do("prescriptions_create") {
                (form.button_then("clinical-prescribe", &prescribing(row.meta.id), "m"))
            }
            @if ask.may_do("patients_record_vitals") {
                (form.button_then("clinical-vitals-take", &vitals, "v"))
            }
            @if ask.may_do("encounters_sign") {
                (form.button_for("clinical-sign", "encounters_sign"))
            }
        }
    }
}

/// What stands there; what is blank is not shown.
async fn written(cx: &mut Cx, ask: &Ask, row: &Encounter) -> Result<Markup, Error> {
    let code = match &row.diagnosis_code {
        Some(code) => find::diagnosis(cx, code).await?,
        None => String::new(),
    };
    let parts = [
        ("clinical-complaint", row.chief_complaint.open().to_string()),
        (
            "clinical-history",
            row.presenting_illness_history.open().to_string(),
        ),
        (
            "clinical-examination",
            row.physical_examination.open().to_string(),
        ),
        ("clinical-diagnosis", row.diagnosis.open().to_string()),
        ("clinical-diagnosis-code", code),
        ("clinical-plan", row.treatment_plan.open().to_string()),
        ("clinical-notes", row.notes.open().to_string()),
    ];
    let some = || parts.iter().filter(|(_, text)| !text.is_empty());
    Ok(html! {
        @if some().next().is_none() { (ui::empty(&ask.t("clinical-note-blank"), None)) } @else {
            section.panel {
                @for (key, text) in some() {
                    h2 { (ask.t(key)) }
                    p.text { (text) }
                }
            }
        }
    })
}

/// Back to the visit.
pub(super) fn back(ask: &Ask, encounter: i64) -> Markup {
    let words = ask.t("clinical-back-to-visit");
    html! {
        a.button href=(start::address(encounter)) data-key="b" { (words) kbd aria-hidden="true" { "b" } }
    }
}
