//! Records that may be the same person.
//!
//! Candidates are found by their terms, without opening anybody else's record; a pure function compares
//! each with the patient and says how likely it is the same person, and why.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{Reach, names};
use platform::cx::Cx;
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::http::call::{Call, Reply};
use platform::resource::Resource;
use platform::seal::KeyRing;
use platform::texts::Text;
use schemars::JsonSchema;
use sea_query::{Asterisk, Expr, ExprTrait, Func, Order, Query, SelectStatement};
use serde::{Deserialize, Serialize};

use crate::birth::{Precision, precision};
use crate::candidates::{DRIVEN, Source, among, both, meeting, opened, union};
use crate::patient::{Gender, Patient, country_code};
use crate::terms::{self, Term, TermField};

/// From this score on two records are shown to a person as possibly the same.
pub const THRESHOLD: i64 = 60;
/// The most candidates that are opened and compared.
const COMPARED: u64 = 200;
/// The most namesakes of somebody whose day of birth is estimated.
const NAMESAKES: u64 = 50;
/// Pairs of a given and a family name that are looked for.
const PAIRS: usize = 4;
/// The most records that are answered.
const SHOWN: usize = 10;
/// From this likeness on two spellings are taken for one name; see [`names::similarity`].
const ALIKE: f64 = 0.9;

/// A record that may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PossibleDuplicate {
    /// The `id` of the other record.
    pub id: i64,
    /// Likelihood that it is the same person: 60 to 100.
    pub score: i64,
    /// Why: stable codes, such as `same_name` and `same_birth_date`.
    pub reasons: Vec<Reason>,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $points:literal;)+) => {
        /// What speaks for or against two records being one person; answered as a stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason { $($(#[$doc])* $name,)+ }

        impl Reason {
            /// The code as answered.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What it adds to the score.
            pub const fn points(self) -> i64 {
                match self { $(Self::$name => $points,)+ }
            }
        }
    };
}

reasons! {
    /// The same number of an identity card or passport.
    SameNationalId = "same_national_id", 80;
    /// The same given and family name.
    SameName = "same_name", 40;
    /// The same names, given and family name swapped.
    SwappedNames = "swapped_names", 38;
    /// Given and family name differ by little.
    SimilarName = "similar_name", 35;
    /// Given and family name sound alike.
    SoundsAlike = "sounds_alike", 30;
    /// The same day of birth.
    SameBirthDate = "same_birth_date", 30;
    /// Days of birth that differ in one digit, or with day and month swapped.
    SimilarBirthDate = "similar_birth_date", 20;
    /// The same year or month of birth, of which one is known no better.
    EstimatedBirthDate = "estimated_birth_date", 20;
    /// A phone number in common.
    SamePhone = "same_phone", 20;
    /// An e-mail address in common.
    SameEmail = "same_email", 20;
    /// Quite different days of birth.
    DifferentBirthDate = "different_birth_date", 0;
    /// Different genders, both known.
    DifferentGender = "different_gender", -10;
    /// Different numbers of an identity card or passport.
    DifferentNationalId = "different_national_id", -40;
}

/// What of a patient is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    first: String,
    last: String,
    born: Date,
    estimated: bool,
    gender: Gender,
    phones: Vec<String>,
    emails: Vec<String>,
    national: Option<Term>,
}

impl Facts {
    pub(crate) fn of(patient: &Patient, code: u16) -> Facts {
        Facts {
            first: names::fold(patient.first_name.open()),
            last: names::fold(patient.last_name.open()),
            born: *patient.date_of_birth.open(),
            estimated: patient.birth_estimated,
            gender: patient.gender,
            phones: patient
                .phones(code)
                .iter()
                .map(|p| p.digits().to_owned())
                .collect(),
            emails: patient
                .emails()
                .iter()
                .map(|e| e.as_str().to_owned())
                .collect(),
            national: patient
                .national_id
                .open()
                .as_deref()
                .and_then(terms::national),
        }
    }
}

/// Whether two patients who are registered together may be one person.
pub(crate) fn alike(a: &Facts, b: &Facts) -> bool {
    score(a, b).0 >= THRESHOLD
}

