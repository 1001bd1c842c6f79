//! The steps of an appointment as verbs: `check_in/`, `start/`, `complete/`, `cancel/`, `no_show/`, and `undo/`.
//!
//! Each is a change of the status and nothing else, through the same hooks as a client that writes the
//! status itself; only doing the same twice is refused, where writing the same status again is not a
//! change.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Blank;
use platform::module::Module;
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::verb::{One, Verb};

use crate::appointment::{Appointment, not_from};
use crate::booking;
use crate::state::{AppointmentStatus, Stages, step_back};

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .verb::<CheckIn>()
        .verb::<Start>()
        .verb::<Complete>()
        .verb::<Cancel>()
        .verb::<NoShow>()
        .verb::<Undo>()
}

macro_rules! step {
    ($(#[doc = $doc:literal])* $verb:ident => $to:ident, $name:literal, $summary:literal) => {
        $(#[doc = $doc])*
        pub(crate) struct $verb;

        impl $verb {
            const TO: AppointmentStatus = AppointmentStatus::$to;
        }

        impl Verb for $verb {
            type On = Appointment;
            type Input = ();
            type Answer = One<Appointment>;
            const NAME: &'static str = $name;
            const SUMMARY: &'static str = $summary;

            fn access() -> Access {
                Access::may(&[Admin, Doctor, Receptionist, Nurse])
            }

            fn offered(row: &Appointment) -> bool {
                row.status.next().contains(&Self::TO)
            }

            fn not_offered(row: &Appointment) -> Error {
                not_from(row.status)
            }

            async fn of_use(cx: &mut Cx, row: &Appointment) -> Result<bool, Error> {
                let mut then = row.clone();
                then.status = Self::TO;
                Ok(booking::check_moment(cx, &then).is_ok())
            }

            async fn run(
                cx: &mut Cx,
                held: Appointment,
                _input: (),
            ) -> Result<One<Appointment>, Error> {
                change_by(cx, held, |row| row.status = Self::TO).await.map(One)
            }
        }
    };
}

step!(
    /// The patient has come: gives the number in the doctor's queue.
    CheckIn => CheckedIn, "check_in", "Check the patient in and give a queue number"
);
step!(
    /// The doctor sees the patient now.
    Start => InProgress, "start", "Start the visit"
);
step!(
    /// The patient was seen.
    Complete => Completed, "complete", "Complete the visit"
);
step!(
    /// The patient did not come, or left without being seen.
    NoShow => NoShow, "no_show", "Record that the patient did not come, or left without being seen"
);

platform::input! {
    /// Why.
    pub struct CancelInput {
        /// Why it is cancelled; kept as `cancel_reason`.
        reason: Blank<500>,
    }
}

/// The time is free again.
pub(crate) struct Cancel;

impl Verb for Cancel {
    type On = Appointment;
    type Input = CancelInput;
    type Answer = One<Appointment>;
    const NAME: &'static str = "cancel";
    const SUMMARY: &'static str = "Cancel the appointment and free its time";

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    fn offered(row: &Appointment) -> bool {
        row.status.next().contains(&AppointmentStatus::Cancelled)
    }

    fn not_offered(row: &Appointment) -> Error {
        not_from(row.status)
    }

    async fn run(
        cx: &mut Cx,
        held: Appointment,
        input: CancelInput,
    ) -> Result<One<Appointment>, Error> {
        change_by(cx, held, |row| {
            row.status = AppointmentStatus::Cancelled;
            row.cancel_reason = Sealed::new(input.reason);
        })
        .await
        .map(One)
    }
}

/// A step by mistake.
pub(crate) struct Undo;

impl Verb for Undo {
    type On = Appointment;
    type Input = ();
    type Answer = One<Appointment>;
    const NAME: &'static str = "undo";
    const SUMMARY: &'static str = "Take back that the visit was completed, or begun, by mistake";
    const DESCRIPTION: &'static str = "On the day of the step only. What was completed is in progress again, what was \
        begun waits again, and whoever was thought to have left is here again.";

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Receptionist, Nurse])
    }

    async fn of_use(cx: &mut Cx, row: &Appointment) -> Result<bool, Error> {
        Ok(back(cx, row).is_some())
    }

    async fn run(cx: &mut Cx, held: Appointment, _: ()) -> Result<One<Appointment>, Error> {
        let Some((status, stages)) = back(cx, &held) else {
            return Err(not_from(held.status));
        };
        change_by(cx, held, |row| {
            row.status = status;
            row.checked_in_at = stages.checked_in_at;
            row.started_at = stages.started_at;
            row.completed_at = stages.completed_at;
            row.left_at = stages.left_at;
            row.taken_back += 1;
        })
        .await
        .map(One)
    }
}

/// Where today's step leads back to.
fn back(cx: &Cx, row: &Appointment) -> Option<(AppointmentStatus, Stages)> {
    let today = cx.today();
    let on_its_day = |at| cx.app.zone.to_local(at).date() == today;
    step_back(row.status, row.stages(), on_its_day)
}
