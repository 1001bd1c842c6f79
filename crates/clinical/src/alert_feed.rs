//! What clinical alerts contribute to `alerts/`.
//!
//! Guideline reminders are shown only to those who have the patient in their care: a hospital has thousands
//! of them, and a list of all would hide what is urgent. Others see them in the patient's chart.

use kernel::Reach;
use platform::access::Right;
use platform::access::{Grant, Scope};
use platform::alert::{Alert, Urgency, Wanted};
use platform::cx::{Cx, select};
use platform::db::{Damage, ToValue};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::module::Module;
use platform::operation::Operation;
use platform::operation::Without;
use platform::record::Record;
use platform::resource::{Resource, show_one};
use platform::route::Route;
use sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query};

use crate::alert::{AlertKind, AlertSeverity, AlertStatus, ClinicalAlert};

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .alerts(|cx, wanted| Box::pin(raised(cx, wanted)))
        .route(retrieve())
}

fn retrieve() -> Operation {
    Route::get(ClinicalAlert::PATH, "alerts/{id}/", |cx, call| {
        Box::pin(one(cx, call))
    })
    .with::<ClinicalAlert>(Right::Read, Without::Nothing)
    .patient_data()
    .answers_record::<ClinicalAlert>(200)
    .versioned()
    .summary("Show one clinical alert")
    .done()
}

async fn one(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let row: ClinicalAlert = cx.load(call.id()?).await?;
    show_one(cx, &row).await
}

/// The newest alerts that the caller may see.
async fn raised(cx: &mut Cx, wanted: Wanted) -> Result<Vec<Alert>, Error> {
    let grant = cx.grant_of(ClinicalAlert::READ);
    if grant.reach == Reach::None {
        return Ok(Vec::new());
    }
    let mut query = select::<ClinicalAlert>();
    query
        .and_where(Expr::col((ClinicalAlert::TABLE, "voided_at")).is_null())
        .cond_where(Condition::all().add(in_care(&grant)))
        .order_by((ClinicalAlert::TABLE, "id"), Order::Desc)
        .limit(wanted.most);
    match ClinicalAlert::scope(&grant) {
        Scope::All => {}
        Scope::Nothing => return Ok(Vec::new()),
        Scope::Where(condition) => {
            query.cond_where(condition);
        }
    }
    if wanted.unread {
        query.and_where(ClinicalAlert::status.eq(AlertStatus::Open.as_str()));
    }
    let rows: Vec<ClinicalAlert> = cx
        .unscoped("the scope of the alerts is part of the query")
        .readable(query)
        .await?;
    let mut alerts: Vec<Alert> = rows.iter().map(|row| shown(cx, row)).collect();
    let damaged = cx.damaged().iter();
    let damaged = damaged.filter(|damage| damage.table == ClinicalAlert::TABLE);
    alerts.extend(damaged.map(|damage| unreadable(cx, damage)));
    Ok(alerts)
}

/// Not a guideline's, or of a patient in the user's care.
fn in_care(grant: &Grant) -> Condition {
    let mut patients = Query::select();
    patients
        .column(Alias::new("patient"))
        .from(Alias::new("care_relationship"))
        .and_where(Expr::col(Alias::new("user")).eq(grant.user))
        .and_where(
            Expr::col(Alias::new("until"))
                .is_null()
                .or(Expr::col(Alias::new("until")).gt(grant.at.to_value())),
        );
    Condition::any()
        .add(ClinicalAlert::kind.ne(AlertKind::Guideline.as_str()))
        .add(ClinicalAlert::patient.in_subquery(patients))
}

/// In the place of an alert that cannot be read: nobody is to believe that there is none.
fn unreadable(cx: &Cx, damage: &Damage) -> Alert {
    let said = cx.app.said_of(cx.origin.language, damage);
    let detail = said.get("detail").and_then(|json| json.as_str());
    Alert {
        id: None,
        kind: "damaged".to_owned(),
        severity: Urgency::Warning,
        message: detail.unwrap_or_default().to_owned(),
        patient: None,
        patient_id: None,
        is_read: false,
        created_at: cx.now(),
    }
}

fn shown(cx: &mut Cx, row: &ClinicalAlert) -> Alert {
    cx.saw_record(row);
    let patient = Some(row.patient.get());
    Alert {
        id: Some(row.meta.id),
        kind: row.kind.as_str().to_owned(),
        severity: match row.severity {
            AlertSeverity::Info => Urgency::Info,
            AlertSeverity::Warning => Urgency::Warning,
            AlertSeverity::Critical => Urgency::Critical,
        },
        message: row.message.open().to_string(),
        patient,
        patient_id: patient,
        is_read: row.status != AlertStatus::Open,
        created_at: row.meta.created_at,
    }
}