/// How likely two patients are one person, 0 to 100, and why. Symmetric.
fn score(a: &Facts, b: &Facts) -> (i64, Vec<Reason>) {
    let shared = |a: &[String], b: &[String]| a.iter().any(|item| b.contains(item));
    let different_gender =
        a.gender != b.gender && a.gender != Gender::Unknown && b.gender != Gender::Unknown;
    let reasons: Vec<Reason> = [
        compare_nationals(a, b),
        compare_names(a, b),
        Some(compare_births((a.born, a.estimated), (b.born, b.estimated))),
        shared(&a.phones, &b.phones).then_some(Reason::SamePhone),
        shared(&a.emails, &b.emails).then_some(Reason::SameEmail),
        different_gender.then_some(Reason::DifferentGender),
    ]
    .into_iter()
    .flatten()
    .collect();
    let sum: i64 = reasons.iter().map(|reason| reason.points()).sum();
    (sum.clamp(0, 100), reasons)
}

fn compare_nationals(a: &Facts, b: &Facts) -> Option<Reason> {
    match (&a.national, &b.national) {
        (Some(one), Some(other)) if one == other => Some(Reason::SameNationalId),
        (Some(_), Some(_)) => Some(Reason::DifferentNationalId),
        _ => None,
    }
}

/// Both names must agree: families share one of them.
fn compare_names(a: &Facts, b: &Facts) -> Option<Reason> {
    let both = |alike: fn(&str, &str) -> bool| {
        (alike(&a.first, &b.first) && alike(&a.last, &b.last))
            || (alike(&a.first, &b.last) && alike(&a.last, &b.first))
    };
    if a.first == b.first && a.last == b.last {
        Some(Reason::SameName)
    } else if a.first == b.last && a.last == b.first {
        Some(Reason::SwappedNames)
    } else if both(|x, y| names::similarity(x, y) >= ALIKE) {
        Some(Reason::SimilarName)
    } else if both(sound_alike) {
        Some(Reason::SoundsAlike)
    } else {
        None
    }
}

/// Some part of one sounds like some part of the other.
fn sound_alike(x: &str, y: &str) -> bool {
    let codes = |name: &str| -> Vec<String> {
        names::parts(name)
            .iter()
            .flat_map(|part| names::phonetic(part))
            .collect()
    };
    let others = codes(y);
    codes(x).iter().any(|code| others.contains(code))
}

/// Days of birth, each with whether it is estimated, as closely as both are known.
fn compare_births(a: (Date, bool), b: (Date, bool)) -> Reason {
    let (known_a, known_b) = (precision(a.0, a.1), precision(b.0, b.1));
    let (is_marked, a, b) = (a.1 || b.1, a.0, b.0);
    let fits = match Ord::max(known_a, known_b) {
        Precision::Day => a == b,
        Precision::Month => (a.year(), a.month()) == (b.year(), b.month()),
        Precision::Year => a.year() == b.year(),
    };
    if a == b && !is_marked {
        Reason::SameBirthDate
    } else if fits && is_marked {
        Reason::EstimatedBirthDate
    } else if is_near(a, b) {
        Reason::SimilarBirthDate
    } else if fits {
        Reason::EstimatedBirthDate
    } else {
        Reason::DifferentBirthDate
    }
}

/// One digit differs, or day and month are swapped.
fn is_near(a: Date, b: Date) -> bool {
    let digits = |born: Date| {
        let (year, month, day) = (
            i32::from(born.year()),
            i32::from(born.month()),
            i32::from(born.day()),
        );
        let number = year * 10_000 + month * 100 + day;
        (0..8).map(move |place| number / 10_i32.pow(place) % 10)
    };
    let differing = digits(a).zip(digits(b)).filter(|(x, y)| x != y).count();
    let swapped = a.year() == b.year() && a.month() == b.day() && a.day() == b.month();
    differing == 1 || swapped
}

/// The days that differ in one digit, or with day and month swapped; about fifty. What is near this way is near the
/// other way round.
fn near_births(born: Date) -> impl Iterator<Item = Date> {
    let digits = born.to_string();
    let mistyped = (0..digits.len()).flat_map(move |at| {
        let digits = digits.clone();
        (b'0'..=b'9').filter_map(move |digit| {
            let mut other = digits.clone().into_bytes();
            if !other[at].is_ascii_digit() || other[at] == digit {
                return None;
            }
            other[at] = digit;
            std::str::from_utf8(&other).ok()?.parse().ok()
        })
    });
    let swapped = Date::new(born.year(), born.day(), born.month()).ok();
    // Nobody who is registered was born in another thousand years.
    mistyped
        .filter(|near: &Date| (1880..2200).contains(&near.year()))
        .chain(swapped.filter(move |swapped| *swapped != born))
}

