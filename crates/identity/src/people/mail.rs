//! E-mails about accounts: a job looks the account up, makes the link and sends it, in the language
//! that the user reads.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::mail::MailError;
use platform::texts::Text;
use platform::unit;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::accounts::{by_id, by_login};
use crate::credential::token::LinkKind;
use crate::credential_routes::fingerprint;
use crate::state::Identity;
use crate::user::User;

/// The kind of job that sends them.
pub const KIND: &str = "identity:mail";

/// Subject and body of what is always said in the same words.
const CHANGED: [&str; 2] = ["mail-changed-subject", "mail-changed-body"];
const GUESSED: [&str; 2] = ["mail-guessed-subject", "mail-guessed-body"];

/// How the job runs: for about a day, then a person must look.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: KIND,
    run: Run::Outside(run),
    attempts: 12,
    every: None,
};

/// An invitation to choose the first password.
pub fn invitation(user: i64) -> Job {
    Job::now(
        KIND,
        json!({ "what": "invitation", "user": user, "message": Uuid::now_v7() }),
    )
}

/// Tells the owner of an account, at the address given, that how one gets into it was changed.
///
/// # Errors
/// When the job cannot be queued.
pub(crate) fn tell(cx: &mut Cx, user: &User, address: Option<&str>) -> Result<(), Error> {
    let Some(address) = address else {
        return Ok(());
    };
    let payload = json!({
        "what": "changed", "user": user.meta.id, "to": address, "message": Uuid::now_v7(),
    });
    enqueue(cx, vec![Job::now(KIND, payload)])
}

/// Tells the owner of an account that somebody guesses at it.
///
/// # Errors
/// When the job cannot be queued.
pub(crate) fn warn(cx: &mut Cx, user: &User) -> Result<(), Error> {
    let payload = json!({ "what": "guessed", "user": user.meta.id, "message": Uuid::now_v7() });
    enqueue(cx, vec![Job::now(KIND, payload)])
}

fn run(app: Arc<App>, payload: Json) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let kind = match payload["what"].as_str() {
            Some("reset") => Some(LinkKind::Reset),
            Some("invitation") => Some(LinkKind::Invitation),
            Some("changed" | "guessed") => None,
            _ => return Err(Error::internal("an e-mail of an unknown kind")),
        };
        // There may be no such account, or no longer: then there is nothing to send.
        let Some(user) = account(&app, &payload).await?.filter(|user| user.is_active) else {
            return Ok(());
        };
        let told = payload["to"].as_str().map(str::to_owned);
        let Some(address) = told.or(user.email.as_deref().map(str::to_owned)) else {
            return Ok(());
        };
        let (subject, body) = match kind {
            Some(kind) => render(&app, kind, &user, app.clock.now())?,
            None if payload["what"] == "guessed" => fixed(&app, &user, GUESSED),
            None => fixed(&app, &user, CHANGED),
        };
        let message = payload["message"].as_str().unwrap_or_default();
        let message_id = format!("{message}@chelal");
        match app
            .mailer
            .send(&address, &subject, &body, &message_id)
            .await
        {
            Ok(_) => Ok(()),
            Err(MailError::Temporary(cause) | MailError::Unknown(cause)) => {
                Err(Error::internal(cause))
            }
            // Trying again changes nothing.
            Err(error @ (MailError::Permanent(_) | MailError::NotConfigured)) => {
                tracing::warn!(user = user.meta.id, %error, "an e-mail about an account was not sent");
                Ok(())
            }
        }
    })
}

async fn account(app: &Arc<App>, payload: &Json) -> Result<Option<User>, Error> {
    let (id, login) = (
        payload["user"].as_i64(),
        payload["login"].as_str().unwrap_or_default().to_owned(),
    );
    unit::read(app, &unit::Opening::program(KIND), move |cx| {
        let login = login.clone();
        Box::pin(async move {
            match id {
                Some(id) => by_id(cx, id).await,
                None => by_login(cx, &login).await,
            }
        })
    })
    .await
}

/// No word in it is anybody's but ours: usernames and names may have been chosen by a stranger.
fn fixed(app: &App, user: &User, [subject, body]: [&'static str; 2]) -> (String, String) {
    let language = user.language_preference.as_str();
    let link = format!("{}/password-reset", app.settings.public_url());
    let body = Text::new(body).with("link", link);
    (
        app.texts.render(language, &Text::new(subject)),
        app.texts.render(language, &body),
    )
}

fn render(
    app: &App,
    kind: LinkKind,
    user: &User,
    now: Timestamp,
) -> Result<(String, String), Error> {
    let (subject, body, path) = match kind {
        LinkKind::Reset => ("mail-reset-subject", "mail-reset-body", "password-reset"),
        LinkKind::Invitation | LinkKind::Setup => (
            "mail-invitation-subject",
            "mail-invitation-body",
            "accept-invitation",
        ),
    };
    let issued = Identity::of(app)?
        .tokens(app)?
        .issue_link(kind, user.meta.id, &fingerprint(user), now)
        .map_err(Error::internal)?;
    let link = format!(
        "{}/{path}?token={}",
        app.settings.public_url(),
        issued.token
    );
    let language = user.language_preference.as_str();
    let body = Text::new(body)
        .with("name", user.display_name())
        .with("username", &*user.username)
        .with("link", link);
    Ok((
        app.texts.render(language, &Text::new(subject)),
        app.texts.render(language, &body),
    ))
}
