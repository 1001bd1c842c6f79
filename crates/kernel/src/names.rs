//! Words for finding people by name, however it was spelled.
//!
//! Names come in English, French and Swahili spelling, with and without accents, in either order,
//! and in other scripts. A search index stores [`prefixes`] and [`phonetic`] codes of each of the
//! [`parts`] of a name; a query is broken up in the same way ([`lookup`]), and what is found is
//! ranked by [`similarity`].

use rphonetic::DoubleMetaphone;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// The shortest prefix that is indexed, in letters of an alphabet; of Chinese and Korean characters, one is.
pub const MIN_PREFIX: usize = 2;
/// The longest prefix that is indexed, apart from the whole word.
pub const MAX_PREFIX: usize = 6;
/// Codes are cut here: longer ones only tell spellings apart that should meet.
const MAX_CODE: usize = 6;

/// The form in which names are compared: without accents, capitals, apostrophes and punctuation,
/// words separated by one space.
///
/// Compatibility forms are resolved (NFKD), marks above and below letters are dropped, and letters
/// that Unicode does not decompose get their usual spelling (`ß` ss, `ø` o, `ŋ` ng, `ɓ` b, `œ` oe).
/// An apostrophe joins (`N'Diaye` is `ndiaye`), a hyphen separates. Vowel signs of Indian scripts
/// and the voicing marks of Japanese are letters, not accents, and stay. Folding twice changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = fold_once(text);
    // A few compatibility characters come to rest only after another round.
    for _ in 0..4 {
        let again = fold_once(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

fn fold_once(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // Apostrophes first: some of them decompose into a space and a mark.
    for c in text.chars().filter(|&c| !is_apostrophe(c)).nfkd() {
        if is_accent(c) || is_apostrophe(c) {
            continue;
        }
        for lower in c.to_lowercase() {
            match spelled(lower) {
                Some(letters) => plain.push_str(letters),
                None if lower.is_alphanumeric() || is_combining_mark(lower) => plain.push(lower),
                None => plain.push(' '),
            }
        }
    }
    // Composed again, so that a Korean syllable counts as one letter.
    let composed: String = plain.nfc().collect();
    let mut folded = String::with_capacity(composed.len());
    for word in composed.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// Marks that do not change which letter it is. Combining classes 2 to 9 are nukta, virama and
/// voicing marks; class 0 are vowel signs: all of these distinguish words.
fn is_accent(c: char) -> bool {
    is_combining_mark(c) && !matches!(canonical_combining_class(c), 0 | 2..=9)
}

fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '‘' | '’' | '‛' | '′' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʾ' | 'ʿ' | 'ˈ' | '＇'
            // Invisible or merely lengthening: soft hyphen, joiners, direction marks, tatweel.
            | '\u{ad}' | '\u{200b}'
            ..='\u{200f}' | '\u{2060}' | '\u{feff}' | 'ـ' | '\u{34f}'
    )
}

/// The usual spelling of lower-case letters that have no decomposition: European ones, those of
/// West African alphabets (Fula, Hausa, Mandinka, Wolof, Ewe), and Arabic letters that are written
/// for one another.
fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ø' | 'ɔ' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ł' => "l",
        'ħ' | 'ɦ' => "h",
        'ı' | 'ɩ' => "i",
        'ŋ' => "ng",
        'ɲ' => "ny",
        'ɓ' => "b",
        'ƙ' | 'ĸ' => "k",
        'ƴ' => "y",
        'ɛ' | 'ǝ' | 'ə' => "e",
        'ƒ' => "f",
        'ɠ' | 'ɣ' | 'ǥ' => "g",
        'ʋ' | 'ʊ' => "v",
        'ŧ' | 'ƭ' => "t",
        'ƥ' => "p",
        'ς' => "σ",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        'ٱ' => "ا",
        _ => return None,
    })
}

/// The words of a name, folded, in order: `Mary-Jane N'Diaye` is `mary`, `jane`, `ndiaye`.
#[must_use]
pub fn parts(name: &str) -> Vec<String> {
    fold(name).split_whitespace().map(str::to_owned).collect()
}

