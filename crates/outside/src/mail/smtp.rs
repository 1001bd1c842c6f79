//! By SMTP (RFC 5321), encrypted by STARTTLS (RFC 3207) or from the first byte (RFC 8314).

use std::path::PathBuf;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::{Mailbox, Message, header};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::{AutoSubmitted, Mail, MailError, address, one_line};

/// SMTP over TLS from the first byte (RFC 8314).
pub(super) const SUBMISSIONS_PORT: u16 = 465;
/// Saying goodbye after acceptance; its failure changes nothing.
pub(super) const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// A mail server and how to speak to it. `Debug` hides the credentials.
#[derive(Debug)]
pub struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    /// Certificates trusted beside the system's.
    pub(super) ca_file: Option<PathBuf>,
    pub(super) credentials: Option<Credentials>,
    pub(super) from: Mailbox,
    /// For each of the two halves: up to the server's leave to send the text, and from there to its acceptance.
    pub(super) timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    Off,
    StartTls,
    Tls,
}

impl Smtp {
    /// One connection, one message.
    ///
    /// lettre's own transport waits for the answer to QUIT, and would report a message that the server has accepted as
    /// failed when that answer does not come. And it does not tell whether the text had left when the line broke: here
    /// the steps are taken one by one, and what fails after the server's leave to send the text is not known.
    pub(super) async fn send(&self, mail: &Mail) -> Result<String, MailError> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(&mail.to)?))
            .subject(mail.subject.clone())
            .message_id(Some(mail.message_id.clone()))
            .header(AutoSubmitted)
            .header(header::ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|e| MailError::Permanent(e.to_string()))?;
        let late = || format!("no answer from {} in time", self.host);
        let mut connection = tokio::time::timeout(self.timeout, self.announce(message.envelope()))
            .await
            .unwrap_or_else(|_| Err(MailError::Temporary(late())))?;
        let text = message.formatted();
        let answer = tokio::time::timeout(self.timeout, connection.message(&text)).await;
        match answer {
            Err(_) => Err(MailError::Unknown(late())),
            // The server answered, and said no.
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Permanent(describe(&error))),
            Ok(Err(error)) if error.is_transient() => Err(MailError::Temporary(describe(&error))),
            Ok(Err(error)) => Err(MailError::Unknown(describe(&error))),
            Ok(Ok(_)) => {
                let _ = tokio::time::timeout(QUIT_TIMEOUT, connection.abort()).await;
                Ok(mail.message_id.clone())
            }
        }
    }

    /// Up to the server's leave to send the text. Nothing that fails so far was sent.
    async fn announce(&self, envelope: &Envelope) -> Result<AsyncSmtpConnection, MailError> {
        // Whatever fails before the message is named concerns our settings or the server, never this message.
        let mut connection = self
            .connect()
            .await
            .map_err(|e| MailError::Temporary(describe(&e)))?;
        let mut addresses = envelope.to().iter().chain(envelope.from());
        let mut parameters = Vec::new();
        if addresses.any(|address| !address.to_string().is_ascii()) {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                let text = "the mail server takes no addresses beyond ASCII";
                return Err(MailError::Permanent(text.to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let refused = |error: smtp::Error| {
            if error.is_permanent() {
                MailError::Permanent(describe(&error))
            } else {
                MailError::Temporary(describe(&error))
            }
        };
        let mail = smtp::commands::Mail::new(envelope.from().cloned(), parameters);
        connection.command(mail).await.map_err(refused)?;
        for to in envelope.to() {
            let rcpt = smtp::commands::Rcpt::new(to.clone(), Vec::new());
            connection.command(rcpt).await.map_err(refused)?;
        }
        connection
            .command(smtp::commands::Data)
            .await
            .map_err(refused)?;
        Ok(connection)
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

    fn tls(&self) -> Result<TlsParameters, smtp::Error> {
        let mut tls = TlsParameters::builder(self.host.clone());
        if let Some(pem) = self.certificates() {
            tls = tls.add_root_certificate(Certificate::from_pem(&pem)?);
        }
        tls.build()
    }

    /// The certificates to trust beside the system's. A file that cannot be read trusts nobody, which the handshake
    /// then says.
    fn certificates(&self) -> Option<Vec<u8>> {
        let path = self.ca_file.as_ref()?;
        std::fs::read(path)
            .inspect_err(|error| tracing::error!(path = %path.display(), %error, "EMAIL_CA_FILE cannot be read"))
            .ok()
    }

    /// Connects, encrypted as configured, up to the server's answer to EHLO.
    pub(super) async fn greet(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let hello = ClientId::default();
        let wrapper = if self.encryption == Encryption::Tls {
            Some(self.tls()?)
        } else {
            None
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, wrapper, None)
                .await?;
        if self.encryption == Encryption::StartTls {
            connection.starttls(self.tls()?, &hello).await?;
        }
        Ok(connection)
    }
}

/// The error and its causes, on one line.
pub(super) fn describe(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    one_line(&text)
}
