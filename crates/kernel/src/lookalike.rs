//! Names and numbers that people cannot tell apart are one.
//!
//! Identifiers and usernames are read off cards and screens. Dashes that look alike are one dash, and what is not
//! seen is not there. Of letters that are drawn alike in several scripts there is a table of those that matter for
//! Latin names: the Cyrillic and Greek small letters among the confusables of Unicode (UTS #39).

use unicode_normalization::UnicodeNormalization;

/// The text as it is seen: every dash is a hyphen, and characters without a shape are dropped.
///
/// ```
/// use kernel::lookalike::as_seen;
/// assert_eq!(as_seen("MRN\u{2011}0042\u{200b}"), "MRN-0042");
/// ```
#[must_use]
pub fn as_seen(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if is_dash(c) { '-' } else { c })
        .collect()
}

/// A name or number as it is kept: as it is seen, without forms that only differ in width or style (NFKC), with single
/// blanks between words.
///
/// ```
/// use kernel::lookalike::tidy;
/// assert_eq!(tidy(" \u{ff24}1\u{a0} east "), "D1 east");
/// ```
#[must_use]
pub fn tidy(text: &str) -> String {
    let plain: String = as_seen(text).nfkc().collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ")
}

/// A name or number as it is compared: [`tidy`], without regard to case, and letters that are drawn alike as one.
///
/// ```
/// use kernel::lookalike::fold;
/// assert_eq!(fold("\u{ff24}1"), fold("d1 "));
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    tidy(text)
        .chars()
        .flat_map(char::to_lowercase)
        .nfkc()
        .map(as_latin)
        .collect()
}

/// A small letter as the Latin one that it is drawn like, if it is drawn like one.
#[must_use]
pub fn as_latin(letter: char) -> char {
    match letter {
        'а' | 'α' | 'ɑ' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'ɡ' => 'g',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'υ' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        other => other,
    }
}

/// Letters of several scripts that are drawn alike stand beside each other: nobody writes so, but who wants to be
/// taken for another.
#[must_use]
pub fn mixes_scripts(text: &str) -> bool {
    let any = |belongs: fn(char) -> bool| text.chars().any(belongs);
    let latin = any(
        |c| matches!(c, 'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}'),
    );
    let greek = any(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}'));
    let cyrillic = any(|c| matches!(c, '\u{400}'..='\u{52f}'));
    [latin, greek, cyrillic]
        .into_iter()
        .filter(|there| *there)
        .count()
        > 1
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

/// Whether a reader sees nothing of a text: it has only blanks and characters without a shape.
///
/// ```
/// use kernel::lookalike::is_unseen;
/// assert!(is_unseen(" \u{200b}\u{202e}") && is_unseen(""));
/// assert!(!is_unseen("É"));
/// ```
#[must_use]
pub fn is_unseen(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Whether a character has no shape of its own, such as one that only turns the direction of what follows.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_alike() {
        for (text, seen) in [
            ("MRN\u{2011}0042", "MRN-0042"),
            ("MRN-0042\u{200b}", "MRN-0042"),
            ("fatou\u{200b}", "fatou"),
            ("\u{202e}fatou", "fatou"),
            ("MRN\u{2212}7", "MRN-7"),
            ("N’Diaye 7", "N’Diaye 7"),
        ] {
            assert_eq!(as_seen(text), seen);
        }
        // Cyrillic а, е and о.
        let folded: String = "fаtоu.bаh".chars().map(as_latin).collect();
        assert_eq!(folded, "fatou.bah");
        for (text, mixed) in [
            ("fаtou", true),
            ("fatou", false),
            ("фатоу", false),
            ("fatou1965", false),
        ] {
            assert_eq!(mixes_scripts(text), mixed, "{text}");
        }
    }
}
