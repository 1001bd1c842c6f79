//! The links with which a patient takes a time that is offered, or leaves it to the next, without signing in.
//!
//! A link is bound to the offer and ends with it. Opening it shows a page with one button and changes nothing.

use futures_util::future::BoxFuture;
use http::StatusCode;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::operation::Operation;
use platform::record::Record;
use platform::route::Route;
use platform::texts::Text;
use platform::unit;
use scheduling::answer::{Answer, AnswerChannel};
use scheduling::offer::{OfferStatus, SlotOffer};

use super::visit_link::{gone, html, is_genuine, signature};
use super::wording::when;
use super::{audience, slot_offer};

const PATH: &str = "offers/answer/{token}/";
const NAME: &str = "offer link";
/// What the signatures are made for.
const FIELD: &str = "slot_offer.link";

/// Where a patient gives an answer to an offer.
pub(super) fn url(app: &App, offer: &SlotOffer, answer: Answer) -> String {
    let claim = format!("{}-{}", offer.meta.id, answer.as_str());
    let base = app.settings.public_url();
    format!(
        "{base}/api/offers/answer/{claim}-{}/",
        signature(app, FIELD, &claim)
    )
}

/// What a link says, if it is one of ours.
fn read(app: &App, token: &str) -> Option<(i64, Answer)> {
    let (claim, signature) = token.rsplit_once('-')?;
    if !is_genuine(app, FIELD, claim, signature) {
        return None;
    }
    let (offer, answer) = claim.split_once('-')?;
    Some((offer.parse().ok()?, Answer::from_text(answer)?))
}

pub(super) fn page() -> Operation {
    Route::get("messaging", PATH, |cx, call| show(cx, call))
        .open()
        .patient_data()
        .answers_file("text/html")
        .summary("A page to take a time that is offered, or to leave it")
        .description("Behind the links of an offer. Shows one button; opening it changes nothing.")
        .done()
}

pub(super) fn button() -> Operation {
    Route::post("messaging", PATH, |cx, call| press(cx, call))
        .open()
        .limited()
        .own_units()
        .answers_file("text/html")
        .summary("Take a time that is offered, or leave it, behind a link")
        .description("What the page's button does. Doing it again changes nothing.")
        .done()
}

/// An offer that a link leads to, the answer, and the language of its patient.
async fn offer(
    cx: &mut Cx,
    token: &str,
    lock: bool,
) -> Result<Option<(SlotOffer, Answer, &'static str)>, Error> {
    let Some((id, answer)) = read(&cx.app, token) else {
        return Ok(None);
    };
    let Some(row) = slot_offer::any(cx, id, lock).await? else {
        return Ok(None);
    };
    // What was answered may be looked at again; what the desk took back leads nowhere.
    if row.status == OfferStatus::Withdrawn {
        return Ok(None);
    }
    let Some(patient) = audience::patient(cx, row.patient.get()).await? else {
        return Ok(None);
    };
    cx.saw(SlotOffer::NAME, row.meta.id, Some(row.patient.get()));
    Ok(Some((row, answer, patient.preferred_language.as_str())))
}

fn show<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        let Some((row, answer, language)) = offer(cx, call.param("token"), false).await? else {
            return Ok(gone(cx));
        };
        let (ask, button) = match answer {
            Answer::Confirm => ("page-offer-accept", "page-offer-accept-button"),
            Answer::Cancel => ("page-offer-decline", "page-offer-decline-button"),
        };
        let at = |moment| when(language, cx.app.zone.to_local(moment));
        let (starts, until) = (at(row.starts_at), at(row.expires_at));
        let ask = Text::new(ask).with("when", starts).with("until", until);
        let ask = cx.app.texts.render(language, &ask);
        let button = cx.app.texts.render(language, &Text::new(button));
        Ok(html(StatusCode::OK, language, &ask, Some(&button)))
    })
}

fn press<'a>(cx: &'a mut Cx, call: &'a Call) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        // Nobody is signed in: it is the program that takes the answer, because the link is genuine.
        let token = call.param("token").to_owned();
        let pressed = unit::program(&cx.app, NAME, move |cx| {
            let token = token.clone();
            Box::pin(async move {
                let Some((row, answer, language)) = offer(cx, &token, true).await? else {
                    return Ok(None);
                };
                let link = AnswerChannel::Link;
                let (taken, said) = slot_offer::take(cx, row, answer, link, language).await?;
                let status = match taken {
                    true => StatusCode::OK,
                    false => StatusCode::CONFLICT,
                };
                Ok(Some((
                    status,
                    language,
                    cx.app.texts.render(language, &said),
                )))
            })
        });
        Ok(match pressed.await? {
            Some((status, language, said)) => html(status, language, &said, None),
            None => gone(cx),
        })
    })
}
