//! Backup and restore: one file that holds everything but the master key.
//!
//! The file is a tar archive: the audit anchor, the database, the files that its rows name, and last a
//! [`Manifest`] with the SHA-256 of every part; an archive without it was not finished. It is made while the hospital works and is
//! one moment of the database. What was sealed stays sealed: without the master key, which is never part
//! of it, an archive does not tell who was ill of what.

mod across;
mod archive;
mod documents;
mod postgres;
mod restore;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use archive::{Part, Writer};
use db::{Db, DbConfig, DbUrl, Statement};
use engine::keys;
use outside::settings::Settings;
use records::error::Error;

pub use documents::{Documents, DocumentsDump};
pub use restore::{Restored, restore};

const FORMAT: u32 = 2;
/// The first that this program reads; it had no documents.
const OLDEST: u32 = 1;
const SQLITE_PART: &str = "database.sqlite";
const ANCHOR_PART: &str = "audit-anchor.log";
const MANIFEST_PART: &str = "manifest.json";

/// What an archive holds; its last part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this description; 2. In 1 there were no documents.
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
    /// The files that rows name.
    #[serde(default)]
    pub documents: DocumentsDump,
    /// Every other part, except the documents: their hashes are in a part of its own.
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

/// Copies the database, the audit anchor and the files that rows name to a new file, consistently and while writes
/// go on. A file is there before the row that names it and for as long as that row, so that the files are those of the
/// copied rows. One that has been lost is counted, and does not keep the rest from being saved.
///
/// # Errors
/// When the file exists or cannot be written, or the database cannot be read; no file is left then.
pub async fn backup(
    db: &Db,
    settings: &Settings,
    documents: &Documents,
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
        documents: DocumentsDump::default(),
        parts: Vec::new(),
    };
    let writer = Writer::create(out)?;
    // What the anchor promises at this moment is in the database that is copied afterwards.
    let anchor = settings.audit_anchor_path();
    if let Ok(length) = tokio::fs::metadata(&anchor).await.map(|file| file.len()) {
        writer.add(Part::file(ANCHOR_PART, anchor, length)).await?;
    }
    // Stays until the archive is finished.
    let copy = Temporary(beside(out, "database"));
    let named = match &settings.database {
        DbUrl::Sqlite(_) => sqlite(db, &copy.0, documents, &writer, &mut manifest).await?,
        DbUrl::Postgres { .. } => {
            postgres::dump(settings, documents, &writer, &mut manifest).await?
        }
    };
    manifest.documents = documents::dump(&writer, documents, named).await?;
    writer.finish(manifest).await
}

/// Adds a copy of a SQLite database; answers the files that its rows name.
async fn sqlite(
    db: &Db,
    copy: &Path,
    documents: &Documents,
    writer: &Writer,
    manifest: &mut Manifest,
) -> Result<Vec<Uuid>, Error> {
    db.backup_to(copy).await?;
    let copied = Db::connect(&DbConfig::new(DbUrl::Sqlite(copy.to_owned()))).await?;
    let looked = async {
        manifest.migrations = applied(&copied).await?;
        documents::named(&copied, documents).await
    };
    let named = looked.await;
    copied.close().await;
    let length = tokio::fs::metadata(copy).await.map_err(Error::internal)?;
    let part = Part::file(SQLITE_PART, copy.to_owned(), length.len());
    writer.add(part).await?;
    named
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
