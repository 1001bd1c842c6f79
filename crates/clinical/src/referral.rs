//! Referring a patient to another doctor.

use documents::PatientDocument;
use jiff::Timestamp;
use kernel::BuiltinRole::{Admin, Doctor, Nurse, Patient as PatientRole, Receptionist};
use kernel::{Code, Reach};
use patients::{Patient, check_current, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Line, Ref};
use platform::record::Column;
use platform::resource::{Change, Resource, in_a_few_words};
use platform::seal::Sealed;
use platform::texts::Text;

use crate::encounter::READ_TEXT;

platform::choice! {
    /// What came of a referral.
    pub enum ReferralStatus {
        /// Not answered yet.
        Pending = "Pending",
        /// The other doctor takes the patient.
        Accepted = "Accepted",
        /// The other doctor does not.
        Declined = "Declined",
        /// The patient was seen there.
        Completed = "Completed",
    }
}

impl ReferralStatus {
    /// The states that may come next.
    fn next(self) -> &'static [ReferralStatus] {
        use ReferralStatus::{Accepted, Completed, Declined, Pending};
        match self {
            Pending => &[Accepted, Declined, Completed],
            Accepted => &[Completed, Declined, Pending],
            Declined => &[Pending],
            Completed => &[],
        }
    }
}

platform::record! {
    /// A referral of a patient to another doctor.
    pub struct Referral in "referral" for patient {
        client {
            /// The patient who is referred.
            patient: Ref<Patient>,
            /// The doctor who refers, as the letter is to say.
            referring_doctor_details: Sealed<Line<2000>>,
            /// The doctor or place referred to.
            referred_to_doctor_details: Sealed<Line<2000>>,
            /// Why the patient is referred.
            reason_for_referral: Sealed<Line<65536>>,
            /// `Pending`, `Accepted`, `Declined` or `Completed`.
            status: ReferralStatus = ReferralStatus::Pending,
            /// The letter, where it was written elsewhere and is kept among the patient's documents; null without one.
            referral_letter_document: Option<Ref<PatientDocument>> = None,
        }
        server {
            /// When the status last changed; null while it is as it was made.
            answered_at: Option<Timestamp> = None,
        }
    }
}

impl Resource for Referral {
    const PATH: &'static str = "referrals";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[Referral::patient, Referral::status];
    const ORDERING: &'static [Column<Self>] = &[Referral::status];
    const LIST: &'static [Column<Self>] = &[
        Referral::patient,
        Referral::referred_to_doctor_details,
        Referral::status,
        Referral::answered_at,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::nobody()
            .roles(&[Admin, Doctor], "crud")
            .roles(&[Receptionist, Nurse, PatientRole], "r")
    }

    fn label(&self) -> String {
        in_a_few_words(self.referred_to_doctor_details.open())
    }

    fn scope(grant: &Grant) -> Scope {
        reach("referral", "patient", grant)
    }

    fn hidden_from(cx: &Cx) -> &'static [Column<Self>] {
        if cx.grant_of(READ_TEXT).reach == Reach::None {
            &[Referral::reason_for_referral]
        } else {
            &[]
        }
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        if change.changed(|row| row.patient) {
            check_current(cx, change.row.patient.get()).await?;
        }
        let was = change
            .before
            .map_or(ReferralStatus::Pending, |before| before.status);
        if change.row.status != was {
            if !was.next().contains(&change.row.status) {
                let text = Text::new("state-conflict").with("state", was.as_str());
                return Err(Error::refuse(Code::StateConflict, text).with("status", was.as_str()));
            }
            change.row.answered_at = Some(cx.now());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ReferralStatus::{Accepted, Completed, Declined, Pending};

    #[test]
    fn every_step_is_decided() {
        let all = [Pending, Accepted, Declined, Completed];
        let table = [
            (Pending, ".xxx"),
            (Accepted, "x.xx"),
            (Declined, "x..."),
            (Completed, "...."),
        ];
        for (from, row) in table {
            for (to, mark) in all.into_iter().zip(row.chars()) {
                assert_eq!(from.next().contains(&to), mark == 'x', "{from:?} to {to:?}");
            }
        }
    }
}
