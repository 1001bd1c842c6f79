//! E-mails about accounts: a job looks the account up, makes the link and sends it, in the language
//! that the user reads.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use platform::app::App;
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run};
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

fn run(app: Arc<App>, payload: Json) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let kind = match payload["what"].as_str() {
            Some("reset") => LinkKind::Reset,
            Some("invitation") => LinkKind::Invitation,
            _ => return Err(Error::internal("an e-mail of an unknown kind")),
        };
        // There may be no such account, or no longer: then there is nothing to send.
        let Some(user) = account(&app, &payload).await?.filter(|user| user.is_active) else {
            return Ok(());
        };
        let Some(address) = user.email.clone() else {
            return Ok(());
        };
        let (subject, body) = render(&app, kind, &user, app.clock.now())?;
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
