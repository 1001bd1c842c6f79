//! What people answer to a text message, passed on by Twilio: STOP, START again, whether they come, or anything else.

use http::StatusCode;
use kernel::Phone;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply, ReplyBody};
use platform::operation::Operation;
use platform::route::Route;
use platform::texts::Text;
use platform::unit;

use super::answer::{self, Incoming};
use super::callback::{field, signed};
use super::opt_out::{self, Wish};

const NAME: &str = "twilio inbound";
/// Of what somebody writes, the desk is shown so many characters.
const LONGEST: usize = 500;

pub(super) fn route() -> Operation {
    Route::post("messaging", "messaging/twilio/inbound/", |cx, call| {
        Box::pin(heard(cx, call))
    })
    .open()
    .limited_by_refusals()
    .own_units()
    .answers_file("text/xml")
    .summary("What somebody answered to a text message")
    .description("Called by Twilio with an incoming message as a form, signed in `X-Twilio-Signature`: STOP, ARRET, SIMAMA … end the messages to a number, START, ANZA … begin them again; 1, YES, OUI, NDIYO confirm the visit of which the number was reminded, 2, NO, NON, HAPANA cancel it. Everything else reaches the front desk as a notification. Answers TwiML.")
    .done()
}

async fn heard(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let fields = signed(&cx.app, call)?;
    let text = field(&fields, "Body");
    let said = opt_out::wish(text);
    let phone = Phone::parse(field(&fields, "From"), 0).ok();
    let answer = match (said, phone) {
        (Some((wish, language)), Some(phone)) => {
            unit::program(&cx.app, NAME, move |cx| {
                let phone = phone.clone();
                Box::pin(async move { opt_out::note(cx, &phone, wish).await })
            })
            .await?;
            confirmation(cx, wish, language)
        }
        (None, Some(phone)) if !text.trim().is_empty() => {
            let message = Incoming {
                phone,
                text: text.trim().chars().take(LONGEST).collect(),
                sid: field(&fields, "MessageSid").to_owned(),
            };
            let back = unit::program(&cx.app, NAME, move |cx| {
                let message = message.clone();
                Box::pin(async move { answer::take(cx, &message).await })
            })
            .await?;
            back.map_or_else(String::new, |(language, text)| {
                spoken(&cx.app.texts.render(&language, &text))
            })
        }
        _ => String::new(),
    };
    let mut reply = Reply::empty(StatusCode::OK);
    reply.header("content-type", "text/xml; charset=utf-8");
    let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{answer}</Response>");
    reply.body = ReplyBody::Whole(xml.into());
    Ok(reply)
}

/// The English words are Twilio's own: it answers them itself, and a second answer would not pass.
fn confirmation(cx: &Cx, wish: Wish, language: &str) -> String {
    if language == "en" {
        return String::new();
    }
    let key = match wish {
        Wish::Out => "message-opted-out",
        Wish::In => "message-opted-in",
    };
    spoken(&cx.app.texts.render(language, &Text::new(key)))
}

/// A sentence as TwiML. Our own texts hold none of the signs that XML reserves, but translators may come to use them.
fn spoken(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<Message>{text}</Message>")
}
