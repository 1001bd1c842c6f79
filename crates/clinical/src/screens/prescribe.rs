//! Prescribing in a visit: one medicine after the other, each checked before it stands.

use formulary::MedicationItem;
use maud::{Markup, html};
use platform::cx::Cx;
use platform::error::Error;
use platform::resource;
use platform::serde_json::{self, Value as Json};
use platform::texts::Text;
use sea_query::{ExprTrait, Order};
use web::ui::{self, Tone};
use web::{Ask, Form, Kind, Page, Sent};

use super::medicines::{self, Now};
use super::{find, note};
use crate::encounter::{Encounter, EncounterStatus};
use crate::prescription::{Prescription, READ_DRUG, SafetyOutcome};
use crate::prescription_alert::SafetyAlert;
use crate::prescription_drug::Drug;
use crate::prescription_quantity::units;
use crate::prescription_safety::{gather, judge};

/// Earlier prescriptions that are looked through, and medicines that are offered again.
const EARLIER: (u64, usize) = (40, 8);
/// Why somebody goes on in spite of an alert.
const REASON: &str = "override_reason";
/// Asks for the check alone.
const CHECK: &str = "check";

pub(super) async fn show(cx: &mut Cx, ask: &Ask) -> Result<Page, Error> {
    let row: Encounter = cx.find(ask.id()?).await?;
    cx.saw_record(&row);
    let head = patients::head(cx, ask, row.patient.get()).await?;
    let title = ask.t("clinical-prescribe-title");
    let rows = medicines::of(cx, row.meta.id).await?;
    let now = Now::of(cx, ask, row.patient.get(), &rows).await?;
    let listed = |now: &Now| {
        let list = html! {
            @if rows.is_empty() { p.hint { (ask.t("clinical-medicines-none")) } }
            (medicines::list(ask, &rows, now))
        };
        ui::panel(&ask.t("clinical-medicines"), list)
    };
    if row.status == EncounterStatus::Signed {
        let words = ask.t("clinical-encounter-signed");
        let said = ui::notice(Tone::Plain, html! { p { (words) } });
        let body = html! { (said) (listed(&now)) div.actions { (note::back(ask, row.meta.id)) } };
        return Ok(head.page(title, &body));
    }
    let form = ask.form("prescriptions_create").done("done-prescribed");
    let (checked, grave) = checked(cx, ask, &form, row.patient.get()).await?;
    let said = Shown {
        reason: grave || needs_reason(&form),
        checked,
    };
    let picked = picked(cx, &form).await?;
    let again = again(cx, ask, &row, &rows).await?;
    let now = now.beside(!said.checked.0.is_empty());
    let body = html! {
        (listed(&now))
        section.panel {
            h2 { (ask.t("clinical-prescribe-new")) }
            (form.show(fields(ask, &form, row.meta.id, picked, &said)))
        }
        (again)
        div.actions { (note::back(ask, row.meta.id)) }
    };
    Ok(head.page(title, &body))
}

/// The safety line, and whether going on needs a reason.
struct Shown {
    checked: Markup,
    reason: bool,
}

fn fields(ask: &Ask, form: &Form<'_>, encounter: i64, picked: String, said: &Shown) -> Markup {
    let item = form
        .field("medication_item")
        .label("clinical-medication")
        .kind(Kind::Pick("medications".to_owned()))
        .required(false)
        .bare()
        .picked(picked);
    let item = if form.sent().is_none() {
        item.focus()
    } else {
        item
    };
    html! {
        (form.hidden("encounter", encounter))
        (item)
        (form.field("medication_name").label("clinical-medication-name").hint("clinical-medication-name-hint").required(false).bare())
        div.measures {
            (form.field("dosage").label("clinical-dosage").hint("clinical-dosage-hint"))
            (form.field("frequency").label("clinical-frequency").hint("clinical-frequency-hint"))
            (form.field("duration").label("clinical-duration").hint("clinical-duration-hint").bare())
            (form.field("quantity").label("clinical-quantity").hinted(counted(ask, form)).bare())
        }
        (form.field("notes").label("clinical-instructions").kind(Kind::Text).bare())
        div #safety data-check=(CHECK) { (said.checked) }
        @if said.reason { (form.field(REASON).label("clinical-override").kind(Kind::Text).required(true).focus()) }
        div.actions {
            (form.button("clinical-prescribe-add"))
            (form.button_look("clinical-check", CHECK))
        }
    }
}

/// What the quantity will be when it is left empty.
fn counted(ask: &Ask, form: &Form<'_>) -> String {
    let typed = |sent: &Sent, name| sent.typed(name).unwrap_or_default().to_owned();
    let all = form.sent().and_then(|sent| {
        units(
            &typed(sent, "dosage"),
            &typed(sent, "frequency"),
            &typed(sent, "duration"),
        )
    });
    match all {
        Some(all) => ask.say(&Text::new("clinical-quantity-counted").with("quantity", all)),
        None => ask.t("clinical-quantity-hint"),
    }
}

/// A severe alert stands, or a reason was given already.
fn needs_reason(form: &Form<'_>) -> bool {
    form.sent().is_some_and(|sent| {
        sent.code() == Some("override_reason_required")
            || sent.typed(REASON).is_some_and(|typed| !typed.is_empty())
    })
}

