//! Texts for people, in every language Chelal speaks.
//!
//! Code never writes a sentence for a person: it names one ([`Text`]), and the sentence is chosen when the reader's
//! language is known. The sentences live in Fluent files (<https://projectfluent.org>), one per module and language;
//! [`Texts::load`] brings them together and refuses two modules that claim the same key.
//!
//! ```
//! use texts::{PLATFORM, Text, Texts};
//!
//! let texts = Texts::load(&PLATFORM)?;
//! let text = Text::new("rate-limited").with("seconds", 1);
//! assert_eq!(texts.render("en", &text), "Too many requests. Try again in 1 second.");
//! # Ok::<(), texts::TextsError>(())
//! ```
//!
//! To add a text: one message in each of the module's `.ftl` files. A message may have an attribute
//! `with-<argument>`, which takes its place when that argument is given (see `taken`).

use std::collections::BTreeMap;
use std::fmt::Display;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;
use unic_langid::LanguageIdentifier;

/// The languages Chelal speaks, as ISO 639-1 codes; the first is the one others fall back to.
pub const LANGUAGES: [&str; 3] = ["en", "fr", "sw"];

/// The platform's own texts, to be handed to [`Texts::load`] with those of the modules.
pub const PLATFORM: [TextSource; 3] = crate::texts!("platform");

/// A sentence by name, with the values it speaks of; not yet in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The name of a message in the `.ftl` files, such as `too-long`.
    pub key: &'static str,
    /// The values of the message's arguments, by name.
    pub args: Vec<(&'static str, String)>,
}

impl Text {
    /// A text without arguments (so far).
    #[must_use]
    pub const fn new(key: &'static str) -> Self {
        Self {
            key,
            args: Vec::new(),
        }
    }

    /// The same text with one more argument. Whole numbers choose plural forms; they are printed as given.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// One module's texts in one language.
#[derive(Debug, Clone, Copy)]
pub struct TextSource {
    /// One of [`LANGUAGES`].
    pub language: &'static str,
    /// The content of the `.ftl` file.
    pub source: &'static str,
    /// What errors call this file, such as `pharmacy/texts/fr.ftl`.
    pub name: &'static str,
}

/// A module's texts in every language: `texts/en.ftl` and its sisters beside `src/`. A second argument
/// names another folder, relative to the calling file.
#[macro_export]
macro_rules! texts {
    ($name:literal) => {
        $crate::texts!($name, "../texts")
    };
    ($name:literal, $folder:literal) => {
        [
            $crate::TextSource {
                language: "en",
                name: concat!($name, "/en"),
                source: include_str!(concat!($folder, "/en.ftl")),
            },
            $crate::TextSource {
                language: "fr",
                name: concat!($name, "/fr"),
                source: include_str!(concat!($folder, "/fr.ftl")),
            },
            $crate::TextSource {
                language: "sw",
                name: concat!($name, "/sw"),
                source: include_str!(concat!($folder, "/sw.ftl")),
            },
        ]
    };
}

/// Why texts could not be loaded. A mistake of the program, never of its user.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// A source names a language that Chelal does not speak.
    #[error("{name}: the language `{language}` is not one of {LANGUAGES:?}")]
    Language {
        /// The source.
        name: &'static str,
        /// The language it claims.
        language: &'static str,
    },
    /// A source is not well-formed Fluent.
    #[error("{name}:{line}: {reason}")]
    Syntax {
        /// The source.
        name: &'static str,
        /// The line, from 1.
        line: usize,
        /// What the parser said.
        reason: String,
    },
    /// Two sources, or one twice, define the same key in the same language.
    #[error("the text `{key}` is defined in both {first} and {second}")]
    Duplicate {
        /// The key.
        key: String,
        /// The source that had it first.
        first: &'static str,
        /// The source that defines it again.
        second: &'static str,
    },
}

struct Language {
    code: &'static str,
    bundle: FluentBundle<FluentResource>,
    /// Key → the source that defines it; also `key.attribute`.
    keys: BTreeMap<String, &'static str>,
}

