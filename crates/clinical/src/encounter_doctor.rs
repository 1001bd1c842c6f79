//! Whose an encounter is.

use identity::user::User;
use kernel::BuiltinRole;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::Ref;
use platform::resource::Change;
use platform::texts::Text;

use crate::encounter::Encounter;

/// Who saw the patient when nobody says: the doctor that was there, the appointment's, or the caller.
pub(crate) async fn usual_doctor(
    cx: &mut Cx,
    change: &Change<'_, Encounter>,
) -> Result<Option<Ref<User>>, Error> {
    if let Some(before) = change.before {
        return Ok(before.doctor);
    }
    let booked = match change.row.appointment {
        Some(appointment) => doctor_of(cx, appointment.get()).await?,
        None => None,
    };
    Ok(booked.or_else(|| cx.actor.user_id()).map(Ref::new))
}

async fn doctor_of(cx: &mut Cx, appointment: i64) -> Result<Option<i64>, Error> {
    let statement = Statement::raw(
        "SELECT doctor FROM appointment WHERE id = $1 AND voided_at IS NULL",
        values([&appointment]),
    );
    let found: Option<(i64,)> = cx
        .unscoped("the doctor of an appointment that the caller names")
        .optional(statement)
        .await?;
    Ok(found.map(|(doctor,)| doctor))
}

/// Only doctors who work here see patients, and whoever writes it down themselves.
pub(crate) async fn check_doctor(cx: &mut Cx, doctor: Option<Ref<User>>) -> Result<(), Error> {
    let Some(doctor) = doctor.map(|doctor| doctor.get()) else {
        return Err(Error::field("doctor", Text::new("required")));
    };
    if cx.actor.user_id() == Some(doctor) {
        return Ok(());
    }
    let statement = Statement::raw(
        "SELECT is_active, role FROM app_user WHERE id = $1",
        values([&doctor]),
    );
    let found: Option<(bool, Option<i64>)> = cx
        .unscoped("who is a doctor here is no secret")
        .optional(statement)
        .await?;
    match found {
        Some((true, Some(role))) if role == BuiltinRole::Doctor.id() => Ok(()),
        _ => Err(Error::field("doctor", Text::new("clinical-not-a-doctor"))),
    }
}
