//! A time that became free, offered to somebody on the waiting list: told by e-mail or text message, answered behind the
//! links or by a word.

use std::sync::Arc;

use contracts::SlotOffered;
use futures_util::future::BoxFuture;
use patients::Patient;
use platform::app::App;
use platform::cx::{Cx, select};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::serde_json::{Value as Json, json};
use platform::texts::Text;
use platform::unit::{self, Opening};
use scheduling::answer::{Answer, AnswerChannel};
use scheduling::offer::{OfferStatus, SlotOffer};
use scheduling::offer_answer;
use sea_query::{ExprTrait, LockType};
use uuid::Uuid;

use super::answer::Back;
use super::audience::Address;
use super::word::Word;
use super::wording::when;
use super::{offer_link, whereabouts};

const KIND: &str = "messaging:slot-offer";
const WHY: &str = "the program tells whom it concerns";
const WORD: Word = Word {
    called: "an offer of a slot",
    subject: "message-offer-subject",
    email: "message-offer-email",
    sms: "message-offer-sms",
    rather_twice: false,
};

/// Tells of an offer, again while it is open and the provider is away.
pub(super) const JOB: JobInfo = JobInfo {
    kind: KIND,
    run: Run::Outside(send),
    attempts: 6,
    every: None,
};

/// Has the patient told.
pub(super) async fn offered(cx: &mut Cx, told: SlotOffered) -> Result<(), Error> {
    let payload = json!({ "offer": told.offer, "id": Uuid::now_v7() });
    enqueue(cx, vec![Job::now(KIND, payload)])
}

/// An offer that can still be answered, and where its patient reads of it.
struct Letter {
    offer: SlotOffer,
    patient: Patient,
    address: Address,
}

fn send(app: Arc<App>, payload: Json) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id = payload["offer"].as_i64().unwrap_or_default();
        let opening = Opening::program(KIND);
        let found = unit::read(&app, &opening, move |cx| {
            Box::pin(async move { letter(cx, id).await })
        });
        let Some(letter) = found.await? else {
            return Ok(());
        };
        let message = payload["id"].as_str().unwrap_or_default();
        let render = |key| words(&app, &letter, key);
        WORD.send(&app, &letter.address, message, render).await
    })
}

async fn letter(cx: &mut Cx, id: i64) -> Result<Option<Letter>, Error> {
    let Some(offer) = open(cx, id, false).await? else {
        return Ok(None);
    };
    let found = whereabouts(cx, offer.patient.get()).await?;
    Ok(found.map(|(patient, address)| Letter {
        offer,
        patient,
        address,
    }))
}

/// An offer, as long as it can be answered.
async fn open(cx: &mut Cx, id: i64, lock: bool) -> Result<Option<SlotOffer>, Error> {
    let offer = any(cx, id, lock).await?;
    let now = cx.now();
    Ok(offer.filter(|offer| offer.status == OfferStatus::Open && offer.expires_at > now))
}

/// An offer, however it stands.
pub(super) async fn any(cx: &mut Cx, id: i64, lock: bool) -> Result<Option<SlotOffer>, Error> {
    let mut query = select::<SlotOffer>();
    query.and_where(SlotOffer::id.eq(id));
    if lock && cx.dialect() == Dialect::Postgres {
        query.lock(LockType::Update);
    }
    cx.unscoped(WHY).record(query).await
}

fn words(app: &App, letter: &Letter, key: &'static str) -> String {
    let language = letter.patient.preferred_language.as_str();
    let local = |at| when(language, app.zone.to_local(at));
    let offer = &letter.offer;
    let mut text = Text::new(key)
        .with("name", &**letter.patient.first_name.open())
        .with("when", local(offer.starts_at))
        .with("until", local(offer.expires_at))
        .with("accept", offer_link::url(app, offer, Answer::Confirm))
        .with("decline", offer_link::url(app, offer, Answer::Cancel));
    if let Some(hospital) = &app.settings.hospital_name {
        text = text.with("hospital", hospital);
    }
    app.texts.render(language, &text)
}

/// The open offers of some patients; two are enough to know that there are several.
macro_rules! offers {
    ($patients:literal) => {
        concat!(
            "SELECT id FROM slot_offer WHERE patient IN (",
            $patients,
            ") AND status = 'open' AND expires_at > $2 ORDER BY id LIMIT 2"
        )
    };
}

/// The offers that some patients can answer.
pub(super) async fn of(cx: &mut Cx, people: &[Patient]) -> Result<Vec<i64>, Error> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = people.iter().map(|patient| patient.meta.id).collect();
    let sql = match cx.dialect() {
        Dialect::Sqlite => offers!("SELECT value FROM json_each($1)"),
        Dialect::Postgres => offers!("SELECT jsonb_array_elements_text($1::jsonb)::bigint"),
    };
    let values = vec![json!(ids).to_value(), cx.now().to_value()];
    let found: Vec<(i64,)> = cx.unscoped(WHY).all(Statement::raw(sql, values)).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Takes the word of a text message.
pub(super) async fn reply(
    cx: &mut Cx,
    id: i64,
    people: &[Patient],
    meant: Answer,
) -> Result<Back, Error> {
    let Some(offer) = open(cx, id, true).await? else {
        return Ok(None);
    };
    let whose = people.iter().find(|one| one.meta.id == offer.patient.get());
    let language = whose.map_or("en", |one| one.preferred_language.as_str());
    let said = take(cx, offer, meant, AnswerChannel::Sms, language).await?;
    Ok(Some((language.to_owned(), said.1)))
}

/// Takes an answer, and says what came of it; whether it was taken.
pub(super) async fn take(
    cx: &mut Cx,
    offer: SlotOffer,
    meant: Answer,
    channel: AnswerChannel,
    language: &str,
) -> Result<(bool, Text), Error> {
    let at = when(language, cx.app.zone.to_local(offer.starts_at));
    let (accepts, key) = match meant {
        Answer::Confirm => (true, "message-offer-accepted"),
        Answer::Cancel => (false, "message-offer-declined"),
    };
    match offer_answer::answer(cx, offer, accepts, channel).await {
        Ok(_) => Ok((true, Text::new(key).with("when", at))),
        Err(Error::Refused(refusal)) => Ok((false, refusal.text)),
        Err(error) => Err(error),
    }
}
