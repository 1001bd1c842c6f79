//! A critical value that nobody acknowledges goes on: from the ordering doctor to those on duty, then to Admins.

use std::collections::BTreeSet;

use clinical::alert::{AlertStatus, ClinicalAlert};
use contracts::CriticalResultUnacknowledged;
use jiff::SignedDuration;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::Record;
use sea_query::ExprTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::called;
use crate::critical::{assign, language_of, sentence};
use crate::on_duty;
use crate::result::LabResultValue;

platform::choice! {
    /// Who hears of an unacknowledged value next.
    pub(crate) enum Step {
        /// Doctors whose hours these are.
        OnDuty = "on_duty",
        /// Admins.
        Admins = "admins",
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    alert: i64,
    to: String,
}

/// Looks again when the time to acknowledge is over.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "laboratory:escalate",
    run: Run::Inside(|cx, payload| Box::pin(run(cx, payload))),
    attempts: 10,
    every: None,
};

/// Plans the first look: when the time to acknowledge is over, or at once when there is no doctor of the order to wait for.
///
/// # Errors
/// When the job cannot be stored.
pub(crate) fn schedule(cx: &mut Cx, alert: i64, somebody_knows: bool) -> Result<(), Error> {
    let payload = Payload {
        alert,
        to: Step::OnDuty.as_str().to_owned(),
    };
    if somebody_knows {
        return again(cx, &payload);
    }
    let job = Job::now(JOB.kind, serde_json::to_value(payload)?);
    enqueue(cx, vec![job])
}

fn again(cx: &mut Cx, payload: &Payload) -> Result<(), Error> {
    let wait = SignedDuration::try_from(cx.app.settings.critical_ack).map_err(Error::internal)?;
    let job = Job::at(JOB.kind, serde_json::to_value(payload)?, cx.now() + wait);
    enqueue(cx, vec![job])
}

async fn run(cx: &mut Cx, payload: &Json) -> Result<(), Error> {
    let payload: Payload = serde_json::from_value(payload.clone())?;
    let Some((alert, row)) = open(cx, payload.alert).await? else {
        return Ok(());
    };
    let mut told: BTreeSet<i64> = BTreeSet::new();
    if payload.to == Step::OnDuty.as_str() {
        told = on_duty::reviewers(cx).await?.into_iter().collect();
        if let Some(doctor) = alert.addressee {
            told.remove(&doctor.get());
        }
    }
    let mut last = payload.to == Step::Admins.as_str();
    if told.is_empty() {
        // Nobody is on duty: it does not wait for another round.
        told = on_duty::admins(cx).await?.into_iter().collect();
        last = true;
    }
    let mut tasks = Vec::with_capacity(told.len());
    let name = called::name(cx, &row).await?;
    for user in told {
        let language = language_of(cx, Some(user)).await?;
        let message = cx.app.texts.render(&language, &sentence(&row, None, &name));
        tasks.push(assign(cx, Some(user), &row, &message).await?);
    }
    if !last {
        again(
            cx,
            &Payload {
                to: Step::Admins.as_str().to_owned(),
                ..payload
            },
        )?;
    }
    cx.emit(&CriticalResultUnacknowledged {
        lab_result_value: row.meta.id,
        lab_order: row.lab_order.get(),
        patient: row.patient.get(),
        tasks,
        at: cx.now(),
    })
}

/// The alert if nobody has acknowledged it, with the value that raised it.
async fn open(cx: &mut Cx, alert: i64) -> Result<Option<(ClinicalAlert, LabResultValue)>, Error> {
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(ClinicalAlert::id.eq(alert))
        .and_where(ClinicalAlert::status.eq(AlertStatus::Open.as_str()))
        .and_where(column(ClinicalAlert::TABLE, "voided_at").is_null());
    let alert: Option<ClinicalAlert> = cx
        .unscoped("the program watches what nobody acknowledges")
        .record(query)
        .await?;
    let Some(alert) = alert else { return Ok(None) };
    let mut query = select::<LabResultValue>();
    query
        .and_where(LabResultValue::id.eq(alert.source_id.unwrap_or_default()))
        .and_where(column(LabResultValue::TABLE, "voided_at").is_null());
    let row: Option<LabResultValue> = cx
        .unscoped("the program watches what nobody acknowledges")
        .record(query)
        .await?;
    Ok(row.map(|row| (alert, row)))
}
