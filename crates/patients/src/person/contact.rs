//! What others learn when a patient may be written to in another way than before.

use contracts::PatientContactChanged;
use platform::cx::Cx;
use platform::error::Error;

use crate::consent::{Consent, ConsentType};
use crate::patient::Patient;

/// After a patient was stored. Nothing is planned yet for one who is new.
pub(crate) fn spread(cx: &mut Cx, row: &Patient, before: Option<&Patient>) -> Result<(), Error> {
    match before {
        Some(before) if differs(before, row) => tell(cx, row.meta.id),
        _ => Ok(()),
    }
}

/// Where, how, in which language or whether the patient may be written to, or by which name.
fn differs(before: &Patient, row: &Patient) -> bool {
    before.contact_info.open() != row.contact_info.open()
        || before.email.open() != row.email.open()
        || before.contact_preference != row.contact_preference
        || before.preferred_language != row.preferred_language
        || before.deceased_at != row.deceased_at
        || before.first_name.open() != row.first_name.open()
}

/// After a consent was stored, or before it is removed: whose messages it decides about, or did.
pub(crate) fn consent_spread(
    cx: &mut Cx,
    row: &Consent,
    before: Option<&Consent>,
) -> Result<(), Error> {
    let decides = |consent: &&Consent| consent.consent_type == ConsentType::Messaging;
    let mut whose: Vec<i64> = [Some(row), before]
        .into_iter()
        .flatten()
        .filter(decides)
        .map(|consent| consent.patient.get())
        .collect();
    whose.dedup();
    whose.into_iter().try_for_each(|patient| tell(cx, patient))
}

fn tell(cx: &mut Cx, patient: i64) -> Result<(), Error> {
    let event = PatientContactChanged { patient };
    cx.emit(&event)?;
    Ok(())
}
