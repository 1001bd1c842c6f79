//! Beginning a visit: the encounter that the doctor writes into, and the appointment in progress.

use http::StatusCode;
use kernel::BuiltinRole::{Admin, Doctor};
use patients::Patient;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::resource::change_by;
use platform::texts::Text;
use platform::verb::{One, Verb};
use scheduling::Appointment;

use crate::encounter::Encounter;
use crate::visit;

platform::input! {
    /// For which appointment.
    pub struct BeginInput {
        /// The patient's appointment; the caller's with the patient today when it is left out, and none when there is none.
        appointment: Option<Ref<Appointment>>,
    }
}

/// `patients/{id}/begin_visit/`.
pub struct BeginVisit;

impl Verb for BeginVisit {
    type On = Patient;
    type Input = BeginInput;
    type Answer = One<Encounter>;
    const NAME: &'static str = "begin_visit";
    const SUMMARY: &'static str = "Begin a visit, or go on with the one that was begun";
    const DESCRIPTION: &'static str = "Answers the encounter to be written. It is a new one, with the appointment's \
        reason as the complaint, unless one is open already for the appointment, or without one by the caller or with \
        nothing written, begun less than 24 hours ago. The appointment is in progress then.";
    const STATUS: StatusCode = StatusCode::CREATED;

    fn access() -> Access {
        Access::may(&[Admin, Doctor])
    }

    async fn of_use(_cx: &mut Cx, row: &Patient) -> Result<bool, Error> {
        Ok(row.merged_into.is_none())
    }

    async fn run(cx: &mut Cx, held: Patient, input: BeginInput) -> Result<One<Encounter>, Error> {
        let (patient, me) = (held.meta.id, cx.user_id()?);
        let open = visit::open(cx, patient).await?;
        let booked = match input.appointment {
            Some(named) => Some(appointment(cx, named.get(), patient).await?),
            None => visit::booked(cx, patient, Some(me)).await?,
        };
        if let Some(booked) = &booked {
            visit::start(cx, booked).await?;
        }
        let named = booked.as_ref().map(|row| Ref::new(row.meta.id));
        let mine = |row: &Encounter| {
            let same = row.appointment.is_some() && row.appointment == named;
            let loose =
                row.appointment.is_none() && (row.doctor == Some(Ref::new(me)) || row.is_blank());
            same || loose
        };
        let doctor = sees(cx, me, booked.as_ref());
        match open.into_iter().find(mine) {
            Some(row) => resume(cx, row, named, doctor).await.map(One),
            None => visit::begin(cx, patient, doctor, booked.as_ref())
                .await
                .map(One),
        }
    }
}

/// The appointment that the caller names, which must be the patient's.
async fn appointment(cx: &mut Cx, id: i64, patient: i64) -> Result<Appointment, Error> {
    let row: Appointment = cx.find(id).await?;
    if row.patient.get() != patient {
        return Err(Error::field("appointment", Text::new("other-patient")));
    }
    Ok(row)
}

/// Who sees the patient: the doctor who begins, or the one booked when somebody else begins for them.
fn sees(cx: &Cx, me: i64, booked: Option<&Appointment>) -> Option<i64> {
    let is_doctor = cx.actor.user().and_then(|user| user.role) == Some(Doctor.id());
    match booked {
        Some(booked) if !is_doctor => Some(booked.doctor.get()),
        _ => Some(me),
    }
}

/// Goes on with what was begun: for its appointment, and as its doctor when nobody wrote anything yet.
async fn resume(
    cx: &mut Cx,
    row: Encounter,
    appointment: Option<Ref<Appointment>>,
    doctor: Option<i64>,
) -> Result<Encounter, Error> {
    let fits = row.appointment.is_some() || row.appointment == appointment;
    let taken = row.is_blank().then_some(doctor).flatten().map(Ref::new);
    let stays = taken.is_none() || taken == row.doctor;
    if fits && stays {
        return Ok(row);
    }
    let held: Encounter = cx.hold(row.meta.id).await?;
    change_by(cx, held, |row| {
        row.appointment = row.appointment.or(appointment);
        row.doctor = taken.or(row.doctor);
    })
    .await
}
