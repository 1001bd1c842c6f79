//! A search text taken apart: into words, and these into the terms under which a patient is found.

use jiff::civil::Date;
use kernel::{Email, Mrn, Phone, looks_like_phone, names};

use crate::patient::Patient;
use crate::terms::{self, Term, TermField};

/// Further words do not make a search narrower.
const MOST_WORDS: usize = 6;
/// From so many letters on a beginning is also looked up by its sound.
const SOUND_FROM: usize = 3;

/// One word of a query: a patient has it by any of these.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Word {
    /// The part of a name that it may be, folded; empty when it can be none.
    pub(super) name: String,
    /// Numbers, addresses and days that it may be.
    pub(super) exact: Vec<Term>,
    /// The name as a whole, its beginning, its sounds.
    whole: Option<Term>,
    prefix: Option<Term>,
    pub(super) sounds: Vec<Term>,
    /// What a number that is not known in full may be a part of.
    part: Option<Part>,
}

/// A part of a number, and by what those are looked up who may have it.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    /// Digits with which a phone number ends.
    end: Option<(String, Term)>,
    /// How the number on a card begins.
    start: Option<(String, Term)>,
}

impl Part {
    fn terms(&self) -> impl Iterator<Item = &Term> {
        self.end.iter().chain(&self.start).map(|(_, term)| term)
    }

    /// Somebody may be looked up by it and not have it.
    fn is_long(&self) -> bool {
        let longer = |(text, term): &(String, Term)| text.len() > term.text.len();
        self.end.iter().chain(&self.start).any(longer)
    }

    fn is_of(&self, patient: &Patient, code: u16) -> bool {
        let ends = |(digits, _): &(String, Term)| {
            let phones = patient.phones(code);
            phones
                .iter()
                .any(|phone| phone.digits().ends_with(digits.as_str()))
        };
        let starts = |(key, _): &(String, Term)| {
            Mrn::normalise(patient.unique_id.open())
                .is_ok_and(|card| card.starts_with(key.as_str()))
        };
        self.end.as_ref().is_some_and(ends) || self.start.as_ref().is_some_and(starts)
    }
}

/// How well a patient fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Whole,
    Prefix,
    Sound,
}

pub(super) const FITS: [Fit; 3] = [Fit::Whole, Fit::Prefix, Fit::Sound];

impl Word {
    /// By what the index finds the word at this fit, or better.
    pub(super) fn terms(&self, fit: Fit) -> impl Iterator<Item = &Term> {
        let whole = self.whole.iter().filter(move |_| fit == Fit::Whole);
        // Every whole name has its beginning.
        let prefix = self.prefix.iter().filter(move |_| fit >= Fit::Prefix);
        let sounds = self.sounds.iter().filter(move |_| fit == Fit::Sound);
        let part = self.part.iter().filter(move |_| fit >= Fit::Prefix);
        let part = part.flat_map(Part::terms);
        let names = whole.chain(prefix).chain(sounds);
        self.exact.iter().chain(names).chain(part)
    }

    /// Only a part of it is indexed.
    pub(super) fn is_long(&self) -> bool {
        names::lookup(&self.name).is_some_and(|indexed| indexed.len() < self.name.len())
            || self.part.as_ref().is_some_and(Part::is_long)
    }
}

/// Takes a text apart: each group is words that must all be met; a patient is found by any group.
pub(super) fn parse(text: &str, code: u16) -> Vec<Vec<Word>> {
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
            exact: whole,
            part: if phone { part(text, code) } else { None },
            ..Word::default()
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
    let words = without_single_letters(words);
    if !words.is_empty() {
        groups.push(words);
    }
    groups
}

/// One letter beside other words takes nobody off the list while somebody is typing.
fn without_single_letters(words: Vec<Word>) -> Vec<Word> {
    let says = |word: &Word| word.whole.is_some() || word.name.chars().count() != 1;
    if words.iter().any(says) {
        words.into_iter().filter(says).collect()
    } else {
        words
    }
}

