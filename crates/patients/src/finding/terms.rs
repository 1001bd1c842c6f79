//! What of a patient can be found without opening the record: keyed tags in `patient_term`.
//!
//! One row for each term and live index key: `(generation, field, tag, patient)`, which is also the
//! primary key, so that looking a term up is one descent of the tree and yields the newest patients
//! first. About 30 rows a patient. There is no second index: rows are removed by the terms that the
//! record itself still tells.

use std::collections::BTreeSet;

use kernel::{Mrn, Phone, names};
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::seal::KeyRing;
use sea_query::{Alias, Expr, ExprTrait, OnConflict, Order, Query};

use crate::patient::{Patient, country_code};

/// The table of tags.
pub(crate) const TABLE: &str = "patient_term";
/// The most rows of one statement: PostgreSQL binds at most 65,535 values, four to a row.
const MOST: usize = 5000;

/// What a term is about. The numbers are stored: they are only ever added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i64)]
pub(crate) enum TermField {
    /// The beginning of a part of a name, 2 to 6 letters, or the whole.
    Name = 1,
    /// How a part of a name sounds.
    Sound = 2,
    /// Digits of a phone number, in full.
    Phone = 3,
    /// E-mail address.
    Email = 4,
    /// The number on the card, in its normal form.
    Identifier = 5,
    /// Day of birth, `YYYY-MM-DD`.
    Birth = 6,
    /// Number of the identity card or passport, in its normal form.
    National = 7,
    /// A whole part of a name: such hits rank first, without a record being opened.
    Whole = 8,
    /// The first three letters of two parts of the names. Two common names together are rarer than
    /// either by far, and are found without reading through all who have one.
    Pair = 9,
    /// How two parts of the names sound.
    SoundPair = 10,
    /// The last four digits of a phone number: what more of it is asked for is compared with the record.
    PhoneEnd = 11,
    /// How the number on the card begins.
    CardStart = 12,
    /// Year of birth.
    BirthYear = 13,
}

/// Digits of a [`TermField::PhoneEnd`].
const END: usize = 4;
/// Characters with which a card number has to begin the same, at least.
const START: usize = 4;
/// Beginnings of a card number that are kept: of it three or four characters may be missing.
const STARTS: usize = 2;

/// Letters of each part of a [`TermField::Pair`].
pub(crate) const PAIR_LETTERS: usize = 3;
/// Parts of the names that make pairs; further ones are found by themselves.
const PAIRED: usize = 6;
/// Codes of a part that make pairs.
const PAIRED_CODES: usize = 2;

impl TermField {
    /// The name under the index key.
    fn name(self) -> &'static str {
        match self {
            TermField::Name => "patient.name",
            TermField::Sound => "patient.sound",
            TermField::Phone => "patient.phone",
            TermField::Email => "patient.email",
            TermField::Identifier => "patient.identifier",
            TermField::Birth => "patient.birth",
            TermField::National => "patient.national",
            TermField::Whole => "patient.whole",
            TermField::Pair => "patient.pair",
            TermField::SoundPair => "patient.sound_pair",
            TermField::PhoneEnd => "patient.phone_end",
            TermField::CardStart => "patient.card_start",
            TermField::BirthYear => "patient.birth_year",
        }
    }

    /// The number as stored.
    pub(crate) fn number(self) -> i64 {
        self as i64
    }
}

/// A normalised word of some field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Term {
    pub(crate) field: TermField,
    pub(crate) text: String,
}

impl Term {
    pub(crate) fn new(field: TermField, text: impl Into<String>) -> Term {
        Term {
            field,
            text: text.into(),
        }
    }

    /// Its rows for a patient: generation, field, tag, patient.
    pub(crate) fn rows(&self, ring: &KeyRing, patient: i64) -> Vec<[i64; 4]> {
        ring.tags64(self.field.name(), &self.text)
            .into_iter()
            .map(|(generation, tag)| [generation, self.field.number(), tag, patient])
            .collect()
    }

    /// The generation to search and the tag to look for.
    pub(crate) fn wanted(&self, ring: &KeyRing) -> (i64, i64) {
        ring.search_tag64(self.field.name(), &self.text)
    }
}