/// The records that may be the same person as this one, the likeliest first, at most ten. Looks beyond
/// the caller's reach, since the person at the desk must learn that somebody is registered already; only
/// ids, scores and reasons are told.
///
/// # Errors
/// When the database fails.
pub async fn of(cx: &mut Cx, patient: &Patient) -> Result<Vec<PossibleDuplicate>, Error> {
    let code = country_code(cx);
    let hits = opened(candidates(&cx.app.ring(), patient, code));
    let rows: Vec<Patient> = cx
        .unscoped("a duplicate is one wherever it lies; only its id is told")
        .readable(hits)
        .await?;
    let facts = Facts::of(patient, code);
    let mut found: Vec<PossibleDuplicate> = rows
        .iter()
        .filter(|row| row.meta.id != patient.meta.id)
        .filter(|row| row.merged_into.map(|into| into.get()) != Some(patient.meta.id))
        .map(|row| {
            let (score, reasons) = score(&facts, &Facts::of(row, code));
            PossibleDuplicate {
                id: row.meta.id,
                score,
                reasons,
            }
        })
        .filter(|found| found.score >= THRESHOLD)
        .collect();
    found.sort_by_key(|found| (-found.score, -found.id));
    found.truncate(SHOWN);
    for found in &found {
        cx.saw("Patient", found.id, Some(found.id));
    }
    Ok(found)
}

/// Waits until nobody else is registering somebody who may be the same person and wants to be refused
/// then: of simultaneous twins each would see none. Any two records that are worth comparing share a
/// term, so each waits for the locks of its terms, always in the same order, and keeps them until the
/// transaction ends. On SQLite there is one writer anyway.
///
/// # Errors
/// When the database fails.
pub(crate) async fn take_turns(cx: &mut Cx, patient: &Patient) -> Result<(), Error> {
    if cx.dialect() != Dialect::Postgres {
        return Ok(());
    }
    let ring = cx.app.ring();
    let keys: Vec<String> = terms::of(patient, country_code(cx))
        .iter()
        .filter(|term| term.field != TermField::Identifier)
        .map(|term| term.wanted(&ring).1.to_string())
        .collect();
    let lock = Statement::raw(
        "SELECT count(pg_advisory_xact_lock(key)) FROM \
         (SELECT unnest(string_to_array($1, ',')::bigint[]) AS key ORDER BY 1) AS keys",
        vec![keys.join(",").to_value()],
    );
    cx.unscoped("locks are no data").all::<(i64,)>(lock).await?;
    Ok(())
}