/// What is indexed for one of the [`parts`]: its beginnings of two to six letters, and the whole.
#[must_use]
pub fn prefixes(part: &str) -> Vec<String> {
    let mut found: Vec<String> = part
        .char_indices()
        .map(|(at, c)| &part[..at + c.len_utf8()])
        .take(MAX_PREFIX)
        .filter(|prefix| lookup(prefix).is_some())
        .map(str::to_owned)
        .collect();
    if !part.is_empty() && found.last().is_none_or(|longest| longest != part) {
        found.push(part.to_owned());
    }
    found
}

/// A single Chinese character or Korean syllable is a name by itself; a letter of an alphabet, or a figure, is not.
fn is_name_by_itself(c: char) -> bool {
    matches!(
        c,
        '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// What to look up in the index for a word of a query (one of its [`parts`]): its first six letters
/// at most. `None` for less than two letters, which would match half the hospital. A hit on a
/// longer word is to be confirmed by `starts_with`.
#[must_use]
pub fn lookup(word: &str) -> Option<&str> {
    let mut letters = word.chars();
    let first = letters.next()?;
    if letters.next().is_none() && !is_name_by_itself(first) {
        return None;
    }
    let end = word
        .char_indices()
        .nth(MAX_PREFIX)
        .map_or(word.len(), |(at, _)| at);
    word.get(..end)
}

/// Codes of how one of the [`parts`] sounds; the usual spellings of a name share at least one. Empty for
/// words that are not in Latin letters, for figures, and for words without any consonant or initial vowel.
///
/// Double Metaphone, primary and alternate: unlike Soundex it knows silent letters and more than one
/// reading of a spelling, and unlike Beider–Morse, made for European surnames, it yields at most two
/// codes a word. It is made for English, so the word is also coded in an English respelling of
/// French and Wolof sounds (`Diallo`/`Jallow`, `Ousmane`/`Usman`, `Diouf`/`Joof`, `N'Diaye`/`Njie`).
#[must_use]
pub fn phonetic(part: &str) -> Vec<String> {
    // Also keeps the encoder, which cuts text by bytes, to ASCII.
    if part.is_empty() || !part.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Vec::new();
    }
    let part = part.to_ascii_lowercase();
    let encoder = DoubleMetaphone::new(Some(MAX_CODE));
    let mut codes = Vec::new();
    for spelling in [respelled(&part), part] {
        let result = encoder.double_metaphone(&spelling);
        for code in [result.primary(), result.alternate()] {
            if !code.is_empty() && !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    codes
}

/// An English spelling of a word in French orthography, as names of the region are written in both.
fn respelled(word: &str) -> String {
    let is_vowel = |c: Option<char>| matches!(c, Some('a' | 'e' | 'i' | 'o' | 'u' | 'y'));
    let letters: Vec<char> = word.chars().collect();
    let at = |i: usize| letters.get(i).copied();
    let mut spelled = String::with_capacity(word.len());
    let mut i = 0;
    while let Some(c) = at(i) {
        let next = at(i + 1);
        let (letters, used) = match (c, next) {
            // Diallo, Diop, Ndiaye; but Dimba.
            ('d', Some('i')) if is_vowel(at(i + 2)) => ("j", 2),
            ('d', Some('j')) => ("j", 2),
            // Thiam, Tiam; Tchad.
            ('t', Some('h')) if at(i + 2) == Some('i') && is_vowel(at(i + 3)) => ("ch", 3),
            ('t', Some('i')) if i == 0 && is_vowel(at(i + 2)) => ("ch", 2),
            ('t', Some('c')) if at(i + 2) == Some('h') => ("ch", 3),
            // Ouattara, Kouyate; Ousmane.
            ('o', Some('u')) if is_vowel(at(i + 2)) => ("w", 2),
            ('o', Some('u')) => ("u", 2),
            // Gueye, Guindo.
            ('g', Some('u')) if matches!(at(i + 2), Some('e' | 'i')) => ("g", 2),
            ('q', Some('u')) => ("k", 2),
            // Khady, Khalifa.
            ('k', Some('h')) => ("k", 2),
            // Sow, Jallow, Bah: a final W or H only lengthens.
            ('w', None) if i > 0 => ("", 1),
            ('h', None) if i > 0 => ("", 1),
            _ => {
                spelled.push(c);
                i += 1;
                continue;
            }
        };
        spelled.push_str(letters);
        i += used;
    }
    spelled
}

/// How alike two names are, from 0 (nothing in common) to 1 (the same after [`fold`], in any order
/// of their parts). Symmetric.
///
/// Jaro–Winkler, which favours a common beginning, over the whole names as written and with their
/// parts sorted, and over the parts paired as well as can be, where parts that find no partner count
/// against; the best of the three. From about 0.9 two names are worth a second look.
#[must_use]
pub fn similarity(a: &str, b: &str) -> f64 {
    let (a, b) = (parts(a), parts(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    directed(&a, &b).max(directed(&b, &a)).clamp(0.0, 1.0)
}

fn directed(a: &[String], b: &[String]) -> f64 {
    let sorted = |parts: &[String]| {
        let mut parts = parts.to_vec();
        parts.sort();
        parts.join(" ")
    };
    let as_written = strsim::jaro_winkler(&a.join(" "), &b.join(" "));
    let in_order = strsim::jaro_winkler(&sorted(a), &sorted(b));
    as_written.max(in_order).max(paired(a, b))
}

/// Parts of `a` each paired with the likest part of `b` not yet taken; the share of paired parts,
/// weighted by likeness (Dice).
fn paired(a: &[String], b: &[String]) -> f64 {
    let mut free: Vec<&String> = b.iter().collect();
    let mut total = 0.0;
    for part in a {
        let likest = free
            .iter()
            .enumerate()
            .map(|(at, other)| (at, strsim::jaro_winkler(part, other)))
            .max_by(|x, y| x.1.total_cmp(&y.1));
        if let Some((at, likeness)) = likest {
            free.swap_remove(at);
            total += likeness;
        }
    }
    2.0 * total / (a.len() + b.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_accents_letters_and_punctuation() {
        for (text, folded) in [
            ("Fatoumata  SOW", "fatoumata sow"),
            ("Bénédicte Sané", "benedicte sane"),
            ("N'Diaye", "ndiaye"),
            ("N’Diaye", "ndiaye"),
            ("N´Diaye", "ndiaye"),
            ("Mary-Jane O‘Brien", "mary jane obrien"),
            (
                "Großmann Øster Łukasz Æther",
                "grossmann oster lukasz aether",
            ),
            ("Ŋóoñ Ɓaaba Ɲaata", "ngoon baaba nyaata"),
            ("ﬁona Ｊａｎｅ ℌ", "fiona jane h"),
            ("İbrahim Işık", "ibrahim isik"),
            ("Σωκράτης", "σωκρατησ"),
            ("مُحَمَّد أحمد", "محمد احمد"),
            ("فاطمة", "فاطمه"),
            ("がく", "がく"),
            ("नीता", "नीता"),
            ("한국", "한국"),
            (" -- ", ""),
            ("Jr. (3rd)", "jr 3rd"),
        ] {
            let expected: String = folded.nfc().collect();
            assert_eq!(fold(text), expected, "{text}");
        }
    }

    #[test]
    fn indexes_prefixes() {
        assert_eq!(prefixes("fatou"), ["fa", "fat", "fato", "fatou"]);
        assert_eq!(
            prefixes("fatoumata"),
            ["fa", "fat", "fato", "fatou", "fatoum", "fatoumata"]
        );
        assert_eq!(prefixes("li"), ["li"]);
        assert_eq!(prefixes("x"), ["x"]);
        assert_eq!(prefixes("محمد"), ["مح", "محم", "محمد"]);
        assert!(prefixes("").is_empty());
        assert_eq!(lookup("fatouma"), Some("fatoum"));
        assert_eq!(lookup("fa"), Some("fa"));
        assert_eq!(lookup("f"), None);
        assert_eq!(lookup(""), None);
    }

    #[test]
    fn spellings_of_one_name_meet() {
        let same_sound = |a: &str, b: &str| {
            let (a, b) = (phonetic(&fold(a)), phonetic(&fold(b)));
            a.iter().any(|code| b.contains(code))
        };
        for (a, b) in [
            ("Diallo", "Jallow"),
            ("Ousmane", "Usman"),
            ("Cissé", "Ceesay"),
            ("Camara", "Kamara"),
            ("Touré", "Touray"),
            ("N'Diaye", "Njie"),
            ("Diop", "Jobe"),
            ("Diouf", "Joof"),
            ("Diatta", "Jatta"),
            ("Fatou", "Fatu"),
            ("Mamadou", "Mamadu"),
            ("Mohamed", "Muhammad"),
            ("Kouyaté", "Kuyateh"),
            ("Guèye", "Gaye"),
            ("Sow", "Sowe"),
            ("Bah", "Ba"),
            ("Thiam", "Cham"),
            ("Khady", "Kadi"),
            ("Aïssatou", "Aisatu"),
            ("Catherine", "Kathryn"),
            ("Stephen", "Steven"),
            ("Mwangi", "Muangi"),
            ("Juma", "Jumaa"),
        ] {
            assert!(
                same_sound(a, b),
                "{a} {:?} / {b} {:?}",
                phonetic(&fold(a)),
                phonetic(&fold(b))
            );
        }
        for (a, b) in [
            ("Fatou", "Lamin"),
            ("Jallow", "Camara"),
            ("Mwangi", "Otieno"),
        ] {
            assert!(!same_sound(a, b), "{a} / {b}");
        }
        assert!(
            phonetic("محمد").is_empty() && phonetic("3rd").is_empty() && phonetic("").is_empty()
        );
    }

    #[test]
    fn likeness_ranks_as_people_would() {
        assert_eq!(similarity("Fatou Jallow", "JALLOW, Fatou"), 1.0);
        assert_eq!(similarity("N'Diaye", "ndiaye"), 1.0);
        assert_eq!(similarity("", ""), 0.0);
        assert_eq!(similarity("Awa", "-"), 0.0);
        assert!(similarity("Fatou Jallow", "Fatou Binta Jallow") > 0.75);
        assert!(similarity("Jalow Fatu", "Fatou Jallow") > 0.9);
        assert!(similarity("Fatou Jallow", "Lamin Ceesay") < 0.6);
        assert!(
            similarity("Fatou Jallow", "Fatou Jalow") > similarity("Fatou Jallow", "Fatou Jobe")
        );
        assert_eq!(similarity("محمد علي", "علي محمد"), 1.0);
    }

    proptest! {
        #[test]
        fn folding_is_idempotent(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn folding_ignores_case_of_latin(text in "[a-zA-ZéèñçÉÑ' -]{0,30}") {
            prop_assert_eq!(fold(&text.to_uppercase()), fold(&text.to_lowercase()));
        }

        #[test]
        fn prefix_search_finds(name in "\\PC{0,40}", letters in MIN_PREFIX..20) {
            for part in parts(&name) {
                let typed: String = part.chars().take(letters).collect();
                let indexed = prefixes(&part);
                match lookup(&typed) {
                    Some(term) => {
                        prop_assert!(indexed.iter().any(|p| p == term), "{} in {:?}", term, indexed);
                        prop_assert!(part.starts_with(&typed));
                    }
                    None => prop_assert!(part.chars().count() < MIN_PREFIX),
                }
                prop_assert!(indexed.contains(&part) && indexed.len() <= MAX_PREFIX + 1);
            }
        }

        #[test]
        fn parts_are_folded_words(name in any::<String>()) {
            for part in parts(&name) {
                prop_assert!(!part.is_empty() && !part.contains(char::is_whitespace));
                prop_assert_eq!(fold(&part), part);
            }
        }

        #[test]
        fn sound_never_panics(word in any::<String>(), latin in "[a-zA-Z]{0,24}") {
            prop_assert!(phonetic(&word).len() <= 4);
            for code in phonetic(&latin) {
                prop_assert!((1..=MAX_CODE).contains(&code.len()));
            }
        }

        #[test]
        fn likeness_is_symmetric_and_bounded(a in "\\PC{0,24}", b in "\\PC{0,24}") {
            let likeness = similarity(&a, &b);
            prop_assert!((0.0..=1.0).contains(&likeness));
            prop_assert_eq!(likeness, similarity(&b, &a));
            prop_assert_eq!(similarity(&a, &a), if parts(&a).is_empty() { 0.0 } else { 1.0 });
        }

        #[test]
        fn order_of_parts_does_not_matter(a in "[a-z]{1,10}", b in "[a-z]{1,10}") {
            prop_assert_eq!(similarity(&format!("{a} {b}"), &format!("{b} {a}")), 1.0);
        }
    }
}
