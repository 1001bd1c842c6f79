//! Medicines that a patient takes already when something becomes known that speaks against them: an allergy, a pregnancy,
//! the weight, a problem, or what another record says that turns out to be the same person's.

use std::collections::HashSet;

use contracts::{AllergiesChanged, CircumstancesChanged, PatientsMerged, PatientsUnmerged};
use kernel::Code;
use patients::Patient;
use platform::cx::{Cx, among, column, select};
use platform::error::Error;
use platform::module::Module;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::alert::{self, AlertKind, AlertStatus, ClinicalAlert, NewAlert};
use crate::encounter::Encounter;
use crate::prescription::Prescription;
use crate::prescription_alert::SafetyAlert;
use crate::prescription_safety::{current, look};

const NAME: &str = "clinical";

/// Adds what is heard of patients to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .on::<AllergiesChanged>(NAME, |cx, event| Box::pin(follow(cx, event.patient)))
        .on::<CircumstancesChanged>(NAME, |cx, event| Box::pin(follow(cx, event.patient)))
        .on::<PatientsMerged>(NAME, |cx, event| Box::pin(follow(cx, event.survivor)))
        .on::<PatientsUnmerged>(NAME, |cx, event| {
            Box::pin(async move {
                follow(cx, event.restored).await?;
                follow(cx, event.survivor).await
            })
        })
}

/// Checks the current prescriptions of a patient again: the prescriber gets an alert for each severe finding that was not
/// known at prescribing, and open alerts that no longer hold are resolved. Idempotent.
async fn follow(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    if !is_there(cx, patient).await? {
        return Ok(());
    }
    // A prescription at the same moment knows of it, or is known here.
    cx.take_turn(&[("prescribing", patient)]).await?;
    let taken = current(cx, patient, &[]).await?;
    let known = alerts(cx, &taken).await?;
    let checks = look(cx, patient, &taken).await?;
    let mut holds = HashSet::new();
    let mut new: Vec<ClinicalAlert> = Vec::new();
    for (row, checked) in taken.iter().zip(&checks) {
        let found = checked.found();
        for finding in found.iter().filter(|one| one.interrupts()) {
            let told_before = known.iter().filter(|alert| tells(alert, row, finding));
            let told_before: Vec<i64> = told_before.map(|alert| alert.meta.id).collect();
            // Of two medicines that do not go together, one alert tells.
            if told_before.is_empty() && !new.iter().any(|alert| tells(alert, row, finding)) {
                new.push(told(cx, row, finding));
            }
            holds.extend(told_before);
        }
    }
    cx.insert_all(&mut new).await?;
    let gone = known
        .into_iter()
        .filter(|alert| !holds.contains(&alert.meta.id) && alert.status != AlertStatus::Overridden);
    // Few: those of one patient's prescriptions that stopped being true at this moment.
    for alert in gone {
        alert::resolve(cx, alert).await?;
    }
    Ok(())
}

/// Whether an alert tells of a finding, whatever was done about it since: in the same words, or, of two medicines, in
/// those of the other's check.
fn tells(alert: &ClinicalAlert, row: &Prescription, finding: &SafetyAlert) -> bool {
    let said = alert.message.open();
    let own = alert.source_id == Some(row.meta.id) && said.contains(&finding.message);
    let pair = finding.drugs.len() == 2 && finding.kept_as().0 != AlertKind::Allergy;
    own || pair
        && said.contains(&finding.effect)
        && finding.drugs.iter().all(|drug| said.contains(drug))
}

/// Refuses to sign while a current prescription of the encounter has a severe finding that nobody has overridden: it has to
/// be changed, cancelled or given an `override_reason` first.
///
/// # Errors
/// 409 `override_reason_required` with what was found.
pub(crate) async fn check_signed(cx: &mut Cx, encounter: &Encounter) -> Result<(), Error> {
    let patient = encounter.patient.get();
    let taken = current(cx, patient, &[]).await?;
    let reasoned = |row: &Prescription| {
        let reason = row.override_reason.open();
        reason.as_ref().is_some_and(|reason| !reason.is_empty())
    };
    let asked: Vec<Prescription> = taken
        .iter()
        .filter(|row| row.encounter.get() == encounter.meta.id && !reasoned(row))
        .cloned()
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let mut known = alerts(cx, &taken).await?;
    known.retain(|alert| alert.status == AlertStatus::Overridden);
    let checks = look(cx, patient, &asked).await?;
    for (row, checked) in asked.iter().zip(&checks) {
        let found = checked.found();
        let grave = found.iter().filter(|one| one.interrupts());
        let open = grave.filter(|one| !known.iter().any(|alert| tells(alert, row, one)));
        let messages: Vec<&str> = open.map(|one| one.message.as_str()).collect();
        if messages.is_empty() {
            continue;
        }
        let text = Text::new("clinical-sign-reason")
            .with("medicine", &**row.medication_name.open())
            .with("alerts", messages.join(" "));
        let refusal = Error::refuse(Code::OverrideReasonRequired, text);
        return Err(refusal
            .with("prescription", row.meta.id)
            .with("alerts", checked.alerts()));
    }
    Ok(())
}

/// The alert for the prescriber, in the hospital's language.
fn told(cx: &Cx, row: &Prescription, finding: &SafetyAlert) -> ClinicalAlert {
    let text = Text::new("clinical-known-since")
        .with("medicine", &**row.medication_name.open())
        .with("date", cx.app.zone.today(row.prescribed_at))
        .with("message", &finding.message);
    let message = cx.app.texts.render(cx.app.settings.language, &text);
    let (kind, severity) = finding.kept_as();
    let new = NewAlert {
        source: Some((Prescription::NAME, row.meta.id)),
        addressee: row.prescribed_by.map(|user| user.get()),
        ..NewAlert::new(row.patient.get(), kind, severity, &message)
    };
    alert::of(cx, new)
}

/// The alerts that prescriptions raised, overridden ones among them.
async fn alerts(cx: &mut Cx, rows: &[Prescription]) -> Result<Vec<ClinicalAlert>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(ClinicalAlert::source_type.eq(Prescription::NAME))
        .and_where(among(cx.dialect(), ClinicalAlert::source_id, &ids))
        // What was no longer true may be true again.
        .and_where(ClinicalAlert::status.ne(AlertStatus::Resolved.as_str()))
        .and_where(column(ClinicalAlert::TABLE, "voided_at").is_null());
    cx.unscoped("an alert follows the record that raised it")
        .records(query)
        .await
}

/// Whether the record is still there: news comes late, and it may have been removed.
async fn is_there(cx: &mut Cx, patient: i64) -> Result<bool, Error> {
    let mut query = select::<Patient>();
    query
        .and_where(Patient::id.eq(patient))
        .and_where(column(Patient::TABLE, "voided_at").is_null());
    let found: Option<Patient> = cx
        .unscoped("whose medicines are compared")
        .record(query)
        .await?;
    Ok(found.is_some())
}
