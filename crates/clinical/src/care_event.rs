//! What was done for a patient that a guideline asks for and that no other record shows: an examination of
//! the feet, a screening at another hospital, a laboratory test with a reviewed result.

use identity::user::User;
use jiff::civil::Date;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole};
use patients::{Patient, check_current, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::{Column, Meta};
use platform::resource::{Change, Resource, Said};

use crate::guideline;
use crate::history::check_lived;

platform::choice! {
    /// What kind of thing was done.
    pub enum CareKind {
        /// A laboratory test.
        Lab = "lab",
        /// A procedure or examination.
        Procedure = "procedure",
        /// A medicine was given.
        Medication = "medication",
    }
}

platform::record! {
    /// Something that was done for a patient and that guideline reminders count.
    pub struct CareEvent in "care_event" for patient {
        client {
            /// The patient for whom it was done.
            patient: Ref<Patient>,
            /// `lab`, `procedure` or `medication`.
            kind: CareKind,
            /// The code that guideline rules ask for, such as `foot_exam`, `HBA1C` or `VIA`.
            code: Line<64>,
            /// The day. Not in the future, nor before the day of birth.
            done_on: Date,
        }
        server {
            /// The user who recorded it; null when the program did.
            recorded_by: Option<Ref<User>> = None,
        }
    }
}

impl Resource for CareEvent {
    const PATH: &'static str = "care-events";
    const VERBS: &'static str = "crd";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        CareEvent::patient,
        CareEvent::kind,
        CareEvent::code,
        CareEvent::done_on,
    ];
    const ORDERING: &'static [Column<Self>] = &[CareEvent::done_on];
    const LIST: &'static [Column<Self>] = &[
        CareEvent::done_on,
        CareEvent::patient,
        CareEvent::kind,
        CareEvent::code,
        CareEvent::recorded_by,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .roles(&[Admin, Doctor], "crd")
            .role(Nurse, "cr")
            .role(PatientRole, "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::words(&self.code), Said::Day(self.done_on)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("care_event", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        check_current(cx, change.row.patient.get()).await?;
        check_lived(cx, change.row.patient, "done_on", Some(change.row.done_on)).await?;
        change.row.recorded_by = cx.actor.user_id().map(Ref::new);
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        guideline::refresh(cx, change.row.patient.get())
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        guideline::refresh(cx, row.patient.get())
    }
}

/// Notes that something was done, in the caller's transaction; the reminders for it close by themselves.
///
/// # Errors
/// When the database fails.
pub async fn note(
    cx: &mut Cx,
    patient: i64,
    kind: CareKind,
    code: &str,
    done_on: Date,
) -> Result<(), Error> {
    let mut row = CareEvent {
        meta: Meta::unstored(),
        patient: Ref::new(patient),
        kind,
        code: Line::cut(code),
        done_on,
        recorded_by: cx.actor.user_id().map(Ref::new),
    };
    cx.insert(&mut row).await?;
    guideline::refresh(cx, patient)
}