/// All texts in all languages. Built once at start, shared by reference afterwards.
pub struct Texts {
    languages: Vec<Language>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = self.languages.iter().map(|l| (l.code, l.keys.len()));
        f.debug_map().entries(counts).finish()
    }
}

impl Texts {
    /// Brings the sources of all modules together.
    ///
    /// # Errors
    /// A source that does not parse, an unknown language, or a key defined twice in one language.
    pub fn load(sources: &[TextSource]) -> Result<Self, TextsError> {
        let mut languages: Vec<Language> =
            LANGUAGES.iter().map(|code| Language::new(code)).collect();
        for source in sources {
            let language = languages
                .iter_mut()
                .find(|l| l.code == source.language)
                .ok_or(TextsError::Language {
                    name: source.name,
                    language: source.language,
                })?;
            language.add(source)?;
        }
        Ok(Self { languages })
    }

    /// The sentence in `language`, else in English, else the bare key, so that there is always something to show.
    #[must_use]
    pub fn render(&self, language: &str, text: &Text) -> String {
        let asked = self.languages.iter().find(|l| l.code == language);
        asked
            .and_then(|l| l.render(text))
            .or_else(|| self.languages.first().and_then(|l| l.render(text)))
            .unwrap_or_else(|| {
                tracing::error!(key = text.key, "a text without a sentence in any language");
                text.key.to_owned()
            })
    }

    /// The sentence for a key that is made at run time, such as a field's label; `None` where nobody wrote one.
    #[must_use]
    pub fn find(&self, language: &str, key: &str) -> Option<String> {
        let in_language = |code: &str| {
            let language = self.languages.iter().find(|l| l.code == code)?;
            let message = language.bundle.get_message(key)?;
            let pattern = message.value()?;
            let mut errors = Vec::new();
            let text = language.bundle.format_pattern(pattern, None, &mut errors);
            Some(text.into_owned())
        };
        in_language(language).or_else(|| in_language(LANGUAGES[0]))
    }

    /// Whether any language has a sentence for `key`.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.languages.iter().any(|l| l.keys.contains_key(key))
    }

    /// The keys that one language has and another lacks, as `fr: key`. Empty in a healthy build.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let all: std::collections::BTreeSet<&String> =
            self.languages.iter().flat_map(|l| l.keys.keys()).collect();
        let lacking = |l: &Language| -> Vec<String> {
            let absent = all.iter().filter(|key| !l.keys.contains_key(**key));
            absent.map(|key| format!("{}: {key}", l.code)).collect()
        };
        self.languages.iter().flat_map(lacking).collect()
    }
}

impl Language {
    fn new(code: &'static str) -> Self {
        // The codes are the constants above; an unparsable one would only lose its plural rules.
        let id = code.parse::<LanguageIdentifier>().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Isolation marks (U+2068, U+2069) around arguments would show up as boxes in SMS and break copied values.
        bundle.set_use_isolating(false);
        Self {
            code,
            bundle,
            keys: BTreeMap::new(),
        }
    }

    fn add(&mut self, source: &TextSource) -> Result<(), TextsError> {
        let resource =
            FluentResource::try_new(source.source.to_owned()).map_err(|(_, errors)| {
                let first = errors.first();
                let end = first.map_or(0, |e| e.pos.start);
                TextsError::Syntax {
                    name: source.name,
                    line: source
                        .source
                        .bytes()
                        .take(end)
                        .filter(|b| *b == b'\n')
                        .count()
                        + 1,
                    reason: first.map(ToString::to_string).unwrap_or_default(),
                }
            })?;
        for key in resource.entries().flat_map(names) {
            if let Some(first) = self.keys.insert(key.clone(), source.name) {
                return Err(TextsError::Duplicate {
                    key,
                    first,
                    second: source.name,
                });
            }
        }
        // The only error it knows is a duplicate, which was just ruled out.
        let _ = self.bundle.add_resource(resource);
        Ok(())
    }

