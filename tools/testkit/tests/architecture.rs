//! The rows of `docs/architecture.md`, held against what the crates really use.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value as Json;

/// From the bottom to the top. A crate uses rows below its own, never its own row.
const ROWS: &[&[&str]] = &[
    &["chelal-kernel"],
    &["chelal-contracts"],
    &["chelal-platform"],
    &["chelal-identity"],
    &["chelal-patients"],
    &["chelal-scheduling"],
    &["chelal-clinical"],
    &["chelal-messaging"],
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
