//! The rows of `docs/architecture.md`, held against what the crates really use.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

/// From the bottom to the top. A crate uses rows below its own, never its own row.
const ROWS: &[&[&str]] = &[
    &["chelal-kernel"],
    &[
        "chelal-contracts",
        "chelal-paper",
        "chelal-seal",
        "chelal-texts",
    ],
    &["chelal-db"],
    &["chelal-outside", "chelal-records"],
    &["chelal-engine"],
    &["chelal-api"],
    &["chelal-ops"],
    &["chelal-platform"],
    &["chelal-identity"],
    &["chelal-web"],
    &["chelal-patients"],
    &["chelal-print"],
    &[
        "chelal-documents",
        "chelal-formulary",
        "chelal-ledger",
        "chelal-scheduling",
    ],
    &["chelal-clinical"],
    &["chelal-laboratory", "chelal-messaging", "chelal-pharmacy"],
    &[
        "chelal-billing",
        "chelal-compliance",
        "chelal-telemedicine",
        "chelal-wards",
    ],
    &["chelal-portal"],
    &["chelal-reports"],
    &["chelal"],
];

fn metadata() -> Json {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn crates_use_only_rows_below_their_own() {
    let row_of: BTreeMap<&str, usize> = ROWS
        .iter()
        .enumerate()
        .flat_map(|(row, names)| names.iter().map(move |name| (*name, row)))
        .collect();
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let in_crates = package["manifest_path"]
            .as_str()
            .unwrap()
            .contains("/crates/");
        let Some(row) = row_of.get(name) else {
            assert!(
                !in_crates,
                "{name} stands in no row: give it one here and in docs/architecture.md"
            );
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            let for_tests = dependency["kind"] == "dev";
            if !for_tests && row_of.get(used).is_some_and(|below| below >= row) {
                wrong.push(format!("{name} uses {used}"));
            }
            if !for_tests && ["chelal-testkit", "chelal-test-postgres"].contains(&used) {
                wrong.push(format!("{name} uses {used} outside its tests"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The rooms behind the platform.
const BEHIND: &[&str] = &[
    "chelal-seal",
    "chelal-texts",
    "chelal-db",
    "chelal-outside",
    "chelal-records",
    "chelal-engine",
    "chelal-api",
    "chelal-ops",
];

/// Who may look behind the platform: the program that starts it all.
const STARTS_IT: &str = "chelal";

/// The manifests of the application's own crates.
fn packages() -> Vec<Json> {
    let mut metadata = metadata();
    let packages = metadata["packages"].take();
    let Json::Array(mut packages) = packages else {
        return Vec::new();
    };
    let own = |package: &Json| {
        let manifest = package["manifest_path"].as_str();
        manifest.is_some_and(|path| path.contains("/crates/"))
    };
    packages.retain(own);
    assert!(packages.len() > 20, "where are the crates?");
    packages
}

/// What a crate uses outside of its tests.
fn used(package: &Json) -> impl Iterator<Item = &str> {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies
        .filter(|dependency| dependency["kind"] != "dev")
        .filter_map(|dependency| dependency["name"].as_str())
}

#[test]
fn modules_see_the_platform_and_nothing_behind_it() {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if BEHIND.contains(&name) || ["chelal-platform", STARTS_IT].contains(&name) {
            continue;
        }
        for used in used(&package).filter(|used| BEHIND.contains(used)) {
            wrong.push(format!(
                "{name} uses {used}: what modules may use of it is in chelal-platform"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Crates that speak to a database themselves.
const DRIVERS: &[&str] = &["rusqlite", "tokio-postgres", "deadpool-postgres"];

/// Where they are used: the data layer, what nodes tell each other, and backups.
const SPEAK: &[&str] = &["chelal-db", "chelal-outside", "chelal-ops"];

#[test]
fn only_the_data_layer_speaks_to_a_database() {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if SPEAK.contains(&name) {
            continue;
        }
        for used in used(&package).filter(|used| DRIVERS.contains(used)) {
            wrong.push(format!(
                "{name} uses {used}: what it needs belongs into chelal-db"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every source file of the application outside the platform, with what it says before its tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = files("src", "rs");
    for (_, text) in &mut files {
        let kept = text.split("#[cfg(test)]").next().unwrap_or_default();
        *text = kept.to_owned();
    }
    files
}

/// The files of a kind below a directory of every crate of the application.
fn files(directory: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap().path().join(directory))
        .filter(|path| path.exists())
        .collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// Writes past the unit of work that need none; the list may only shrink.
const OUTSIDE_A_UNIT: &[&str] = &[
    // When a session was last used: no record of anybody, and lost without harm.
    "identity/src/entry/door.rs",
    // The same of a page's cookie, and that it is forgotten.
    "web/src/session.rs",
    // Whether the database takes a write at all: a row of the platform's own.
    "server/src/web/health.rs",
];

#[test]
fn only_the_platform_opens_transactions() {
    only_there(
        OUTSIDE_A_UNIT,
        &[".db.begin(", ".db.execute(", ".db.transaction("],
        "commits, or forgets to, without audit and events: use platform::unit",
    );
}

/// Commands that look at a database without an application; the list may only shrink.
const CONNECT: &[&str] = &[
    "server/src/commands/audit.rs",
    "server/src/commands/doctor.rs",
    "server/src/commands/keys.rs",
    "server/src/commands/present.rs",
];

#[test]
fn only_the_platform_opens_a_database() {
    only_there(
        CONNECT,
        &["Db::connect("],
        "is a way past units of work, scopes and audit: use what `App` has opened",
    );
}

/// Changes of audited records that go on no record, because no person made them; the list may only
/// shrink.
const UNTRACED: &[&str] = &[
    // The keyed hash of a prescription's medicine, which is no data of its own.
    "clinical/src/prescription_key.rs",
    // The six categories, as the program brings them.
    "formulary/src/category.rs",
    // Which state of the additions is in force; the additions are on record.
    "formulary/src/pack.rs",
    // Sessions that have expired.
    "identity/src/people/cleanup.rs",
    // The built-in roles, as the program brings them.
    "identity/src/rights/grants.rs",
    // The last step used, so that a code works once; what it was used for is on record.
    "identity/src/sign_in/two_factor.rs",
    // When the latest appointment starts; the appointment is on record.
    "patients/src/treating/scope.rs",
    // What somebody typed and has not sent: shown to nobody else, and no deed yet.
    "web/src/draft.rs",
];

#[test]
fn what_people_change_is_on_record() {
    only_there(
        UNTRACED,
        &[".untraced("],
        "a change of a record that nobody will find out: write an audit entry",
    );
}

/// Where a crate's files are.
fn in_crates(name: &str) -> String {
    format!("/crates/{}/", name.trim_start_matches("chelal-"))
}

/// `.unguarded(why)` is the database, whatever the reason.
fn unguarded_as_db(text: &str) -> String {
    let mut parts = text.split(".unguarded(");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(".db");
        plain.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    plain
}

/// No file outside the platform calls these, but those exempt; and each of those does.
#[track_caller]
fn only_there(exempt: &[&str], calls: &[&str], instead: &str) {
    let mut wrong = Vec::new();
    let mut unused: BTreeSet<&str> = exempt.iter().copied().collect();
    for (path, text) in sources() {
        let shown = path.display().to_string();
        if BEHIND.iter().any(|room| shown.contains(&in_crates(room))) {
            continue;
        }
        let text = unguarded_as_db(&text.split_whitespace().collect::<String>());
        for call in calls.iter().filter(|call| text.contains(**call)) {
            match exempt.iter().find(|file| shown.ends_with(**file)) {
                Some(file) => {
                    unused.remove(file);
                }
                None => wrong.push(format!("{shown}: {call}…) {instead}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}

#[test]
fn every_text_that_is_said_exists() {
    let mut known = BTreeSet::new();
    // That each exists in every language is a test of its own.
    for (_, text) in files("texts", "ftl") {
        let keys = text.lines().filter_map(|line| line.split_once(" ="));
        known.extend(keys.map(|(key, _)| key.to_owned()));
    }
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for said in text.split("Text::new(").skip(1) {
            let literal = said.trim_start().strip_prefix('"');
            if let Some((key, _)) = literal.and_then(|rest| rest.split_once('"'))
                && !known.contains(key)
            {
                wrong.push(format!("{}: no text is called {key}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
