//! `POST break-glass/find/`: the one person who is meant, for a clinician who does not reach their record.
//!
//! Whoever may open a record in an emergency has to be able to say whose, and nothing else finds a patient out of their
//! reach. So only what is known exactly finds somebody, nobody asks often, and each look stands in the audit trail, also
//! the one that found nobody.

use jiff::SignedDuration;
use jiff::civil::Date;
use kernel::BuiltinRole::{Doctor, Nurse};
use kernel::Reach;
use patients::{Known, Patient};
use platform::access::{Access, EXECUTE, Permission};
use platform::audit::{Action, AuditEntry};
use platform::cx::{Cx, among};
use platform::error::Error;
use platform::fault::Faults;
use platform::field::Line;
use platform::resource::{self, Resource};
use platform::texts::Text;
use platform::verb::Command;
use schemars::JsonSchema;
use serde::Serialize;

use crate::break_glass::BreakGlass;

/// How often somebody may ask at once, and how long it takes until they may once more. No emergency needs as much, and card
/// numbers are not tried out one after the other.
const AT_ONCE: u32 = 20;
const ONE_MORE: SignedDuration = SignedDuration::from_mins(3);

platform::input! {
    /// By what the person is known: the number on the card, or the full name and the day of birth.
    pub(crate) struct Described {
        /// The number on the patient's card, in full. With it, nothing else is needed.
        unique_id: Option<Line<32>>,
        /// Given names, all of them, without the number.
        first_name: Option<Line<100>>,
        /// Family names, all of them, without the number.
        last_name: Option<Line<100>>,
        /// Day of birth as it is recorded, without the number.
        date_of_birth: Option<Date>,
    }
}

/// Somebody who is exactly as described: what tells them apart, and nothing of what is recorded about their health.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Person {
    /// The patient's `id`, with which the record is opened.
    patient: i64,
    /// Given and family name.
    name: String,
    /// Day of birth.
    #[schemars(with = "String")]
    date_of_birth: Date,
    /// Whether the day of birth is estimated.
    birth_estimated: bool,
    /// Gender as recorded.
    gender: String,
    /// The number on the card.
    unique_id: String,
    /// Whether the caller reaches the record as it is: then nothing has to be opened.
    in_reach: bool,
}

/// Who was found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Found {
    /// `found` or `nothing_found`.
    outcome: String,
    /// At most five: namesakes born on the same day.
    people: Vec<Person>,
}

/// `POST break-glass/find/`.
pub(crate) struct Find;

impl Command for Find {
    type Of = BreakGlass;
    type Input = Described;
    type Answer = Found;
    const NAME: &'static str = "find";
    const SUMMARY: &'static str = "Find the person whose record has to be opened in an emergency";
    const DESCRIPTION: &'static str = "By the number on the card in full, or by full name and day of birth: nobody is \
        found by a part of anything. Answers who they are and nothing of their health. Every call is on record, whether \
        it found somebody or not. Somebody may ask twenty times at once and then once in three minutes: more is 429 with \
        `Retry-After`.";
    const LIMITED: bool = true;
    // Whoever may open a record may say whose it is.
    const PERMISSION: Permission = BreakGlass::CREATE;

    fn access() -> Access {
        Access::nobody()
            .reach(Doctor, EXECUTE, Reach::Own)
            .reach(Nurse, EXECUTE, Reach::Own)
            .in_person()
    }

    async fn run(cx: &mut Cx, input: Described) -> Result<Found, Error> {
        identity::in_person(cx)?;
        let known = known(&input)?;
        let caller = format!("break-glass-find:{}", cx.user_id()?);
        identity::guess::throttle(cx, &caller, AT_ONCE, ONE_MORE).await?;
        let found = patients::exactly(cx, known).await?;
        let reached = reached(cx, &found).await?;
        note(cx, &found);
        let people: Vec<Person> = found
            .iter()
            .map(|patient| Person {
                patient: patient.meta.id,
                name: patient.full_name(),
                date_of_birth: *patient.date_of_birth.open(),
                birth_estimated: patient.birth_estimated,
                gender: patient.gender.as_str().to_owned(),
                unique_id: patient.unique_id.open().to_string(),
                in_reach: reached.contains(&patient.meta.id),
            })
            .collect();
        let outcome = match people.is_empty() {
            true => "nothing_found",
            false => "found",
        };
        Ok(Found {
            outcome: outcome.to_owned(),
            people,
        })
    }
}

/// What is known, or what is missing to know somebody exactly.
fn known(input: &Described) -> Result<Known<'_>, Faults> {
    if let Some(card) = &input.unique_id {
        return Ok(Known::Card(card));
    }
    match (&input.first_name, &input.last_name, input.date_of_birth) {
        (Some(first), Some(last), Some(born)) => Ok(Known::Person { first, last, born }),
        (None, None, None) => Err(missing(&["unique_id"], "compliance-find-by")),
        (first, last, born) => {
            let fields = [
                ("first_name", first.is_none()),
                ("last_name", last.is_none()),
                ("date_of_birth", born.is_none()),
            ];
            let fields: Vec<&str> = fields
                .iter()
                .filter(|(_, is)| *is)
                .map(|(name, _)| *name)
                .collect();
            Err(missing(&fields, "compliance-find-whole"))
        }
    }
}

fn missing(fields: &[&'static str], key: &'static str) -> Faults {
    let mut faults = Faults::new();
    for field in fields {
        faults.say(field, Text::new(key));
    }
    faults
}

/// Which of them the caller reaches without an emergency.
async fn reached(cx: &mut Cx, found: &[Patient]) -> Result<Vec<i64>, Error> {
    let ids: Vec<i64> = found.iter().map(|patient| patient.meta.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let dialect = cx.dialect();
    let rows: Vec<Patient> = resource::rows(cx, ids.len() as u64, |query| {
        query.and_where(among(dialect, Patient::id, &ids));
    })
    .await?;
    Ok(rows.iter().map(|row| row.meta.id).collect())
}

/// In the trail of everybody who was found, and in the caller's own when nobody was.
fn note(cx: &mut Cx, found: &[Patient]) {
    cx.seen_as(
        Action::Search,
        "looked for, to open the record in an emergency",
    );
    for patient in found {
        cx.saw_record(patient);
    }
    if found.is_empty() {
        cx.saw_nothing();
        cx.audit(AuditEntry {
            description: "looked for somebody in an emergency, and found nobody".to_owned(),
            ..AuditEntry::new(Action::Search, "BreakGlass", None)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_known_by_the_card_or_by_all_of_name_and_birth() {
        let line = |text: &str| (!text.is_empty()).then(|| Line::cut(text));
        for (card, first, last, born, missing) in [
            ("P1", "", "", None, &[] as &[&str]),
            ("", "Awa", "Bah", Some(jiff::civil::date(1980, 2, 3)), &[]),
            ("", "", "", None, &["unique_id"]),
            ("", "Awa", "", None, &["last_name", "date_of_birth"]),
            ("", "Awa", "Bah", None, &["date_of_birth"]),
            (
                "",
                "",
                "",
                Some(jiff::civil::date(1980, 2, 3)),
                &["first_name", "last_name"],
            ),
        ] {
            let input = Described {
                unique_id: line(card).map(|text: Line<100>| Line::cut(&text)),
                first_name: line(first),
                last_name: line(last),
                date_of_birth: born,
            };
            match known(&input) {
                Ok(_) => assert!(missing.is_empty(), "{input:?}"),
                Err(faults) => assert!(
                    !missing.is_empty() && missing.iter().all(|field| faults.has(field)),
                    "{input:?}"
                ),
            }
        }
    }
}
