//! What the program is built from: every dependency is used, may be shipped, and is none of those that
//! were decided against. `cargo metadata` is asked, and no network.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

/// Licences under which others may be passed on with a program under the MIT licence.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that were decided against, and why.
const BANNED: &[(&str, &str)] = &[
    (
        "openssl-sys",
        "TLS is rustls with aws-lc: nothing of the system's is linked",
    ),
    (
        "native-tls",
        "TLS is rustls with aws-lc: nothing of the system's is linked",
    ),
    ("sqlx", "databases are reached through platform::db"),
    ("diesel", "databases are reached through platform::db"),
    ("async-std", "the one runtime is tokio"),
    ("serde_yaml", "no longer maintained"),
    ("atty", "no longer maintained; std::io::IsTerminal does it"),
];

/// Crates of which two versions in one program would be two pools, two clocks or two copies of C code.
const ONCE: &[&str] = &[
    "aws-lc-sys",
    "http",
    "hyper",
    "jiff",
    "libsqlite3-sys",
    "rustls",
    "sea-query",
    "tokio",
];

fn cargo(arguments: &[&str]) -> Json {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Everything that is built for this machine.
fn everything() -> Vec<Json> {
    let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
    let rustc = if rustc.exists() {
        rustc
    } else {
        "rustc".into()
    };
    let about = Command::new(rustc).arg("-vV").output().unwrap();
    let about = String::from_utf8(about.stdout).unwrap();
    let host = about
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    let metadata = cargo(&["--filter-platform", host]);
    let built: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| built.contains(package["id"].as_str().unwrap()))
        .cloned()
        .collect()
}

/// Every Rust file below a folder, one after the other.
fn source(folder: &Path) -> String {
    let mut text = String::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return text;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&source(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    text
}

/// The names in a source; with what comments say, where examples stand, or without it.
fn names(text: &str, comments: bool) -> BTreeSet<&str> {
    let lines = text
        .lines()
        .filter(|line| comments || !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect()
}

#[test]
fn every_dependency_is_used() {
    let metadata = cargo(&["--no-deps"]);
    let mut unused = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let folder = Path::new(package["manifest_path"].as_str().unwrap())
            .parent()
            .unwrap();
        let code = source(&folder.join("src"));
        let build = fs::read_to_string(folder.join("build.rs")).unwrap_or_default();
        let tests: String = ["tests", "benches", "examples"]
            .iter()
            .map(|name| source(&folder.join(name)))
            .collect();
        let (code_names, test_names) = (names(&code, false), names(&tests, true));
        let (examples, build_names) = (names(&code, true), names(&build, false));
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = dependency["rename"]
                .as_str()
                .or(dependency["name"].as_str())
                .unwrap();
            let spelt = name.replace('-', "_");
            let used = match dependency["kind"].as_str() {
                Some("build") => build_names.contains(&*spelt),
                Some(_) => test_names.contains(&*spelt) || examples.contains(&*spelt),
                None => code_names.contains(&*spelt),
            };
            if !used {
                let kind = dependency["kind"].as_str().unwrap_or("normal");
                unused.push(format!(
                    "{}: {name} ({kind})",
                    package["name"].as_str().unwrap()
                ));
            }
        }
    }
    assert!(unused.is_empty(), "declared and not used: {unused:#?}");
}

#[test]
fn every_licence_lets_the_program_be_passed_on() {
    let packages = everything();
    assert!(packages.len() > 100, "{}", packages.len());
    let mut wrong = Vec::new();
    for package in &packages {
        let licence = package["license"].as_str().unwrap_or_default();
        if !allowed(licence) {
            wrong.push(format!(
                "{}: {licence:?}",
                package["name"].as_str().unwrap()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_that_was_decided_against_is_built_in() {
    let packages = everything();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        versions
            .entry(name)
            .or_default()
            .insert(package["version"].as_str().unwrap());
    }
    let banned = BANNED
        .iter()
        .filter(|(name, _)| versions.contains_key(name));
    let banned: Vec<_> = banned.collect();
    assert!(banned.is_empty(), "{banned:#?}");
    for name in ONCE {
        assert_eq!(
            versions.get(name).map(BTreeSet::len),
            Some(1),
            "{name}: {:?}",
            versions.get(name)
        );
    }
}

/// Whether a licence expression (SPDX) leaves a choice of licences that are all allowed. `OR` binds less
/// than `AND`; some crates still write `/` for it.
fn allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let value = either(&words, &mut at);
    value && at == words.len()
}

fn either(words: &[&str], at: &mut usize) -> bool {
    let mut value = all_of(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        value |= all_of(words, at);
    }
    value
}

fn all_of(words: &[&str], at: &mut usize) -> bool {
    let mut value = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        value &= one(words, at);
    }
    value
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let value = either(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return value && closed;
    }
    let mut name = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!("{name} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    LICENCES.contains(&name.as_str())
}

#[test]
fn licence_expressions_are_read_as_they_are_meant() {
    let cases = [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("", false),
        ("MIT OR GPL-3.0-only", true),
        ("MIT AND GPL-3.0-only", false),
        ("MIT/Apache-2.0", true),
        ("(MIT OR GPL-2.0-only) AND Unicode-3.0", true),
        ("(MIT OR Apache-2.0) AND OpenSSL", false),
        ("GPL-2.0-only AND MIT OR ISC", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0 WITH Classpath-exception", false),
        ("(MIT", false),
        ("MIT ISC", false),
    ];
    for (expression, can) in cases {
        assert_eq!(allowed(expression), can, "{expression}");
    }
}
