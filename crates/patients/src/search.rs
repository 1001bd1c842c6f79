//! `?search=`: patients by any part of their name, by number, phone, e-mail or day of birth.
//!
//! The text is taken apart into words, the words into terms, and the index of keyed tags says who
//! carries them: first those who have every word as a whole name or exactly, then those whose names
//! begin so, then those whose names sound so; in each the newest first. Whoever is found by then need
//! not be looked for further, so that no record is opened but those that are answered. Only words longer
//! than what is indexed are compared with the names themselves.

use jiff::civil::Date;
use kernel::{Email, Phone, Reach, looks_like_phone, names};
use platform::access::Scope;
use platform::cx::{Cx, column, select};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;
use platform::resource::Resource;
use platform::seal::KeyRing;
use sea_query::{ExprTrait, SelectStatement};

use crate::candidates::{Source, current, meeting, sizes};
use crate::patient::{Patient, country_code};
use crate::terms::{self, Term, TermField};

/// The most patients that a search answers.
const BEST: usize = 50;
/// The most patients that are opened to be compared with a long word.
const MOST: u64 = 500;
/// Further words do not make a search narrower.
const MOST_WORDS: usize = 6;
/// From so many letters on a beginning is also looked up by its sound.
const SOUND_FROM: usize = 3;
/// So many entries are read in place.
const SHORT: u64 = 500;

/// One word of a query: a patient has it by any of these.
#[derive(Debug, Clone, PartialEq, Default)]
struct Word {
    /// The part of a name that it may be, folded; empty when it can be none.
    name: String,
    /// Numbers, addresses and days that it may be.
    exact: Vec<Term>,
    /// The name as a whole, its beginning, its sounds.
    whole: Option<Term>,
    prefix: Option<Term>,
    sounds: Vec<Term>,
}

/// How well a patient fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Prefix,
    Sound,
}

const FITS: [Fit; 3] = [Fit::Whole, Fit::Prefix, Fit::Sound];

impl Word {
    /// By what the index finds the word at this fit, or better.
    fn terms(&self, fit: Fit) -> impl Iterator<Item = &Term> {
        let whole = self.whole.iter().filter(move |_| fit == Fit::Whole);
        // Every whole name has its beginning.
        let prefix = self.prefix.iter().filter(move |_| fit >= Fit::Prefix);
        let sounds = self.sounds.iter().filter(move |_| fit == Fit::Sound);
        self.exact.iter().chain(whole).chain(prefix).chain(sounds)
    }