/// The words of one token: several when it is a name with a hyphen.
fn words(token: &str, code: u16) -> Vec<Word> {
    let identifier = terms::identifier(token);
    let part = part(token, code);
    let all = |more: Vec<Term>, numbers: &[Term]| {
        let exact: Vec<Term> = more.into_iter().chain(numbers.iter().cloned()).collect();
        if exact.is_empty() && part.is_none() {
            Vec::new()
        } else {
            vec![Word {
                exact,
                part: part.clone(),
                ..Word::default()
            }]
        }
    };
    if let Ok(email) = Email::parse(token) {
        let numbers: Vec<Term> = identifier.into_iter().collect();
        return all(vec![Term::new(TermField::Email, email.as_str())], &numbers);
    }
    if let Some(born) = date(token) {
        let numbers: Vec<Term> = identifier.into_iter().collect();
        return all(
            vec![Term::new(TermField::Birth, born.to_string())],
            &numbers,
        );
    }
    // Numbers of identity cards look like anything.
    let national = token
        .contains(|c: char| c.is_ascii_digit())
        .then(|| terms::national(token))
        .flatten();
    let year = year(token).map(terms::birth_year);
    let identifier: Vec<Term> = identifier.into_iter().chain(national).chain(year).collect();
    if looks_like_phone(token) {
        return all(phone_terms(token, code), &identifier);
    }
    let parts = names::parts(token);
    if parts.is_empty() {
        return all(Vec::new(), &identifier);
    }
    parts
        .into_iter()
        .map(|name| {
            let mut word = Word {
                exact: identifier.clone(),
                part: part.clone(),
                ..Word::default()
            };
            if let Some(prefix) = names::lookup(&name) {
                word.whole = Some(Term::new(TermField::Whole, &name));
                word.prefix = Some(Term::new(TermField::Name, prefix));
                // One letter over and over sounds like nobody.
                let letters = name
                    .chars()
                    .next()
                    .is_some_and(|first| name.chars().any(|c| c != first));
                if letters && name.chars().count() >= SOUND_FROM {
                    let codes = names::phonetic(&name).into_iter();
                    word.sounds = codes
                        .map(|code| Term::new(TermField::Sound, code))
                        .collect();
                }
            }
            word.name = name;
            word
        })
        .collect()
}

/// Exactly `YYYY-MM-DD`, or as it is written on cards here: `DD/MM/YYYY`.
fn date(token: &str) -> Option<Date> {
    let digits = |text: &str| text.parse::<i16>().ok();
    if let [day, month, year] = token.split('/').collect::<Vec<_>>()[..]
        && year.len() == 4
    {
        let day = i8::try_from(digits(day)?).ok()?;
        let month = i8::try_from(digits(month)?).ok()?;
        return Date::new(digits(year)?, month, day).ok();
    }
    (token.len() == 10)
        .then(|| kernel::dates::parse_date(token).ok())
        .flatten()
}

/// A year in which somebody who lives may have been born.
fn year(token: &str) -> Option<i16> {
    let figures = token.len() == 4 && token.bytes().all(|byte| byte.is_ascii_digit());
    let year = figures.then(|| token.parse().ok()).flatten()?;
    (1880..=2199).contains(&year).then_some(year)
}

/// What a text may be a part of. A phone number in full is no end of another.
fn part(text: &str, code: u16) -> Option<Part> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let phone = looks_like_phone(text) && Phone::parse(text, code).is_err();
    let end = phone.then(|| terms::phone_end(&digits)).flatten();
    let part = Part {
        end: end.map(|term| (digits, term)),
        start: terms::card_start(text),
    };
    (part.end.is_some() || part.start.is_some()).then_some(part)
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

