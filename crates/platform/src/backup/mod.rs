//! Backup and restore: one file that holds everything but the master key.
//!
//! The file is a tar archive: the database, the audit anchor, and last a [`Manifest`] with the SHA-256
//! of every part; an archive without it was not finished. It is made while the hospital works and is
//! one moment of the database. What was sealed stays sealed: without the master key, which is never part
//! of it, an archive does not tell who was ill of what.

mod archive;
mod postgres;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::verify::{self, Verdict};
use crate::audit::{self, Action, AuditEntry};
use crate::db::{Db, DbConfig, DbUrl, Migration, Statement, migrate};
use crate::error::Error;
use crate::keys;
use crate::module::{Module, Registry};
use crate::settings::Settings;
use archive::{Part, Writer};

const FORMAT: u32 = 1;
const SQLITE_PART: &str = "database.sqlite";
const ANCHOR_PART: &str = "audit-anchor.log";
const MANIFEST_PART: &str = "manifest.json";

/// What an archive holds; its last part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this description; 1.
    pub format: u32,
    /// The version of the program that made it.
    pub version: String,
    /// When it was begun; RFC 3339.
    pub made_at: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// The fingerprint of the master key that opens it.
    pub master_key: String,
    /// The schema: every migration that was applied.
    pub migrations: Vec<AppliedMigration>,
    /// PostgreSQL: the tables in the order of their parts.
    pub tables: Vec<TableDump>,
    /// PostgreSQL: the last number each sequence gave.
    pub sequences: BTreeMap<String, i64>,
    /// Every other part.
    pub parts: Vec<PartInfo>,
}

/// A migration as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AppliedMigration {
    /// The module.
    pub module: String,
    /// The migration.
    pub name: String,
    /// SHA-256 of its statements.
    pub checksum: String,
}

/// A table of a PostgreSQL archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDump {
    /// Its name as shown to people.
    pub name: String,
    /// The columns in the order of the values.
    pub columns: Vec<String>,
    /// The number of rows.
    pub rows: u64,
}

/// A part of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartInfo {
    /// Its name in the archive.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

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
}

/// Copies the database and the audit anchor to a new file, consistently and while writes go on.
///
/// # Errors
/// When the file exists or cannot be written, or the database cannot be read; no file is left then.
pub async fn backup(
    db: &Db,
    settings: &Settings,
    now: Timestamp,
    out: &Path,
) -> Result<Manifest, Error> {
    let keys = keys::stored(db).await?;
    let first = keys.first();
    let first =
        first.ok_or_else(|| refuse("the database is empty: there is nothing to back up"))?;
    let mut manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now.to_string(),
        database: kind(settings).to_owned(),
        master_key: first.fingerprint()?.to_string(),
        migrations: Vec::new(),
        tables: Vec::new(),
        sequences: BTreeMap::new(),
        parts: Vec::new(),
    };
    let writer = Writer::create(out)?;
    // What the anchor promises at this moment is in the database that is copied afterwards.
    let anchor = settings.audit_anchor_path();
    if let Ok(length) = tokio::fs::metadata(&anchor).await.map(|file| file.len()) {
        writer.add(Part::file(ANCHOR_PART, anchor, length)).await?;
    }
    match &settings.database {
        DbUrl::Sqlite(_) => {
            let mut copy = out.as_os_str().to_owned();
            copy.push(".database");
            let copy = Temporary(copy.into());
            db.backup_to(&copy.0).await?;
            manifest.migrations = applied_in_file(copy.0.clone()).await?;
            let length = tokio::fs::metadata(&copy.0)
                .await
                .map_err(Error::internal)?
                .len();
            let part = Part::file(SQLITE_PART, copy.0.clone(), length);
            writer.add(part).await?;
            writer.finish(manifest).await
        }
        DbUrl::Postgres { .. } => {
            postgres::dump(settings, &writer, &mut manifest).await?;
            writer.finish(manifest).await
        }
    }
}

