//! SendGrid's Web API, as far as sending goes: `POST /v3/mail/send`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::{Value as Json, json};

use crate::http::{self, Reply, Request, Script};

/// An e-mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// The name that it was given.
    pub id: String,
    /// Whom it is for.
    pub to: String,
    /// Whom it is from.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// A stand-in for SendGrid. Clones share what was sent.
#[derive(Debug, Clone)]
pub struct SendGrid {
    /// Where it listens: what `SENDGRID_API_URL` is set to.
    pub url: String,
    /// What it is told to do.
    pub script: Script,
    sent: Arc<Mutex<Vec<Email>>>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl SendGrid {
    /// The key that it knows.
    pub const KEY: &'static str = "SG.0123456789abcdefghijkl.abcdef";

    /// Starts it.
    pub async fn start() -> SendGrid {
        let script = Script::default();
        let sent: Arc<Mutex<Vec<Email>>> = Arc::default();
        let complaints: Arc<Mutex<Vec<String>>> = Arc::default();
        let (to, said) = (sent.clone(), complaints.clone());
        let number = AtomicU64::new(1);
        let url = http::serve(script.clone(), move |request| match check(request) {
            Ok(mut email) => {
                email.id = format!("sg-{}", number.fetch_add(1, Ordering::Relaxed));
                let headers = vec![("X-Message-Id", email.id.clone())];
                to.lock().push(email);
                Reply {
                    headers,
                    ..Reply::new(202, "")
                }
            }
            Err((status, message, field)) => {
                said.lock().push(message.to_owned());
                let error = json!({ "message": message, "field": field, "help": null });
                Reply::new(status, json!({ "errors": [error] }))
            }
        })
        .await;
        SendGrid {
            url,
            script,
            sent,
            complaints,
        }
    }

    /// What it accepted, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Email> {
        self.sent.lock().clone()
    }

    /// What was wrong with requests that it refused.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().clone()
    }
}

type Refusal = (u16, &'static str, &'static str);

const FIELDS: &[&str] = &["personalizations", "from", "subject", "content", "headers"];
/// What the provider sets itself and refuses from others.
const RESERVED: &[&str] = &[
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
];

/// As published: <https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send>.
fn check(request: &Request) -> Result<Email, Refusal> {
    if request.header("authorization") != format!("Bearer {}", SendGrid::KEY) {
        let message = "The provided authorization grant is invalid, expired, or revoked";
        return Err((401, message, ""));
    }
    if request.path != "/v3/mail/send" {
        return Err((404, "not found", ""));
    }
    if request.method != "POST" {
        return Err((405, "method not allowed", ""));
    }
    if request.header("content-type") != "application/json" {
        return Err((415, "Content-Type should be application/json.", ""));
    }
    let body: Json =
        serde_json::from_slice(&request.body).map_err(|_| (400, "Bad Request", "body"))?;
    let keys = body.as_object().ok_or((400, "Bad Request", "body"))?;
    if keys.keys().any(|key| !FIELDS.contains(&key.as_str())) {
        return Err((400, "Unknown field", "body"));
    }
    let people = body["personalizations"].as_array().map(Vec::as_slice);
    let Some([person]) = people else {
        return Err((400, "One personalization is expected.", "personalizations"));
    };
    let to = address(&person["to"][0], "personalizations.0.to.0.email")?;
    let from = address(&body["from"], "from.email")?;
    let text = |json: &Json| {
        json.as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let subject = text(&body["subject"]).ok_or((400, "The subject is required.", "subject"))?;
    let content = &body["content"][0];
    if content["type"] != "text/plain" {
        return Err((400, "The content type is required.", "content.0.type"));
    }
    let text = text(&content["value"]).ok_or((
        400,
        "The content value must be a string at least one character in length.",
        "content.0.value",
    ))?;
    for (name, value) in body["headers"].as_object().into_iter().flatten() {
        if RESERVED.contains(&name.to_ascii_lowercase().as_str()) || !value.is_string() {
            return Err((400, "The header is reserved.", "headers"));
        }
    }
    Ok(Email {
        id: String::new(),
        to,
        from,
        subject,
        text,
    })
}

fn address(json: &Json, field: &'static str) -> Result<String, Refusal> {
    let text = json["email"].as_str().unwrap_or_default();
    let is_one = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    });
    if is_one {
        Ok(text.to_owned())
    } else {
        Err((400, "Does not contain a valid address.", field))
    }
}
