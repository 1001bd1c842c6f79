//! A word to a patient of which no row tells the fate: a job sends it, again while the provider is away.

use platform::app::App;
use platform::error::Error;
use platform::mail::Mailer;
use platform::settings::MessagesGo;

use super::audience::Address;
use super::outcome::Outcome;
use super::sms;

/// What is sent, as it stands in the texts.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// How the log calls it: `"an invitation to the portal"`.
    pub called: &'static str,
    /// The text of an e-mail's subject.
    pub subject: &'static str,
    /// The text of an e-mail.
    pub email: &'static str,
    /// The text of a text message.
    pub sms: &'static str,
    /// Sent once more when it may have arrived and no answer came. Where twice would confuse, once too few is better.
    pub rather_twice: bool,
}

impl Word {
    /// Sends it. `id` is the same for each attempt, so that mail systems can tell a repetition. What will never arrive is
    /// logged and done with.
    ///
    /// # Errors
    /// When it should be tried again later.
    pub async fn send(
        &self,
        app: &App,
        to: &Address,
        id: &str,
        render: impl Fn(&'static str) -> String,
    ) -> Result<(), Error> {
        let outcome = match to {
            Address::Email(email) => {
                let (subject, body) = (render(self.subject), render(self.email));
                let id = format!("{id}@chelal");
                let sent = app.mailer.send(email.as_str(), &subject, &body, &id);
                Outcome::of_mail(sent.await)
            }
            Address::Phone(phone) => sms::send(app, phone, &render(self.sms), None).await,
        };
        match outcome {
            Outcome::Accepted(_) => Ok(()),
            Outcome::Unknown(why) if self.rather_twice => Err(Error::internal(why)),
            Outcome::Later(why, _) => Err(Error::internal(why)),
            Outcome::Unknown(why) => {
                tracing::warn!(why, "nobody knows whether {} arrived", self.called);
                Ok(())
            }
            Outcome::Refused(why) => {
                tracing::warn!(why, "{} was not sent", self.called);
                Ok(())
            }
        }
    }
}

/// Whether anything is set up that sends to an address.
#[must_use]
pub fn leaves(app: &App, to: &Address) -> bool {
    match to {
        Address::Email(_) => !matches!(app.mailer, Mailer::Off),
        Address::Phone(_) => {
            app.settings.messages_go == MessagesGo::Console || !app.settings.sends_no_sms()
        }
    }
}