/// Who is worth comparing, which is whoever can reach the threshold: the same number of a document, phone or
/// e-mail; the same day of birth and a name that sounds alike; or a day that is near it, or estimated, and both names
/// alike. Names alone, however alike, do not reach it, so that namesakes are not opened, however many there are; but of
/// somebody whose own day is estimated, the newest namesakes are.
///
/// Where very many were born on one day, as with days of birth that were guessed, those of them are found
/// whose names both sound alike, in either order. Of the days that are near, those on which people guess (the first of a
/// month) are looked at by themselves, the newest of each, and of a name the newest that bear it.
fn candidates(ring: &KeyRing, patient: &Patient, code: u16) -> SelectStatement {
    let own = terms::of(patient, code);
    let exact = |field: TermField| own.iter().filter(move |term| term.field == field);
    let mut hits: Vec<SelectStatement> = [TermField::National, TermField::Email, TermField::Phone]
        .into_iter()
        .flat_map(exact)
        .map(|term| Source::any(ring, [term]).newest(COMPARED))
        .collect();
    let born = Source::any(ring, exact(TermField::Birth));
    let alike = Source::any(ring, &both_names(patient));
    let names = [TermField::Sound, TermField::Whole];
    let any_name = Source::any(ring, names.into_iter().flat_map(exact));
    hits.push(meeting(&born, &any_name, COMPARED));
    let mut day = Query::select();
    day.expr(Func::count(Expr::col(Asterisk)))
        .from_subquery(born.newest(DRIVEN), "day");
    let mut crowded = meeting(&alike, &born, COMPARED);
    crowded.and_where(Expr::SubQuery(None, Box::new(day.into())).gte(DRIVEN));
    hits.push(crowded);
    let birth = *patient.date_of_birth.open();
    let (guessed, slips): (BTreeSet<Date>, BTreeSet<Date>) = near_births(birth)
        .chain([birth.first_of_year(), birth.first_of_month()])
        .filter(|day| *day != birth)
        .partition(|day| day.day() == 1);
    let term = |day: &Date| Term::new(TermField::Birth, day.to_string());
    let guessed: Vec<Term> = guessed.iter().map(term).collect();
    let each = DRIVEN.div_ceil(guessed.len().max(1) as u64);
    let near = union(vec![
        among(ring, TermField::Birth, slips.iter().map(Date::to_string)),
        Source::any(ring, &guessed).newest(each),
    ]);
    hits.push(both(near, alike.newest(DRIVEN), COMPARED));
    if precision(birth, patient.birth_estimated) != Precision::Day {
        hits.push(alike.newest(NAMESAKES));
    }
    let mut newest = Query::select();
    newest
        .column("patient")
        .from_subquery(union(hits), "found")
        .group_by_col("patient")
        .order_by("patient", Order::Desc)
        .limit(COMPARED);
    newest
}

/// How given and family name sound together.
fn both_names(patient: &Patient) -> Vec<Term> {
    let (first, last) = (
        names::parts(patient.first_name.open()),
        names::parts(patient.last_name.open()),
    );
    first
        .iter()
        .flat_map(|one| last.iter().map(move |other| (one, other)))
        .take(PAIRS)
        .flat_map(|(one, other)| terms::sound_pairs(one, other))
        .collect()
}

/// The refusal of a create that asked to be refused then.
pub(crate) fn refusal(found: &[PossibleDuplicate]) -> Result<Error, Error> {
    let list = platform::serde_json::to_value(found)?;
    let text = Text::new("patients-duplicate").with("count", found.len());
    Ok(Error::refuse(kernel::Code::DuplicatePatient, text).with("possible_duplicates", list))
}

/// `GET patients/{id}/duplicates/`; nobody for whoever reaches only their own record: every other one is
/// another person's.
pub(crate) async fn list(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let patient: Patient = cx.load(call.id()?).await?;
    cx.saw(
        <Patient as platform::record::Record>::NAME,
        patient.meta.id,
        Some(patient.meta.id),
    );
    let found = if cx.grant().reach == Reach::Own {
        Vec::new()
    } else {
        of(cx, &patient).await?
    };
    Reply::ok(&found)
}

/// Scores a given pair, as noted when somebody merges them.
pub(crate) fn compare(cx: &Cx, a: &Patient, b: &Patient) -> (i64, Vec<Reason>) {
    let code = country_code(cx);
    score(&Facts::of(a, code), &Facts::of(b, code))
}

