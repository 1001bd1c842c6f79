//! What a patient writes back that is no STOP: the front desk is told, with the visit that it may be about.

use kernel::{BuiltinRole, Phone};
use patients::Patient;
use platform::cx::{Cx, column, select};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::record::Record;
use platform::texts::Text;
use scheduling::Appointment;
use sea_query::{Alias, ExprTrait, Order};

use super::schedule::EXPECTED;
use crate::notification::NotificationType;
use crate::notify::{Notice, notify};

/// Patients who share a number, and people at the desk, at most.
const PATIENTS: u64 = 20;
const DESK: i64 = 50;
const WHY: &str = "what a patient answers is for whoever is at the desk";

/// Tells the desk what came from a number. From one that no patient has, nobody is told: it is about no visit.
///
/// # Errors
/// When the database fails.
pub(super) async fn pass_on(cx: &mut Cx, phone: &Phone, said: &str) -> Result<(), Error> {
    let patients = patients_with(cx, phone).await?;
    let Some(first) = patients.first().copied() else {
        return Ok(());
    };
    let visit = next_visit(cx, &patients).await?;
    let patient = visit.as_ref().map_or(first, |visit| visit.patient.get());
    let names = patients::names(cx, [patient]).await?;
    let text = Text::new("notice-patient-answered")
        .with("patient", names.get(&patient).map_or("", String::as_str))
        .with("text", said);
    let related = visit.map_or((Patient::NAME, patient), |visit| {
        (Appointment::NAME, visit.meta.id)
    });
    for user in desk(cx).await? {
        let notice = Notice {
            user,
            kind: NotificationType::Message,
            text: text.clone(),
            related: Some(related),
            patient: Some(patient),
        };
        notify(cx, notice).await?;
    }
    Ok(())
}

/// Patients who really have the number, the newest first: tags of numbers are short.
async fn patients_with(cx: &mut Cx, phone: &Phone) -> Result<Vec<i64>, Error> {
    let ids = patients::by_phone(cx, phone, 0, PATIENTS).await?;
    let code = cx.app.settings.country_code.parse().unwrap_or_default();
    let mut query = select::<Patient>();
    query
        .and_where(column(Patient::TABLE, "id").is_in(ids))
        .and_where(column(Patient::TABLE, "voided_at").is_null())
        .and_where(column(Patient::TABLE, "merged_into").is_null())
        .order_by((Alias::new(Patient::TABLE), Alias::new("id")), Order::Desc);
    let rows: Vec<Patient> = cx.unscoped(WHY).records(query).await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.phones(code).iter().any(|own| own == phone))
        .map(|row| row.meta.id)
        .collect())
}

/// The visit that comes next for any of these patients.
async fn next_visit(cx: &mut Cx, patients: &[i64]) -> Result<Option<Appointment>, Error> {
    let mut query = select::<Appointment>();
    query
        .and_where(Appointment::patient.is_in(patients.iter().copied()))
        .and_where(Appointment::status.is_in(EXPECTED.map(|status| status.as_str())))
        .and_where(Appointment::starts_at.gte(cx.now().to_value()))
        .and_where(column(Appointment::TABLE, "voided_at").is_null())
        .order_by(
            (Alias::new(Appointment::TABLE), Alias::new("starts_at")),
            Order::Asc,
        )
        .limit(1);
    cx.unscoped(WHY).record(query).await
}

/// Who works at the desk, in the order of their ids: notices to several take turns in that order.
async fn desk(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    let statement = Statement::raw(
        "SELECT id FROM app_user WHERE is_active = $1 AND role = $2 ORDER BY id LIMIT $3",
        vec![
            true.to_value(),
            BuiltinRole::Receptionist.id().to_value(),
            DESK.to_value(),
        ],
    );
    let users: Vec<(i64,)> = cx.unscoped(WHY).all(statement).await?;
    Ok(users.into_iter().map(|(id,)| id).collect())
}
