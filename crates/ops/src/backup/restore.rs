//! An archive put back in the place of an empty database.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;

use super::postgres::Source;
use super::{
    ANCHOR_PART, AppliedMigration, FORMAT, Manifest, OLDEST, SQLITE_PART, Temporary, across,
    archive, beside, blocking, documents, kind, postgres, refuse, rename, with_suffix,
};
use api::module::Module;
use db::{Db, DbConfig, DbUrl, Migration, migrate};
use engine::audit::verify::{self, Verdict};
use engine::audit::{self, Action, AuditEntry};
use engine::files::{Census, Files};
use engine::keys;
use engine::registry::Registry;
use outside::settings::Settings;
use records::error::Error;

/// The kinds of database that archives are made from.
const KINDS: [&str; 2] = ["sqlite", "postgres"];

/// What a restore did.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What the archive said.
    pub manifest: Manifest,
    /// Schema changes that were applied since this program is newer than the archive.
    pub migrated: usize,
    /// Where the anchor that lay in the way is now.
    pub anchor_moved_to: Option<PathBuf>,
    /// What the audit trail said as it came out of the archive.
    pub audit: Verdict,
    /// The rows that name files, and whether the store has them now.
    pub documents: Census,
}

/// Puts an archive in the place of an empty database, stores its documents where the settings say, brings its schema up
/// to date, verifies its audit trail, and notes there that and when it was restored. `modules` are those the program runs
/// with. An audit anchor that lies in the way is kept
/// under another name. The archive may come from the other kind of database.
///
/// # Errors
/// When the database is not empty, the archive is damaged or of a newer
/// program, or the master key is another one; nothing is changed then. A restore into PostgreSQL that
/// fails later says so: the database must be made anew.
pub async fn restore(
    from: &Path,
    settings: &Settings,
    now: Timestamp,
    modules: Vec<Module>,
) -> Result<Restored, Error> {
    let path = from.to_owned();
    let manifest = blocking(move || archive::check(&path)).await?;
    if !(OLDEST..=FORMAT).contains(&manifest.format) {
        return Err(refuse(format!(
            "the archive has the format {}, which this program does not know",
            manifest.format
        )));
    }
    if !KINDS.contains(&manifest.database.as_str()) {
        return Err(refuse(format!(
            "the archive holds a {} database, which this program does not know",
            manifest.database
        )));
    }
    let same = manifest.database == kind(settings);
    let given = keys::master(settings, false)?.fingerprint().to_string();
    if given != manifest.master_key {
        return Err(refuse(format!(
            "the archive is sealed under master key {}, the one given is {given}; give the master key it was made with (CHELAL_MASTER_KEY or CHELAL_KEY_FILE); nothing has been changed",
            manifest.master_key
        )));
    }
    let registry = crate::boot::registry(modules);
    check_known(&manifest, &registry)?;
    let anchor = Temporary(beside(&settings.audit_anchor_path(), "restoring"));
    let has_anchor = extract(from, ANCHOR_PART, &anchor.0).await?;
    let files = Files::open(settings)?;
    let place = Place {
        settings,
        registry: &registry,
        anchor: &anchor.0,
        files: &files,
        manifest: &manifest,
        now,
    };
    let (migrated, audit, documents) = match &settings.database {
        DbUrl::Sqlite(target) => {
            check_absent(target)?;
            documents::load(from, &files).await?;
            let copy = Temporary(beside(target, "restoring"));
            if same {
                extract(from, SQLITE_PART, &copy.0).await?;
            } else {
                across::into_sqlite(from, &copy.0, &manifest, &registry).await?;
            }
            let config = DbConfig::new(DbUrl::Sqlite(copy.0.clone()));
            let db = Db::connect(&config).await?;
            let done = complete(&db, &place).await;
            db.close().await;
            let done = done?;
            let left = std::fs::metadata(with_suffix(&copy.0, "-wal"));
            if left.is_ok_and(|wal| wal.len() > 0) {
                return Err(refuse("the restored database could not be closed"));
            }
            rename(&copy.0, target)?;
            done
        }
        DbUrl::Postgres { .. } => {
            postgres::check_empty(settings).await?;
            documents::load(from, &files).await?;
            let file = Temporary(beside(&settings.audit_anchor_path(), "moving"));
            if !same {
                extract(from, SQLITE_PART, &file.0).await?;
            }
            let source = if same {
                Source::Archive(from)
            } else {
                Source::Sqlite(&file.0)
            };
            let db = postgres::load(source, settings, &manifest, &registry).await?;
            let done = complete(&db, &place).await;
            db.close().await;
            done?
        }
    };
    let anchor_moved_to = if has_anchor {
        place_anchor(&anchor.0, &settings.audit_anchor_path(), now)?
    } else {
        None
    };
    Ok(Restored {
        manifest,
        migrated,
        anchor_moved_to,
        audit,
        documents,
    })
}

