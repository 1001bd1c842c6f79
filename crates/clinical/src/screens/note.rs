//! The note of a visit: a form in one column while it is open, and text afterwards.

use kernel::names::fold;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::serde_json::json;
use scheduling::{Appointment, AppointmentStatus};
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Form, Kind, Sent};

use super::encounter::prescribing;
use super::{find, start};
use crate::encounter::{Encounter, EncounterStatus, READ_TEXT};
use crate::note_template::NoteTemplate;

/// The name of the note's form.
const FORM: &str = "note";
/// Templates that are offered.
const TEMPLATES: u64 = 60;
/// Begins what is asked for when a template is wanted; its id follows.
const TEMPLATE: &str = "template-";
/// Asks for the templates that a `/` names.
const SLASH: &str = "slash";
/// Letters behind a `/` that may be a title.
const TITLE: usize = 60;
/// Fields that a template may go into.
const AREAS: [&str; 6] = [
    "chief_complaint",
    HISTORY,
    "physical_examination",
    "diagnosis",
    "treatment_plan",
    "notes",
];
/// The field that a template goes into when no `/` says which.
const HISTORY: &str = "presenting_illness_history";

/// A note, and the buttons of its form, which stand below what was prescribed and ordered.
pub(super) struct Note {
    pub(super) body: Markup,
    /// Beside the vital signs.
    pub(super) measure: Option<Markup>,
    /// Beside the medicines.
    pub(super) prescribe: Option<Markup>,
    /// At the end of the page.
    pub(super) end: Option<Markup>,
}

impl Note {
    /// One that nobody writes here.
    fn read(body: Markup) -> Note {
        Note {
            body,
            measure: None,
            prescribe: None,
            end: None,
        }
    }
}

