//! What is refused is refused in words that help: what is wrong, and what to do about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What begins a sentence that tells what to do.
const DO: [&str; 32] = [
    "Add", "Ask", "Attach", "Choose", "Copy", "Correct", "Count", "Enter", "Give", "Leave", "Make",
    "Move", "Name", "Only", "Please", "Put", "Remove", "Repeat", "Save", "Say", "Send", "Set",
    "Show", "Sign", "Take", "Tell", "Use", "Wait", "Write", "Load", "Open", "Cancel",
];
/// Says all that there is to say, or names the way in the same sentence.
const ENOUGH: [&str; 5] = [
    "not-found",
    "required",
    "patients-not-merged",
    "pharmacy-recall-only",
    "superuser-is-admin",
];
/// Fewer were read out of the sources than there are: the look for them is broken.
const FEWEST: usize = 250;

fn sources(directory: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

/// Files of every crate, below `src` or `texts`.
fn all(below: &str, ending: &str) -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir(crates).unwrap() {
        let directory = entry.unwrap().path().join(below);
        if directory.is_dir() {
            sources(&directory, ending, &mut found);
        }
    }
    found
}

/// The English sentences by their keys.
fn texts() -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for file in all("texts", "en.ftl") {
        let mut key = String::new();
        for line in fs::read_to_string(file).unwrap().lines() {
            match line.split_once('=') {
                Some((name, text)) if !line.starts_with([' ', '#']) => {
                    key = name.trim().to_owned();
                    texts.insert(key.clone(), text.trim().to_owned());
                }
                _ if line.starts_with(' ') => {
                    let text = texts.entry(key.clone()).or_default();
                    text.push(' ');
                    text.push_str(line.trim());
                }
                _ => {}
            }
        }
    }
    texts
}

fn tail(text: &str, most: usize) -> &str {
    let from = text.char_indices().rev().nth(most).map_or(0, |(at, _)| at);
    &text[from..]
}

/// The keys of the sentences with which something is refused, as far as they stand beside the refusal.
fn refusals() -> BTreeSet<String> {
    const BEFORE: [&str; 5] = [
        "refuse(",
        "Error::field(",
        "faults.say(",
        "Faults::one(",
        "Fault::of(",
    ];
    const AFTER: [&str; 8] = [
        "Err(Error::refuse",
        "Err(Error::field",
        "return Err(Error::refuse",
        "return Err(Error::field",
        "faults.say(",
        "Error::refuse",
        "Error::field",
        "Faults::one",
    ];
    let mut keys = BTreeSet::new();
    for file in all("src", ".rs") {
        let source = fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for (at, named) in source.match_indices("Text::new(") {
            let rest = source[at + named.len()..].trim_start();
            let Some((key, rest)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'))
            else {
                continue;
            };
            let next = rest
                .split_once(';')
                .map_or("", |(_, next)| next.trim_start());
            let refused = BEFORE
                .iter()
                .any(|word| tail(&source[..at], 160).contains(word))
                || AFTER.iter().any(|word| next.starts_with(word));
            if refused {
                keys.insert(key.to_owned());
            }
        }
    }
    keys
}

/// Two sentences, one that asks for something, or a rule that says what must be.
fn helps(text: &str) -> bool {
    let sentences = text.matches(['.', '?', '!']).count();
    let asks = DO.iter().any(|word| text.split(' ').next() == Some(word));
    let rule = [" must ", " needs ", ":", ";"]
        .iter()
        .any(|word| text.contains(word));
    sentences > 1 || asks || rule || text.contains("*[other]")
}

#[test]
fn whatever_is_refused_is_said_with_what_to_do() {
    let texts = texts();
    let refusals = refusals();
    assert!(refusals.len() > FEWEST, "{}", refusals.len());
    let poor: Vec<String> = refusals
        .iter()
        .filter(|key| !ENOUGH.contains(&key.as_str()))
        .filter_map(|key| {
            let text = texts.get(key)?;
            (!helps(text)).then(|| format!("{key} = {text}"))
        })
        .collect();
    assert!(poor.is_empty(), "say what to do: {poor:#?}");
}