/// Puts an archive in the place of an empty database, brings its schema up to date, verifies its audit
/// trail, and notes there that and when it was restored. `modules` are those the program runs with. An audit anchor that lies in the way is kept
/// under another name.
///
/// # Errors
/// When the database is not empty, the archive is damaged, of the other kind of database or of a newer
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
    if manifest.format != FORMAT {
        return Err(refuse(format!(
            "the archive has the format {}, which this program does not know",
            manifest.format
        )));
    }
    if manifest.database != kind(settings) {
        return Err(refuse(format!(
            "the archive holds a {} database and DATABASE_URL names a {} one; an archive is restored to the kind of database it was made from",
            manifest.database,
            kind(settings)
        )));
    }
    let given = keys::master(settings, false)?.fingerprint().to_string();
    if given != manifest.master_key {
        return Err(refuse(format!(
            "the archive is sealed under master key {}, the one given is {given}; give the master key it was made with (CHELAL_MASTER_KEY or CHELAL_KEY_FILE); nothing has been changed",
            manifest.master_key
        )));
    }
    let mut all = vec![crate::migrations::module()];
    all.extend(modules);
    let registry = Registry::new(all);
    check_known(&manifest, &registry)?;
    let anchor = Temporary(beside(&settings.audit_anchor_path(), "restoring"));
    let has_anchor = extract(from, ANCHOR_PART, &anchor.0).await?;
    let noted = (now, &manifest);
    let (migrated, audit) = match &settings.database {
        DbUrl::Sqlite(target) => {
            check_absent(target)?;
            let copy = Temporary(beside(target, "restoring"));
            extract(from, SQLITE_PART, &copy.0).await?;
            let config = DbConfig::new(DbUrl::Sqlite(copy.0.clone()));
            let db = Db::connect(&config).await?;
            let done = complete(&db, settings, &registry, &anchor.0, &noted).await;
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
            let db = postgres::load(from, settings, &manifest, &registry).await?;
            let done = complete(&db, settings, &registry, &anchor.0, &noted).await;
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
    })
}

/// The keys open, the schema is brought up to date, the trail is verified as it came, and then goes on
/// with the row that says where it was taken up again: before anybody can work here.
async fn complete(
    db: &Db,
    settings: &Settings,
    registry: &Registry,
    anchor: &Path,
    (now, manifest): &(Timestamp, &Manifest),
) -> Result<(usize, Verdict), Error> {
    let ring = keys::load(db, settings).await?;
    let migrated = migrate(db, &registry.migrations()).await?.len();
    let verdict = verify::verify(db, settings, anchor).await?;
    let entry = AuditEntry::new(Action::Other, "Backup", None)
        .saying(format!("restored as of {}", manifest.made_at))
        .detailed(json!({
            "made_at": manifest.made_at,
            "made_by": manifest.version,
            "intact": verdict.is_intact(),
            "last": verdict.last,
        }));
    audit::note(db, &ring, *now, "restore", entry).await?;
    Ok((migrated, verdict))
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
fn as_of(manifest: &Manifest, registry: &Registry) -> Vec<(&'static str, Vec<Migration>)> {
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

const APPLIED: &str = "SELECT module, name, checksum FROM schema_migration";

async fn applied(db: &Db) -> Result<Vec<AppliedMigration>, Error> {
    let rows: Vec<(String, String, String)> = db.all(Statement::raw(APPLIED, Vec::new())).await?;
    let mut applied: Vec<_> = rows.into_iter().map(AppliedMigration::from).collect();
    // Collations differ between servers.
    applied.sort();
    Ok(applied)
}

impl From<(String, String, String)> for AppliedMigration {
    fn from((module, name, checksum): (String, String, String)) -> Self {
        AppliedMigration {
            module,
            name,
            checksum,
        }
    }
}

async fn applied_in_file(path: PathBuf) -> Result<Vec<AppliedMigration>, Error> {
    let db = Db::connect(&DbConfig::new(DbUrl::Sqlite(path))).await?;
    let found = applied(&db).await;
    db.close().await;
    found
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

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
}

/// A file of our own that is removed unless it was renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        for path in [
            self.0.clone(),
            with_suffix(&self.0, "-wal"),
            with_suffix(&self.0, "-shm"),
        ] {
            // Gone already when all went well.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Durable when it returns.
fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    std::fs::rename(from, to)
        .and_then(|()| std::fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all())
        .map_err(|error| refuse(format!("{}: {error}", to.display())))
}

fn beside(path: &Path, what: &str) -> PathBuf {
    with_suffix(path, &format!(".{what}"))
}

fn kind(settings: &Settings) -> &'static str {
    match settings.database {
        DbUrl::Sqlite(_) => "sqlite",
        DbUrl::Postgres { .. } => "postgres",
    }
}

fn refuse(text: impl Into<String>) -> Error {
    Error::internal(text.into())
}