/// What is restored, and where to.
struct Place<'a> {
    settings: &'a Settings,
    registry: &'a Registry,
    anchor: &'a Path,
    files: &'a Files,
    manifest: &'a Manifest,
    now: Timestamp,
}

/// The keys open, the schema is brought up to date, the trail is verified as it came, and then goes on
/// with the row that says where it was taken up again: before anybody can work here.
async fn complete(db: &Db, place: &Place<'_>) -> Result<(usize, Verdict, Census), Error> {
    let Place {
        settings,
        registry,
        manifest,
        ..
    } = place;
    let ring = keys::load(db, settings).await?;
    let migrated = migrate(db, &registry.migrations()).await?.len();
    let verdict = verify::verify(db, settings, place.anchor).await?;
    let tables: Vec<_> = registry.files().collect();
    let census = Census::take(db, place.files, &tables).await?;
    let entry = AuditEntry::new(Action::Other, "Backup", None)
        .saying(format!("restored as of {}", manifest.made_at))
        .detailed(json!({
            "made_at": manifest.made_at,
            "made_by": manifest.version,
            "intact": verdict.is_intact(),
            "last": verdict.last,
            "documents": census.rows,
            "documents_missing": census.missing + census.cut,
        }));
    audit::note(db, &ring, place.now, "restore", entry).await?;
    Ok((migrated, verdict, census))
}

/// A newer program may have written what this one would misread.
fn check_known(manifest: &Manifest, registry: &Registry) -> Result<(), Error> {
    let sets = registry.migrations();
    let known = |applied: &&AppliedMigration| {
        sets.iter().any(|(module, migrations)| {
            *module == applied.module && migrations.iter().any(|m| m.name == applied.name)
        })
    };
    match manifest.migrations.iter().find(|applied| !known(applied)) {
        None => Ok(()),
        Some(unknown) => Err(refuse(format!(
            "the archive was made by version {} and has the schema change {}/{}, which this program does not know; restore it with that version or a newer one",
            manifest.version, unknown.module, unknown.name
        ))),
    }
}

/// The migrations of a registry that an archive has.
pub(super) fn as_of(
    manifest: &Manifest,
    registry: &Registry,
) -> Vec<(&'static str, Vec<Migration>)> {
    let had = |module: &str, name: &str| {
        let mut applied = manifest.migrations.iter();
        applied.any(|m| m.module == module && m.name == name)
    };
    registry
        .migrations()
        .into_iter()
        .map(|(module, migrations)| {
            let mut migrations = migrations.to_vec();
            migrations.retain(|migration| had(module, migration.name));
            (module, migrations)
        })
        .collect()
}

fn check_absent(target: &Path) -> Result<(), Error> {
    for path in [target.to_owned(), with_suffix(target, "-wal")] {
        if std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
            return Err(refuse(format!(
                "{} exists: a backup is restored only where there is no database; move it away first",
                path.display()
            )));
        }
    }
    Ok(())
}

fn place_anchor(restored: &Path, target: &Path, now: Timestamp) -> Result<Option<PathBuf>, Error> {
    let moved = target
        .exists()
        .then(|| beside(target, &format!("before-restore-{}", now.as_second())));
    if let Some(moved) = &moved {
        rename(target, moved)?;
    }
    rename(restored, target)?;
    Ok(moved)
}

async fn extract(from: &Path, name: &'static str, to: &Path) -> Result<bool, Error> {
    let (from, to) = (from.to_owned(), to.to_owned());
    blocking(move || archive::extract(&from, name, &to)).await
}
