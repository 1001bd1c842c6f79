//! Guideline reminders: alerts for what is due, which close by themselves once it was done.
//!
//! What is due for a patient is worked out anew whenever something is recorded for them, and daily for all
//! who were here within two years.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use jiff::civil::Date;
use platform::cx::{Cx, among, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::Record;
use platform::texts::Text;
use sea_query::{Expr, ExprTrait};
use serde_json::{Value as Json, json};

use crate::alert::{self, AlertKind, AlertSeverity, AlertStatus, ClinicalAlert, NewAlert};
use crate::guideline_facts::{Known, known};
use crate::guideline_rule::{IMMUNISATION, active};
use crate::rules::guideline::rules;
use crate::rules::immunisation::{self, Schedule};

/// Works out what is due for one patient.
pub(crate) const OF_PATIENT: JobInfo = JobInfo {
    kind: "clinical:guidelines-of-patient",
    run: Run::Inside(of_patient),
    attempts: 5,
    every: None,
};

/// Works out what is due for everyone who was here lately, batch by batch.
pub(crate) const DAILY: JobInfo = JobInfo {
    kind: "clinical:guidelines",
    run: Run::Inside(daily),
    attempts: 5,
    every: Some(Duration::from_secs(24 * 3600)),
};

/// Patients in one transaction.
const BATCH: i64 = 100;
/// Who was not here for so long is not reminded of.
const LATELY: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

/// Queues working out what is due for a patient, with the caller's transaction.
///
/// # Errors
/// When the job cannot be queued.
pub(crate) fn refresh(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    let job = Job::now(OF_PATIENT.kind, json!({ "patient": patient }));
    enqueue(cx, vec![job])
}

fn of_patient<'a>(cx: &'a mut Cx, payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        match payload["patient"].as_i64() {
            Some(patient) => reconcile(cx, &[patient]).await,
            None => Ok(()),
        }
    })
}

fn daily<'a>(cx: &'a mut Cx, payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let after = payload["after"].as_i64().unwrap_or(0);
        let since = cx.now() - LATELY;
        let statement = Statement::raw(
            "SELECT id FROM patient WHERE id > $1 AND voided_at IS NULL AND merged_into IS NULL \
             AND (last_appointment_at > $2 OR created_at > $2 OR EXISTS (SELECT 1 FROM encounter \
             WHERE encounter.patient = patient.id AND encounter.encounter_date > $2)) ORDER BY id LIMIT $3",
            vec![after.to_value(), since.to_value(), BATCH.to_value()],
        );
        let ids: Vec<(i64,)> = cx
            .unscoped("reminders are worked out for every patient")
            .all(statement)
            .await?;
        let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
        reconcile(cx, &ids).await?;
        match ids.last() {
            Some(last) if ids.len() as i64 == BATCH => {
                enqueue(cx, vec![Job::now(DAILY.kind, json!({ "after": last }))])
            }
            _ => Ok(()),
        }
    })
}

/// Something that is due: the name under which its alert is found again, and what to say.
struct Reminder {
    key: String,
    message: String,
    severity: AlertSeverity,
}

/// Raises alerts for what became due and resolves those for what no longer is.
pub(crate) async fn reconcile(cx: &mut Cx, patients: &[i64]) -> Result<(), Error> {
    if patients.is_empty() {
        return Ok(());
    }
    let turns: Vec<(&str, i64)> = patients.iter().map(|id| ("guideline", *id)).collect();
    cx.take_turn(&turns).await?;
    let on = active(cx).await?;
    let known = known(cx, patients).await?;
    let mut standing = standing(cx, patients).await?;
    let today = cx.today();
    let mut raised = Vec::new();
    for (patient, known) in known {
        let mut due = Vec::new();
        if !known.gone {
            due.extend(by_rules(cx, &known, today, &|key| on.contains(key)));
            if on.contains(IMMUNISATION) {
                due.extend(by_schedule(cx, &known, today));
            }
        }
        let mut stand = standing.remove(&patient).unwrap_or_default();
        for reminder in due {
            let key = Some(reminder.key.as_str());
            let known_as = |alert: &ClinicalAlert| alert.rule.as_deref() == key;
            if let Some(at) = stand.iter().position(known_as) {
                stand.swap_remove(at);
                continue;
            }
            let new = NewAlert {
                rule: key,
                ..NewAlert::new(
                    patient,
                    AlertKind::Guideline,
                    reminder.severity,
                    &reminder.message,
                )
            };
            raised.push(alert::of(cx, new));
        }
        // Done, no longer asked for, or there twice after two records became one.
        for alert in stand {
            alert::resolve(cx, alert).await?;
        }
    }
    cx.insert_all(&mut raised).await
}

fn by_rules(cx: &Cx, known: &Known, today: Date, on: &dyn Fn(&str) -> bool) -> Vec<Reminder> {
    let language = cx.app.settings.language;
    let due = rules()
        .iter()
        .filter(|rule| rule.is_countable() && on(&rule.id));
    due.filter_map(|rule| {
        let due = rule.due(&known.facts, today)?;
        let grave = rule.high_priority || due.overdue;
        Some(Reminder {
            key: rule.id.clone(),
            message: rule.text(language).to_owned(),
            severity: if grave {
                AlertSeverity::Warning
            } else {
                AlertSeverity::Info
            },
        })
    })
    .collect()
}

fn by_schedule(cx: &Cx, known: &Known, today: Date) -> Vec<Reminder> {
    let schedule = Schedule::of_country(&cx.app.settings.country_code);
    let facts = &known.facts;
    let due = immunisation::due(schedule, &facts.person, facts.birth, &known.given, today);
    let reminders = due.into_iter().map(|dose| {
        let text = Text::new("clinical-vaccine-due")
            .with("vaccine", dose.name)
            .with("dose", dose.dose)
            .with("since", dose.since);
        Reminder {
            key: format!("{IMMUNISATION}:{}:{}", dose.vaccine, dose.dose),
            message: cx.app.texts.render(cx.app.settings.language, &text),
            severity: AlertSeverity::Warning,
        }
    });
    reminders.collect()
}

/// The reminders that stand, by patient.
async fn standing(
    cx: &mut Cx,
    patients: &[i64],
) -> Result<HashMap<i64, Vec<ClinicalAlert>>, Error> {
    let states = [AlertStatus::Open, AlertStatus::Acknowledged].map(AlertStatus::as_str);
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(among(cx.dialect(), ClinicalAlert::patient, patients))
        .and_where(ClinicalAlert::kind.eq(AlertKind::Guideline.as_str()))
        .and_where(ClinicalAlert::status.is_in(states))
        .and_where(Expr::col((ClinicalAlert::TABLE, "voided_at")).is_null());
    let rows: Vec<ClinicalAlert> = cx
        .unscoped("reminders follow the patient's records, whoever caused them")
        .readable(query)
        .await?;
    let mut by_patient: HashMap<i64, Vec<ClinicalAlert>> = HashMap::new();
    for row in rows {
        by_patient.entry(row.patient.get()).or_default().push(row);
    }
    Ok(by_patient)
}
