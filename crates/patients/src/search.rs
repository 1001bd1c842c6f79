//! `?search=`: patients by any part of their name, by number, phone, e-mail or day of birth.
//!
//! The text is taken apart into words, the words into terms; [`candidates`](crate::candidates) finds at
//! most 500 patients that carry them in the caller's reach, whose records are opened in the same
//! statement, checked and ranked: a whole word before a beginning, a beginning before a like sound, the
//! newest first. The best 50 are answered.

use jiff::civil::Date;
use kernel::{Email, Phone, Reach, looks_like_phone, names};
use platform::access::Scope;
use platform::cx::{Cx, column, select};
use platform::error::Error;
use platform::record::Record;
use platform::resource::Resource;
use sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};

use crate::candidates::{MOST, Source, candidates};
use crate::patient::{Patient, country_code};
use crate::terms::{self, Term, TermField};

/// The most patients that a search answers.
const BEST: usize = 50;
/// Further words do not make a search narrower.
const MOST_WORDS: usize = 6;
/// From so many letters on a beginning is also looked up by its sound.
const SOUND_FROM: usize = 3;

/// One word of a query: a patient has it by any of these.
#[derive(Debug, Clone, PartialEq)]
struct Word {
    /// The part of a name that it may be, folded; empty when it can be none.
    name: String,
    /// Under what it is looked up.
    terms: Vec<Term>,
}

/// How well a patient fits, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Sound = 1,
    Prefix = 2,
    Whole = 3,
}

/// The ids that a search text finds, best first.
///
/// # Errors
/// When the database fails.
pub(crate) async fn search(cx: &mut Cx, text: &str) -> Result<Vec<i64>, Error> {
    let code = country_code(cx);
    let groups = parse(text, code);
    let grant = cx.grant();
    let scope = if grant.reach == Reach::All {
        Scope::All
    } else {
        Patient::scope(&grant)
    };
    if groups.is_empty() || matches!(scope, Scope::Nothing) {
        return Ok(Vec::new());
    }
    let ring = cx.app.ring();
    let reach = Source::of_scope(scope);
    let sources: Vec<Vec<Source>> = groups
        .iter()
        .map(|words| {
            let sources = words.iter().map(|word| Source::any(&ring, &word.terms));
            sources.chain(reach.clone()).collect()
        })
        .collect();
    let rows: Vec<Patient> = cx
        .unscoped("the candidates are in reach; the list answers those of them that are")
        .records(opened(candidates(&sources, MOST)))
        .await?;
    let mut found: Vec<(Fit, u32, i64)> = rows
        .iter()
        .filter_map(|row| {
            let best = groups
                .iter()
                .filter_map(|words| fit(row, words, code))
                .max();
            best.map(|(worst, sum)| (worst, sum, row.meta.id))
        })
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found.into_iter().take(BEST).map(|(_, _, id)| id).collect())
}

/// The records of candidates; those of merged ones are the records that they were merged into.
pub(crate) fn opened(candidates: SelectStatement) -> SelectStatement {
    let own = |name: &'static str| Expr::col((Alias::new("hit"), Alias::new(name)));
    let mut current = Query::select();
    current
        .expr(Func::coalesce([own("merged_into"), own("id")]))
        .from_as(Alias::new("patient"), Alias::new("hit"))
        .and_where(own("id").in_subquery(candidates));
    let mut query = select::<Patient>();
    query
        .and_where(column(Patient::TABLE, "id").in_subquery(current))
        .and_where(column(Patient::TABLE, "voided_at").is_null());
    query
}

/// Takes a text apart: each group is words that must all be met; a patient is found by any group.
fn parse(text: &str, code: u16) -> Vec<Vec<Word>> {
    let text = text.trim();
    let tokens: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
    let mut groups = Vec::new();
    if tokens.len() > 1 {
        // A number may be written with spaces.
        let mut whole: Vec<Term> = terms::identifier(text).into_iter().collect();
        let phone = looks_like_phone(text) && !tokens.iter().any(|token| date(token).is_some());
        if phone {
            whole.extend(phone_terms(text, code));
        }
        groups.push(vec![Word {
            name: String::new(),
            terms: whole,
        }]);
        if phone {
            return groups;
        }
    }
    let words: Vec<Word> = tokens
        .iter()
        .flat_map(|token| words(token, code))
        .take(MOST_WORDS)
        .collect();
    if !words.is_empty() {
        groups.push(words);
    }
    groups
}

/// The words of one token: several when it is a name with a hyphen.
fn words(token: &str, code: u16) -> Vec<Word> {
    let identifier = terms::identifier(token);
    let exact = |more: Vec<Term>| {
        let terms: Vec<Term> = more.into_iter().chain(identifier.clone()).collect();
        if terms.is_empty() {
            Vec::new()
        } else {
            vec![Word {
                name: String::new(),
                terms,
            }]
        }
    };
    if let Ok(email) = Email::parse(token) {
        return exact(vec![Term::new(TermField::Email, email.as_str())]);
    }
    if let Some(born) = date(token) {
        return exact(vec![Term::new(TermField::Birth, born.to_string())]);
    }
    if looks_like_phone(token) {
        return exact(phone_terms(token, code));
    }
    let parts = names::parts(token);
    if parts.is_empty() {
        return exact(Vec::new());
    }
    parts
        .into_iter()
        .map(|part| {
            let mut terms: Vec<Term> = identifier.clone().into_iter().collect();
            if let Some(prefix) = names::lookup(&part) {
                terms.push(Term::new(TermField::Name, prefix));
                if part.chars().count() >= SOUND_FROM {
                    let codes = names::phonetic(&part);
                    terms.extend(
                        codes
                            .into_iter()
                            .map(|code| Term::new(TermField::Sound, code)),
                    );
                }
            }
            Word { name: part, terms }
        })
        .collect()
}

