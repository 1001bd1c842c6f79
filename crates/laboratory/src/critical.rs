//! A critical value: the ordering doctor gets a task and an alert in the same transaction, and hears of it at once.

use clinical::alert::{self, AlertKind, AlertSeverity, AlertStatus, ClinicalAlert, NewAlert};
use clinical::task::{Task, TaskPriority, TaskSource, TaskStatus};
use contracts::CriticalResult;
use platform::cx::{Cx, column, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::record::{Meta, Record};
use platform::seal::Sealed;
use platform::texts::Text;
use sea_query::{ExprTrait, Query, SelectStatement};

use crate::called;
use crate::escalate;
use crate::flag::Flag;
use crate::on_duty;
use crate::order::LabOrder;
use crate::result::LabResultValue;

/// What raises an alert, in the alert's words.
pub(crate) const SOURCE: &str = LabResultValue::NAME;

/// Raises the alarm when a value is critical and was not, with the same number, before.
pub(crate) async fn raise(
    cx: &mut Cx,
    order: &LabOrder,
    row: &LabResultValue,
    before: Option<&LabResultValue>,
) -> Result<(), Error> {
    let known = before.is_some_and(|before| said(before) == said(row));
    let was = before.is_some_and(|before| before.abnormal_flag == Some(Flag::Critical));
    if was && row.abnormal_flag != Some(Flag::Critical) {
        // A value that nobody can judge, such as a spoilt specimen, is no all-clear.
        let key = match row.abnormal_flag {
            Some(_) => "laboratory-critical-withdrawn",
            None => "laboratory-critical-unknown",
        };
        return called_off(cx, order, row, key).await;
    }
    if row.abnormal_flag != Some(Flag::Critical) || known {
        return Ok(());
    }
    let doctor = on_duty::active_reviewer(cx, order.ordered_by).await?;
    let language = language_of(cx, doctor).await?;
    let said = sentence(row, before, &called::name(cx, row).await?);
    let message = cx.app.texts.render(&language, &said);
    let alert = NewAlert {
        source: Some((SOURCE, row.meta.id)),
        addressee: doctor,
        ..NewAlert::new(
            row.patient.get(),
            AlertKind::CriticalLab,
            AlertSeverity::Critical,
            &message,
        )
    };
    let alert = alert::raise(cx, alert).await?;
    let task = assign(cx, doctor, row, &message).await?;
    escalate::schedule(cx, alert.meta.id, doctor.is_some())?;
    cx.emit(&CriticalResult {
        lab_result_value: row.meta.id,
        lab_order: order.meta.id,
        patient: row.patient.get(),
        ordered_by: doctor,
        task,
        at: cx.now(),
    })
}

/// A value that was critical by mistake: whoever was alarmed must not act on it. The alarm ends, and another tells what
/// holds now.
async fn called_off(
    cx: &mut Cx,
    order: &LabOrder,
    row: &LabResultValue,
    key: &'static str,
) -> Result<(), Error> {
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(ClinicalAlert::source_type.eq(SOURCE))
        .and_where(ClinicalAlert::source_id.eq(row.meta.id));
    acknowledge(cx, query).await?;
    let doctor = on_duty::active_reviewer(cx, order.ordered_by).await?;
    let language = language_of(cx, doctor).await?;
    let name = called::name(cx, row).await?;
    let said = in_words(row, key, &name);
    let message = cx.app.texts.render(&language, &said);
    let alert = NewAlert {
        source: Some((SOURCE, row.meta.id)),
        addressee: doctor,
        ..NewAlert::new(
            row.patient.get(),
            AlertKind::CriticalLab,
            AlertSeverity::Warning,
            &message,
        )
    };
    alert::raise(cx, alert).await?;
    assign(cx, doctor, row, &message).await?;
    Ok(())
}

/// A critical value that is deleted: whoever was alarmed hears that it does not stand.
pub(crate) async fn deleted(
    cx: &mut Cx,
    order: &LabOrder,
    row: &LabResultValue,
) -> Result<(), Error> {
    if row.abnormal_flag != Some(Flag::Critical) || row.replaced_by.is_some() {
        return Ok(());
    }
    called_off(cx, order, row, "laboratory-critical-deleted").await
}

/// What an alarm is about.
fn said(row: &LabResultValue) -> impl PartialEq + use<> {
    let text = row.value_text.open().to_string();
    (row.abnormal_flag, row.value_numeric, row.comparator, text)
}

/// What a critical value says.
pub(crate) fn sentence(row: &LabResultValue, before: Option<&LabResultValue>, name: &str) -> Text {
    let key = match before {
        Some(_) => "laboratory-critical-corrected",
        None => "laboratory-critical",
    };
    in_words(row, key, name)
}

fn in_words(row: &LabResultValue, key: &'static str, name: &str) -> Text {
    let number = row.value_numeric.map(|value| {
        let sign = row.comparator.map_or("", |sign| sign.as_str());
        format!("{sign}{value} {}", &**row.units.open())
    });
    let value = number.unwrap_or_else(|| row.value_text.open().to_string());
    Text::new(key)
        .with("parameter", name)
        .with("value", value.trim())
}

/// A high-priority task for a user; for everyone on the ward when none is known.
pub(crate) async fn assign(
    cx: &mut Cx,
    user: Option<i64>,
    row: &LabResultValue,
    message: &str,
) -> Result<i64, Error> {
    let mut task = Task {
        meta: Meta::unstored(),
        title: Sealed::new(Line::cut(message)),
        description: Sealed::new(Blank::default()),
        assignee: user.map(Ref::new),
        status: TaskStatus::Pending,
        priority: TaskPriority::High,
        related_patient: Some(row.patient),
        due_date: Some(cx.today()),
        created_by: None,
        source: TaskSource::DecisionSupport,
        source_type: Some(Line::cut(SOURCE)),
        source_id: Some(row.meta.id),
    };
    cx.insert(&mut task).await?;
    Ok(task.meta.id)
}

/// The language of a user, else the hospital's.
pub(crate) async fn language_of(cx: &mut Cx, user: Option<i64>) -> Result<String, Error> {
    let statement = Statement::raw(
        "SELECT language_preference FROM app_user WHERE id = $1",
        vec![user.to_value()],
    );
    let found: Option<(String,)> = cx
        .unscoped("people are told things in their own language")
        .optional(statement)
        .await?;
    let usual = cx.app.settings.language.to_owned();
    Ok(found.map_or(usual, |(language,)| language))
}

/// Whoever reviews an order has seen its critical values: open alerts of its results are acknowledged.
pub(crate) async fn reviewed(cx: &mut Cx, order: &LabOrder) -> Result<(), Error> {
    let mut values = Query::select();
    values
        .expr(LabResultValue::id)
        .from(LabResultValue::TABLE)
        .and_where(LabResultValue::lab_order.eq(order.meta.id));
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(ClinicalAlert::source_type.eq(SOURCE))
        .and_where(ClinicalAlert::source_id.in_subquery(values));
    acknowledge(cx, query).await
}

/// Those of these alerts that are open are acknowledged by the caller.
async fn acknowledge(cx: &mut Cx, mut query: SelectStatement) -> Result<(), Error> {
    query
        .and_where(ClinicalAlert::status.eq(AlertStatus::Open.as_str()))
        .and_where(column(ClinicalAlert::TABLE, "voided_at").is_null());
    let open: Vec<ClinicalAlert> = cx
        .unscoped("the alerts of results that the caller reviews")
        .records(query)
        .await?;
    for before in open {
        let mut alert = before.clone();
        alert.status = AlertStatus::Acknowledged;
        alert.acknowledged_by = cx.actor.user_id().map(Ref::new);
        alert.acknowledged_at = Some(cx.now());
        cx.update(&mut alert, &before).await?;
    }
    Ok(())
}
