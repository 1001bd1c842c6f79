//! Prescriptions that the pharmacy does not wait to dispense.

use clinical::{Prescription, PrescriptionStatus};
use identity::user::User;
use kernel::Code;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::{Column, Record};
use platform::resource::{Change, Resource};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::access;
use crate::dispensing_log::DispensingLog;

platform::choice! {
    /// Why nothing is dispensed.
    pub enum AsideKind {
        /// It is dispensed later, such as when the medicine was delivered.
        Later = "later",
        /// The patient gets it elsewhere, such as a medicine that the formulary does not have.
        Elsewhere = "elsewhere",
        /// It is not dispensed at all.
        NotDispensed = "not_dispensed",
    }
}

platform::record! {
    /// A prescription that was set aside: it waits in no queue of the pharmacy. Deleting this takes it up again; so does dispensing it.
    pub struct SetAside in "set_aside" for patient {
        client {
            /// The prescription that leaves the head of the queue, with everything that is left to hand out of it.
            prescription: Ref<Prescription>,
            /// What becomes of it.
            kind: AsideKind = AsideKind::Elsewhere,
            /// Why, in words.
            reason: Sealed<Line<500>>,
        }
        server {
            /// The patient who was prescribed it.
            patient: Ref<Patient> = Ref::new(0),
            /// Who set it aside.
            set_by: Option<Ref<User>> = None,
        }
    }
}

impl Resource for SetAside {
    const PATH: &'static str = "set-asides";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const VERBS: &'static str = "crd";
    const FILTERS: &'static [Column<Self>] = &[
        SetAside::prescription,
        SetAside::patient,
        SetAside::kind,
        SetAside::set_by,
    ];
    const LIST: &'static [Column<Self>] = &[
        SetAside::patient,
        SetAside::prescription,
        SetAside::kind,
        SetAside::reason,
        SetAside::set_by,
    ];
    type Extra = ();

    fn access() -> Access {
        access::set_aside()
    }

    fn scope(grant: &Grant) -> Scope {
        reach("set_aside", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let prescription: Prescription = cx.hold(change.row.prescription.get()).await?;
        let owed = matches!(
            prescription.status,
            PrescriptionStatus::Active | PrescriptionStatus::PendingDispense
        );
        if !owed {
            return Err(Error::refuse(
                Code::StateConflict,
                Text::new("pharmacy-nothing-waits"),
            ));
        }
        change.row.patient = Ref::new(prescription.patient_id().unwrap_or_default());
        change.row.set_by = cx.actor.user_id().map(Ref::new);
        let before: Option<(i64,)> = cx
            .unscoped("a prescription is set aside once")
            .optional(Statement::raw(
                "SELECT id FROM set_aside WHERE prescription = $1 AND voided_at IS NULL",
                values([&prescription.meta.id]),
            ))
            .await?;
        match before {
            None => Ok(()),
            Some((id,)) => Err(Error::refuse(
                Code::StateConflict,
                Text::new("pharmacy-set-aside-before"),
            )
            .with("set_aside", id)),
        }
    }
}

/// What is dispensed is not set aside any more.
pub(crate) async fn take_up(cx: &mut Cx, prescription: i64) -> Result<(), Error> {
    let (now, user) = (cx.now(), cx.actor.user_id());
    cx.unscoped("what is dispensed is not set aside any more")
        .part_of::<DispensingLog>()
        .execute(Statement::raw(
            "UPDATE set_aside SET voided_at = $2, voided_by = $3 WHERE prescription = $1 AND voided_at IS NULL",
            values([&prescription, &now, &user]),
        ))
        .await?;
    Ok(())
}
