//! Known names that look like one that is not known: offered to people, never assumed.

use super::fold::{fold, is_number};
use super::pack::Pack;

/// At most this many names are offered.
const OFFERED: usize = 5;
/// A prescription has few words; more of a text is not looked at.
const WORDS: usize = 8;
/// Longer words are no names of medicines.
const LETTERS: usize = 64;

/// A name that may be offered.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    folded: String,
    display: String,
    /// The letters in it, one bit each: names whose letters differ much are not compared.
    letters: u32,
}

impl Shown {
    pub(super) fn new(folded: &str, display: &str) -> Self {
        Shown {
            folded: folded.to_owned(),
            display: display.to_owned(),
            letters: letters(folded),
        }
    }
}

fn letters(text: &str) -> u32 {
    let bits = text.bytes().map(|byte| match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        b'0'..=b'9' => 1 << 26,
        b' ' => 0,
        _ => 1 << 27,
    });
    bits.fold(0, |all, bit| all | bit)
}

/// How many letters may differ, by the length of what was written.
fn tolerance(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

impl Pack {
    /// The known names that look most like what was written, nearest first; at most five, and none when nothing does.
    pub fn nearest(&self, written: &str) -> Vec<String> {
        let folded = fold(written);
        let words = folded.split(' ').take(WORDS);
        let skipped = |word: &str| {
            is_number(word)
                || self.ignored.contains(word)
                || self.ignored_behind_numbers.contains(word)
        };
        let words: Vec<&str> = words.filter(|word| !skipped(word)).collect();
        let whole = words.join(" ");
        let mut asked = vec![whole.as_str()];
        if words.len() > 1 {
            asked.extend(
                words
                    .iter()
                    .filter(|word| word.len() > 3 && !self.names.contains_key(**word)),
            );
        }
        let mut found: Vec<(usize, &Shown)> = Vec::new();
        for text in asked {
            self.like(text, &mut found);
        }
        found.sort_by(|(a, one), (b, other)| {
            a.cmp(b)
                .then_with(|| one.folded.len().cmp(&other.folded.len()))
                .then_with(|| one.folded.cmp(&other.folded))
        });
        let mut names: Vec<String> = Vec::new();
        for (_, shown) in found {
            if names.len() < OFFERED && !names.contains(&shown.display) {
                names.push(shown.display.clone());
            }
        }
        names
    }

    fn like<'a>(&'a self, text: &str, found: &mut Vec<(usize, &'a Shown)>) {
        let allowed = tolerance(text.len());
        if allowed == 0 || text.len() > LETTERS {
            return;
        }
        let wanted = letters(text);
        for shown in &self.shown {
            // A name that begins with what was written: "hyoscine" offers its salts.
            if text.len() > 3 && shown.folded.starts_with(text) {
                found.push((1, shown));
                continue;
            }
            // A letter that differs changes two bits at most.
            let differ = (wanted ^ shown.letters).count_ones() as usize;
            if shown.folded.len().abs_diff(text.len()) > allowed || differ > 2 * allowed {
                continue;
            }
            let distance = strsim::osa_distance(text, &shown.folded);
            if distance <= allowed {
                found.push((distance, shown));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::safety::Pack;

    #[test]
    fn the_nearest_names_are_offered() {
        let pack = Pack::starter();
        for (written, first) in [
            ("Warfain", "warfarin"),
            ("amoxcilin 500mg", "amoxicillin"),
            ("Tab. Paracetmol 500 mg", "paracetamol"),
            ("hyoscine", "hyoscine hydrobromide"),
            ("metrinidazole", "metronidazole"),
        ] {
            let nearest = pack.nearest(written);
            assert!(
                nearest.iter().any(|name| name == first),
                "{written}: {nearest:?}"
            );
            assert!(nearest.len() <= 5);
        }
        for nothing in ["", "500mg", "xyzomycin", "\u{1f48a}", "Панадол"] {
            let nearest = pack.nearest(nothing);
            assert!(nearest.len() <= 5, "{nothing}: {nearest:?}");
        }
        assert!(pack.nearest(&"a".repeat(100_000)).is_empty());
    }
}
