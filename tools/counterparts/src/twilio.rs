//! Twilio's REST API, as far as messages go: `POST /2010-04-01/Accounts/{sid}/Messages.json`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use parking_lot::Mutex;
use serde_json::json;

use crate::http::{self, Reply, Request, Script};

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    /// The name that it was given.
    pub sid: String,
    /// Whom it is for.
    pub to: String,
    /// Whom it is from.
    pub from: String,
    /// Its text.
    pub body: String,
    /// Where its fate is to be told.
    pub status_callback: Option<String>,
}

/// A stand-in for Twilio. Clones share what was sent.
#[derive(Debug, Clone)]
pub struct Twilio {
    /// Where it listens: what `TWILIO_API_URL` is set to.
    pub url: String,
    /// What it is told to do.
    pub script: Script,
    sent: Arc<Mutex<Vec<Sms>>>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Twilio {
    /// The account that it knows.
    pub const ACCOUNT: &'static str = "AC0123456789abcdef0123456789abcdef";
    /// The account's token.
    pub const TOKEN: &'static str = "12345";
    /// The account's number.
    pub const NUMBER: &'static str = "+15005550006";

    /// Starts it.
    pub async fn start() -> Twilio {
        let script = Script::default();
        let sent: Arc<Mutex<Vec<Sms>>> = Arc::default();
        let complaints: Arc<Mutex<Vec<String>>> = Arc::default();
        let (to, said) = (sent.clone(), complaints.clone());
        let number = AtomicU64::new(1);
        let url = http::serve(script.clone(), move |request| match check(request) {
            Ok(mut sms) => {
                sms.sid = format!("SM{:032x}", number.fetch_add(1, Ordering::Relaxed));
                let reply = json!({
                    "account_sid": Twilio::ACCOUNT, "api_version": "2010-04-01", "body": sms.body,
                    "direction": "outbound-api", "error_code": null, "error_message": null, "from": sms.from,
                    "num_segments": "1", "sid": sms.sid, "status": "queued", "to": sms.to,
                });
                to.lock().push(sms);
                Reply::new(201, reply)
            }
            Err((status, code, message)) => {
                said.lock().push(message.to_owned());
                let reply = json!({
                    "code": code, "message": message, "status": status,
                    "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
                });
                Reply::new(status, reply)
            }
        })
        .await;
        Twilio {
            url,
            script,
            sent,
            complaints,
        }
    }

    /// What it accepted, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Sms> {
        self.sent.lock().clone()
    }

    /// What was wrong with requests that it refused.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().clone()
    }
}

type Refusal = (u16, u32, &'static str);

/// As published: <https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource>.
fn check(request: &Request) -> Result<Sms, Refusal> {
    let path = format!("/2010-04-01/Accounts/{}/Messages.json", Twilio::ACCOUNT);
    let account = format!("{}:{}", Twilio::ACCOUNT, Twilio::TOKEN);
    let basic = base64::engine::general_purpose::STANDARD.encode(account);
    if request.header("authorization") != format!("Basic {basic}") {
        return Err((401, 20003, "Authenticate"));
    }
    if request.path != path {
        return Err((404, 20404, "The requested resource was not found"));
    }
    if request.method != "POST" {
        return Err((405, 20004, "Method not allowed"));
    }
    if request.header("content-type") != "application/x-www-form-urlencoded" {
        return Err((415, 20415, "Unsupported media type"));
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&request.body)
        .map_err(|_| (400, 20001, "The body is not a form"))?;
    let mut sms = Sms {
        sid: String::new(),
        to: String::new(),
        from: String::new(),
        body: String::new(),
        status_callback: None,
    };
    for (name, value) in fields {
        match name.as_str() {
            "To" => sms.to = value,
            "From" => sms.from = value,
            "Body" => sms.body = value,
            "StatusCallback" => sms.status_callback = Some(value),
            _ => return Err((400, 20001, "A field that is not published")),
        }
    }
    if sms.to.is_empty() {
        return Err((400, 21604, "A 'To' phone number is required."));
    }
    if !is_e164(&sms.to) || sms.to.ends_with("00000") {
        return Err((400, 21211, "The 'To' number is not a valid phone number."));
    }
    if sms.from != Twilio::NUMBER {
        return Err((400, 21606, "The 'From' number is not a number of yours."));
    }
    if sms.body.is_empty() {
        return Err((400, 21602, "Message body is required."));
    }
    if sms.body.chars().count() > 1600 {
        return Err((400, 21617, "The message body exceeds 1600 characters."));
    }
    let absolute = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    if !sms.status_callback.as_ref().is_none_or(absolute) {
        return Err((400, 21609, "The StatusCallback URL is not valid."));
    }
    Ok(sms)
}

/// ITU-T E.164 with the plus sign.
fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    })
}
