//! The languages in which the system speaks.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of messages, pages and error texts. English where nothing is known.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
    /// Swahili.
    Sw,
}

/// The text names none of the languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose one of en, fr, sw.")]
pub struct UnknownLanguage;

impl Language {
    /// All languages, the default first.
    pub const ALL: [Self; 3] = [Self::En, Self::Fr, Self::Sw];

    /// The ISO 639-1 code, as stored and in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::Sw => "sw",
        }
    }

    /// What stands between a word and what it is said of (`Time: 10:30`), with its blanks: French puts one, which
    /// does not break a line, before the sign as well.
    #[must_use]
    pub const fn colon(self) -> &'static str {
        match self {
            Self::Fr => "\u{a0}: ",
            Self::En | Self::Sw => ": ",
        }
    }

    /// The language of a tag: a code, in any case, with or without a region (`fr`, `FR-sn`, `sw_KE`).
    ///
    /// # Errors
    /// [`UnknownLanguage`].
    pub fn parse(tag: &str) -> Result<Self, UnknownLanguage> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
            .ok_or(UnknownLanguage)
    }

    /// The language that a client likes best of those we speak, by the `Accept-Language` header
    /// (RFC 9110, section 12.5.4). The greatest weight wins, the earlier of equals; `q=0` excludes;
    /// `*` stands for the first language not named. Ranges with a broken weight are ignored.
    /// English if nothing fits: a text in the wrong language is better than none.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Self {
        let ranges: Vec<(&str, u16)> = header.split(',').filter_map(range).collect();
        let named = |language: Self| {
            ranges
                .iter()
                .any(|&(tag, _)| Self::parse(tag) == Ok(language))
        };
        let mut best = (Self::default(), 0);
        for &(tag, weight) in &ranges {
            let language = if tag == "*" {
                Self::ALL.into_iter().find(|&language| !named(language))
            } else {
                Self::parse(tag).ok()
            };
            if let Some(language) = language
                && weight > best.1
            {
                best = (language, weight);
            }
        }
        if best.1 == 0 {
            // Everything named was excluded or unknown: the first that is not excluded.
            let excluded = |language: Self| {
                ranges
                    .iter()
                    .any(|&(tag, weight)| weight == 0 && Self::parse(tag) == Ok(language))
            };
            return Self::ALL
                .into_iter()
                .find(|&language| !excluded(language))
                .unwrap_or_default();
        }
        best.0
    }
}

/// One range of the header and its weight in thousandths.
fn range(item: &str) -> Option<(&str, u16)> {
    let mut fields = item.split(';').map(str::trim);
    let tag = fields.next().filter(|tag| !tag.is_empty())?;
    let mut weight = 1_000;
    for field in fields {
        if let Some(("q" | "Q", value)) = field
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
        {
            weight = thousandths(value)?;
        }
    }
    Some((tag, weight))
}

/// `qvalue` of RFC 9110, section 12.4.2: 0 to 1 with at most three decimals.
fn thousandths(value: &str) -> Option<u16> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1_000),
        _ => None,
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        Self::parse(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{En, Fr, Sw};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_tags() {
        for (tag, language) in [("en", En), (" FR ", Fr), ("sw-KE", Sw), ("fr_SN", Fr)] {
            assert_eq!(Language::parse(tag), Ok(language));
        }
        for tag in ["", "wo", "french", "e", "-en"] {
            assert_eq!(Language::parse(tag), Err(UnknownLanguage), "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(language.code().parse(), Ok(language));
            assert_eq!(
                serde_json::to_string(&language).unwrap(),
                format!("\"{language}\"")
            );
        }
        assert!(serde_json::from_str::<Language>("\"de\"").is_err());
    }

    #[test]
    fn chooses_by_weight() {
        for (header, language) in [
            ("", En),
            ("fr", Fr),
            ("sw, fr", Sw),
            ("fr;q=0.5, sw;q=0.8", Sw),
            ("de, fr-CA;q=0.7, en;q=0.6", Fr),
            ("fr ; q=0.7 , sw;Q=0.7", Fr),
            ("de", En),
            ("*", En),
            ("en;q=0, *;q=0.5", Fr),
            ("en;q=0", Fr),
            ("en;q=0, fr;q=0.001", Fr),
            ("en;q=0, fr;q=0, sw;q=0", En),
            ("en;q=0.2, *", Fr),
            ("fr;q=2, sw;q=0.1", Sw),
            ("fr;q=x, sw;q=0.1", Sw),
            ("fr;q=0.1234, sw;q=0.1", Sw),
            ("fr;q=1.000, sw", Fr),
            (",,;q=1,", En),
        ] {
            assert_eq!(Language::from_accept_language(header), language, "{header}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(header in any::<String>()) {
            let _ = Language::from_accept_language(&header);
            let _ = Language::parse(&header);
        }

        #[test]
        fn the_heavier_wins(a in 0u16..=1000, b in 0u16..=1000) {
            prop_assume!(a != b);
            let weight = |w: u16| format!("{}.{:03}", w / 1000, w % 1000);
            let header = format!("fr;q={}, sw;q={}", weight(a), weight(b));
            prop_assert_eq!(Language::from_accept_language(&header), if a > b { Fr } else { Sw });
        }
    }
}
