//! Who may read the records of a patient who no longer agrees that their data is used: only those who treat
//! them, see [`treated_by`](crate::scope::treated_by).
//!
//! The latest word counts, as it does for messages; who said nothing agreed, since the hospital has to keep
//! what it did. Withdrawing consent ends what rests on it (GDPR Art. 7 (3)); care and what the law makes the
//! hospital keep rest on other grounds (Art. 6 (1) c, Art. 9 (2) h), and are left to those who give it.

use platform::confinement::TOPIC;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;

use crate::consent::{Consent, ConsentType};

/// Answers a row when anybody's records are confined.
pub(crate) const ANYBODY: &str = "SELECT CAST(1 AS bigint) FROM confinement LIMIT 1";

/// Whether the latest word of a patient on the use of their data is no; a query of one value.
macro_rules! refused {
    ($patient:literal) => {
        concat!(
            "COALESCE((SELECT NOT said.given OR said.revoked_at IS NOT NULL FROM consent AS said WHERE said.patient = ",
            $patient,
            " AND said.consent_type = 'data_processing' AND said.voided_at IS NULL \
             ORDER BY said.given_at DESC, said.id DESC LIMIT 1), FALSE)"
        )
    };
}

/// Everybody who had said so when this rule came.
pub(crate) const FIRST: &str = concat!(
    "INSERT INTO confinement (patient) SELECT id FROM patient WHERE ",
    refused!("COALESCE(patient.merged_into, patient.id)")
);

/// Those who record what one patient says of the use of their data do it one after the other.
pub(crate) async fn take_turn(cx: &mut Cx, row: &Consent) -> Result<(), Error> {
    match row.consent_type {
        ConsentType::DataProcessing => cx.take_turn(&[("confinement", row.patient.get())]).await,
        _ => Ok(()),
    }
}

/// After a consent was stored, or before it is removed.
pub(crate) fn follow(cx: &mut Cx, row: &Consent, before: Option<&Consent>) -> Result<(), Error> {
    let mut whose: Vec<i64> = [Some(row), before]
        .into_iter()
        .flatten()
        .filter(|consent| consent.consent_type == ConsentType::DataProcessing)
        .map(|consent| consent.patient.get())
        .collect();
    whose.dedup();
    whose
        .into_iter()
        .try_for_each(|patient| settle(cx, patient))
}

/// Makes it what the patient's consents say, also for records that were merged into theirs, with the commit:
/// whoever records the last word of somebody they do not treat still sees that it was recorded.
pub(crate) fn settle(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    for sql in [
        concat!(
            "DELETE FROM confinement WHERE patient IN \
             (SELECT id FROM patient WHERE id = $1 OR merged_into = $1) AND NOT ",
            refused!("$1")
        ),
        concat!(
            "INSERT INTO confinement (patient) SELECT id FROM patient \
             WHERE (id = $1 OR merged_into = $1) AND ",
            refused!("$1"),
            " ON CONFLICT DO NOTHING"
        ),
    ] {
        cx.unscoped("who is confined follows from what they said")
            .at_end(Statement::raw(sql, vec![patient.to_value()]))?;
    }
    cx.tell(TOPIC, "");
    Ok(())
}
