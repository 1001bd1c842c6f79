//! A patient's account by invitation from their record: the link goes to the contact data on record and nowhere else.

use std::sync::Arc;

use contracts::PatientContactChanged;
use futures_util::future::BoxFuture;
use identity::invite::{Invited, link, patient_account, readdress};
use identity::user::User;
use kernel::BuiltinRole::{Admin, Receptionist};
use kernel::Code;
use messaging::delivery::word::{Word, leaves};
use messaging::delivery::{Address, opt_out};
use patients::Patient;
use platform::access::Access;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::resource::change_by;
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use platform::unit::{self, Opening};
use platform::verb::Verb;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// What inviting answers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Invitation {
    /// `invited` when the link is on its way; `no_mail_server` or `no_sms_provider` when nothing is set up to send it: set that up and invite again.
    status: &'static str,
    /// How the link goes: `email` or `sms`.
    channel: &'static str,
    /// The name to sign in with.
    username: String,
}

/// `POST patients/{id}/invite/`.
pub(crate) struct Invite;

impl Verb for Invite {
    type On = Patient;
    type Input = ();
    type Answer = Invitation;
    const NAME: &'static str = "invite";
    const SUMMARY: &'static str = "Invite the patient to the portal";
    const DESCRIPTION: &'static str = "Makes an account of the role Patient, sets `user`, and sends a link to the \
        e-mail address on record, or to the phone number where there is none or no mail server. The link lets the patient choose a \
        password; it works once and for a week, and inviting again sends another. 409 `state_conflict` without \
        contact data, or when the patient has chosen a password already.";

    fn access() -> Access {
        Access::may(&[Admin, Receptionist])
    }

    async fn of_use(cx: &mut Cx, row: &Patient) -> Result<bool, Error> {
        if row.deceased_at.is_some() || row.merged_into.is_some() {
            return Ok(false);
        }
        let account = match row.user {
            Some(user) => identity::accounts::by_id(cx, user.get()).await?,
            None => None,
        };
        Ok(account.is_none_or(|account| account.password_hash.is_none()))
    }

    async fn run(cx: &mut Cx, held: Patient, _: ()) -> Result<Invitation, Error> {
        let refused = |key| Err(Error::refuse(Code::StateConflict, Text::new(key)));
        if held.deceased_at.is_some() {
            return refused("portal-invite-deceased");
        }
        patients::check_current(cx, held.meta.id).await?;
        let Some(to) = contact(cx, &held).await? else {
            return refused("portal-invite-no-contact");
        };
        let channel = match &to {
            Address::Email(_) => "email",
            Address::Phone(_) => "sms",
        };
        let account = match held.user {
            Some(user) => identity::accounts::held(cx, user.get()).await?,
            None => None,
        };
        let account = match account {
            Some(account) if account.password_hash.is_some() => {
                return refused("portal-invite-has-account");
            }
            Some(account) => readdress(cx, account, address(&held)).await?,
            None => open_account(cx, held.clone()).await?,
        };
        let payload = json!({
            "patient": held.meta.id, "user": account.meta.id, "message": Uuid::now_v7(),
        });
        enqueue(cx, vec![Job::now(KIND, payload)])?;
        Ok(Invitation {
            status: match &to {
                to if leaves(&cx.app, to) => "invited",
                Address::Email(_) => "no_mail_server",
                Address::Phone(_) => "no_sms_provider",
            },
            channel,
            username: account.username.to_string(),
        })
    }
}

/// The address on record, to sign in with.
fn address(patient: &Patient) -> Option<String> {
    patient.emails().first().map(ToString::to_string)
}

