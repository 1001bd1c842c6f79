//! To whom a message goes, and whether it may.

use documents::PatientDocument;
use identity::user::User;
use kernel::{Code, Reach};
use patients::{Patient, check_current};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::resource::Resource;
use platform::texts::Text;

use crate::message::{Direction, SecureMessage};
use crate::people;

/// Where a message goes.
pub(crate) struct Way {
    pub(crate) direction: Direction,
    pub(crate) patient: Option<i64>,
    pub(crate) recipient: Option<i64>,
    pub(crate) team: bool,
}

/// The way of a message that names a patient, a user, or both.
///
/// # Errors
/// 400 when it names nobody, or somebody whom it may not be for; 409 `no_portal_account` to a patient whom nobody
/// could show it.
pub(crate) async fn way(
    cx: &mut Cx,
    patient: Option<Ref<Patient>>,
    recipient: Option<Ref<User>>,
) -> Result<Way, Error> {
    let (patient, recipient) = (patient.map(|it| it.get()), recipient.map(|it| it.get()));
    if let Some(user) = recipient
        && (user == cx.user_id()? || !people::is_active(cx, user).await?)
    {
        return Err(Error::field("recipient", Text::new("portal-recipient")));
    }
    let own = people::own(cx).await?;
    match patient {
        Some(id) if own.contains(&id) => from_patient(cx, id, recipient).await,
        Some(id) => from_staff(cx, id, recipient).await,
        None if cx.grant_of(Patient::READ).reach <= Reach::Own => match own[..] {
            [id] => from_patient(cx, id, recipient).await,
            _ => Err(Error::field("patient", Text::new("portal-for-whom"))),
        },
        None => match recipient {
            None => Err(Error::field("recipient", Text::new("portal-to-whom"))),
            Some(user) => match people::patient_of(cx, user).await? {
                Some(id) => from_staff(cx, id, recipient).await,
                None => {
                    colleague(cx, user).await?;
                    Ok(Way {
                        direction: Direction::Staff,
                        patient: None,
                        recipient,
                        team: false,
                    })
                }
            },
        },
    }
}

/// A patient writes to those who treat them, or to one of them.
async fn from_patient(cx: &mut Cx, patient: i64, recipient: Option<i64>) -> Result<Way, Error> {
    match recipient {
        Some(user) if !people::treats(cx, user, patient).await? => {
            return Err(Error::field("recipient", Text::new("portal-not-your-team")));
        }
        None if people::team(cx, patient).await?.is_empty() => {
            let text = Text::new("portal-no-team");
            return Err(Error::refuse(Code::StateConflict, text));
        }
        _ => {}
    }
    Ok(Way {
        direction: Direction::FromPatient,
        patient: Some(patient),
        recipient,
        team: recipient.is_none(),
    })
}

/// Staff writes to the patient, or about the patient to a colleague.
async fn from_staff(cx: &mut Cx, patient: i64, recipient: Option<i64>) -> Result<Way, Error> {
    // Whoever may not see the record does not write about it either.
    let record: Patient = cx.find(patient).await?;
    let readers = people::readers(cx, patient).await?;
    if let Some(user) = recipient.filter(|user| !readers.contains(user)) {
        colleague(cx, user).await?;
        return Ok(Way {
            direction: Direction::Staff,
            patient: Some(patient),
            recipient,
            team: false,
        });
    }
    if readers.is_empty() {
        let text = Text::new("portal-no-account").with("patient", record.full_name());
        let remedy = format!("/api/patients/{patient}/invite/");
        return Err(Error::refuse(Code::NoPortalAccount, text).with("remedy", remedy));
    }
    let account = record.user.map(|it| it.get());
    Ok(Way {
        direction: Direction::ToPatient,
        patient: Some(patient),
        recipient: recipient.or(account.filter(|user| readers.contains(user))),
        team: recipient.is_none(),
    })
}

/// The answer names the recipient: numbers tried in a row must not tell who has an account as a patient.
async fn colleague(cx: &mut Cx, user: i64) -> Result<(), Error> {
    if identity::may_name(cx, user).await? {
        return Ok(());
    }
    Err(Error::field("recipient", Text::new("portal-recipient")))
}

/// Whether a message's record is in use, and its attachment the patient's.
///
/// # Errors
/// 409 when the record was merged into another, 400 under `attachment`.
pub(crate) async fn fits(cx: &mut Cx, row: &SecureMessage) -> Result<(), Error> {
    let patient = row.patient.map(|it| it.get());
    if let Some(patient) = patient {
        check_current(cx, patient).await?;
    }
    if let Some(attachment) = row.attachment {
        let document: PatientDocument = cx.find(attachment.get()).await?;
        if Some(document.patient.get()) != patient {
            return Err(Error::field("attachment", Text::new("portal-attachment")));
        }
    }
    Ok(())
}
