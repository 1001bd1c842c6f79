//! Through SendGrid's Web API, version 3: `POST /v3/mail/send`.

use lettre::message::Mailbox;
use serde_json::{Value as Json, json};

use super::{Mail, MailError, one_line};
use crate::outgoing::{Answer, Failure, Outgoing, Request};
use crate::settings::{Secret, Settings};

/// An account at SendGrid. `Debug` hides its key.
#[derive(Debug)]
pub struct SendGrid {
    http: Outgoing,
    base: String,
    key: Secret,
    from: Mailbox,
}

impl SendGrid {
    pub(super) fn new(settings: &Settings, key: Secret, from: Mailbox) -> SendGrid {
        SendGrid {
            http: Outgoing::new(settings.send_timeout),
            base: settings.sendgrid_api_url.clone(),
            key,
            from,
        }
    }

    pub(super) async fn send(&self, mail: &Mail) -> Result<String, MailError> {
        let mut from = json!({ "email": self.from.email.to_string() });
        if let Some(name) = &self.from.name {
            from["name"] = json!(name);
        }
        let body = json!({
            "personalizations": [{ "to": [{ "email": mail.to }] }],
            "from": from,
            "subject": mail.subject,
            "content": [{ "type": "text/plain", "value": mail.body }],
            "headers": { "Message-ID": mail.message_id, "Auto-Submitted": "auto-generated" },
        });
        let request = Request::post(format!("{}/v3/mail/send", self.base))
            .bearer(self.key.expose())
            .json(&body);
        match self.http.send(request).await {
            Err(Failure::NotReached(why)) => Err(MailError::Temporary(why)),
            Err(Failure::NoAnswer(why)) => Err(MailError::Unknown(why)),
            Ok(answer) => judge(&answer, mail),
        }
    }

    /// Whether somebody answers there.
    pub(super) async fn reach(&self) -> Result<(), MailError> {
        let request = Request::get(format!("{}/v3/scopes", self.base)).bearer(self.key.expose());
        match self.http.send(request).await {
            Ok(answer) if answer.status.is_success() => Ok(()),
            Ok(answer) => Err(MailError::Permanent(said(&answer))),
            Err(Failure::NotReached(why) | Failure::NoAnswer(why)) => {
                Err(MailError::Temporary(why))
            }
        }
    }
}

/// 202 is acceptance; 429 and 5xx pass; everything else is for good.
fn judge(answer: &Answer, mail: &Mail) -> Result<String, MailError> {
    match answer.status.as_u16() {
        202 => Ok(answer
            .header("x-message-id")
            .map_or_else(|| mail.message_id.clone(), str::to_owned)),
        200..=299 => Err(MailError::Unknown(format!(
            "an answer that is not SendGrid's: {}",
            answer.status
        ))),
        408 | 429 | 500..=599 => Err(MailError::Temporary(said(answer))),
        _ => Err(MailError::Permanent(said(answer))),
    }
}

/// The status and what SendGrid says about it.
fn said(answer: &Answer) -> String {
    let body: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    let mut text = format!("SendGrid answered {}", answer.status);
    for error in body["errors"].as_array().into_iter().flatten() {
        if let Some(message) = error["message"].as_str() {
            text = format!("{text}: {message}");
        }
    }
    one_line(&text)
}