    fn render(&self, text: &Text) -> Option<String> {
        let message = self.bundle.get_message(text.key)?;
        let variant = |(name, _): &(&str, String)| message.get_attribute(&format!("with-{name}"));
        let pattern = match text.args.iter().find_map(variant) {
            Some(attribute) => attribute.value(),
            None => message.value()?,
        };
        let mut args = FluentArgs::with_capacity(text.args.len());
        for (name, value) in &text.args {
            args.set(*name, argument(value, self.code));
        }
        let mut errors = Vec::new();
        let sentence = self
            .bundle
            .format_pattern(pattern, Some(&args), &mut errors);
        if !errors.is_empty() {
            tracing::error!(
                key = text.key,
                language = self.code,
                ?errors,
                "a text lacks an argument"
            );
        }
        Some(sentence.into_owned())
    }
}

/// The keys an entry defines: its own, and `key.attribute` for each attribute.
fn names(entry: &Entry<&str>) -> Vec<String> {
    let (id, attributes) = match entry {
        Entry::Message(message) => (message.id.name.to_owned(), &message.attributes),
        Entry::Term(term) => (format!("-{}", term.id.name), &term.attributes),
        _ => return Vec::new(),
    };
    let attributes = attributes
        .iter()
        .map(|a| format!("{id}.{}", a.id.name))
        .collect::<Vec<_>>();
    std::iter::once(id).chain(attributes).collect()
}

/// Whole numbers become numbers, so that they choose plural forms, but only when they print back exactly as they were
/// given: `007` and numbers beyond 2^53 (which a float cannot hold) stay text. Days become words ([`day`]).
fn argument<'a>(value: &'a str, language: &str) -> FluentValue<'a> {
    const EXACT: u64 = 1 << 53;
    if let Some(words) = day(value, language) {
        return FluentValue::from(words);
    }
    match value.parse::<i64>() {
        Ok(number) if number.unsigned_abs() < EXACT && number.to_string() == value => {
            FluentValue::Number(FluentNumber::from(number))
        }
        _ => FluentValue::from(value),
    }
}

