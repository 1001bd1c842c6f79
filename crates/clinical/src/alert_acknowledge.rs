//! Acknowledging an alert: someone has seen it and takes care of it.

use kernel::BuiltinRole::{Admin, Doctor, Nurse};
use platform::access::Access;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::resource::change_by;
use platform::seal::Sealed;
use platform::texts::Text;
use platform::verb::{One, Verb};

use crate::alert::{AlertKind, AlertStatus, ClinicalAlert};

platform::input! {
    /// What is done about it.
    pub struct AcknowledgeInput {
        /// What is done about it, or why nothing is; required of a critical result.
        reason: Blank<2000>,
    }
}

/// Acknowledges an open alert as the caller.
pub struct Acknowledge;

impl Verb for Acknowledge {
    type On = ClinicalAlert;
    type Input = AcknowledgeInput;
    type Answer = One<ClinicalAlert>;
    const NAME: &'static str = "acknowledge";
    const SUMMARY: &'static str = "Acknowledge the alert as the caller";

    fn access() -> Access {
        Access::may(&[Admin, Doctor, Nurse])
    }

    fn offered(row: &ClinicalAlert) -> bool {
        row.status == AlertStatus::Open
    }

    async fn run(
        cx: &mut Cx,
        held: ClinicalAlert,
        input: AcknowledgeInput,
    ) -> Result<One<ClinicalAlert>, Error> {
        // A critical result that somebody saw is no longer passed on: what was done must be on record.
        if held.kind == AlertKind::CriticalLab && input.reason.is_empty() {
            return Err(Error::field(
                "reason",
                Text::new("clinical-acknowledge-why"),
            ));
        }
        let (user, now) = (cx.user_id()?, cx.now());
        let row = change_by(cx, held, |row| {
            row.status = AlertStatus::Acknowledged;
            row.acknowledged_by = Some(Ref::new(user));
            row.acknowledged_at = Some(now);
            row.reason = Sealed::new(input.reason);
        });
        row.await.map(One)
    }
}