/// An address that was corrected ends the invitation that went to the wrong one: nobody else opens the record with it.
pub(crate) fn contact_changed(
    cx: &mut Cx,
    event: PatientContactChanged,
) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move {
        let patient: Patient = match cx.load(event.patient).await {
            Err(error) if error.code() == Some(Code::NotFound) => return Ok(()),
            found => found?,
        };
        let Some(user) = patient.user else {
            return Ok(());
        };
        let account = identity::accounts::held(cx, user.get()).await?;
        if let Some(account) = account.filter(|account| account.password_hash.is_none()) {
            readdress(cx, account, address(&patient)).await?;
        }
        Ok(())
    })
}

async fn open_account(cx: &mut Cx, held: Patient) -> Result<User, Error> {
    // Accounts are not sealed, and everybody on staff sees them: names and the card's number stay with the record.
    let invited = Invited {
        username: format!("patient-{}", held.meta.id),
        email: address(&held),
        language: held.preferred_language.as_str().to_owned(),
    };
    let account = patient_account(cx, invited).await?;
    let user = Ref::new(account.meta.id);
    change_by(cx, held, |row| row.user = Some(user)).await?;
    Ok(account)
}

/// The contact data on record that the link goes to: the e-mail address, else the phone number, but no number whose owner
/// wants no more text messages. Where nothing is set up that sends to one, the other; where to neither, the first.
async fn contact(cx: &mut Cx, patient: &Patient) -> Result<Option<Address>, Error> {
    let mut found = Vec::new();
    found.extend(patient.emails().into_iter().next().map(Address::Email));
    let phones = patient.phones(patients::country_code(cx));
    if let Some(phone) = phones.into_iter().next()
        && !opt_out::is_out(cx, &phone).await?
    {
        found.push(Address::Phone(phone));
    }
    let first = found.iter().position(|to| leaves(&cx.app, to));
    Ok(found.into_iter().nth(first.unwrap_or(0)))
}

const KIND: &str = "portal:invitation";
const WORD: Word = Word {
    called: "an invitation to the portal",
    subject: "portal-invite-subject",
    email: "portal-invite-email",
    sms: "portal-invite-sms",
    // A second link does no harm; none does.
    rather_twice: true,
};

/// Sends the link, for about a day; then a person must look. The link is made when it is sent, so that nobody finds it
/// in the database.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: KIND,
    run: Run::Outside(send),
    attempts: 12,
    every: None,
};

fn send(app: Arc<App>, payload: Json) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let (patient, user) = (
            payload["patient"].as_i64().unwrap_or_default(),
            payload["user"].as_i64().unwrap_or_default(),
        );
        let opening = Opening::program(KIND);
        let found = unit::read(&app, &opening, move |cx| {
            Box::pin(async move { whom(cx, patient, user).await })
        });
        let Some((patient, user, to)) = found.await? else {
            return Ok(());
        };
        let language = patient.preferred_language.as_str();
        let link = link(&app, &user, app.clock.now())?;
        let render = |key| {
            let mut text = Text::new(key)
                .with("name", &**patient.first_name.open())
                .with("username", &*user.username)
                .with("link", link.as_str());
            if let Some(hospital) = &app.settings.hospital_name {
                text = text.with("hospital", hospital);
            }
            app.texts.render(language, &text)
        };
        let message = payload["message"].as_str().unwrap_or_default();
        WORD.send(&app, &to, message, render).await
    })
}

/// The patient, the account and the contact data as they are now; nobody once the account is in use or is another's.
async fn whom(
    cx: &mut Cx,
    patient: i64,
    user: i64,
) -> Result<Option<(Patient, User, Address)>, Error> {
    let patient: Patient = match cx.load(patient).await {
        Err(error) if error.code() == Some(Code::NotFound) => return Ok(None),
        found => found?,
    };
    if patient.user.map(|it| it.get()) != Some(user) {
        return Ok(None);
    }
    let account = identity::accounts::by_id(cx, user).await?;
    let Some(account) = account.filter(|user| user.is_active && user.password_hash.is_none())
    else {
        return Ok(None);
    };
    let to = contact(cx, &patient).await?;
    Ok(to.map(|to| (patient, account, to)))
}