/// The path below which the list is served.
pub(crate) fn path() -> String {
    format!("{}/{{id}}/duplicates/", Patient::PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::record::Record;
    use proptest::prelude::*;

    fn facts(first: &str, last: &str, born: &str, gender: Gender, phone: &str) -> Facts {
        Facts {
            first: names::fold(first),
            last: names::fold(last),
            born: born.parse().unwrap(),
            estimated: false,
            gender,
            phones: Vec::from_iter((!phone.is_empty()).then(|| phone.to_owned())),
            emails: Vec::new(),
            national: None,
        }
    }

    #[test]
    fn days_of_birth_are_compared_as_closely_as_they_are_known() {
        use Reason::*;
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (a, b, expected) in [
            (("1990-03-04", false), ("1990-03-04", false), SameBirthDate),
            // Estimated to the year, the month, or from days.
            (
                ("1992-01-01", true),
                ("1992-06-17", false),
                EstimatedBirthDate,
            ),
            (
                ("1992-01-01", true),
                ("1992-01-01", true),
                EstimatedBirthDate,
            ),
            (
                ("1992-01-01", true),
                ("1994-06-17", false),
                DifferentBirthDate,
            ),
            (
                ("2026-03-01", true),
                ("2026-03-29", false),
                EstimatedBirthDate,
            ),
            (
                ("2026-03-01", true),
                ("2026-07-29", false),
                DifferentBirthDate,
            ),
            (
                ("2026-03-01", true),
                ("2026-01-01", true),
                EstimatedBirthDate,
            ),
            (
                ("2026-11-16", true),
                ("2026-11-16", false),
                EstimatedBirthDate,
            ),
            // Written down before anybody could say that it is estimated.
            (
                ("1992-01-01", false),
                ("1992-06-17", false),
                EstimatedBirthDate,
            ),
            (
                ("1992-06-01", false),
                ("1992-06-17", false),
                DifferentBirthDate,
            ),
        ] {
            let (a, b) = ((day(a.0), a.1), (day(b.0), b.1));
            assert_eq!(compare_births(a, b), expected, "{a:?} {b:?}");
            assert_eq!(compare_births(b, a), expected, "{b:?} {a:?}");
        }
    }

    #[test]
    fn cases() {
        use Gender::{Female, Male, Unknown};
        use Reason::*;
        let jallow = facts("Fatou", "Jallow", "1990-03-04", Female, "2207834351");
        for (other, score_is, why) in [
            (jallow.clone(), 90, vec![SameName, SameBirthDate, SamePhone]),
            (
                facts("Fatou", "Jallow", "1990-03-04", Female, ""),
                70,
                vec![SameName, SameBirthDate],
            ),
            (
                facts("Jallow", "Fatou", "1990-03-04", Female, ""),
                68,
                vec![SwappedNames, SameBirthDate],
            ),
            (
                facts("Fatou", "Jalow", "1990-03-04", Unknown, ""),
                65,
                vec![SimilarName, SameBirthDate],
            ),
            (
                facts("Fatu", "Diallo", "1990-03-04", Female, ""),
                60,
                vec![SoundsAlike, SameBirthDate],
            ),
            (
                facts("Diallo", "Fatu", "1990-03-04", Female, ""),
                60,
                vec![SoundsAlike, SameBirthDate],
            ),
            // Day and month swapped; one digit.
            (
                facts("Fatou", "Jallow", "1990-04-03", Female, "2207834351"),
                80,
                vec![SameName, SimilarBirthDate, SamePhone],
            ),
            (
                facts("Fatou", "Jallow", "1991-03-04", Female, ""),
                60,
                vec![SameName, SimilarBirthDate],
            ),
            // A year alone; a slip of the pen; another day and the same phone.
            (
                facts("Fatou", "Jallow", "1990-01-01", Female, ""),
                60,
                vec![SameName, EstimatedBirthDate],
            ),
            (
                facts("Fatou", "Jallow", "1990-03-04", Male, ""),
                60,
                vec![SameName, SameBirthDate, DifferentGender],
            ),
            (
                facts("Fatou", "Jallow", "1985-11-20", Female, "2207834351"),
                60,
                vec![SameName, DifferentBirthDate, SamePhone],
            ),
            // A namesake; a twin; a brother; a stranger.
            (
                facts("Fatou", "Jallow", "1960-11-20", Female, ""),
                40,
                vec![SameName, DifferentBirthDate],
            ),
            (
                facts("Binta", "Jallow", "1990-03-04", Female, "2207834351"),
                50,
                vec![SameBirthDate, SamePhone],
            ),
            (
                facts("Lamin", "Jallow", "1995-11-20", Male, "2207834351"),
                10,
                vec![DifferentBirthDate, SamePhone, DifferentGender],
            ),
            (
                facts("Lamin", "Ceesay", "1960-11-20", Male, ""),
                0,
                vec![DifferentBirthDate, DifferentGender],
            ),
        ] {
            assert_eq!(score(&jallow, &other), (score_is, why), "{other:?}");
        }
        let passport = |facts: Facts| Facts {
            national: terms::national("GM 12-34"),
            ..facts
        };
        let other = passport(facts("Lamin", "Ceesay", "1960-11-20", Unknown, ""));
        assert_eq!(score(&passport(jallow.clone()), &other).0, 80);
        // Two people who share all but their passports.
        let another = Facts {
            national: terms::national("GM 99"),
            ..jallow.clone()
        };
        let why = vec![DifferentNationalId, SameName, SameBirthDate, SamePhone];
        assert_eq!(score(&passport(jallow), &another), (50, why));
    }

    #[test]
    fn codes_are_what_is_serialised() {
        for reason in [
            Reason::SameNationalId,
            Reason::SoundsAlike,
            Reason::DifferentBirthDate,
        ] {
            assert_eq!(platform::serde_json::json!(reason), reason.code());
        }
    }

    prop_compose! {
        fn any_facts()(
            first in "[A-Za-z]{1,8}", last in "[A-Za-z]{1,8}", year in 1880i16..2026, month in 1i8..=12,
            day in 1i8..=28, gender in 0usize..4, phone in "[0-9]{0,2}",
        ) -> Facts {
            let gender = [Gender::Male, Gender::Female, Gender::Other, Gender::Unknown][gender];
            facts(&first, &last, &jiff::civil::date(year, month, day).to_string(), gender, &phone)
        }
    }

    prop_compose! {
        /// Of few names, days and numbers, so that many have some in common.
        fn any_patient()(
            first in 0usize..6, last in 0usize..6, year in 1990i16..1992, month in 1i8..=2, day in 1i8..=2,
            gender in 0usize..2, phone in 0usize..3, email in 0usize..3, national in 0usize..3,
        ) -> Patient {
            const NAMES: [&str; 6] = ["Fatou", "Fatu", "Jallow", "Diallo", "Binta Awa", "Ousman"];
            let gender = ["male", "female"][gender];
            let phone = ["", "7834351", "9912345"][phone];
            let email = ["", "a@example.org", "b@example.org"][email];
            let national = ["", "GM-1", "GM-2"][national];
            let body = platform::serde_json::json!({
                "first_name": NAMES[first], "last_name": NAMES[last], "gender": gender,
                "date_of_birth": jiff::civil::date(year, month, day).to_string(),
                "contact_info": phone, "email": email, "national_id": national,
            });
            let platform::serde_json::Value::Object(body) = body else {
                unreachable!("an object was built")
            };
            Patient::create(&platform::record::Body(body)).unwrap()
        }
    }

    /// Days that are looked for beside the own.
    fn near(a: &Patient, b: &Patient) -> bool {
        let known = |row: &Patient| (*row.date_of_birth.open(), row.birth_estimated);
        let estimated = compare_births(known(a), known(b)) == Reason::EstimatedBirthDate;
        let (a, b) = (known(a).0, known(b).0);
        assert_eq!(is_near(a, b), near_births(a).any(|near| near == b));
        estimated || is_near(a, b)
    }

    proptest! {
        #[test]
        fn symmetric_and_within_bounds(a in any_facts(), b in any_facts()) {
            let (forth, back) = (score(&a, &b), score(&b, &a));
            prop_assert_eq!(&forth, &back);
            prop_assert!((0..=100).contains(&forth.0));
        }

        #[test]
        fn whoever_is_listed_was_worth_comparing(a in any_patient(), b in any_patient()) {
            let (score, reasons) = score(&Facts::of(&a, 220), &Facts::of(&b, 220));
            // A letter that changes both the spelling and the sound of every part of both names is not found.
            if score < THRESHOLD || reasons.contains(&Reason::SimilarName) {
                return Ok(());
            }
            let others = terms::of(&b, 220);
            let shared: Vec<TermField> = terms::of(&a, 220)
                .into_iter()
                .filter(|term| others.contains(term))
                .map(|term| term.field)
                .collect();
            let any = |fields: &[TermField]| fields.iter().any(|field| shared.contains(field));
            prop_assert!(
                any(&[TermField::National, TermField::Email, TermField::Phone])
                    || (any(&[TermField::Birth]) && any(&[TermField::Sound, TermField::Whole]))
                    || (near(&a, &b) && both_names(&a).iter().any(|pair| others.contains(pair))),
                "{} {:?}", score, reasons
            );
        }

        #[test]
        fn the_same_is_listed_also_with_names_swapped(a in any_facts()) {
            let swapped = Facts { first: a.last.clone(), last: a.first.clone(), ..a.clone() };
            prop_assert!(score(&a, &a).0 >= THRESHOLD);
            prop_assert!(score(&a, &swapped).0 >= THRESHOLD);
        }
    }
}