/// A day such as `2026-11-25`, alone or before a time of day, as readers of a language write it: whoever names it in a
/// sentence need not know who reads it.
fn day(value: &str, language: &str) -> Option<String> {
    let (day, time) = match value.split_once(' ') {
        Some((day, time)) => (day, Some(time)),
        None => (value, None),
    };
    let plain = |text: &str, length: usize, sign: u8| {
        let known = |b: u8| b.is_ascii_digit() || b == sign;
        text.len() == length && text.bytes().all(known)
    };
    if !plain(day, 10, b'-') || !time.is_none_or(|time| plain(time, 5, b':')) {
        return None;
    }
    let language = kernel::Language::parse(language).unwrap_or_default();
    let words = kernel::written::date(day.parse().ok()?, language);
    Some(match time {
        Some(time) => [&words, ", ", time].concat(),
        None => words,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn days_are_written_as_the_reader_writes_them() {
        for (value, language, said) in [
            ("2026-11-25", "en", Some("25 November 2026")),
            ("2026-08-01", "fr", Some("1er août 2026")),
            ("2026-11-25 08:05", "sw", Some("25 Novemba 2026, 08:05")),
            ("2026-11-31", "en", None),
            ("2026-11-25T08:05:00Z", "en", None),
            ("25", "en", None),
            ("Jane 08:05", "en", None),
        ] {
            assert_eq!(day(value, language).as_deref(), said, "{value}");
        }
    }

    /// Every key of the platform with the arguments its authors promise to give.
    const PROMISED: &[(&str, &[&str])] = &[
        ("already-told", &[]),
        ("damaged", &["record", "id"]),
        ("damaged-name", &["id"]),
        ("required", &[]),
        ("verb-not-offered", &[]),
        ("decimal-comma", &[]),
        ("too-many-decimals", &["places"]),
        ("number-too-large", &[]),
        ("upload-not-a-form", &[]),
        ("upload-too-large", &["max"]),
        ("upload-fields-too-large", &[]),
        ("not-a-string", &[]),
        ("not-a-number", &[]),
        ("not-an-integer", &[]),
        ("not-a-boolean", &[]),
        ("not-a-date", &[]),
        ("no-such-date", &["value"]),
        ("date-out-of-range", &["first", "last"]),
        ("not-a-time", &[]),
        ("not-a-timestamp", &[]),
        ("not-a-list", &[]),
        ("not-an-object", &[]),
        ("too-long", &["max", "length"]),
        ("blank", &[]),
        ("too-small", &["min"]),
        ("too-big", &["max"]),
        ("not-a-choice", &["value", "choices"]),
        ("too-many-rows", &["most"]),
        ("too-many-values", &["max"]),
        ("control-characters", &[]),
        ("not-a-phone", &["value", "example"]),
        ("not-an-email", &["value"]),
        ("not-a-uuid", &[]),
        ("not-money", &[]),
        ("taken", &[]),
        ("taken", &["value"]),
        ("unknown-reference", &["id", "kind"]),
        ("other-patient", &[]),
        ("patient-stays", &[]),
        ("future-date", &[]),
        ("end-before-start", &[]),
        ("alert-jobs-failed", &["kind", "count"]),
        ("said-otherwise", &["name"]),
        ("said-twice", &[]),
        ("path-says-otherwise", &["id"]),
        ("host-invalid", &[]),
        ("alert-jobs-waiting", &[]),
        ("alert-audit-waiting", &[]),
        ("alert-key-beside-database", &[]),
        ("alert-anchor-beside-database", &[]),
        ("inactive-reference", &["id", "kind"]),
        ("alert-anchor-unwritable", &[]),
        ("alert-trail-shorter", &["found", "anchored"]),
        ("alert-no-mail", &[]),
        ("alert-no-sms", &[]),
        ("alert-no-public-url", &["url"]),
        ("alert-refusals", &["who", "count"]),
        ("not-null", &[]),
        ("null-not-allowed", &[]),
        ("malformed-json", &["reason"]),
        ("body-not-object", &[]),
        ("unknown-filter", &["name", "valid"]),
        ("unknown-parameter", &["name"]),
        ("unknown-key", &["name", "valid"]),
        ("not-searchable", &[]),
        ("not-sortable", &["name", "valid"]),
        ("bad-page", &["name"]),
        ("bad-cursor", &[]),
        ("stale-version", &[]),
        ("bad-if-match", &[]),
        ("not-found", &[]),
        ("method-not-allowed", &["method"]),
        ("permission-denied", &[]),
        ("not-authenticated", &[]),
        ("token-expired", &[]),
        ("token-invalid", &[]),
        ("session-revoked", &[]),
        ("socket-origin", &[]),
        ("socket-token-in-address", &[]),
        ("socket-expected", &[]),
        ("socket-too-many", &[]),
        ("account-inactive", &[]),
        ("in-use", &["what"]),
        ("idempotency-key-reused", &[]),
        ("idempotency-in-flight", &[]),
        ("idempotency-key-bad", &[]),
        ("password-change-required", &[]),
        ("payload-too-large", &["limit"]),
        ("unsupported-media-type", &["expected"]),
        ("rate-limited", &["seconds"]),
        ("locked-out", &["seconds"]),
        ("request-timeout", &[]),
        ("unavailable", &[]),
        ("no-room", &[]),
        ("internal", &[]),
        ("state-conflict", &["state"]),
        ("conflict", &[]),
    ];

    const EXTRA: TextSource = TextSource {
        language: "en",
        source: "greeting = Hello { $name }\nonly-english = Hi\n",
        name: "extra/en.ftl",
    };

    fn platform() -> Texts {
        Texts::load(&PLATFORM).unwrap()
    }

    #[test]
    fn no_language_lacks_a_key() {
        assert_eq!(platform().missing(), Vec::<String>::new());
    }

    #[test]
    fn every_promised_text_says_its_arguments_in_every_language() {
        let texts = platform();
        for (key, names) in PROMISED {
            let text = names.iter().fold(Text::new(key), |text, name| {
                text.with(name, format!("<{name}>"))
            });
            for language in LANGUAGES {
                let sentence = texts
                    .languages
                    .iter()
                    .find(|l| l.code == language)
                    .unwrap()
                    .render(&text)
                    .unwrap();
                for name in *names {
                    assert!(
                        sentence.contains(&format!("<{name}>")),
                        "{language} {key}: {sentence}"
                    );
                }
                assert!(!sentence.contains("{$"), "{language} {key}: {sentence}");
                assert!(
                    !sentence.contains(['\u{2068}', '\u{2069}']),
                    "{language} {key}: {sentence}"
                );
            }
        }
        let promised: std::collections::BTreeSet<&str> =
            PROMISED.iter().map(|(key, _)| *key).collect();
        let defined = texts.languages[0]
            .keys
            .keys()
            .map(String::as_str)
            // Headings of forms are named by declarations, and looked for there.
            .filter(|k| !k.contains('.') && !k.starts_with("group-"))
            .collect();
        assert_eq!(promised, defined);
    }

    #[test]
    fn too_long_says_both_lengths_in_every_language() {
        let text = Text::new("too-long").with("max", 50).with("length", 61);
        for language in LANGUAGES {
            let sentence = platform().render(language, &text);
            assert!(
                sentence.contains("50") && sentence.contains("61"),
                "{sentence}"
            );
        }
    }

    #[test]
    fn plural_follows_the_language() {
        let texts = platform();
        let after = |language, seconds: i64| {
            texts.render(language, &Text::new("locked-out").with("seconds", seconds))
        };
        assert!(after("en", 1).ends_with("in 1 second."));
        assert!(after("en", 0).ends_with("in 0 seconds."));
        assert!(after("fr", 0).ends_with("dans 0 seconde."));
        assert!(after("fr", 30).ends_with("dans 30 secondes."));
        assert!(after("sw", 30).ends_with("sekunde 30."));
    }

    #[test]
    fn arguments_are_printed_as_given() {
        for value in [
            "007",
            "+2203012345",
            "9007199254740993",
            "-3",
            "1.50",
            "{ $x }",
            "é\u{202e}",
        ] {
            let text = Text::new("not-a-phone").with("value", value);
            let sentence = platform().render("en", &text.with("example", "+220 301 2345"));
            assert!(
                sentence.starts_with(&format!("“{value}” is not")),
                "{sentence}"
            );
        }
    }

    #[test]
    fn taken_names_the_value_when_it_may() {
        let texts = platform();
        assert!(!texts.render("fr", &Text::new("taken")).contains('«'));
        assert!(
            texts
                .render("fr", &Text::new("taken").with("value", "A1"))
                .contains("A1")
        );
    }

    #[test]
    fn falls_back_to_english_then_to_the_key() {
        let texts = Texts::load(&[EXTRA]).unwrap();
        assert_eq!(
            texts.render("sw", &Text::new("greeting").with("name", "Awa")),
            "Hello Awa"
        );
        assert_eq!(texts.render("de", &Text::new("only-english")), "Hi");
        assert_eq!(texts.render("en", &Text::new("nowhere")), "nowhere");
        assert!(texts.missing().contains(&"fr: only-english".to_owned()));
        assert!(texts.contains("greeting") && !texts.contains("nowhere"));
    }

    #[test]
    fn two_modules_cannot_claim_one_key() {
        let again = TextSource {
            name: "other/en.ftl",
            ..EXTRA
        };
        let error = Texts::load(&[EXTRA, again]).unwrap_err().to_string();
        assert_eq!(
            error,
            "the text `greeting` is defined in both extra/en.ftl and other/en.ftl"
        );
        let french = TextSource {
            language: "fr",
            ..EXTRA
        };
        assert!(Texts::load(&[EXTRA, french]).is_ok());
    }

    #[test]
    fn mistakes_in_a_source_name_the_line() {
        let broken = TextSource {
            source: "fine = Fine\nbroken\n",
            ..EXTRA
        };
        assert!(
            Texts::load(&[broken])
                .unwrap_err()
                .to_string()
                .starts_with("extra/en.ftl:2: ")
        );
        let german = TextSource {
            language: "de",
            ..EXTRA
        };
        assert!(matches!(
            Texts::load(&[german]),
            Err(TextsError::Language { language: "de", .. })
        ));
    }
}
