//! The links in an e-mail with which a patient confirms or cancels a visit without signing in.
//!
//! A link is bound to the visit, to whom it was sent, and to the moment for which it was agreed: it ends when the visit
//! begins, is moved, or is given to somebody else. What was answered behind it stays answered: when the desk takes a
//! cancelled visit back, the old e-mail does not cancel it once more, only one that was sent since.
//! Mail programs and scanners open links by themselves, so opening one shows a page with one button and changes
//! nothing; the button does.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use futures_util::future::BoxFuture;
use http::StatusCode;
use jiff::Timestamp;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply, ReplyBody};
use platform::operation::Operation;
use platform::record::Record;
use platform::route::Route;
use platform::texts::Text;
use platform::unit;
use scheduling::answer::{Answer, AnswerChannel, answer, given_by_link, is_taken};
use scheduling::appointment::Appointment;

use super::appointment_notification::Channel;
use super::audience;
use super::schedule::read_messages;
use super::wording::{About, when};

const PATH: &str = "visits/answer/{token}/";
const NAME: &str = "visit link";
/// What the signatures are made for.
const FIELD: &str = "visit_answer.link";

/// Where a patient gives an answer to a visit that begins at that moment.
pub(super) fn url(
    app: &App,
    patient: i64,
    (visit, starts_at): (i64, Timestamp),
    answer: Answer,
) -> String {
    let seconds = starts_at.as_second();
    let claim = format!("{visit}-{patient}-{seconds}-{}", answer.as_str());
    let base = app.settings.public_url();
    format!(
        "{base}/api/visits/answer/{claim}-{}/",
        signature(app, FIELD, &claim)
    )
}

/// What makes a claim genuine.
pub(super) fn signature(app: &App, field: &str, claim: &str) -> String {
    let (_, signature) = app.ring().search_digest(field, claim);
    hex(&signature)
}

/// Whether a claim is one of ours. Links outlive the key that signed them for as long as the key is kept.
pub(super) fn is_genuine(app: &App, field: &str, claim: &str, signature: &str) -> bool {
    app.ring().digests(field, claim).iter().any(|(_, known)| {
        verify_slices_are_equal(hex(known).as_bytes(), signature.as_bytes()).is_ok()
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a link says.
struct Claim {
    visit: i64,
    patient: i64,
    starts_at: i64,
    answer: Answer,
}

/// What a link says, if it is one of ours.
fn read(app: &App, token: &str) -> Option<Claim> {
    let (claim, signature) = token.rsplit_once('-')?;
    if !is_genuine(app, FIELD, claim, signature) {
        return None;
    }
    let mut parts = claim.split('-');
    Some(Claim {
        visit: parts.next()?.parse().ok()?,
        patient: parts.next()?.parse().ok()?,
        starts_at: parts.next()?.parse().ok()?,
        answer: Answer::from_text(parts.next()?)?,
    })
}

pub(super) fn page() -> Operation {
    Route::get("messaging", PATH, |cx, call| show(cx, call))
        .open()
        .patient_data()
        .answers_file("text/html")
        .summary("A page to confirm or cancel a visit")
        .description("Behind the links of a reminder's e-mail. Shows one button; opening it changes nothing.")
        .done()
}

pub(super) fn button() -> Operation {
    Route::post("messaging", PATH, |cx, call| press(cx, call))
        .open()
        .limited()
        .own_units()
        .answers_file("text/html")
        .summary("Confirm or cancel a visit behind a link")
        .description("What the page's button does. Doing it again changes nothing.")
        .done()
}

/// A visit that a link leads to, and the language of its patient.
struct Visit {
    row: Appointment,
    answer: Answer,
    language: &'static str,
}

/// The visit, unless the link is none of ours, or of a time that is no longer agreed with whom it was sent to. Whose record
/// was merged since is the same person.
async fn visit(cx: &mut Cx, token: &str, lock: bool) -> Result<Option<Visit>, Error> {
    let Some(claim) = read(&cx.app, token) else {
        return Ok(None);
    };
    let found = super::schedule::appointment(cx, claim.visit, lock).await?;
    let Some(row) = found.filter(|row| row.starts_at.as_second() == claim.starts_at) else {
        return Ok(None);
    };
    let Some(patient) = audience::patient(cx, claim.patient).await? else {
        return Ok(None);
    };
    let person = patient.merged_into.map_or(claim.patient, |into| into.get());
    if person != row.patient.get() || is_used(cx, &row, claim.answer).await? {
        return Ok(None);
    }
    cx.saw(Appointment::NAME, row.meta.id, Some(row.patient.get()));
    Ok(Some(Visit {
        row,
        answer: claim.answer,
        language: patient.preferred_language.as_str(),
    }))
}

/// Whether the answer was given behind a link already and taken back since, and no e-mail asked again. What still stands
/// may be said again; it changes nothing.
async fn is_used(cx: &mut Cx, row: &Appointment, answer: Answer) -> Result<bool, Error> {
    if !is_taken(cx, row, answer) {
        return Ok(false);
    }
    let Some(used) = given_by_link(cx, row, answer).await? else {
        return Ok(false);
    };
    let messages = read_messages(cx, row.meta.id).await?;
    let asked_again = messages.iter().any(|message| {
        (About::of(message), message.channel) == (About::Ahead, Channel::Email)
            && message.patient == row.patient
            && message.sent_at.is_some_and(|at| at > used)
    });
    Ok(!asked_again)
}

fn show<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let Some(visit) = visit(cx, call.param("token"), false).await? else {
            return Ok(gone(cx));
        };
        let (ask, button) = match visit.answer {
            Answer::Confirm => ("page-visit-confirm", "page-visit-confirm-button"),
            Answer::Cancel => ("page-visit-cancel", "page-visit-cancel-button"),
        };
        let at = when(visit.language, cx.app.zone.to_local(visit.row.starts_at));
        let ask = cx
            .app
            .texts
            .render(visit.language, &Text::new(ask).with("when", at));
        let button = cx.app.texts.render(visit.language, &Text::new(button));
        Ok(html(StatusCode::OK, visit.language, &ask, Some(&button)))
    })
}

