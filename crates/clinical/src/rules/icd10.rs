//! Looking up a diagnosis by the beginning of its code or by words of its title, in any of the three
//! languages. The list (`data/icd10_common.csv`) holds the common diagnoses; a site adds its own.

use std::collections::HashSet;
use std::sync::LazyLock;

use kernel::names::fold;
use schemars::JsonSchema;
use serde::Serialize;

use super::data;

/// A diagnosis of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// ICD-10 code, such as `I10`.
    pub code: String,
    /// Title of the diagnosis in English.
    pub title: String,
    /// Title in French; empty when there is none.
    pub title_fr: String,
    /// Title in Swahili; empty when there is none.
    pub title_sw: String,
    /// Group of diseases, such as `Infections and parasites`; empty when the site's list names none.
    pub chapter: String,
    /// 1 is offered first, 2 is common, 3 can be found.
    pub rank: i64,
    #[serde(skip)]
    #[schemars(skip)]
    words: Vec<String>,
}

impl Diagnosis {
    /// A diagnosis of a site's own list.
    pub fn new(code: &str, title: &str, rank: i64) -> Diagnosis {
        Diagnosis::read(code, [title, "", ""], "", rank)
    }

    fn read(code: &str, titles: [&str; 3], chapter: &str, rank: i64) -> Diagnosis {
        let words = titles.iter().flat_map(|title| {
            let folded = fold(title);
            folded.split(' ').map(str::to_owned).collect::<Vec<_>>()
        });
        let words: HashSet<String> = words.filter(|word| !word.is_empty()).collect();
        let mut words: Vec<String> = words.into_iter().collect();
        words.sort_unstable();
        Diagnosis {
            code: code.to_owned(),
            title: titles[0].to_owned(),
            title_fr: titles[1].to_owned(),
            title_sw: titles[2].to_owned(),
            chapter: chapter.to_owned(),
            rank,
            words,
        }
    }
}

const TABLE: &str = include_str!("../../data/icd10_common.csv");

static COMMON: LazyLock<Vec<Diagnosis>> = LazyLock::new(|| {
    data::rows(TABLE, |line| {
        let titles = [
            line.text("title_en"),
            line.text("title_fr"),
            line.text("title_sw"),
        ];
        let rank = line.needed("rank")?;
        Some(Diagnosis::read(
            line.text("code"),
            titles,
            line.text("chapter"),
            rank,
        ))
    })
});

/// The list that is built in.
pub fn common() -> &'static [Diagnosis] {
    &COMMON
}

/// The English title of a code; empty when it is not on the built-in list.
pub fn title(code: &str) -> &'static str {
    let entry = common().iter().find(|entry| entry.code == code);
    entry.map_or("", |entry| &entry.title)
}

/// A code without its point, in capitals: `i10`, `A00.9` and `a009` find the same.
pub fn bare(code: &str) -> String {
    let kept = code.chars().filter(|c| c.is_ascii_alphanumeric());
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether a text has the shape of an ICD-10 or ICD-11 code: letters, digits, and at most one point.
pub fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let points = bytes.iter().filter(|&&byte| byte == b'.').count();
    (3..=10).contains(&bytes.len())
        && points <= 1
        && bytes
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'.')
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic)
}

/// The diagnoses whose code begins with `asked`, or whose titles have a word beginning with each of its
/// words; at most `limit`. The exact code comes first, then codes, then titles; within these the common ones
/// and the shorter titles. A site's entry takes the place of a built-in one of the same code.
pub fn search<'a>(site: &'a [Diagnosis], asked: &str, limit: usize) -> Vec<&'a Diagnosis> {
    let code = bare(asked);
    // What has a space in it is no code.
    let code = (!code.is_empty() && !asked.trim().contains(' ')).then_some(code);
    let folded = fold(asked);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let own: HashSet<&str> = site.iter().map(|entry| entry.code.as_str()).collect();
    let built_in = common()
        .iter()
        .filter(|entry| !own.contains(entry.code.as_str()));
    let mut found: Vec<(u8, i64, usize, &str, &Diagnosis)> = site
        .iter()
        .chain(built_in)
        .filter_map(|entry| {
            let class = class(entry, code.as_deref(), &words)?;
            Some((
                class,
                entry.rank,
                entry.title.len(),
                entry.code.as_str(),
                entry,
            ))
        })
        .collect();
    found.sort_unstable_by(|a, b| (a.0, a.1, a.2, a.3).cmp(&(b.0, b.1, b.2, b.3)));
    found
        .into_iter()
        .take(limit)
        .map(|(.., entry)| entry)
        .collect()
}

/// How well an entry answers: 0 is the exact code, 1 a code that begins with what was asked, 2 the title.
fn class(entry: &Diagnosis, code: Option<&str>, words: &[&str]) -> Option<u8> {
    let own = bare(&entry.code);
    if let Some(code) = code {
        if own == code {
            return Some(0);
        }
        if own.starts_with(code) {
            return Some(1);
        }
    }
    // A single letter begins a word of nearly every title.
    let begins = |word: &&str| entry.words.iter().any(|own| own.starts_with(*word));
    let long = words.len() > 1 || words[0].chars().count() > 1;
    (long && words.iter().all(begins)).then_some(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(asked: &str) -> Vec<&'static str> {
        search(&[], asked, 5)
            .into_iter()
            .map(|entry| entry.code.as_str())
            .collect()
    }

    #[test]
    fn the_list_is_read_whole() {
        assert_eq!(common().len(), data::count(TABLE));
        assert!(common().iter().all(|entry| is_code(&entry.code)));
    }

    #[test]
    fn codes_come_before_titles_and_common_before_rare() {
        assert_eq!(codes("I10"), ["I10"]);
        assert_eq!(codes("i10")[0], "I10");
        assert_eq!(codes("A009")[0], "A00.9");
        assert!(codes("B5").iter().all(|code| code.starts_with("B5")));
        assert!(codes("typhoid fever").contains(&"A01.0"));
        assert_eq!(codes("fièvre typhoïde")[0], "A01.0");
        assert_eq!(codes("fievre typh")[0], "A01.0");
        assert_eq!(codes("kipindupindu")[0], "A00.9");
        assert!(codes("").is_empty());
        assert!(codes("zzzz").is_empty());
        assert!(codes("...").is_empty());
    }

    #[test]
    fn a_sites_entry_replaces_the_built_in_one() {
        let site = [
            Diagnosis::new("I10", "High blood pressure", 1),
            Diagnosis::new("Z99.X", "Local thing", 1),
        ];
        let found = search(&site, "I10", 5);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "High blood pressure");
        assert_eq!(search(&site, "local", 5)[0].code, "Z99.X");
    }

    #[test]
    fn the_shape_of_a_code_is_known() {
        for good in ["I10", "A00.9", "S72.001A", "5A11", "2A00.00"] {
            assert!(is_code(good), "{good}");
        }
        for bad in ["", "I1", "malaria", "A..9", "123", "A00,9", "A00 9", "ÄB1"] {
            assert!(!is_code(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_the_answer_is_bounded(asked in "\\PC{0,40}", limit in 0_usize..30) {
            prop_assert!(search(&[], &asked, limit).len() <= limit);
        }

        #[test]
        fn every_diagnosis_is_found_by_its_code(at in 0_usize..1_000) {
            let entry = &common()[at % common().len()];
            prop_assert_eq!(&search(&[], &entry.code, 1)[0].code, &entry.code);
        }
    }
}
