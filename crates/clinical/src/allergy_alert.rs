//! Alerts about medicines that a patient takes already when it becomes known that they are allergic to them.

use contracts::{AllergiesChanged, PatientsMerged, PatientsUnmerged};
use patients::Patient;
use platform::cx::{Cx, among, column, select};
use platform::error::Error;
use platform::module::Module;
use platform::record::Record;
use platform::texts::Text;
use sea_query::ExprTrait;

use crate::alert::{self, AlertKind, AlertStatus, ClinicalAlert, NewAlert};
use crate::prescription::Prescription;
use crate::prescription_alert::SafetyAlert;
use crate::prescription_safety::{current, look};

const NAME: &str = "clinical";

/// Adds what is heard of allergies to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .on::<AllergiesChanged>(NAME, |cx, event| Box::pin(follow(cx, event.patient)))
        .on::<PatientsMerged>(NAME, |cx, event| Box::pin(follow(cx, event.survivor)))
        .on::<PatientsUnmerged>(NAME, |cx, event| {
            Box::pin(async move {
                follow(cx, event.restored).await?;
                follow(cx, event.survivor).await
            })
        })
}

/// Compares what a patient takes with the allergies as they are now: whoever prescribed it is told of what was not known
/// then, and an open alert that is no longer true is resolved. Doing it twice changes nothing more.
async fn follow(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    if !is_there(cx, patient).await? {
        return Ok(());
    }
    // A prescription at the same moment knows of the allergies, or is known here.
    cx.take_turn(&[("prescribing", patient)]).await?;
    let taken = current(cx, patient, &[]).await?;
    let mut known = alerts(cx, &taken).await?;
    let checks = look(cx, patient, &taken).await?;
    let mut new = Vec::new();
    for (row, checked) in taken.iter().zip(&checks) {
        let found = checked.found();
        for finding in found.iter().filter(|one| is_grave_allergy(one)) {
            let same = known.iter().position(|alert| {
                alert.source_id == Some(row.meta.id)
                    && alert.message.open().contains(&finding.message)
            });
            match same {
                // Told already, whatever was done about it since.
                Some(at) => drop(known.swap_remove(at)),
                None => new.push(told(cx, row, finding)),
            }
        }
    }
    cx.insert_all(&mut new).await?;
    let gone = known.into_iter();
    // Few: those of one patient's prescriptions that stopped being true at this moment.
    for alert in gone.filter(|alert| alert.status != AlertStatus::Overridden) {
        alert::resolve(cx, alert).await?;
    }
    Ok(())
}

fn is_grave_allergy(finding: &SafetyAlert) -> bool {
    finding.interrupts() && finding.kept_as().0 == AlertKind::Allergy
}

/// The alert for whoever prescribed it, in the hospital's language.
fn told(cx: &Cx, row: &Prescription, finding: &SafetyAlert) -> ClinicalAlert {
    let text = Text::new("clinical-allergy-since")
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

/// The alerts about allergies that prescriptions raised, overridden ones among them.
async fn alerts(cx: &mut Cx, rows: &[Prescription]) -> Result<Vec<ClinicalAlert>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.meta.id).collect();
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(ClinicalAlert::source_type.eq(Prescription::NAME))
        .and_where(among(cx.dialect(), ClinicalAlert::source_id, &ids))
        .and_where(ClinicalAlert::kind.eq(AlertKind::Allergy.as_str()))
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
    let found: Option<Patient> = cx.unscoped("whose allergies changed").record(query).await?;
    Ok(found.is_some())
}
