//! Signing an encounter: from then on it is final.

use contracts::EncounterSigned;
use kernel::BuiltinRole::{Admin, Doctor};
use kernel::Code;
use kernel::Reach;
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::resource::{Resource, change_by};
use platform::texts::Text;
use platform::verb::{One, Verb};
use scheduling::{Appointment, AppointmentStatus};

use crate::encounter::{Encounter, EncounterStatus, signed};

platform::input! {
    /// What happens together with the signature.
    pub struct SignInput {
        /// Also completes the encounter's appointment, in the same transaction; the encounter must have one.
        complete_appointment: bool = false,
    }
}

/// Signs an encounter as the caller.
pub struct Sign;

impl Verb for Sign {
    type On = Encounter;
    type Input = SignInput;
    type Answer = One<Encounter>;
    const NAME: &'static str = "sign";
    const SUMMARY: &'static str = "Sign the encounter as the caller";
    const DESCRIPTION: &'static str = "A signed encounter is final: neither it nor its vitals, prescriptions and \
        orders change any more (409 `encounter_signed`). What is to be added is an addendum.";
    const GRAVE: bool = true;

    fn access() -> Access {
        Access::may(&[Admin, Doctor])
    }

    fn offered(row: &Encounter) -> bool {
        row.status == EncounterStatus::Open
    }

    fn not_offered(row: &Encounter) -> Error {
        signed(row)
    }

    async fn run(cx: &mut Cx, held: Encounter, input: SignInput) -> Result<One<Encounter>, Error> {
        let (signer, now) = (cx.user_id()?, cx.now());
        let appointment = held.appointment;
        let row = change_by(cx, held, |row| {
            row.status = EncounterStatus::Signed;
            row.signed_at = Some(now);
            row.signed_by = Some(Ref::new(signer));
        })
        .await?;
        if input.complete_appointment {
            let appointment = appointment.ok_or_else(no_appointment)?;
            complete(cx, appointment.get()).await?;
        }
        cx.emit(&EncounterSigned {
            encounter: row.meta.id,
            patient: row.patient.get(),
            doctor: signer,
            signed_at: now,
        })?;
        Ok(One(row))
    }
}

fn no_appointment() -> Error {
    Error::field("complete_appointment", Text::new("clinical-no-appointment"))
}

/// Completes the appointment by its own rules; one that is completed already stays so.
async fn complete(cx: &mut Cx, appointment: i64) -> Result<(), Error> {
    if cx.grant_of(Appointment::UPDATE).reach == Reach::None {
        return Err(Error::refuse(
            Code::PermissionDenied,
            Text::new("permission-denied"),
        ));
    }
    let held: Appointment = cx.hold(appointment).await?;
    if held.status != AppointmentStatus::Completed {
        change_by(cx, held, |row| row.status = AppointmentStatus::Completed).await?;
    }
    Ok(())
}
