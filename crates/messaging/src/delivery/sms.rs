//! How a text message leaves: Twilio's REST API, the terminal, or not at all.

use kernel::Phone;
use platform::app::App;
use platform::outgoing::{Answer, Failure, Request};
use platform::settings::MessagesGo;
use serde_json::Value as Json;

use super::outcome::Outcome;

/// Twilio's code for a recipient who sent STOP to it.
pub const UNSUBSCRIBED: i64 = 21610;

/// Sends one message. `callback` is where the provider may tell its fate.
pub async fn send(app: &App, to: &Phone, body: &str, callback: Option<&str>) -> Outcome {
    let settings = &app.settings;
    if settings.messages_go == MessagesGo::Console {
        print(to, body);
        return Outcome::Accepted("console".to_owned());
    }
    let (Some(account), Some(token), Some(from)) = (
        &settings.twilio_account_sid,
        &settings.twilio_auth_token,
        &settings.twilio_phone_number,
    ) else {
        let why = "no SMS provider is configured: set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER";
        return Outcome::Refused(why.to_owned());
    };
    let base = &settings.twilio_api_url;
    let url = format!("{base}/2010-04-01/Accounts/{account}/Messages.json");
    let mut fields = vec![("To", to.as_str()), ("From", from), ("Body", body)];
    fields.extend(callback.map(|url| ("StatusCallback", url)));
    let request = Request::post(url)
        .basic(account, token.expose())
        .form(&fields);
    match app.outgoing.send(request).await {
        Err(Failure::NotReached(why)) => Outcome::Later(format!("Twilio: {why}"), None),
        Err(Failure::NoAnswer(why)) => Outcome::Unknown(format!("Twilio: {why}")),
        Ok(answer) => judge(&answer),
    }
}

/// 201 with a name for the message is acceptance; 429 and 5xx pass; everything else is for good. A
/// success that is not Twilio's may come from anybody between here and there.
fn judge(answer: &Answer) -> Outcome {
    let body: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = || {
        let mut text = format!("Twilio answered {}", answer.status.as_u16());
        if let Some(message) = body["message"].as_str() {
            text = format!("{text}: {message}");
        }
        if let Some(code) = body["code"].as_i64() {
            text = format!("{text} (code {code})");
        }
        text
    };
    match (answer.status.as_u16(), body["sid"].as_str()) {
        (200..=299, Some(sid)) if !sid.is_empty() => Outcome::Accepted(sid.to_owned()),
        (200..=299, _) => Outcome::Unknown(format!("{}: not an answer of Twilio's", said())),
        (408 | 429 | 500..=599, _) => Outcome::Later(said(), answer.retry_after()),
        _ => Outcome::Refused(said()),
    }
}

/// The outcome says that the recipient does not want to be written to.
pub fn is_unsubscribed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(why) if why.ends_with(&format!("(code {UNSUBSCRIBED})")))
}

#[expect(
    clippy::print_stdout,
    reason = "where messages are shown instead of sent, the terminal is where they go"
)]
fn print(to: &Phone, body: &str) {
    println!("--- SMS to {to}\n{body}\n---");
}