fn press<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        // Nobody is signed in: it is the program that takes the answer, because the link is genuine.
        let token = call.param("token").to_owned();
        let pressed = unit::program(&cx.app, NAME, move |cx| {
            let token = token.clone();
            Box::pin(async move { take(cx, &token).await })
        });
        Ok(match pressed.await? {
            Some((status, language, said)) => html(status, language, &said, None),
            None => gone(cx),
        })
    })
}

/// Takes the answer of a link, and says what came of it.
async fn take(
    cx: &mut Cx,
    token: &str,
) -> Result<Option<(StatusCode, &'static str, String)>, Error> {
    let Some(visit) = visit(cx, token, true).await? else {
        return Ok(None);
    };
    let language = visit.language;
    let at = when(language, cx.app.zone.to_local(visit.row.starts_at));
    let key = match visit.answer {
        Answer::Confirm => "message-visit-confirmed",
        Answer::Cancel => "message-visit-cancelled",
    };
    let (status, said) = match answer(cx, visit.row, visit.answer, AnswerChannel::Link).await {
        Ok(_) => (StatusCode::OK, Text::new(key).with("when", at)),
        Err(Error::Refused(refusal)) => (StatusCode::CONFLICT, refusal.text),
        Err(error) => return Err(error),
    };
    Ok(Some((
        status,
        language,
        cx.app.texts.render(language, &said),
    )))
}

/// The page of a link that leads nowhere any more.
pub(super) fn gone(cx: &mut Cx) -> Reply {
    cx.saw_nothing();
    let language = cx.app.settings.language;
    let said = cx.app.texts.render(language, &Text::new("page-visit-gone"));
    html(StatusCode::NOT_FOUND, language, &said, None)
}

/// A page that needs nothing but itself: it is read on old phones and slow lines.
pub(super) fn html(status: StatusCode, language: &str, said: &str, button: Option<&str>) -> Reply {
    let form = button.map_or_else(String::new, |button| {
        format!(
            "<form method=\"post\"><button>{}</button></form>",
            escaped(button)
        )
    });
    let said = escaped(said);
    let page = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <title>{said}</title></head><body><main><p>{said}</p>{form}</main></body></html>"
    );
    let mut reply = Reply::empty(status);
    reply.header("content-type", "text/html; charset=utf-8");
    reply.header("referrer-policy", "no-referrer");
    reply.body = ReplyBody::Whole(page.into());
    reply
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
