//! `?search=`: patients by any part of their name, by number, phone, e-mail or day of birth.
//!
//! The text is taken apart into words, the words into terms ([`words`]), and the index of keyed tags says
//! who carries them ([`postings`]): first those who have every word as a whole name or exactly, then those
//! whose names begin so, then those whose names sound so; in each the newest first. Whoever is found by then
//! need not be looked for further, so that no record is opened but those that are answered. Only words
//! longer than what is indexed are compared with the names themselves.

mod known;
mod postings;
mod words;

use std::collections::{HashMap, HashSet};

use kernel::Reach;
use platform::access::Scope;
use platform::cx::{Cx, among, column, select};
use platform::db::Statement;
use platform::error::Error;
use platform::record::Record;
use platform::resource::Resource;
use sea_query::{ExprTrait, Func, Query};

use self::known::{AnyOf, Key};
use self::postings::{NEWEST, Postings};
use self::words::{FITS, Fit, Word, fits, parse};
use crate::patient::{Patient, country_code};
use crate::terms::{self, PAIR_LETTERS, Term};

/// The most patients that a search answers.
const BEST: usize = 50;
/// The most patients that are opened to be compared with a long word.
const MOST: usize = 500;
/// So few carriers are looked up under the other terms, rather than these read.
const SHORT: usize = 300;

const WHY: &str = "the candidates are in reach; the list answers those of them that are";

/// The ids that a search text finds, best first.
///
/// # Errors
/// When the database fails.
pub(crate) async fn search(cx: &mut Cx, text: &str) -> Result<Vec<i64>, Error> {
    let groups = parse(text, country_code(cx));
    let grant = cx.grant_of(Patient::READ);
    let scope = if grant.reach == Reach::All {
        Scope::All
    } else {
        Patient::scope(&grant)
    };
    let reach = match scope {
        Scope::All => None,
        Scope::Where(condition) => Some(condition),
        Scope::Nothing => return Ok(Vec::new()),
    };
    let ring = cx.app.ring();
    let mut postings = Postings::new(&ring, reach.as_ref());
    let groups: Vec<Group> = groups
        .iter()
        .map(|words| Group::of(words, &postings))
        .collect();
    let first = groups.iter().flat_map(|group| group.first(&postings));
    let first: Vec<Key> = first.chain(postings.reach()).collect();
    let most = groups.iter().map(|group| group.depth(&postings)).max();
    postings.read(cx, first, most.unwrap_or_default()).await?;
    let mut found: Vec<i64> = Vec::with_capacity(BEST);
    for fit in FITS {
        for group in &groups {
            let more = group.find(cx, &mut postings, fit, &found).await?;
            found.extend(more);
        }
        if found.len() >= BEST {
            break;
        }
    }
    found.truncate(BEST);
    if !found.is_empty() {
        found = current(cx, found).await?;
    }
    Ok(found)
}

/// Words that a patient must all have.
struct Group<'a> {
    words: &'a [Word],
    /// For each fit, by what each word is met.
    sources: [Vec<AnyOf>; 3],
    /// What few carry, and is read first: numbers, addresses and days.
    exact: Vec<Key>,
    /// Patients with two of the words at once, by their beginnings: a superset at the first two fits.
    pairs: Vec<Key>,
    /// Patients with both words, by their sounds.
    sound_pairs: Vec<Key>,
}

