//! What care a booking brings.
//!
//! An appointment puts the patient into the doctor's care. Whoever reaches only their own patients, or those who confined
//! their records, and books one with themselves would give themselves access to any record: such a booking gives it until the end of the day on which it
//! was made, however far ahead the visit is, and a person is asked about it.

use jiff::Timestamp;
use patients::{CareSource, Oneself};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;

use crate::appointment::Appointment;
use crate::migrations::occupies;

const WHY: &str = "who cares for whom is noted by what they do";

/// Whether the caller would get at a record by booking with themselves. In another's name, what they reach themselves is
/// not known here.
pub(crate) async fn books_own(cx: &mut Cx, patient: i64, doctor: i64) -> Result<bool, Error> {
    if !cx.actor.is_done_by(doctor) {
        return Ok(false);
    }
    Ok(cx.actor.delegate() == Some(doctor) || patients::opens_by_treating(cx, patient).await?)
}

/// Puts the patient into the doctor's care.
pub(crate) async fn care(cx: &mut Cx, row: &Appointment) -> Result<(), Error> {
    let (patient, doctor) = (row.patient.get(), row.doctor.get());
    if !row.own_booking {
        let doctor = [(doctor, cx.now())];
        return patients::take_into_care(cx, patient, &doctor, CareSource::Appointment).await;
    }
    let act = Oneself {
        patient,
        user: doctor,
        source: CareSource::Appointment,
        of: (Appointment::NAME, row.meta.id),
    };
    patients::take_oneself(cx, act).await
}

/// Ends what a booking with oneself brought, after it was cancelled, unless another one stands.
pub(crate) async fn end(cx: &mut Cx, patient: i64, doctor: i64) -> Result<(), Error> {
    const SQL: &str = concat!(
        r#"DELETE FROM care_relationship WHERE patient = $1 AND "user" = $2 AND source = 'appointment' AND until IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM appointment WHERE patient = $1 AND doctor = $2 AND "#,
        occupies!(),
        ")"
    );
    cx.unscoped(WHY)
        .at_end(Statement::raw(SQL, values([&patient, &doctor])))
}

/// Works out anew what bookings with oneself bring, after rows came from another record or went back there.
pub(crate) async fn refresh(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    const SQL: &str = concat!(
        "SELECT doctor, max(created_at) FROM appointment WHERE patient = $1 AND own_booking AND ",
        occupies!(),
        " GROUP BY doctor"
    );
    let doctors: Vec<(i64, Timestamp)> = cx
        .unscoped("a by-product of the appointments")
        .all(Statement::raw(SQL, values([&patient])))
        .await?;
    for (doctor, booked) in doctors {
        let until = end_of_day(cx, booked)?;
        patients::take_into_care_until(cx, patient, doctor, CareSource::Appointment, until).await?;
    }
    Ok(())
}

fn end_of_day(cx: &Cx, at: Timestamp) -> Result<Timestamp, Error> {
    let zone = &cx.app.zone;
    let bounds = zone.day_bounds(zone.to_local(at).date());
    Ok(bounds.map_err(Error::internal)?.1)
}
