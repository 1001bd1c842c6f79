//! Unknown names of medicines, compared with the patient's allergies by their letters: rules need a known name, and a
//! misspelt one must not be safer than the right one. Which medicine was meant is never assumed.

use kernel::lookalike;

use super::answer::{Answer, Finding, Kind, Severity};
use super::check::{Medicine, Question, ReportedAllergy};
use super::fold::{fold, is_number};
use super::pack::Pack;

/// A prescription has few words; more of a text is not looked at.
const WORDS: usize = 12;
/// Longer words are no names of medicines.
const LETTERS: usize = 64;

impl Pack {
    /// As [`Pack::check`], and compares a name that is unknown, or not entirely known, with the names of the allergies.
    pub fn check_names_too(&self, question: &Question<'_>) -> Answer {
        let mut answer = self.check(question);
        let suspected = self.suspicions(question.medicine, question.allergies);
        answer.findings.extend(suspected);
        answer.sort();
        answer
    }

    /// Allergies to something of this or nearly this name, or to the name in Latin letters. Empty when every word is known.
    fn suspicions(
        &self,
        medicine: Medicine<'_>,
        allergies: &[ReportedAllergy<'_>],
    ) -> Vec<Finding> {
        if allergies.is_empty() || self.knows(medicine.written) {
            return Vec::new();
        }
        let plain = latin(medicine.written);
        let unknown = self.named(&plain).unknown;
        let found = allergies.iter().filter_map(|allergy| {
            self.of_one_name(medicine, &unknown, allergy)
                .or_else(|| self.in_latin_letters(medicine, &plain, allergy))
        });
        found.collect()
    }

    /// An unknown word of the medicine is a word of the allergy, or nearly.
    fn of_one_name(
        &self,
        medicine: Medicine<'_>,
        unknown: &[String],
        allergy: &ReportedAllergy<'_>,
    ) -> Option<Finding> {
        let written = fold(&latin(allergy.written));
        let told = |word: &&str| {
            is_name(word)
                && !self.ignored.contains(*word)
                && !self.ignored_in_allergies.contains(*word)
        };
        let known: Vec<&str> = written.split(' ').take(WORDS).filter(told).collect();
        let mut unknown = unknown.iter().take(WORDS).filter(|word| is_name(word));
        let word = unknown.find(|word| known.iter().any(|other| is_nearly(word, other)))?;
        let effect = "The name is not known, and the patient is allergic to something of this or nearly this name.";
        Some(finding(
            medicine,
            allergy,
            (word.clone(), allergy.written.to_owned()),
            Severity::Severe,
            effect.to_owned(),
        ))
    }

    /// The name is known once letters of other scripts and blanks between letters are read as people read them.
    fn in_latin_letters(
        &self,
        medicine: Medicine<'_>,
        plain: &str,
        allergy: &ReportedAllergy<'_>,
    ) -> Option<Finding> {
        let about = self.named_allergy(allergy.written);
        // What is known as it is written was checked.
        let checked = self.named(medicine.written).ingredients;
        let read = self.named(plain).ingredients.into_iter();
        let hits = read.filter(|x| !checked.contains(x));
        let hits = hits.filter_map(|x| Some((x, self.allergy(&about, allergy.reaction, x)?)));
        let (x, hit) = hits.max_by_key(|(_, hit)| hit.severity)?;
        Some(finding(
            medicine,
            allergy,
            (self.name(x).to_owned(), hit.allergen.to_owned()),
            hit.severity,
            hit.rationale.to_owned(),
        ))
    }
}

/// Long enough to tell names apart, and no number.
fn is_name(word: &str) -> bool {
    (3..=LETTERS).contains(&word.len()) && !is_number(word)
}

/// The text in Latin letters: those of other scripts that look the same are replaced, and single letters are joined.
fn latin(written: &str) -> String {
    let plain = lookalike::fold(written);
    let letters = plain.split(' ').filter(|word| word.chars().count() == 1);
    if letters.count() > 2 {
        plain.replace(' ', "")
    } else {
        plain
    }
}

/// Few letters differ, by how long the words are.
fn is_nearly(one: &str, other: &str) -> bool {
    let allowed = match one.len().max(other.len()) {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    };
    one == other
        || one.len().abs_diff(other.len()) <= allowed && strsim::osa_distance(one, other) <= allowed
}

fn finding(
    medicine: Medicine<'_>,
    allergy: &ReportedAllergy<'_>,
    (ingredient, allergen): (String, String),
    severity: Severity,
    effect: String,
) -> Finding {
    Finding {
        kind: Kind::Allergy,
        severity,
        medicine: medicine.written.to_owned(),
        ingredient,
        other: allergy.written.to_owned(),
        other_ingredient: allergen,
        effect,
        mechanism: String::new(),
        management: String::new(),
        source: "the record of the allergy".to_owned(),
        dose: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::Reaction;

    fn suspected(medicine: &str, allergy: &str) -> Option<bool> {
        let allergies = [ReportedAllergy {
            written: allergy,
            reaction: Reaction::Severe,
        }];
        let found = Pack::starter().suspicions(Medicine::new(medicine), &allergies);
        found.first().map(|finding| finding.severity.interrupts())
    }

    #[test]
    fn a_name_is_not_safer_for_being_unknown() {
        for (medicine, allergy) in [
            ("Penicillin", "Penicillin"),
            ("Penicilline", "Penicillin"),
            ("penicilin 500 mg", "Penicillin"),
            ("Pencillin V", "Penicillin"),
            ("Penicillin injection", "penicillins"),
            ("Latex", "Latex"),
            ("Zyrqol 5 mg", "zyrqol"),
            ("Аmoxicillin", "Penicillin"),
            ("a m o x i c i l l i n", "Penicillin"),
        ] {
            assert_eq!(suspected(medicine, allergy), Some(true), "{medicine}");
        }
    }

    #[test]
    fn what_is_known_or_has_nothing_in_common_is_not_suspected() {
        for (medicine, allergy) in [
            ("Amoxicillin", "Penicillin"),
            ("Zyrqol", "Penicillin"),
            ("Zyrqol", "Latex"),
            ("Unheardofin 5 mg tablet", "Peanuts"),
            // What was meant is offered by name, and not assumed.
            ("Amoxyzillin", "Penicillin"),
        ] {
            assert_eq!(suspected(medicine, allergy), None, "{medicine}");
        }
    }
}
