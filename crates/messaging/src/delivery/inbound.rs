//! What people answer to a text message, passed on by Twilio: STOP, and START again; anything else is for the
//! front desk.

use http::StatusCode;
use kernel::Phone;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply, ReplyBody};
use platform::operation::Operation;
use platform::route::Route;
use platform::texts::Text;
use platform::unit;

use super::answered;
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
    .description("Called by Twilio with an incoming message as a form, signed in `X-Twilio-Signature`: STOP, ARRET, SIMAMA … end the messages to a number, START, ANZA … begin them again; the first word decides. Anything else from a patient's number reaches the front desk as a notification about the next visit. Answers TwiML.")
    .done()
}

async fn heard(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let fields = signed(&cx.app, call)?;
    let said = opt_out::wish(field(&fields, "Body"));
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
        (None, Some(phone)) => {
            let text: String = field(&fields, "Body")
                .trim()
                .chars()
                .take(LONGEST)
                .collect();
            if !text.is_empty() {
                unit::program(&cx.app, NAME, move |cx| {
                    let (phone, text) = (phone.clone(), text.clone());
                    Box::pin(async move { answered::pass_on(cx, &phone, &text).await })
                })
                .await?;
            }
            String::new()
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
    let text = cx.app.texts.render(language, &Text::new(key));
    // Our own texts hold none of the signs that XML reserves, but translators may come to use them.
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<Message>{text}</Message>")
}
