//! Sends one plain-text e-mail at a time by SMTP.
//!
//! Who calls this holds the message in a row (the outbox) and tries again after [`MailError::Temporary`], with the same
//! message id, so that mail systems can recognise a repetition.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, Message, header};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, transport::smtp};
use parking_lot::Mutex;

use crate::settings::Settings;

/// SendGrid's relay; the user name is literally `apikey`.
const SENDGRID: (&str, u16, &str) = ("smtp.sendgrid.net", 587, "apikey");
/// SMTP over TLS from the first byte (RFC 8314).
const SUBMISSIONS_PORT: u16 = 465;
/// One message, from connecting to the server's acceptance.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Saying goodbye after acceptance; its failure changes nothing.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// Why an e-mail was not sent. The texts are for the log and the message's row; they hold no message content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may work later: the server is away, busy, or refuses our login.
    #[error("the mail server did not take the message, try again later: {0}")]
    Temporary(String),
    /// It will never work: the address is not one, or the server refuses it for good.
    #[error("the message cannot be delivered: {0}")]
    Permanent(String),
    /// No mail server is set up.
    #[error("no mail server is configured: set EMAIL_HOST and DEFAULT_FROM_EMAIL")]
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
    /// Into memory: for tests, and for a demonstration that must not write to anyone.
    Capture(Outbox),
}

impl Mailer {
    /// As the settings say: `EMAIL_HOST`, else SendGrid when its key is set, else [`Mailer::Off`].
    #[must_use]
    pub fn from_settings(settings: &Settings) -> Self {
        let Some(from) = settings.email_from.clone() else {
            return Self::Off;
        };
        let credentials =
            |user: &str, password: &str| Credentials::new(user.to_owned(), password.to_owned());
        let smtp = if let Some(host) = &settings.email_host {
            let login = settings
                .email_user
                .as_deref()
                .zip(settings.email_password.as_ref());
            Smtp {
                host: host.clone(),
                port: settings.email_port,
                encryption: match (settings.email_use_tls, settings.email_port) {
                    (false, _) => Encryption::Off,
                    (true, SUBMISSIONS_PORT) => Encryption::Tls,
                    (true, _) => Encryption::StartTls,
                },
                credentials: login.map(|(user, password)| credentials(user, password.expose())),
                from,
                timeout: TIMEOUT,
            }
        } else if let Some(key) = &settings.sendgrid_api_key {
            let (host, port, user) = SENDGRID;
            Smtp {
                host: host.to_owned(),
                port,
                encryption: Encryption::StartTls,
                credentials: Some(credentials(user, key.expose())),
                from,
                timeout: TIMEOUT,
            }
        } else {
            return Self::Off;
        };
        Self::Smtp(Arc::new(smtp))
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
    /// # Errors
    /// See [`MailError`]. After `Temporary` the message may, rarely, have arrived all the same (the server's answer was
    /// lost); the same `message_id` lets mail systems drop the repetition.
    pub async fn send(
        &self,
        to: &str,
        subject: &str,
        body: &str,
        message_id: &str,
    ) -> Result<(), MailError> {
        let smtp = match self {
            Self::Off => return Err(MailError::NotConfigured),
            Self::Capture(outbox) => {
                let mail = Mail {
                    to: address(to)?.to_string(),
                    subject: one_line(subject),
                    body: body.to_owned(),
                    message_id: bracketed(message_id)?,
                };
                let mut state = outbox.0.lock();
                if let Some(error) = state.failures.get(&mail.to) {
                    return Err(error.clone());
                }
                state.mails.push(mail);
                return Ok(());
            }
            Self::Smtp(smtp) => smtp,
        };
        let message = Message::builder()
            .from(smtp.from.clone())
            .to(Mailbox::new(None, address(to)?))
            .subject(one_line(subject))
            .message_id(Some(bracketed(message_id)?))
            .header(AutoSubmitted)
            .header(header::ContentType::TEXT_PLAIN)
            .body(body.to_owned())
            .map_err(|e| MailError::Permanent(e.to_string()))?;
        tokio::time::timeout(smtp.timeout, smtp.deliver(&message))
            .await
            .unwrap_or_else(|_| {
                Err(MailError::Temporary(format!(
                    "no answer from {} in time",
                    smtp.host
                )))
            })
    }
}

impl Mailer {
    /// Whether the mail server answers, without logging in or sending anything; it has ten seconds.
    ///
    /// # Errors
    /// [`MailError::NotConfigured`], or why it cannot be reached.
    pub async fn reach(&self) -> Result<(), MailError> {
        let smtp = match self {
            Self::Off => return Err(MailError::NotConfigured),
            Self::Capture(_) => return Ok(()),
            Self::Smtp(smtp) => smtp,
        };
        let greeting = tokio::time::timeout(Duration::from_secs(10), smtp.greet()).await;
        let mut connection = greeting
            .map_err(|_| MailError::Temporary(format!("no answer from {} in time", smtp.host)))?
            .map_err(|e| MailError::Temporary(describe(&e)))?;
        let _ = tokio::time::timeout(QUIT_TIMEOUT, connection.abort()).await;
        Ok(())
    }
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

/// A mail server and how to speak to it. `Debug` hides the credentials.
#[derive(Debug)]
pub struct Smtp {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    Off,
    StartTls,
    Tls,
}

impl Smtp {
    /// One connection, one message. lettre's own transport waits for the answer to QUIT, and would report a message
    /// that the server has accepted as failed when that answer does not come; a patient would get it twice.
    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        // Whatever fails before the message is named concerns our settings or the server, never this message.
        let mut connection = self
            .connect()
            .await
            .map_err(|e| MailError::Temporary(describe(&e)))?;
        let mut addresses = message
            .envelope()
            .to()
            .iter()
            .chain(message.envelope().from());
        let to_ascii = addresses.all(|a| a.to_string().is_ascii());
        let sent = connection
            .send(message.envelope(), &message.formatted())
            .await;
        if let Err(error) = sent {
            // lettre's only client error that the message causes is an address beyond ASCII at an older server.
            let hopeless = error.is_permanent() || (error.is_client() && !to_ascii);
            let text = describe(&error);
            return Err(if hopeless {
                MailError::Permanent(text)
            } else {
                MailError::Temporary(text)
            });
        }
        let _ = tokio::time::timeout(QUIT_TIMEOUT, connection.abort()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let mut connection = self.greet().await?;
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await?;
        }
        Ok(connection)
    }

    /// Connects, encrypted as configured, up to the server's answer to EHLO.
    async fn greet(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let hello = ClientId::default();
        let tls = || TlsParameters::new(self.host.clone());
        let wrapper = if self.encryption == Encryption::Tls {
            Some(tls()?)
        } else {
            None
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, wrapper, None)
                .await?;
        if self.encryption == Encryption::StartTls {
            connection.starttls(tls()?, &hello).await?;
        }
        Ok(connection)
    }
}

/// The error and its causes, on one line.
fn describe(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    one_line(&text)
}

#[cfg(test)]
mod tests;
