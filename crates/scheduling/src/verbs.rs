//! The steps of an appointment as verbs: `check_in/`, `start/`, `complete/`, `cancel/`, `no_show/`.
//!
//! Each is a change of the status and nothing else, through the same hooks as a client that writes the
//! status itself; only doing the same twice is refused, where writing the same status again is not a
//! change.

use kernel::BuiltinRole::{Admin, Doctor, Nurse, Receptionist};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::module::Module;
use platform::resource::change_by;
use platform::verb::{One, Verb};

use crate::appointment::{Appointment, not_from};
use crate::state::AppointmentStatus;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    module
        .verb::<CheckIn>()
        .verb::<Start>()
        .verb::<Complete>()
        .verb::<Cancel>()
        .verb::<NoShow>()
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
    /// The time is free again.
    Cancel => Cancelled, "cancel", "Cancel the appointment and free its time"
);
step!(
    /// The patient did not come.
    NoShow => NoShow, "no_show", "Record that the patient did not come"
);