impl<'a> Group<'a> {
    fn of(words: &'a [Word], postings: &Postings<'_>) -> Group<'a> {
        let keys = |terms: &mut dyn Iterator<Item = &Term>| -> Vec<Key> {
            terms.map(|term| postings.key(term)).collect()
        };
        let exact = || words.iter().flat_map(|word| &word.exact);
        let pairs: Vec<Term> = words
            .windows(2)
            .filter_map(|two| terms::pair(&two[0].name, &two[1].name))
            .collect();
        let sound_pairs = match words {
            [one, other] if !one.sounds.is_empty() && !other.sounds.is_empty() => {
                terms::sound_pairs(&one.name, &other.name)
            }
            _ => Vec::new(),
        };
        Group {
            words,
            sources: FITS.map(|fit| {
                let words = words.iter();
                words.map(|word| keys(&mut word.terms(fit))).collect()
            }),
            exact: keys(&mut exact()),
            pairs: keys(&mut pairs.iter()),
            sound_pairs: keys(&mut sound_pairs.iter()),
        }
    }

    /// Nothing is to be compared: its lists are the answer.
    fn is_alone(&self, postings: &Postings<'_>) -> bool {
        self.words.len() == 1 && postings.reach().is_none()
    }

    /// What is read before anything else.
    fn first(&self, postings: &Postings<'_>) -> Vec<Key> {
        if self.is_alone(postings) {
            self.sources.iter().flatten().flatten().copied().collect()
        } else {
            [&self.exact[..], &self.pairs, &self.sound_pairs].concat()
        }
    }

    /// How many carriers of each term are read.
    fn depth(&self, postings: &Postings<'_>) -> u64 {
        if !self.is_alone(postings) {
            NEWEST
        } else if self.words[0].is_long() {
            (MOST + BEST) as u64
        } else {
            // As many as are wanted, beside those who fit better.
            2 * BEST as u64
        }
    }

    /// The newest patients that have every word at this fit or better, but for those found before.
    async fn find(
        &self,
        cx: &mut Cx,
        postings: &mut Postings<'_>,
        fit: Fit,
        found: &[i64],
    ) -> Result<Vec<i64>, Error> {
        // A beginning that is cut off at six letters may go on differently.
        let compare = fit != Fit::Whole && self.words.iter().any(Word::is_long);
        let wanted = if compare {
            MOST
        } else {
            BEST.saturating_sub(found.len())
        };
        let mut hits = Vec::new();
        if fit == Fit::Sound && !self.sound_pairs.is_empty() {
            let reach: Vec<AnyOf> = postings.reach().map(|key| vec![key]).into_iter().collect();
            hits = postings
                .meet(cx, &self.sound_pairs, &reach, found, wanted)
                .await?;
        }
        if hits.len() < wanted {
            let known: Vec<i64> = found.iter().chain(&hits).copied().collect();
            let more = wanted - hits.len();
            hits.extend(self.meet(cx, postings, fit, &known, more).await?);
        }
        if compare {
            hits = self.compared(cx, hits, fit).await?;
        }
        Ok(hits)
    }

    /// The newest who have every word, each by any of its terms.
    async fn meet(
        &self,
        cx: &mut Cx,
        postings: &mut Postings<'_>,
        fit: Fit,
        found: &[i64],
        wanted: usize,
    ) -> Result<Vec<i64>, Error> {
        let sources = &self.sources[fit as usize];
        let reach: Vec<AnyOf> = postings.reach().map(|key| vec![key]).into_iter().collect();
        let pairs = self.pairs.iter().filter(|_| fit != Fit::Sound);
        let pairs: Vec<AnyOf> = pairs.map(|key| vec![*key]).collect();
        let all = || pairs.iter().chain(sources).chain(&reach);
        if !all().any(|any| {
            postings
                .carriers(any)
                .is_some_and(|carriers| carriers <= SHORT)
        }) {
            let terms = sources.iter().flatten().copied();
            postings.read(cx, terms, NEWEST).await?;
        }
        let Some(driver) = all().min_by_key(|any| postings.commonness(any)) else {
            return Ok(Vec::new());
        };
        // Two beginnings of three letters are all that their pair says.
        let by_pair = fit == Fit::Prefix && pairs.contains(driver);
        let said = |word: &Word| by_pair && word.name.chars().count() == PAIR_LETTERS;
        let others = sources.iter().zip(self.words);
        let others = others.filter(|(_, word)| !said(word)).map(|(any, _)| any);
        let others: Vec<AnyOf> = others
            .chain(&reach)
            .filter(|any| *any != driver)
            .cloned()
            .collect();
        postings.meet(cx, driver, &others, found, wanted).await
    }

    /// Those whose names really go on as the long words do.
    async fn compared(&self, cx: &mut Cx, ids: Vec<i64>, fit: Fit) -> Result<Vec<i64>, Error> {
        let mut query = select::<Patient>();
        let among = among(cx.dialect(), Patient::id, &ids);
        query.and_where(among);
        let code = country_code(cx);
        let rows: Vec<Patient> = cx.unscoped(WHY).readable(query).await?;
        let fitting: HashSet<i64> = rows
            .iter()
            .filter(|row| fits(row, self.words, code).is_some_and(|best| best <= fit))
            .map(|row| row.meta.id)
            .collect();
        Ok(ids.into_iter().filter(|id| fitting.contains(id)).collect())
    }
}

/// The records that hits lead to, in their order: one that was merged leads to the one that it was merged
/// into, a voided one nowhere.
pub(super) async fn current(cx: &mut Cx, hits: Vec<i64>) -> Result<Vec<i64>, Error> {
    let own = |name: &'static str| column(Patient::TABLE, name);
    let mut query = Query::select();
    query
        .expr(own("id"))
        .expr(Func::coalesce([own("merged_into"), own("id")]))
        .from(Patient::TABLE)
        .and_where(among(cx.dialect(), own("id"), &hits))
        .and_where(own("voided_at").is_null());
    let statement = Statement::build(cx.dialect(), &query);
    let rows: Vec<(i64, i64)> = cx.unscoped(WHY).few(statement).await?;
    let leads: HashMap<i64, i64> = rows.into_iter().collect();
    let mut ids: Vec<i64> = Vec::with_capacity(hits.len());
    for id in hits.iter().filter_map(|hit| leads.get(hit)) {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    Ok(ids)
}
