//! Sends one plain-text e-mail at a time: by SMTP, or through SendGrid's Web API.
//!
//! Who calls this holds the message in a row (the outbox) and tries again after [`MailError::Temporary`], with the same
//! message id, so that mail systems can recognise a repetition. [`MailError::Unknown`] says that the message was handed
//! over and no answer came: sending it again may deliver it twice.

mod sendgrid;
mod smtp;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::message::header;
use lettre::transport::smtp::authentication::Credentials;
use parking_lot::Mutex;

pub use sendgrid::SendGrid;
pub use smtp::Smtp;
use smtp::{Encryption, QUIT_TIMEOUT, SUBMISSIONS_PORT};

use crate::settings::{MessagesGo, Settings};

/// Why an e-mail was not sent. The texts are for the log and the message's row; they hold no message content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may work later: the server is away, busy, or refuses our login.
    #[error("the mail server did not take the message, try again later: {0}")]
    Temporary(String),
    /// It will never work: the address is not one, or the server refuses it for good.
    #[error("the message cannot be delivered: {0}")]
    Permanent(String),
    /// It was handed over and no answer came: it may have arrived. A person decides whether to send it again.
    #[error("the message was handed over, but no answer came: {0}")]
    Unknown(String),
    /// No mail server is set up.
    #[error(
        "no mail server is configured: set EMAIL_HOST (or SENDGRID_API_KEY) and DEFAULT_FROM_EMAIL"
    )]
    NotConfigured,
}

/// A message as a captured one is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address it goes to.
    pub to: String,
    /// The subject, control characters replaced by spaces.
    pub subject: String,
    /// The body, plain text.
    pub body: String,
    /// The Message-ID, in angle brackets.
    pub message_id: String,
}

/// Messages that were captured instead of sent. Clones share the messages.
#[derive(Debug, Clone, Default)]
pub struct Outbox(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    /// Errors to answer with, by address.
    failures: BTreeMap<String, MailError>,
}

impl Outbox {
    /// The messages captured so far, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.0.lock().mails.clone()
    }

    /// Answers messages to `address` with `error` from now on; `None` captures them again.
    pub fn fail(&self, address: &str, error: Option<MailError>) {
        let mut state = self.0.lock();
        match error {
            Some(error) => state.failures.insert(address.to_owned(), error),
            None => state.failures.remove(address),
        };
    }
}

/// The way e-mail leaves, or does not.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// No mail server is set up.
    Off,
    /// To a mail server.
    Smtp(Arc<Smtp>),
    /// Through SendGrid's Web API.
    SendGrid(Arc<SendGrid>),
    /// Onto the terminal: for a demonstration.
    Console,
    /// Into memory: for tests, and for a demonstration that must not write to anyone.
    Capture(Outbox),
}

impl Mailer {
    /// As the settings say: the terminal if everything goes there, `EMAIL_HOST`, else SendGrid when its key is set, else
    /// [`Mailer::Off`].
    #[must_use]
    pub fn from_settings(settings: &Settings) -> Self {
        if settings.messages_go == MessagesGo::Console {
            return Self::Console;
        }
        let Some(from) = settings.email_from.clone() else {
            return Self::Off;
        };
        if let Some(host) = &settings.email_host {
            let login = settings
                .email_user
                .as_deref()
                .zip(settings.email_password.as_ref());
            let smtp = Smtp {
                host: host.clone(),
                port: settings.email_port,
                encryption: match (settings.email_use_tls, settings.email_port) {
                    (false, _) => Encryption::Off,
                    (true, SUBMISSIONS_PORT) => Encryption::Tls,
                    (true, _) => Encryption::StartTls,
                },
                ca_file: settings.email_ca_file.clone(),
                credentials: login.map(|(user, password)| {
                    Credentials::new(user.to_owned(), password.expose().to_owned())
                }),
                from,
                timeout: settings.send_timeout,
            };
            Self::Smtp(Arc::new(smtp))
        } else if let Some(key) = &settings.sendgrid_api_key {
            Self::SendGrid(Arc::new(SendGrid::new(settings, key.clone(), from)))
        } else {
            Self::Off
        }
    }

