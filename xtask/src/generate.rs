//! The generated files: what the declarations say, as text that is reviewed.

use std::path::Path;

use db::{Db, DbConfig, migrate, migrations_text, schema_dump};
use platform::module::Registry;
use platform::settings::Settings;
use platform::{matrix, openapi};

use crate::unscoped;

/// The file that only grows: a line of it that changes, or is gone, is a migration that databases already
/// had. To take back one that no release contained, its line is removed by hand.
const MIGRATIONS: &str = "docs/migrations.txt";

/// What was generated.
pub(crate) struct Made {
    /// Path below the repository and content.
    files: Vec<(&'static str, String)>,
    /// What could not be generated here, and why.
    skipped: Vec<String>,
}

/// Generates every file, in memory.
///
/// # Errors
/// When the modules' document has problems, or their migrations fail.
pub(crate) fn all(root: &Path) -> Result<Made, String> {
    let registry = ops::boot::registry(server::modules::modules());
    let problems = openapi::problems(&registry);
    if !problems.is_empty() {
        return Err(format!("docs/api.json:\n  {}", problems.join("\n  ")));
    }
    let document = openapi::document(&registry, &openapi::Info::default());
    let mut document = serde_json::to_string_pretty(&document).map_err(text)?;
    document.push('\n');
    let migrations = migrations_text(&registry.migrations()).map_err(text)?;
    let mut made = Made {
        files: vec![
            (MIGRATIONS, migrations),
            (".env.example", Settings::example()),
            ("docs/api.json", document),
            ("docs/permissions.txt", matrix::permissions_text(&registry)),
            ("docs/settings.md", Settings::docs()),
            ("docs/unscoped.txt", unscoped::text(root)?),
        ],
        skipped: Vec::new(),
    };
    let runtime = tokio::runtime::Runtime::new().map_err(text)?;
    let directory = tempfile::tempdir().map_err(text)?;
    let sqlite = DbConfig::parse("sqlite://schema.db", directory.path()).map_err(text)?;
    let schema = runtime.block_on(migrated(&registry, &sqlite))?;
    made.files.push(("docs/schema.sqlite.sql", schema));
    match test_postgres::server() {
        Some(server) => {
            let url = server.create_database("schema");
            let schema = DbConfig::parse(&url, directory.path())
                .map_err(text)
                .and_then(|config| runtime.block_on(migrated(&registry, &config)));
            server.drop_database(&url);
            made.files.push(("docs/schema.postgres.sql", schema?));
        }
        None => made
            .skipped
            .push("docs/schema.postgres.sql (there is no PostgreSQL here)".to_owned()),
    }
    Ok(made)
}

/// The schema that all migrations together make of an empty database.
async fn migrated(registry: &Registry, config: &DbConfig) -> Result<String, String> {
    let db = Db::connect(config).await.map_err(text)?;
    migrate(&db, &registry.migrations()).await.map_err(text)?;
    let dump = schema_dump(&db).await.map_err(text)?;
    db.close().await;
    Ok(format!(
        "-- The schema after all migrations. Written by `cargo xtask gen`.\n\n{dump}"
    ))
}

/// Writes the files that are not as they should be.
///
/// # Errors
/// When a file cannot be written, or a migration was edited that others may have applied.
pub(crate) fn write(root: &Path, made: &Made) -> Result<String, String> {
    let mut report = Vec::new();
    for (name, content) in &made.files {
        if *name == MIGRATIONS {
            only_grows(read(root, name).as_deref(), content)?;
        }
        if read(root, name).as_deref() != Some(content.as_str()) {
            let path = root.join(name);
            std::fs::write(&path, content).map_err(|error| format!("{name}: {error}"))?;
            report.push(format!("wrote {name}"));
        }
    }
    if report.is_empty() {
        report.push("all generated files are as they should be".to_owned());
    }
    report.extend(
        made.skipped
            .iter()
            .map(|what| format!("not written: {what}")),
    );
    Ok(report.join("\n"))
}

/// Whether every migration is still there as it was.
fn only_grows(found: Option<&str>, wanted: &str) -> Result<(), String> {
    let kept = |line: &str| wanted.lines().any(|wanted| wanted == line);
    let lost = found.unwrap_or_default().lines().find(|line| !kept(line));
    lost.map_or(Ok(()), |line| {
        let name = line.split(' ').next().unwrap_or_default();
        Err(format!(
            "{name} is not the migration that databases have applied: undo the change, and add a new one"
        ))
    })
}

/// Compares the files with what would be written.
///
/// # Errors
/// The names of those that differ, each with the first line that does.
pub(crate) fn check(root: &Path, made: &Made) -> Result<String, String> {
    let mut report: Vec<String> = made
        .files
        .iter()
        .filter_map(|(name, content)| {
            let found = read(root, name);
            difference(found.as_deref(), content).map(|what| format!("{name}: {what}"))
        })
        .collect();
    let stale = !report.is_empty();
    report.extend(
        made.skipped
            .iter()
            .map(|what| format!("not checked: {what}")),
    );
    if stale {
        report.push("run `cargo xtask gen` and commit what it writes".to_owned());
        return Err(report.join("\n"));
    }
    report.insert(
        0,
        format!("{} generated files are as they should be", made.files.len()),
    );
    Ok(report.join("\n"))
}

/// The content of a file, with the line ends of this repository whatever git made of them.
fn read(root: &Path, name: &str) -> Option<String> {
    let content = std::fs::read_to_string(root.join(name)).ok()?;
    Some(content.replace("\r\n", "\n"))
}

/// Where a file first differs from what it should be.
fn difference(found: Option<&str>, wanted: &str) -> Option<String> {
    let Some(found) = found else {
        return Some("is missing".to_owned());
    };
    if found == wanted {
        return None;
    }
    let (mut old, mut new) = (found.lines(), wanted.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (before, after) = (old.next(), new.next());
        match (before, after) {
            (None, None) => return Some("differs in its last line end".to_owned()),
            _ if before == after => {}
            _ => {
                let show = |line: Option<&str>| line.unwrap_or("(ends here)").to_owned();
                return Some(format!(
                    "differs from line {number}\n  - {}\n  + {}",
                    show(before),
                    show(after)
                ));
            }
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn made(content: &str) -> Made {
        Made {
            files: vec![("a.txt", content.to_owned())],
            skipped: vec!["b.txt (no server)".to_owned()],
        }
    }

    #[test]
    fn a_check_names_the_first_line_that_differs() {
        assert_eq!(difference(Some("a\nb\n"), "a\nb\n"), None);
        assert_eq!(difference(None, "a\n").unwrap(), "is missing");
        assert_eq!(
            difference(Some("a\nb\nc\n"), "a\nx\nc\n").unwrap(),
            "differs from line 2\n  - b\n  + x"
        );
        assert_eq!(
            difference(Some("a\n"), "a\nb\n").unwrap(),
            "differs from line 2\n  - (ends here)\n  + b"
        );
        assert_eq!(
            difference(Some("a"), "a\n").unwrap(),
            "differs in its last line end"
        );
    }

    #[test]
    fn a_migration_is_added_and_never_edited() {
        let directory = tempfile::tempdir().unwrap();
        let made = |content: &str| Made {
            files: vec![(MIGRATIONS, content.to_owned())],
            skipped: Vec::new(),
        };
        std::fs::create_dir(directory.path().join("docs")).unwrap();
        write(directory.path(), &made("a/0001 x\n")).unwrap();
        write(directory.path(), &made("a/0001 x\na/0002 y\n")).unwrap();
        for edited in ["a/0001 x\n", "a/0001 z\na/0002 y\n"] {
            let refused = write(directory.path(), &made(edited)).unwrap_err();
            assert!(refused.contains("is not the migration"), "{refused}");
        }
        assert_eq!(
            read(directory.path(), MIGRATIONS).unwrap(),
            "a/0001 x\na/0002 y\n"
        );
    }

    #[test]
    fn what_is_written_passes_the_check() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let missing = check(root, &made("x\n")).unwrap_err();
        assert!(
            missing.starts_with("a.txt: is missing\nnot checked: b.txt"),
            "{missing}"
        );
        assert!(
            write(root, &made("x\n"))
                .unwrap()
                .starts_with("wrote a.txt")
        );
        assert!(
            write(root, &made("x\n"))
                .unwrap()
                .starts_with("all generated")
        );
        let good = check(root, &made("x\n")).unwrap();
        assert!(good.contains("not checked: b.txt (no server)"), "{good}");
        let stale = check(root, &made("y\n")).unwrap_err();
        assert!(
            stale.starts_with("a.txt: differs from line 1\n  - x\n  + y"),
            "{stale}"
        );
    }
}
