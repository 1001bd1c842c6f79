//! What a ward reads of a patient in danger is there in every language.

use std::collections::BTreeMap;

const LANGUAGES: [(&str, &str); 3] = [
    ("en", include_str!("../../texts/en.ftl")),
    ("fr", include_str!("../../texts/fr.ftl")),
    ("sw", include_str!("../../texts/sw.ftl")),
];
/// The danger signs, as the program names them.
const SIGNS: [&str; 11] = [
    "coma",
    "distress",
    "fast-breathing",
    "infant-cold",
    "infant-fever",
    "infant-still",
    "lethargic",
    "shock",
    "tiny",
    "very-hot",
    "wasted",
];

fn phrases(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter_map(|line| line.split_once(" = "));
    lines
        .filter(|(key, _)| {
            let begins = |start: &&str| key.starts_with(start);
            [
                "clinical-danger-",
                "clinical-news2",
                "clinical-alert-",
                "clinical-unchecked",
                "clinical-safety-",
            ]
            .iter()
            .any(begins)
        })
        .collect()
}

#[test]
fn fixed_phrases_of_dangers_are_said_in_every_language() {
    let [(_, english), others @ ..] = LANGUAGES;
    let english = phrases(english);
    for sign in SIGNS {
        for key in ["clinical-danger-", "clinical-danger-first-"] {
            assert!(
                english.contains_key([key, sign].concat().as_str()),
                "{key}{sign}"
            );
        }
    }
    for (language, text) in others {
        let said = phrases(text);
        for (key, words) in &english {
            let other = said.get(key);
            // One that goes on over several lines begins alike.
            let goes_on = words.ends_with("->");
            assert!(
                other.is_some_and(|other| goes_on || other != words),
                "{language}: {key}"
            );
        }
    }
}
