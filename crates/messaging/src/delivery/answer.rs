//! What people answer to a reminder by text message: that they come, or that they cannot. Everything else is passed on
//! to the front desk.

use aws_lc_rs::digest;
use kernel::{BuiltinRole, Phone};
use patients::Patient;
use platform::cx::{Cx, among, select, values};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::texts::Text;
use scheduling::answer::{Answer, AnswerChannel, Answered, answer};
use scheduling::appointment::Appointment;
use sea_query::ExprTrait;
use serde_json::json;

use super::slot_offer;
use super::wording::when;
use crate::notification::NotificationType;
use crate::notify::{Notice, notify};

/// The words, folded.
const WORDS: &[(&str, Answer)] = &[
    ("1", Answer::Confirm),
    ("YES", Answer::Confirm),
    ("OUI", Answer::Confirm),
    ("NDIYO", Answer::Confirm),
    ("NDIO", Answer::Confirm),
    ("2", Answer::Cancel),
    ("NO", Answer::Cancel),
    ("NON", Answer::Cancel),
    ("HAPANA", Answer::Cancel),
];

/// What a message answers: one of the words alone, whatever its case and punctuation.
///
/// ```
/// use messaging::delivery::answer::meant;
/// use scheduling::answer::Answer;
/// assert_eq!(meant(" Oui. "), Some(Answer::Confirm));
/// assert_eq!(meant("No, can I come on Friday?"), None);
/// ```
pub fn meant(text: &str) -> Option<Answer> {
    let mut words = text.split_whitespace();
    let (Some(word), None) = (words.next(), words.next()) else {
        return None;
    };
    let folded: String = word
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect();
    WORDS
        .iter()
        .find(|(known, _)| *known == folded)
        .map(|(_, answer)| *answer)
}

/// A text message that came in.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    /// Whose number it came from.
    pub(super) phone: Phone,
    /// What it says.
    pub(super) text: String,
    /// What the provider calls it; it may hand the same message over again.
    pub(super) sid: String,
}

/// What is answered to it: a sentence in a language, or nothing.
pub(super) type Back = Option<(String, Text)>;

const WHY: &str = "whoever has the number was reminded of the visit";
/// People who share a number.
const SHARING: u64 = 20;

/// Does what a message asks, and says what to answer. Said again, it changes nothing and is answered by nothing.
///
/// # Errors
/// When the database fails.
pub(super) async fn take(cx: &mut Cx, message: &Incoming) -> Result<Back, Error> {
    let people = people(cx, &message.phone).await?;
    if let Some(meant) = meant(&message.text) {
        let visits = reminded(cx, &people).await?;
        let offers = slot_offer::of(cx, &people).await?;
        match (&visits[..], &offers[..]) {
            ([visit], []) => return reply(cx, *visit, &people, meant).await,
            ([], [offer]) => return slot_offer::reply(cx, *offer, &people, meant).await,
            // Where it is not clear what is meant, people decide.
            _ => {}
        }
    }
    pass_on(cx, message, &people).await
}

/// The patients who really have the number.
async fn people(cx: &mut Cx, phone: &Phone) -> Result<Vec<Patient>, Error> {
    let ids = patients::by_phone(cx, phone, 0, SHARING).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select::<Patient>();
    query
        .and_where(among(cx.dialect(), Patient::id, &ids))
        .and_where(Patient::merged_into.is_null());
    let found: Vec<Patient> = cx.unscoped(WHY).records(query).await?;
    let country = patients::country_code(cx);
    let has = |patient: &Patient| patient.phones(country).contains(phone);
    Ok(found.into_iter().filter(has).collect())
}

/// Visits to come of which some patients were reminded by text message; two are enough to know that there are several.
macro_rules! reminded {
    ($patients:literal) => {
        concat!(
            "SELECT DISTINCT a.id FROM appointment a JOIN appointment_notification n ON n.appointment = a.id \
             AND n.patient = a.patient WHERE a.patient IN (",
            $patients,
            ") AND a.voided_at IS NULL AND a.starts_at > $2 AND n.notification_type = 'reminder' \
             AND n.channel = 'sms' AND n.status IN ('sent', 'unknown') ORDER BY a.id LIMIT 2"
        )
    };
}