/// Under what a patient can be found.
pub(crate) fn of(patient: &Patient, country_code: u16) -> BTreeSet<Term> {
    let mut terms = BTreeSet::new();
    let parts: Vec<String> = [patient.first_name.open(), patient.last_name.open()]
        .into_iter()
        .flat_map(|name| names::parts(name))
        .collect();
    for part in &parts {
        terms.extend(
            names::prefixes(part)
                .into_iter()
                .map(|p| Term::new(TermField::Name, p)),
        );
        terms.extend(
            names::phonetic(part)
                .into_iter()
                .map(|c| Term::new(TermField::Sound, c)),
        );
        terms.insert(Term::new(TermField::Whole, part));
    }
    let paired = &parts[..parts.len().min(PAIRED)];
    for (at, one) in paired.iter().enumerate() {
        for other in &paired[at + 1..] {
            terms.extend(pair(one, other));
            terms.extend(sound_pairs(one, other));
        }
    }
    for phone in patient.phones(country_code) {
        terms.insert(Term::new(TermField::Phone, phone.digits()));
        terms.extend(phone_end(phone.digits()));
    }
    terms.extend(
        patient
            .emails()
            .iter()
            .map(|e| Term::new(TermField::Email, e.as_str())),
    );
    terms.extend(identifier(patient.unique_id.open()));
    terms.extend(card_starts(patient.unique_id.open()));
    let born = patient.date_of_birth.open();
    terms.insert(Term::new(TermField::Birth, born.to_string()));
    terms.insert(birth_year(born.year()));
    terms.extend(patient.national_id.open().as_deref().and_then(national));
    terms
}

/// The term of two parts of the names, in either order; `None` when one is too short, or both begin alike
/// and so may be one part met twice.
pub(crate) fn pair(one: &str, other: &str) -> Option<Term> {
    let begin = |part: &str| -> Option<String> {
        let letters: String = part.chars().take(PAIR_LETTERS).collect();
        (letters.chars().count() == PAIR_LETTERS).then_some(letters)
    };
    let mut both = [begin(one)?, begin(other)?];
    both.sort_unstable();
    (both[0] != both[1]).then(|| Term::new(TermField::Pair, both.join(" ")))
}