/// How well a patient fits all words, which is as well as the word that fits worst. `None` for a false
/// hit: a name longer than what is indexed goes on differently.
pub(super) fn fits(patient: &Patient, words: &[Word], code: u16) -> Option<Fit> {
    let names: Vec<String> = [patient.first_name.open(), patient.last_name.open()]
        .iter()
        .flat_map(|name| names::parts(name))
        .collect();
    let own = terms::of(patient, code);
    words
        .iter()
        .map(|word| {
            by_name(&names, word)
                .or_else(|| {
                    let met = word.exact.iter().any(|term| own.contains(term));
                    met.then_some(Fit::Whole)
                })
                .or_else(|| {
                    let part = word.part.as_ref();
                    part.is_some_and(|part| part.is_of(patient, code))
                        .then_some(Fit::Prefix)
                })
        })
        .try_fold(Fit::Whole, |worst, fit| Some(worst.max(fit?)))
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
        word.sounds.iter().any(|term| codes.contains(&term.text))
    };
    names.iter().any(sounds).then_some(Fit::Sound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::record::{Body, Record};
    use platform::serde_json::{Value as Json, json};
    use proptest::prelude::*;

    fn patient(first: &str, last: &str) -> Patient {
        let body = json!({
            "unique_id": "P12345", "first_name": first, "last_name": last, "date_of_birth": "1990-01-01",
            "gender": "Female", "contact_info": "+2207834351", "email": "jane@example.org", "national_id": "GM 4411-X",
        });
        let Json::Object(body) = body else {
            unreachable!("an object was built")
        };
        Patient::create(&Body(body)).unwrap()
    }

    /// Whether a patient carries the terms of a text, and at which fit; long words are confirmed.
    fn found(patient: &Patient, text: &str) -> Option<Fit> {
        let own = terms::of(patient, 220);
        let groups = parse(text, 220);
        let carries = |words: &[Word], fit: Fit| {
            let met = words
                .iter()
                .all(|word| word.terms(fit).any(|term| own.contains(term)));
            let long = fit != Fit::Whole && words.iter().any(Word::is_long);
            met && (!long || fits(patient, words, 220).is_some_and(|best| best <= fit))
        };
        FITS.into_iter()
            .find(|fit| groups.iter().any(|words| carries(words, *fit)))
    }

    #[test]
    fn finds_by_everything_the_contract_names() {
        let jane = patient("Fatou Binta", "N'Diaye-Jallow");
        for (text, expected) in [
            ("fatou", Some(Fit::Whole)),
            ("fa", Some(Fit::Prefix)),
            ("FATOU b", Some(Fit::Whole)),
            ("f jallow", Some(Fit::Whole)),
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
            ("P1234", Some(Fit::Prefix)),
            ("p123", Some(Fit::Prefix)),
            ("P1235", None),
            ("P12", None),
            ("4351", Some(Fit::Prefix)),
            ("34351", Some(Fit::Prefix)),
            ("834 351", Some(Fit::Prefix)),
            ("44351", None),
            ("351", None),
            ("fatou 4351", Some(Fit::Prefix)),
            ("1990", Some(Fit::Whole)),
            ("1991", None),
            ("fatou 1990", Some(Fit::Whole)),
            ("diallo 1990", Some(Fit::Sound)),
            ("aaaa", None),
            ("7834351", Some(Fit::Whole)),
            ("783 4351", Some(Fit::Whole)),
            ("+220 783 4351", Some(Fit::Whole)),
            ("2207834351", Some(Fit::Whole)),
            ("00220 7834351", Some(Fit::Whole)),
            ("783435", None),
            ("JANE@example.org", Some(Fit::Whole)),
            ("1990-01-01", Some(Fit::Whole)),
            ("1990-01-02", None),
            ("01/01/1990", Some(Fit::Whole)),
            ("31/02/1990", None),
            ("GM-4411-X", Some(Fit::Whole)),
            ("gm4411x", Some(Fit::Whole)),
            ("GM-4411", None),
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
            let seen = |letter: char| !letter.is_whitespace() && !kernel::lookalike::is_invisible(letter);
            prop_assume!(first.contains(seen) && last.contains(seen));
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