pub(super) async fn show(cx: &mut Cx, ask: &Ask, row: &Encounter) -> Result<Note, Error> {
    if !ask.may(READ_TEXT) {
        let words = ask.t("clinical-note-withheld");
        let said = ui::notice(Tone::Plain, html! { p { (words) } });
        return Ok(Note::read(said));
    }
    if !writes(ask, row) {
        return written(cx, ask, row).await.map(Note::read);
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
        .named(FORM)
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
    let templates = templates(cx).await?;
    let body = form.show(fields(ask, &form, row, chosen, running, &templates));
    Ok(buttons(ask, &form, row, body))
}

/// The form with its buttons. Those that lead elsewhere keep the note first.
fn buttons(ask: &Ask, form: &Form<'_>, row: &Encounter, body: Markup) -> Note {
    let vitals = [
        "/patients/",
        &row.patient.get().to_string(),
        "/vitals?back=",
        &row.meta.id.to_string(),
    ]
    .concat();
    let measure = ask.may_do("patients_record_vitals");
    let prescribe = ask.may_do("prescriptions_create");
    let end = html! {
        div.actions.stay {
            (form.button_keep("clinical-keep"))
            @if ask.may_do("encounters_sign") { (form.button_for("clinical-sign", "encounters_sign")) }
        }
    };
    Note {
        body,
        measure: measure.then(|| form.button_then("clinical-vitals-take", &vitals, "v")),
        prescribe: prescribe
            .then(|| form.button_then("clinical-prescribe", &prescribing(row.meta.id), "m")),
        end: Some(end),
    }
}

/// The templates that are offered, by title.
async fn templates(cx: &mut Cx) -> Result<Vec<NoteTemplate>, Error> {
    resource::rows(cx, TEMPLATES, |query| {
        query
            .and_where(NoteTemplate::is_active.eq(true))
            .order_by(("note_template", "title"), Order::Asc);
    })
    .await
}

/// What stands in a field when a template is asked for: in place of the `/` that was typed at the end of it, or below the
/// history when none was.
fn filled(form: &Form<'_>, templates: &[NoteTemplate], name: &str) -> Option<String> {
    let sent = form.sent()?;
    let asked = sent.looked_for()?.strip_prefix(TEMPLATE)?;
    let found = templates
        .iter()
        .find(|one| one.meta.id.to_string() == asked)?;
    let begun = slashed(sent);
    if begun.map_or(HISTORY, |(field, ..)| field) != name {
        return None;
    }
    let typed = match begun {
        Some((_, before, _)) => before,
        None => sent.typed(name).unwrap_or_default(),
    };
    let typed = typed.trim_end();
    let gap = if typed.is_empty() { "" } else { "\n\n" };
    Some([typed, gap, &found.content].concat())
}

/// The field whose last line is a `/` and the beginning of a title, with what stands before it, and the title.
fn slashed(sent: &Sent) -> Option<(&'static str, &str, &str)> {
    AREAS.into_iter().find_map(|name| {
        let typed = sent.typed(name)?.trim_end();
        let at = typed.rfind('\n').map_or(0, |at| at + 1);
        let title = typed.get(at..)?.strip_prefix('/')?;
        let is_title = title.chars().count() <= TITLE && !title.contains('/');
        is_title.then(|| (name, typed.get(..at).unwrap_or_default(), title.trim()))
    })
}

/// The templates that a `/` at the end of a field asks for.
fn offered<'a>(form: &Form<'_>, templates: &'a [NoteTemplate]) -> Vec<&'a NoteTemplate> {
    let asks = |sent: &&Sent| sent.looked_for() == Some(SLASH);
    let Some((_, _, title)) = form.sent().filter(asks).and_then(slashed) else {
        return Vec::new();
    };
    let wanted = fold(title);
    let fits = |one: &&NoteTemplate| fold(&one.title).contains(&wanted);
    templates.iter().filter(fits).collect()
}

fn choice(one: &NoteTemplate) -> Markup {
    html! { button.quiet name="_look" value={ (TEMPLATE) (one.meta.id) } formnovalidate { (&*one.title) } }
}

/// Whether the visit has an appointment that signing may complete.
async fn runs(cx: &mut Cx, row: &Encounter) -> Result<bool, Error> {
    let Some(appointment) = row.appointment else {
        return Ok(false);
    };
    let booked: Vec<Appointment> = resource::rows(cx, 1, |query| {
        query.and_where(Appointment::id.eq(appointment.get()));
    })
    .await?;
    let ends = |row: &Appointment| row.status.next().contains(&AppointmentStatus::Completed);
    Ok(booked.first().is_some_and(ends))
}

fn fields(
    ask: &Ask,
    form: &Form<'_>,
    row: &Encounter,
    chosen: String,
    running: bool,
    templates: &[NoteTemplate],
) -> Markup {
    let more = !row.notes.open().is_empty()
        || form
            .sent()
            .is_some_and(|sent| sent.typed("notes").is_some_and(|typed| !typed.is_empty()));
    let area = |name: &'static str, label: &'static str| {
        let field = form.field(name).label(label).kind(Kind::Area).bare();
        match filled(form, templates, name) {
            Some(filled) => field.instead(filled).focus(),
            None => field,
        }
    };
    let offered = offered(form, templates);
    html! {
        div.note {
            (area("chief_complaint", "clinical-complaint"))
            (area(HISTORY, "clinical-history"))
            @if !templates.is_empty() {
                div #templates data-check=(SLASH) role="status" {
                    @if !offered.is_empty() {
                        p.hint { (ask.t("clinical-templates")) }
                        div.actions { @for one in &offered { (choice(one)) } }
                    }
                }
                details {
                    summary { (ask.t("clinical-templates")) }
                    p.hint { (ask.t("clinical-templates-hint")) }
                    div.actions { @for one in templates { (choice(one)) } }
                }
            }
            (area("physical_examination", "clinical-examination"))
            (area("diagnosis", "clinical-diagnosis"))
            (form.field("diagnosis_code").label("clinical-diagnosis-code").kind(Kind::Pick("icd10".to_owned())).picked(chosen).bare())
            (area("treatment_plan", "clinical-plan"))
            details open[more] {
                summary { (ask.t("clinical-further-notes")) }
                (area("notes", "clinical-notes"))
            }
        }
        @if running {
            (form.field("complete_appointment").label("clinical-complete").kind(Kind::Tick).value("true"))
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

/// Whether the page of a visit has the form of the note.
fn writes(ask: &Ask, row: &Encounter) -> bool {
    row.status == EncounterStatus::Open && ask.may(READ_TEXT) && ask.may_do("encounters_patch")
}

/// The way from the page of a visit to another page, for what stands in its slot: a button that keeps the note first
/// while it is written, else a link.
pub fn leave_visit(ask: &Ask, row: &Encounter, address: &str, words: &str, key: &str) -> Markup {
    let kbd = html! { @if !key.is_empty() { kbd aria-hidden="true" { (key) } } };
    html! {
        @if writes(ask, row) {
            button form=(FORM) name="_then" value=(address) data-key=(key) { (words) (kbd) }
        } @else {
            a.button href=(address) data-key=(key) { (words) (kbd) }
        }
    }
}

/// Back to the visit.
pub(super) fn back(ask: &Ask, encounter: i64) -> Markup {
    let words = ask.t("clinical-back-to-visit");
    html! {
        a.button href=(start::address(encounter)) data-key="b" { (words) kbd aria-hidden="true" { "b" } }
    }
}