/// The terms of how two parts sound together, in either order. What has no sound is taken as it is written.
pub(crate) fn sound_pairs(one: &str, other: &str) -> Vec<Term> {
    let codes = |part: &str| {
        let mut codes = names::phonetic(part);
        codes.truncate(PAIRED_CODES);
        if codes.is_empty() {
            codes.push(part.to_owned());
        }
        codes
    };
    let others = codes(other);
    let mut pairs: Vec<Term> = codes(one)
        .iter()
        .flat_map(|one| {
            others.iter().map(move |other| {
                let mut both = [one.as_str(), other.as_str()];
                both.sort_unstable();
                Term::new(TermField::SoundPair, both.join(" "))
            })
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// What earlier versions wrote besides, and is removed with what it was made of.
fn former(patient: &Patient, country_code: u16) -> BTreeSet<Term> {
    let phones = patient.phones(country_code);
    let national = |phone: &Phone| Term::new(TermField::Phone, phone.national());
    phones.iter().map(national).collect()
}

/// The term of the last digits of a number; `None` for one that is too short to be told by them.
pub(crate) fn phone_end(digits: &str) -> Option<Term> {
    let from = digits.len().checked_sub(END)?;
    Some(Term::new(TermField::PhoneEnd, digits.get(from..)?))
}

/// The term of a year of birth.
pub(crate) fn birth_year(year: i16) -> Term {
    Term::new(TermField::BirthYear, year.to_string())
}

/// The terms of how a card number begins: of an even number of characters, the longest that do not hold all of it.
fn card_starts(text: &str) -> Vec<Term> {
    let Ok(key) = Mrn::normalise(text) else {
        return Vec::new();
    };
    let length = key.chars().count();
    let even = (START..length).filter(|many| many % 2 == 0);
    let kept = even.rev().take(STARTS);
    kept.map(|many| Term::new(TermField::CardStart, start_of(&key, many)))
        .collect()
}

fn start_of(key: &str, many: usize) -> String {
    key.chars().take(many).collect()
}

/// The beginning of a card number as it is asked for, and the term by which it is looked up; of an odd number of
/// characters the last is to be compared. `None` for one that is too short.
pub(crate) fn card_start(text: &str) -> Option<(String, Term)> {
    let key = Mrn::normalise(text).ok()?;
    let length = key.chars().count();
    if length < START || !key.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let term = Term::new(TermField::CardStart, start_of(&key, length - length % 2));
    Some((key, term))
}

/// The term of a number on a card.
pub(crate) fn identifier(text: &str) -> Option<Term> {
    let key = Mrn::normalise(text).ok()?;
    Some(Term::new(TermField::Identifier, key))
}

/// The term of a national number: letters and digits, without the marks between them.
pub(crate) fn national(text: &str) -> Option<Term> {
    let key: String = names::fold(text).split_whitespace().collect();
    (!key.is_empty()).then(|| Term::new(TermField::National, key))
}

/// Patients who carry a phone number, at most so many, in the order of their ids after one. Tags are short:
/// now and then somebody else is among them.
///
/// # Errors
/// When the database fails.
pub async fn by_phone(
    cx: &mut Cx,
    phone: &Phone,
    after: i64,
    most: u64,
) -> Result<Vec<i64>, Error> {
    let term = Term::new(TermField::Phone, phone.digits());
    let (generation, tag) = term.wanted(&cx.app.ring());
    let mut query = Query::select();
    query
        .column(Alias::new("patient"))
        .from(Alias::new(TABLE))
        .and_where(Expr::col(Alias::new("generation")).eq(generation))
        .and_where(Expr::col(Alias::new("field")).eq(term.field.number()))
        .and_where(Expr::col(Alias::new("tag")).eq(tag))
        .and_where(Expr::col(Alias::new("patient")).gt(after))
        .order_by(Alias::new("patient"), Order::Asc)
        .limit(most);
    let statement = Statement::build(cx.dialect(), &query);
    let found: Vec<(i64,)> = cx
        .unscoped("what a number is used for concerns everybody who has it")
        .all(statement)
        .await?;
    Ok(found.into_iter().map(|(patient,)| patient).collect())
}

/// Writes a patient's terms, in one statement; on a change only what differs.
pub(crate) async fn store(
    cx: &mut Cx,
    row: &Patient,
    before: Option<&Patient>,
) -> Result<(), Error> {
    let code = country_code(cx);
    let new = of(row, code);
    let mut old = before.map(|before| of(before, code)).unwrap_or_default();
    if let Some(before) = before.filter(|before| before.phones(code) != row.phones(code)) {
        old.extend(former(before, code));
    }
    delete(cx, row.meta.id, old.difference(&new)).await?;
    insert(cx, row.meta.id, new.difference(&old))
}

/// Writes all terms of a patient again, such as after an unmerge or for a new index key. One that was merged into
/// another keeps them: people go on asking for the name and the number that it had, and are led to the other.
pub(crate) fn rewrite(cx: &mut Cx, row: &Patient) -> Result<(), Error> {
    let terms = of(row, country_code(cx));
    insert(cx, row.meta.id, terms.iter())
}

/// A voided patient is not found.
pub(crate) async fn remove(cx: &mut Cx, row: &Patient) -> Result<(), Error> {
    let code = country_code(cx);
    let (terms, former) = (of(row, code), former(row, code));
    delete(cx, row.meta.id, terms.iter().chain(&former)).await
}

/// Removes tags made with index keys that are no longer written, at most so many: whoever holds an old
/// key must find nothing to try it on. Old generations have smaller numbers, so they are found in order.
pub(crate) async fn forget_retired(cx: &mut Cx, most: u64) -> Result<u64, Error> {
    let written = cx.app.ring().write_generations();
    let Some(oldest) = written.into_iter().min() else {
        return Ok(0);
    };
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let statement = Statement::raw(
        "DELETE FROM patient_term WHERE (generation, field, tag, patient) IN \
         (SELECT generation, field, tag, patient FROM patient_term WHERE generation < $1 LIMIT $2)",
        vec![oldest.to_value(), most.to_value()],
    );
    cx.unscoped("tags are no data of their own")
        .execute(statement)
        .await
}

/// They are stored with the commit: whoever stores them does not look for them.
fn insert<'a>(
    cx: &mut Cx,
    patient: i64,
    terms: impl Iterator<Item = &'a Term>,
) -> Result<(), Error> {
    let ring = cx.app.ring();
    let rows: Vec<[i64; 4]> = terms.flat_map(|term| term.rows(&ring, patient)).collect();
    for rows in rows.chunks(MOST) {
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new(TABLE))
            .columns(["generation", "field", "tag", "patient"].map(Alias::new))
            .on_conflict(OnConflict::new().do_nothing().to_owned());
        for row in rows {
            insert.values(row.map(Expr::val)).map_err(Error::internal)?;
        }
        let statement = Statement::build(cx.dialect(), &insert);
        cx.unscoped("tags are no data of their own")
            .at_end(statement)?;
    }
    Ok(())
}

/// Removes rows by their whole key: one statement for each field and generation.
async fn delete<'a>(
    cx: &mut Cx,
    patient: i64,
    terms: impl Iterator<Item = &'a Term>,
) -> Result<(), Error> {
    let ring = cx.app.ring();
    let mut by_key: std::collections::BTreeMap<(i64, i64), Vec<i64>> = Default::default();
    for term in terms {
        for (generation, tag) in ring.tags64(term.field.name(), &term.text) {
            by_key
                .entry((generation, term.field.number()))
                .or_default()
                .push(tag);
        }
    }
    for ((generation, field), tags) in by_key {
        let mut delete = Query::delete();
        delete
            .from_table(Alias::new(TABLE))
            .and_where(Expr::col(Alias::new("generation")).eq(generation))
            .and_where(Expr::col(Alias::new("field")).eq(field))
            .and_where(Expr::col(Alias::new("tag")).is_in(tags))
            .and_where(Expr::col(Alias::new("patient")).eq(patient));
        let statement = Statement::build(cx.dialect(), &delete);
        cx.unscoped("tags are no data of their own")
            .execute(statement)
            .await?;
    }
    Ok(())
}