/// Exactly `YYYY-MM-DD`.
fn date(token: &str) -> Option<Date> {
    (token.len() == 10)
        .then(|| kernel::dates::parse_date(token).ok())
        .flatten()
}

fn phone_terms(text: &str, code: u16) -> Vec<Term> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut terms = vec![Term::new(TermField::Phone, digits)];
    if let Ok(phone) = Phone::parse(text, code) {
        let parsed = Term::new(TermField::Phone, phone.digits());
        if !terms.contains(&parsed) {
            terms.push(parsed);
        }
    }
    terms
}

/// How well a patient fits all words: the worst word, then all together. `None` for a false hit: tags
/// may collide, and a name longer than what is indexed may go on differently.
fn fit(patient: &Patient, words: &[Word], code: u16) -> Option<(Fit, u32)> {
    let names: Vec<String> = [patient.first_name.open(), patient.last_name.open()]
        .iter()
        .flat_map(|name| names::parts(name))
        .collect();
    let mut worst = Fit::Whole;
    let mut sum = 0;
    for word in words {
        let fit = by_name(&names, word).or_else(|| by_exact_term(patient, word, code))?;
        worst = worst.min(fit);
        sum += fit as u32;
    }
    Some((worst, sum))
}

fn by_name(names: &[String], word: &Word) -> Option<Fit> {
    names::lookup(&word.name)?;
    if names.contains(&word.name) {
        return Some(Fit::Whole);
    }
    if names.iter().any(|name| name.starts_with(&word.name)) {
        return Some(Fit::Prefix);
    }
    let sounds = |name: &String| {
        let codes = names::phonetic(name);
        word.terms
            .iter()
            .any(|term| term.field == TermField::Sound && codes.contains(&term.text))
    };
    names.iter().any(sounds).then_some(Fit::Sound)
}

fn by_exact_term(patient: &Patient, word: &Word, code: u16) -> Option<Fit> {
    let exact = |term: &&Term| !matches!(term.field, TermField::Name | TermField::Sound);
    let own = terms::of(patient, code);
    let met = word
        .terms
        .iter()
        .filter(exact)
        .any(|term| own.contains(term));
    // The number of a record that was merged into this one stands only in that record; what looks like
    // a number and led here did so under its whole tag.
    let number = word.name.is_empty() || word.name.chars().any(|c| c.is_ascii_digit());
    (met || number).then_some(Fit::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::record::Body;
    use platform::serde_json::{Value as Json, json};
    use proptest::prelude::*;

    fn patient(first: &str, last: &str) -> Patient {
        let body = json!({
            "unique_id": "P12345", "first_name": first, "last_name": last, "date_of_birth": "1990-01-01",
            "gender": "Female", "contact_info": "+2207834351", "email": "jane@example.org",
        });
        let Json::Object(body) = body else {
            unreachable!("an object was built")
        };
        Patient::create(&Body(body)).unwrap()
    }

    /// Whether a patient is among the candidates of a text, and how well it fits.
    fn found(patient: &Patient, text: &str) -> Option<Fit> {
        let own = terms::of(patient, 220);
        parse(text, 220)
            .iter()
            .filter(|words| {
                words
                    .iter()
                    .all(|word| word.terms.iter().any(|term| own.contains(term)))
            })
            .filter_map(|words| fit(patient, words, 220))
            .map(|(worst, _)| worst)
            .max()
    }

    #[test]
    fn finds_by_everything_the_contract_names() {
        let jane = patient("Fatou Binta", "N'Diaye-Jallow");
        for (text, expected) in [
            ("fatou", Some(Fit::Whole)),
            ("fa", Some(Fit::Prefix)),
            ("FATOU b", None),
            ("binta ndiaye", Some(Fit::Whole)),
            ("jallow fatou", Some(Fit::Whole)),
            ("jal fat", Some(Fit::Prefix)),
            ("diallo", Some(Fit::Sound)),
            ("fatu njie", Some(Fit::Sound)),
            ("f", None),
            ("fatoumata", None),
            ("lamin", None),
            ("fatou lamin", None),
            ("p12345", Some(Fit::Whole)),
            ("P1234", None),
            ("7834351", Some(Fit::Whole)),
            ("783 4351", Some(Fit::Whole)),
            ("+220 783 4351", Some(Fit::Whole)),
            ("2207834351", Some(Fit::Whole)),
            ("00220 7834351", Some(Fit::Whole)),
            ("783435", None),
            ("JANE@example.org", Some(Fit::Whole)),
            ("1990-01-01", Some(Fit::Whole)),
            ("1990-01-02", None),
            ("fatou 1990-01-01", Some(Fit::Whole)),
            ("fatou 7834351", Some(Fit::Whole)),
            ("fatou 1990-01-02", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(found(&jane, text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_beginning_of_a_name_finds(first in "\\PC{1,20}", last in "[a-zA-Zéñ' -]{1,20}", letters in 2usize..12) {
            prop_assume!(!first.trim().is_empty() && !last.trim().is_empty());
            let row = patient(&first, &last);
            for part in names::parts(&last) {
                let typed: String = part.chars().take(letters).collect();
                if names::lookup(&typed).is_some() {
                    prop_assert!(found(&row, &typed).is_some(), "{}", typed);
                }
            }
        }

        #[test]
        fn nothing_panics(text in any::<String>()) {
            let words: usize = parse(&text, 220).iter().map(Vec::len).sum();
            prop_assert!(words <= MOST_WORDS + 1);
        }
    }
}
