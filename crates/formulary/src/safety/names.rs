//! What a text names: ingredients, allergens, and words that are not known.

use super::answer::Unknown;
use super::fold::{fold, glued, is_number};
use super::pack::Pack;

/// Names of allergies may have more words than those of medicines.
const LONGEST_ALLERGY: usize = 8;

/// What a medicine's text names.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Ingredients in the order written.
    pub(super) ingredients: Vec<u16>,
    /// What is left over.
    pub(super) unknown: Vec<String>,
    /// Each ingredient is written by a name of its own, so that their order is that of their strengths.
    pub(super) apart: bool,
}

/// What an allergy's text names.
#[derive(Debug, Default)]
pub(super) struct NamedAllergy {
    pub(super) allergens: Vec<u16>,
    pub(super) ingredients: Vec<u16>,
    pub(super) unknown: Vec<String>,
}

impl Pack {
    /// Takes the longest known name at each position; strengths, forms and frequencies are skipped.
    pub(super) fn named(&self, written: &str) -> Named {
        let folded = fold(written);
        if let Some(ids) = self.names.get(&folded) {
            return Named {
                ingredients: ids.clone(),
                unknown: Vec::new(),
                apart: ids.len() == 1,
            };
        }
        let words = Words::of(&folded);
        let mut named = Named {
            apart: true,
            ..Named::default()
        };
        let mut at = 0;
        while at < words.len() {
            let longest = self.longest.min(words.len() - at);
            let known = (1..=longest)
                .rev()
                .find_map(|size| Some((size, self.names.get(words.phrase(at, size))?)));
            if let Some((size, ids)) = known {
                named.apart &= ids.len() == 1;
                add(&mut named.ingredients, ids);
                at += size;
                continue;
            }
            if let Some(ids) = glued(words.word(at)).and_then(|name| self.names.get(name)) {
                named.apart &= ids.len() == 1;
                add(&mut named.ingredients, ids);
            } else if !self.is_ignored(&words, at) {
                named.unknown.push(words.word(at).to_owned());
            }
            at += 1;
        }
        if named.ingredients.is_empty() && named.unknown.is_empty() {
            named.unknown = words.all(written);
        }
        named
    }

    /// The same for an allergy, which may name a group ("sulfa drugs") or a medicine ("Augmentin"), or that there is none.
    pub(super) fn named_allergy(&self, written: &str) -> NamedAllergy {
        let folded = fold(written);
        let mut named = NamedAllergy::default();
        let mut found = self.take_allergy(&folded, &mut named);
        if found {
            return named;
        }
        let words = Words::of(&folded);
        let mut at = 0;
        while at < words.len() {
            let longest = self.longest.max(LONGEST_ALLERGY).min(words.len() - at);
            let size = (1..=longest)
                .rev()
                .find(|size| self.take_allergy(words.phrase(at, *size), &mut named));
            if let Some(size) = size {
                found = true;
                at += size;
                continue;
            }
            let word = words.word(at);
            if let Some(ids) = glued(word).and_then(|name| self.names.get(name)) {
                found = true;
                add(&mut named.ingredients, ids);
            } else if !self.ignored_in_allergies.contains(word) && !self.is_ignored(&words, at) {
                named.unknown.push(word.to_owned());
            }
            at += 1;
        }
        if !found && named.unknown.is_empty() {
            named.unknown = words.all(written);
        }
        named
    }

    fn take_allergy(&self, phrase: &str, named: &mut NamedAllergy) -> bool {
        let term = self.terms.get(phrase);
        if let Some(Some(allergen)) = term
            && !named.allergens.contains(allergen)
        {
            named.allergens.push(*allergen);
        }
        let ids = self.names.get(phrase);
        add(&mut named.ingredients, ids.map_or(&[], Vec::as_slice));
        term.is_some() || ids.is_some()
    }

    /// A unit counts only behind a number: the G of a brand is no gram.
    fn is_ignored(&self, words: &Words<'_>, at: usize) -> bool {
        let word = words.word(at);
        let behind_number = || at > 0 && is_number(words.word(at - 1));
        self.ignored.contains(word)
            || is_number(word)
            || (self.ignored_behind_numbers.contains(word) && behind_number())
    }

    /// What is to be said about a text whose words are not all known.
    pub(super) fn unknown(&self, written: &str, words: Vec<String>) -> Unknown {
        let nearest = self.nearest(&words.join(" "));
        Unknown {
            written: written.to_owned(),
            words,
            nearest,
        }
    }
}

fn add(list: &mut Vec<u16>, ids: &[u16]) {
    for id in ids {
        if !list.contains(id) {
            list.push(*id);
        }
    }
}

/// A folded text and where its words lie, so that a phrase is a slice of it.
struct Words<'a> {
    text: &'a str,
    places: Vec<(usize, usize)>,
}

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let mut places = Vec::new();
        let mut start = 0;
        for word in text.split(' ') {
            if !word.is_empty() {
                places.push((start, start + word.len()));
            }
            start += word.len() + 1;
        }
        Words { text, places }
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    fn word(&self, at: usize) -> &'a str {
        self.phrase(at, 1)
    }

    fn phrase(&self, at: usize, size: usize) -> &'a str {
        let first = self.places.get(at);
        let last = self.places.get(at + size - 1);
        first
            .zip(last)
            .and_then(|((from, _), (_, to))| self.text.get(*from..*to))
            .unwrap_or_default()
    }

    /// Every word, or the text as written when there is none.
    fn all(&self, written: &str) -> Vec<String> {
        if self.places.is_empty() {
            return vec![written.to_owned()];
        }
        (0..self.len()).map(|at| self.word(at).to_owned()).collect()
    }
}
