//! Whether and where a patient may be written to: contact data, preference, consent, STOP.

use kernel::{Email, Phone};
use patients::Patient;
use patients::consent::{Consent, ConsentType};
use patients::country_code;
use patients::patient::ContactPreference;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::record::Record;
use sea_query::{Alias, ExprTrait, Order};

use super::appointment_notification::Channel;
use super::opt_out;
use super::word::leaves;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A number, by text message.
    Phone(Phone),
    /// An e-mail address.
    Email(Email),
}

/// Why a patient is not written to by a channel. The words are for staff, in the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Not {
    Deceased,
    Preference,
    Consent,
    NoAddress,
    Stop,
}

impl Not {
    pub(super) fn words(self) -> &'static str {
        match self {
            Not::Deceased => "the patient has died",
            Not::Preference => "the patient does not want to be reached this way",
            Not::Consent => "consent to messages was refused or revoked",
            Not::NoAddress => "there is no address to send it to",
            Not::Stop => "the recipient asked for no more messages (STOP)",
        }
    }
}

/// Every way to a patient.
pub(super) const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Email];

/// A patient, and by which channels nothing is sent to them.
pub(super) struct Reader {
    pub(super) patient: Patient,
    refused: Vec<(Channel, Not)>,
}

impl Reader {
    /// Why nothing is sent to the patient by a channel; nothing where it may be.
    pub(super) fn refuses(&self, channel: Channel) -> Option<Not> {
        let mut refused = self.refused.iter();
        refused.find(|(no, _)| *no == channel).map(|(_, not)| *not)
    }
}

const WHY: &str = "whether somebody may be written to is known by more than whoever asks";

/// The patient, as whoever writes to them must know them.
pub(super) async fn patient(cx: &mut Cx, id: i64) -> Result<Option<Patient>, Error> {
    let mut query = select::<Patient>();
    query
        .and_where(Patient::id.eq(id))
        .and_where(column(Patient::TABLE, "voided_at").is_null());
    cx.unscoped(WHY).record(query).await
}

/// The patient as a reader of messages; none when the record was removed.
pub(super) async fn reader(cx: &mut Cx, id: i64) -> Result<Option<Reader>, Error> {
    let Some(patient) = patient(cx, id).await? else {
        return Ok(None);
    };
    let mut refused = Vec::new();
    for channel in CHANNELS {
        if let Err(not) = address(cx, &patient, channel).await? {
            refused.push((channel, not));
        }
    }
    Ok(Some(Reader { patient, refused }))
}

/// Where a message to the patient goes by a channel, or why it does not.
pub(super) async fn address(
    cx: &mut Cx,
    patient: &Patient,
    channel: Channel,
) -> Result<Result<Address, Not>, Error> {
    let code = country_code(cx);
    let found = match reachable(patient, channel, code) {
        Ok(found) => found,
        Err(not) => return Ok(Err(not)),
    };
    if !may_be_written_to(cx, patient.meta.id).await? {
        return Ok(Err(Not::Consent));
    }
    if let Address::Phone(phone) = &found
        && opt_out::is_out(cx, phone).await?
    {
        return Ok(Err(Not::Stop));
    }
    Ok(Ok(found))
}

/// The patient, and where one message reaches them now: by e-mail, else by text message; none where they are not
/// written to, or nothing is set up that would send it.
///
/// # Errors
/// When the database fails.
pub async fn whereabouts(cx: &mut Cx, id: i64) -> Result<Option<(Patient, Address)>, Error> {
    let Some(patient) = patient(cx, id).await? else {
        return Ok(None);
    };
    for channel in [Channel::Email, Channel::Sms] {
        if let Ok(found) = address(cx, &patient, channel).await?
            && leaves(&cx.app, &found)
        {
            return Ok(Some((patient, found)));
        }
    }
    Ok(None)
}

/// What contact data and preference allow.
fn reachable(patient: &Patient, channel: Channel, code: u16) -> Result<Address, Not> {
    if patient.deceased_at.is_some() {
        return Err(Not::Deceased);
    }
    match (patient.contact_preference, channel) {
        (ContactPreference::Both, _)
        | (ContactPreference::Sms, Channel::Sms)
        | (ContactPreference::Email, Channel::Email) => {}
        _ => return Err(Not::Preference),
    }
    let address = match channel {
        Channel::Sms => patient.phones(code).into_iter().next().map(Address::Phone),
        Channel::Email => patient.emails().into_iter().next().map(Address::Email),
    };
    address.ok_or(Not::NoAddress)
}

/// The latest word counts, also when the clock by which it was said is a little ahead of ours; nobody has
/// to agree first.
async fn may_be_written_to(cx: &mut Cx, patient: i64) -> Result<bool, Error> {
    let mut query = select::<Consent>();
    query
        .and_where(Consent::patient.eq(patient))
        .and_where(Consent::consent_type.eq(ConsentType::Messaging.as_str()))
        .and_where(column(Consent::TABLE, "voided_at").is_null())
        .order_by(
            (Alias::new(Consent::TABLE), Alias::new("given_at")),
            Order::Desc,
        )
        .order_by((Alias::new(Consent::TABLE), Alias::new("id")), Order::Desc)
        .limit(1);
    let last: Option<Consent> = cx.unscoped(WHY).record(query).await?;
    Ok(last.is_none_or(|last| last.given && last.revoked_at.is_none()))
}