/// The visits to come of which they were reminded by text message.
async fn reminded(cx: &mut Cx, people: &[Patient]) -> Result<Vec<i64>, Error> {
    let ids: Vec<i64> = people.iter().map(|patient| patient.meta.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = match cx.dialect() {
        Dialect::Sqlite => reminded!("SELECT value FROM json_each($1)"),
        Dialect::Postgres => reminded!("SELECT jsonb_array_elements_text($1::jsonb)::bigint"),
    };
    let now = cx.now();
    let found: Vec<(i64,)> = cx
        .unscoped(WHY)
        .all(Statement::raw(
            sql,
            vec![json!(ids).to_value(), now.to_value()],
        ))
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// One visit, held.
pub(super) async fn held(cx: &mut Cx, visit: i64) -> Result<Option<Appointment>, Error> {
    super::schedule::appointment(cx, visit, true).await
}

async fn reply(cx: &mut Cx, visit: i64, people: &[Patient], meant: Answer) -> Result<Back, Error> {
    let Some(visit) = held(cx, visit).await? else {
        return Ok(None);
    };
    let whose = people.iter().find(|one| one.meta.id == visit.patient.get());
    let language = whose.map_or("en", |one| one.preferred_language.as_str());
    let at = when(language, cx.app.zone.to_local(visit.starts_at));
    let key = match meant {
        Answer::Confirm => "message-visit-confirmed",
        Answer::Cancel => "message-visit-cancelled",
    };
    let said = match answer(cx, visit, meant, AnswerChannel::Sms).await {
        Ok(Answered::Now(_)) => Text::new(key).with("when", at),
        Ok(Answered::Already(_)) => return Ok(None),
        Err(Error::Refused(refusal)) => refusal.text,
        Err(error) => return Err(error),
    };
    Ok(Some((language.to_owned(), said)))
}

/// Colleagues who are told of one message.
const TOLD: i64 = 20;

/// Lets the front desk know, and the writer that it does.
async fn pass_on(cx: &mut Cx, message: &Incoming, people: &[Patient]) -> Result<Back, Error> {
    let mark = mark(&message.sid);
    cx.take_turn(&[("incoming-sms", mark)]).await?;
    let desk = desk(cx).await?;
    let Some(first) = desk.first() else {
        return Ok(None);
    };
    if is_known(cx, *first, mark).await? {
        return Ok(None);
    }
    let one = match people {
        [one] => Some(one),
        _ => None,
    };
    let from = one.map_or_else(|| message.phone.to_string(), Patient::full_name);
    let text = Text::new("notice-incoming-sms")
        .with("from", from)
        .with("text", message.text.trim());
    for user in desk {
        let notice = Notice {
            user,
            kind: NotificationType::Message,
            text: text.clone(),
            related: Some((RELATED, mark)),
            patient: one.map(|one| one.meta.id),
        };
        notify(cx, notice).await?;
    }
    let language = people.first().map_or(cx.app.settings.language, |one| {
        one.preferred_language.as_str()
    });
    Ok(Some((language.to_owned(), Text::new("message-passed-on"))))
}

const RELATED: &str = "IncomingSms";

/// A number for the provider's name of a message.
fn mark(sid: &str) -> i64 {
    let hash = digest::digest(&digest::SHA256, sid.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_ref()[..8]);
    i64::from_be_bytes(bytes) & i64::MAX
}

async fn is_known(cx: &mut Cx, user: i64, mark: i64) -> Result<bool, Error> {
    let sql = r#"SELECT id FROM notification WHERE "user" = $1 AND related_object = $2 LIMIT 1"#;
    let values = vec![user.to_value(), format!("{RELATED}:{mark}").to_value()];
    let found: Option<(i64,)> = cx
        .unscoped("the provider may hand a message over again")
        .optional(Statement::raw(sql, values))
        .await?;
    Ok(found.is_some())
}

/// The receptionists, or where there is none the Admins; in the order of their ids, in which they are told.
async fn desk(cx: &mut Cx) -> Result<Vec<i64>, Error> {
    for role in [BuiltinRole::Receptionist, BuiltinRole::Admin] {
        let sql = "SELECT id FROM app_user WHERE role = $1 AND is_active = $2 ORDER BY id LIMIT $3";
        let found: Vec<(i64,)> = cx
            .unscoped("the program tells the front desk")
            .all(Statement::raw(sql, values([&role.id(), &true, &TOLD])))
            .await?;
        if !found.is_empty() {
            return Ok(found.into_iter().map(|(id,)| id).collect());
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_alone_is_an_answer() {
        use Answer::{Cancel, Confirm};
        for (text, answer) in [
            ("1", Some(Confirm)),
            (" 1. ", Some(Confirm)),
            ("yes", Some(Confirm)),
            ("Oui!", Some(Confirm)),
            ("ndiyo", Some(Confirm)),
            ("2", Some(Cancel)),
            ("NO", Some(Cancel)),
            ("non", Some(Cancel)),
            ("Hapana", Some(Cancel)),
            ("12", None),
            ("3", None),
            ("yes please", None),
            ("No, can I come on Friday?", None),
            ("", None),
            ("?", None),
        ] {
            assert_eq!(meant(text), answer, "{text:?}");
        }
    }
}