    /// Its beginning is only indexed up to here.
    fn is_long(&self) -> bool {
        names::lookup(&self.name).is_some_and(|indexed| indexed.len() < self.name.len())
    }
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
    let mut plans = Vec::with_capacity(groups.len());
    for words in &groups {
        plans.push(Plan::make(cx, &ring, words, reach.as_ref()).await?);
    }
    let mut found: Vec<i64> = Vec::with_capacity(BEST);
    for fit in FITS {
        for plan in &plans {
            for id in plan.find(cx, fit, code).await? {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        if found.len() >= BEST {
            break;
        }
    }
    found.truncate(BEST);
    Ok(found)
}

/// A group of words with what the index has of them.
struct Plan<'a> {
    words: &'a [Word],
    /// For each word and each fit, those of its terms that anybody carries, and how many do.
    sources: Vec<[(Source, u64); 3]>,
    /// Patients with two of the words at once, by their beginnings: a superset at the first two fits.
    pairs: Vec<(Source, u64)>,
    /// Patients with both words, by their sounds.
    sound_pairs: Option<Source>,
    /// Whom the caller reaches, and how many these are.
    reach: Option<(&'a Source, u64)>,
}

impl<'a> Plan<'a> {
    async fn make(
        cx: &mut Cx,
        ring: &KeyRing,
        words: &'a [Word],
        reach: Option<&'a Source>,
    ) -> Result<Plan<'a>, Error> {
        let mut plan = Plan {
            words,
            sources: Vec::new(),
            pairs: Vec::new(),
            sound_pairs: None,
            reach: None,
        };
        let alone = words.len() == 1 && reach.is_none();
        // Each term by itself, so that those that nobody carries are left out.
        let pieces: Vec<Vec<Vec<Source>>> = words
            .iter()
            .map(|word| {
                let each = |fit| {
                    word.terms(fit)
                        .map(|term| Source::any(ring, [term]))
                        .collect()
                };
                FITS.map(each).into()
            })
            .collect();
        let pairs: Vec<Source> = words
            .windows(2)
            .filter_map(|two| terms::pair(&two[0].name, &two[1].name))
            .map(|term| Source::any(ring, [&term]))
            .collect();
        let pieced = pieces.iter().flatten().flatten();
        let all: Vec<&Source> = pieced.chain(&pairs).chain(reach).collect();
        let sizes = if alone {
            // Nothing is to be compared: each is read as far as it is wanted.
            vec![1; all.len()]
        } else {
            sizes(cx, &all).await?
        };
        let mut sizes = sizes.into_iter();
        for fits in &pieces {
            let mut of_word = Vec::with_capacity(FITS.len());
            for sources in fits {
                let (mut tags, mut size) = (Vec::new(), 0);
                for (source, own) in sources.iter().zip(&mut sizes) {
                    if let Source::Terms(terms) = source
                        && own > 0
                    {
                        tags.extend_from_slice(terms);
                        size += own;
                    }
                }
                of_word.push((Source::Terms(tags), size));
            }
            if let Ok(of_word) = <[(Source, u64); 3]>::try_from(of_word) {
                plan.sources.push(of_word);
            }
        }
        plan.pairs = pairs.into_iter().zip(&mut sizes).collect();
        plan.reach = reach.zip(sizes.next());
        if let [one, other] = words
            && !one.sounds.is_empty()
            && !other.sounds.is_empty()
        {
            let both = terms::sound_pairs(&one.name, &other.name);
            plan.sound_pairs = Some(Source::any(ring, &both));
        }
        Ok(plan)
    }

    /// The newest patients that have every word at this fit or better.
    async fn find(&self, cx: &mut Cx, fit: Fit, code: u16) -> Result<Vec<i64>, Error> {
        let at = fit as usize;
        let own: Vec<&(Source, u64)> = self.sources.iter().map(|fits| &fits[at]).collect();
        if own.iter().any(|(_, size)| *size == 0) {
            return Ok(Vec::new());
        }
        // A beginning that is cut off at six letters may go on differently.
        let compare = fit != Fit::Whole && self.words.iter().any(Word::is_long);
        // Those who fit better are found again, and left out.
        let wanted = if compare {
            MOST
        } else {
            BEST as u64 * (fit as u64 + 1)
        };
        let mut found = Vec::new();
        if fit == Fit::Sound
            && let Some(pairs) = &self.sound_pairs
        {
            let reach: Vec<&Source> = self.reach.iter().map(|(reach, _)| *reach).collect();
            found = ids(cx, meeting(pairs, &reach, wanted), !reach.is_empty()).await?;
        }
        if found.len() < BEST {
            let own = own.iter().map(|(source, size)| (source, *size));
            let all: Vec<(&Source, u64)> = own.chain(self.reach).collect();
            let pairs = self.pairs.iter().filter(|_| fit != Fit::Sound);
            let pairs = pairs.map(|(source, size)| (source, *size));
            let rarest = all
                .iter()
                .copied()
                .chain(pairs)
                .min_by_key(|(_, size)| *size);
            let Some((driver, size)) = rarest else {
                return Ok(Vec::new());
            };
            let others: Vec<&Source> = all
                .iter()
                .map(|(source, _)| *source)
                .filter(|source| !std::ptr::eq(*source, driver))
                .collect();
            let long = !others.is_empty() && size > SHORT;
            found.extend(ids(cx, meeting(driver, &others, wanted), long).await?);
        }
        if compare {
            found = self.confirmed(cx, found, fit, code).await?;
        }
        Ok(found)
    }

    /// Those whose names really go on as the long words do.
    async fn confirmed(
        &self,
        cx: &mut Cx,
        ids: Vec<i64>,
        fit: Fit,
        code: u16,
    ) -> Result<Vec<i64>, Error> {
        let mut query = select::<Patient>();
        query.and_where(column(Patient::TABLE, "id").is_in(ids.clone()));
        let rows: Vec<Patient> = cx
            .unscoped("the candidates are in reach; the list answers those of them that are")
            .records(query)
            .await?;
        let fitting: Vec<i64> = rows
            .iter()
            .filter(|row| fits(row, self.words, code).is_some_and(|best| best <= fit))
            .map(|row| row.meta.id)
            .collect();
        Ok(ids.into_iter().filter(|id| fitting.contains(id)).collect())
    }
}

/// The records that hits lead to, in their order.
async fn ids(cx: &mut Cx, hits: SelectStatement, long: bool) -> Result<Vec<i64>, Error> {
    let statement = Statement::build(cx.dialect(), &current(hits));
    let unscoped =
        cx.unscoped("the candidates are in reach; the list answers those of them that are");
    let found: Vec<(i64,)> = if long {
        unscoped.all(statement).await?
    } else {
        unscoped.few(statement).await?
    };
    Ok(found.into_iter().map(|(id,)| id).collect())
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
            exact: whole,
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
    if !words.is_empty() {
        groups.push(words);
    }
    groups
}

/// The words of one token: several when it is a name with a hyphen.
fn words(token: &str, code: u16) -> Vec<Word> {
    let identifier = terms::identifier(token);
    let exact = |more: Vec<Term>| {
        let exact: Vec<Term> = more.into_iter().chain(identifier.clone()).collect();
        if exact.is_empty() {
            Vec::new()
        } else {
            vec![Word {
                exact,
                ..Word::default()
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
            let mut word = Word {
                exact: identifier.clone().into_iter().collect(),
                ..Word::default()
            };
            if let Some(prefix) = names::lookup(&part) {
                word.whole = Some(Term::new(TermField::Whole, &part));
                word.prefix = Some(Term::new(TermField::Name, prefix));
                if part.chars().count() >= SOUND_FROM {
                    let codes = names::phonetic(&part).into_iter();
                    word.sounds = codes
                        .map(|code| Term::new(TermField::Sound, code))
                        .collect();
                }
            }
            word.name = part;
            word
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

/// How well a patient fits all words, which is as well as the word that fits worst. `None` for a false
/// hit: a name longer than what is indexed goes on differently.
fn fits(patient: &Patient, words: &[Word], code: u16) -> Option<Fit> {
    let names: Vec<String> = [patient.first_name.open(), patient.last_name.open()]
        .iter()
        .flat_map(|name| names::parts(name))
        .collect();
    let own = terms::of(patient, code);
    words
        .iter()
        .map(|word| {
            by_name(&names, word).or_else(|| {
                let met = word.exact.iter().any(|term| own.contains(term));
                // The number of a record that was merged into this one stands only in that record; what
                // looks like a number and led here did so under its whole tag.
                let number = word.name.is_empty() || word.name.chars().any(|c| c.is_ascii_digit());
                (met || number).then_some(Fit::Whole)
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