/// What the medication that is picked is called, with its stock.
async fn picked(cx: &mut Cx, form: &Form<'_>) -> Result<String, Error> {
    let id = form.sent().and_then(|sent| sent.typed("medication_item"));
    let Some(id) = id.and_then(|id| id.parse().ok()) else {
        return Ok(String::new());
    };
    let found: Vec<MedicationItem> = resource::rows(cx, 1, |query| {
        query.and_where(MedicationItem::id.eq::<i64>(id));
    })
    .await?;
    Ok(found
        .first()
        .map(|row| find::stocked(cx, row))
        .unwrap_or_default())
}

/// The safety line of what is typed, and whether it weighs much: what the operation found when it refused, or what the
/// check finds now.
async fn checked(
    cx: &mut Cx,
    ask: &Ask,
    form: &Form<'_>,
    patient: i64,
) -> Result<(Markup, bool), Error> {
    let nothing = (html! {}, false);
    let Some(sent) = form.sent() else {
        return Ok(nothing);
    };
    if let Some(refused) = refused(ask, sent) {
        return Ok((refused, true));
    }
    if sent.looked_for() != Some(CHECK) {
        return Ok(nothing);
    }
    let typed = |name| sent.typed(name).unwrap_or_default().trim();
    let (dosage, frequency) = (typed("dosage"), typed("frequency"));
    let drug = drug(cx, sent).await?;
    let Some(drug) = drug.map(|drug| drug.taken(dosage, frequency)) else {
        let words = ask.t("clinical-check-what");
        return Ok((ui::could_not_check(&words), false));
    };
    let pack = formulary::pack::current(cx).await?;
    let facts = gather(cx, &pack, patient, &[]).await?;
    let checked = judge(&pack, &drug, &facts);
    let line = medicines::safety(ask, &medicines::Said::of(&checked));
    // The line says of what: something else may stand in the form by the time it is read.
    let line = html! { b { (drug.written) (ask.colon()) } (line) };
    Ok((line, checked.interrupts()))
}

/// What is typed, as the check reads it.
async fn drug(cx: &mut Cx, sent: &Sent) -> Result<Option<Drug>, Error> {
    let written = sent.typed("medication_name").unwrap_or_default().trim();
    if !written.is_empty() {
        return Ok(Some(Drug::written(written)));
    }
    let item = sent.typed("medication_item").and_then(|id| id.parse().ok());
    match item {
        Some(item) => Drug::item(cx, item).await,
        None => Ok(None),
    }
}

/// The alerts of a refusal.
fn refused(ask: &Ask, sent: &Sent) -> Option<Markup> {
    let alerts = sent.fact("alerts")?;
    let alerts: Vec<SafetyAlert> = serde_json::from_value(alerts.clone()).ok()?;
    let read = |name| sent.fact(name).unwrap_or(&Json::Null);
    let said = medicines::Said {
        outcome: SafetyOutcome::Found,
        alerts,
        unknown: medicines::names(read("could_not_check")),
        not_checked: medicines::parts(read("not_checked")),
    };
    Some(medicines::safety(ask, &said))
}

/// What the patient was given before and may be given again.
async fn again(
    cx: &mut Cx,
    ask: &Ask,
    row: &Encounter,
    here: &[Prescription],
) -> Result<Markup, Error> {
    if !ask.may_do("prescriptions_renew") || !ask.may(READ_DRUG) {
        return Ok(html! {});
    }
    let (patient, encounter) = (row.patient.get(), row.meta.id);
    let earlier: Vec<Prescription> = resource::rows(cx, EARLIER.0, |query| {
        query
            .and_where(Prescription::patient.eq(patient))
            .and_where(Prescription::encounter.ne(encounter))
            .and_where(Prescription::status.ne("Cancelled"))
            .order_by(("prescription", "id"), Order::Desc);
    })
    .await?;
    let mut known: Vec<i64> = here.iter().map(|row| row.medication_key).collect();
    let mut offered = Vec::new();
    for one in &earlier {
        if !known.contains(&one.medication_key) && offered.len() < EARLIER.1 {
            known.push(one.medication_key);
            offered.push(one);
        }
    }
    if offered.is_empty() {
        return Ok(html! {});
    }
    let inner =
        html! { ul.entries { @for one in offered { li { (repeat(ask, one, encounter)) } } } };
    Ok(ui::panel(&ask.t("clinical-earlier"), inner))
}

/// One line: the same again, with the reason in place when it needs one.
fn repeat(ask: &Ask, one: &Prescription, encounter: i64) -> Markup {
    let form = ask
        .form("prescriptions_renew")
        .on(one.meta.id)
        .done("done-prescribed");
    let alerts = form.sent().and_then(|sent| refused(ask, sent));
    let day = ask.app().zone.to_local(one.prescribed_at).date();
    html! {
        span {
            strong { (one.medication_name.open().to_string()) }
            " · " (medicines::doses(ask, one))
            " · " (ask.day(day))
        }
        (form.show(html! {
            (form.hidden("encounter", encounter))
            @if let Some(alerts) = &alerts { (alerts) }
            @if needs_reason(&form) { (form.field(REASON).label("clinical-override").kind(Kind::Text).required(true)) }
            button aria-label={ (ask.t("clinical-repeat")) (ask.colon()) (one.medication_name.open().to_string()) } { (ask.t("clinical-repeat")) }
        }))
    }
}