    /// A mailer that sends nothing, and the box its messages go to.
    #[must_use]
    pub fn capture() -> (Self, Outbox) {
        let outbox = Outbox::default();
        (Self::Capture(outbox.clone()), outbox)
    }

    /// Sends one message. `to` is a bare address (`name@example.org`); `message_id` is unique per message and the same
    /// for each attempt (`uuid@host`, angle brackets optional).
    ///
    /// Control characters in the subject become spaces, so that no text can add a header.
    ///
    /// Answers under which name the message is known to whoever took it.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn send(
        &self,
        to: &str,
        subject: &str,
        body: &str,
        message_id: &str,
    ) -> Result<String, MailError> {
        let mail = Mail {
            to: address(to)?.to_string(),
            subject: one_line(subject),
            body: body.to_owned(),
            message_id: bracketed(message_id)?,
        };
        match self {
            Self::Off => Err(MailError::NotConfigured),
            Self::Smtp(smtp) => smtp.send(&mail).await,
            Self::SendGrid(sendgrid) => sendgrid.send(&mail).await,
            Self::Console => {
                print(&mail);
                Ok(mail.message_id)
            }
            Self::Capture(outbox) => {
                let mut state = outbox.0.lock();
                if let Some(error) = state.failures.get(&mail.to) {
                    return Err(error.clone());
                }
                let id = mail.message_id.clone();
                state.mails.push(mail);
                Ok(id)
            }
        }
    }

    /// Whether the mail server answers, without logging in or sending anything; it has ten seconds.
    ///
    /// # Errors
    /// [`MailError::NotConfigured`], or why it cannot be reached.
    pub async fn reach(&self) -> Result<(), MailError> {
        match self {
            Self::Off => Err(MailError::NotConfigured),
            Self::Console | Self::Capture(_) => Ok(()),
            Self::SendGrid(sendgrid) => sendgrid.reach().await,
            Self::Smtp(smtp) => {
                let greeting = tokio::time::timeout(Duration::from_secs(10), smtp.greet()).await;
                let mut connection = greeting
                    .map_err(|_| {
                        MailError::Temporary(format!("no answer from {} in time", smtp.host))
                    })?
                    .map_err(|e| MailError::Temporary(smtp::describe(&e)))?;
                let _ = tokio::time::timeout(QUIT_TIMEOUT, connection.abort()).await;
                Ok(())
            }
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "where messages are shown instead of sent, the terminal is where they go"
)]
fn print(mail: &Mail) {
    println!(
        "--- e-mail to {}\nSubject: {}\n\n{}\n---",
        mail.to, mail.subject, mail.body
    );
}

/// Tells holiday responders not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn address(to: &str) -> Result<Address, MailError> {
    // The local part may be quoted, and a quoted part could hold a line break: no control characters at all.
    let address = to
        .parse::<Address>()
        .ok()
        .filter(|_| !to.contains(char::is_control));
    address.ok_or_else(|| MailError::Permanent("the recipient is not an e-mail address".to_owned()))
}

fn one_line(subject: &str) -> String {
    subject
        .replace(
            |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'),
            " ",
        )
        .trim()
        .to_owned()
}

fn bracketed(message_id: &str) -> Result<String, MailError> {
    let bare = message_id
        .strip_prefix('<')
        .and_then(|id| id.strip_suffix('>'))
        .unwrap_or(message_id);
    let allowed = |b: u8| b.is_ascii_graphic() && b != b'<' && b != b'>';
    if bare.is_empty() || bare.len() > 200 || !bare.bytes().all(allowed) {
        return Err(MailError::Permanent("the message id is not one".to_owned()));
    }
    Ok(format!("<{bare}>"))
}

#[cfg(test)]
mod tests;
