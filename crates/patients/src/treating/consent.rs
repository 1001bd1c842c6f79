//! What a patient agreed to, or refused.

use identity::user::User;
use jiff::Timestamp;
use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::field::{Blank, Ref};
use platform::record::{Body, Column, Meta, Record};
use platform::resource::{self, Resource};
use platform::resource::{Change, Said};
use platform::seal::Sealed;
use platform::serde_json::Value as Json;
use platform::texts::Text;

use crate::patient::Patient;
use crate::{check_current, confinement, contact, reach};

/// Clocks of offline clients may be ahead by so much.
const AHEAD: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

platform::choice! {
    /// What is agreed to.
    pub enum ConsentType {
        /// Being treated.
        Treatment = "treatment",
        /// Data being kept and used for treatment.
        DataProcessing = "data_processing",
        /// Data being used for research.
        Research = "research",
        /// Being written to.
        Messaging = "messaging",
    }
}

platform::record! {
    /// What a patient agreed to, or refused.
    pub struct Consent in "consent" for patient {
        client {
            /// The patient who consents or refuses.
            patient: Ref<Patient>,
            /// What is agreed to or refused.
            consent_type: ConsentType,
            /// True for agreement, false for refusal.
            given: bool,
            /// When it was said; now when it is left out. Not in the future.
            given_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When it was taken back; not before it was given.
            revoked_at: Option<Timestamp>,
            /// Circumstances, such as who signed for a child.
            notes: Sealed<Blank<2000>>,
        }
        server {
            /// The user who recorded it; null when the program did.
            created_by: Option<Ref<User>> = None,
        }
        hidden {}
    }
}

impl Resource for Consent {
    const PATH: &'static str = "consents";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        Consent::patient,
        Consent::consent_type,
        Consent::given,
        Consent::given_at,
        Consent::revoked_at,
    ];
    const ORDERING: &'static [Column<Self>] = &[Consent::given_at];
    const LIST: &'static [Column<Self>] = &[
        Consent::patient,
        Consent::consent_type,
        Consent::given,
        Consent::given_at,
        Consent::revoked_at,
    ];
    type Extra = ();

    fn access() -> Access {
        use BuiltinRole::{Admin, Doctor, Nurse, Patient, Receptionist};
        Access::nobody()
            .role(Admin, "crud")
            .roles(&[Doctor, Receptionist, Patient], "cru")
            .role(Nurse, "r")
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Choice("consent_type", self.consent_type.as_str())]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("consent", "patient", grant)
    }

    async fn prepare(cx: &mut Cx, change: &mut Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &mut *change.row;
        if row.given_at == Timestamp::UNIX_EPOCH {
            row.given_at = before.map_or(cx.now(), |before| before.given_at);
        }
        check(row.given_at, row.revoked_at, cx.now())?;
        confinement::take_turn(cx, row).await?;
        match before {
            Some(before) => row.created_by = before.created_by,
            None => row.created_by = cx.actor.user_id().map(Ref::new),
        }
        if before.is_none() {
            check_current(cx, row.patient.get()).await?;
        }
        Ok(())
    }

    async fn stored(cx: &mut Cx, change: &Change<'_, Self>) -> Result<(), Error> {
        let before = change.before;
        let row = &*change.row;
        confinement::follow(cx, row, before)?;
        contact::consent_spread(cx, row, before)
    }

    async fn removing(cx: &mut Cx, row: &Self) -> Result<(), Error> {
        confinement::take_turn(cx, row).await?;
        confinement::follow(cx, row, None)?;
        contact::consent_spread(cx, row, None)
    }
}

/// Keeps what a new patient answered about messages, where the registration says it.
pub(crate) async fn answered(cx: &mut Cx, row: &Patient, body: &Body) -> Result<(), Error> {
    let Some(given) = body.0.get("messaging_consent").and_then(Json::as_bool) else {
        return Ok(());
    };
    if cx.grant_of(Consent::CREATE).reach == Reach::None {
        return Err(Error::denied().with("fields", vec!["messaging_consent"]));
    }
    let mut consent = Consent {
        meta: Meta::unstored(),
        patient: row.reference(),
        consent_type: ConsentType::Messaging,
        given,
        given_at: Timestamp::UNIX_EPOCH,
        revoked_at: None,
        notes: Sealed::new(Blank::default()),
        created_by: None,
    };
    // In reach for certain: whoever registers somebody reaches them.
    resource::store_new(cx, &mut consent, &Body::default()).await
}

fn check(given_at: Timestamp, revoked_at: Option<Timestamp>, now: Timestamp) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let latest = now + AHEAD;
    if given_at > latest {
        faults.say("given_at", Text::new("future-date"));
    }
    match revoked_at {
        Some(revoked) if revoked > latest => faults.say("revoked_at", Text::new("future-date")),
        Some(revoked) if revoked < given_at => {
            faults.say("revoked_at", Text::new("patients-revoked-before-given"));
        }
        _ => {}
    }
    faults.into_result()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_is_taken_back_after_it_was_given_and_never_in_the_future() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-03-01T08:00:00Z");
        for (given, revoked, wrong) in [
            ("2026-03-01T08:00:00Z", None, None),
            ("2026-03-01T08:05:00Z", None, None),
            ("2026-03-01T08:05:01Z", None, Some("given_at")),
            ("2026-02-01T08:00:00Z", Some("2026-02-01T08:00:00Z"), None),
            (
                "2026-02-01T08:00:00Z",
                Some("2026-01-31T08:00:00Z"),
                Some("revoked_at"),
            ),
            (
                "2026-02-01T08:00:00Z",
                Some("2026-03-02T08:00:00Z"),
                Some("revoked_at"),
            ),
        ] {
            let checked = check(at(given), revoked.map(at), now);
            match wrong {
                None => assert_eq!(checked, Ok(()), "{given} {revoked:?}"),
                Some(field) => assert!(checked.is_err_and(|f| f.has(field)), "{given} {revoked:?}"),
            }
        }
    }
}
