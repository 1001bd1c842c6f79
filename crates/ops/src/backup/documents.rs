//! Stored files in an archive: each a part as it lies in the store, sealed, then an index with the SHA-256 of
//! each, which `sha256sum -c` can read.

use std::collections::HashSet;
use std::path::Path;

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::archive::{self, Part, Writer};
use super::{blocking, refuse};
use db::{Db, Statement};
use engine::app::App;
use engine::files::{FileColumns, Files};
use records::error::Error;

/// The folder of the parts.
pub(super) const FOLDER: &str = "files/";
/// The part with their hashes.
pub(super) const INDEX: &str = "files.sha256";
/// Pieces of a file that wait to be written.
const WAITING: usize = 4;

/// What becomes of the files that rows name.
#[derive(Clone)]
pub enum Documents {
    /// The archive carries them.
    Carried(Files, Vec<FileColumns>),
    /// They are kept elsewhere: the archive is restored beside the same store, or a copy of it.
    LeftOut,
}

impl Documents {
    /// All that an application has.
    #[must_use]
    pub fn carried(app: &App) -> Documents {
        Documents::Carried(app.files.clone(), app.registry.files().collect())
    }

    /// The tables that name files, of those that are there: an older schema may lack some.
    pub(super) fn tables(&self, there: &[String]) -> Vec<FileColumns> {
        let Documents::Carried(_, tables) = self else {
            return Vec::new();
        };
        let there = |table: &&FileColumns| there.iter().any(|name| name == table.table);
        tables.iter().filter(there).copied().collect()
    }
}

/// What an archive says of the files that rows name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentsDump {
    /// Whether they are in the archive.
    pub carried: bool,
    /// How many are in it.
    pub count: u64,
    /// Their length in bytes, sealed.
    pub bytes: u64,
    /// Where they lay: a folder, or the address of an S3-compatible store.
    pub kept_in: String,
    /// How many rows named a file that the store did not have.
    pub missing: u64,
}

/// The files that the rows of a copied database name.
pub(super) async fn named(db: &Db, documents: &Documents) -> Result<Vec<Uuid>, Error> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let there: Vec<(String,)> = db.all(Statement::raw(tables, Vec::new())).await?;
    let there: Vec<String> = there.into_iter().map(|(name,)| name).collect();
    let mut named = Vec::new();
    for table in documents.tables(&there) {
        let mut after = 0;
        loop {
            let page = table.page(db, after).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            named.extend(page.iter().map(|row| row.file));
        }
    }
    Ok(named)
}

/// Adds the files to an archive, one piece after the other.
pub(super) async fn dump(
    writer: &Writer,
    documents: &Documents,
    named: Vec<Uuid>,
) -> Result<DocumentsDump, Error> {
    let Documents::Carried(files, _) = documents else {
        return Ok(DocumentsDump::default());
    };
    let mut dump = DocumentsDump {
        carried: true,
        kept_in: files.whereabouts().to_owned(),
        ..DocumentsDump::default()
    };
    let mut written = HashSet::with_capacity(named.len());
    for file in named {
        if !written.insert(file) {
            continue;
        }
        let Some((length, content)) = files.sealed(file).await? else {
            dump.missing += 1;
            continue;
        };
        let (pieces, received) = mpsc::channel(WAITING);
        writer
            .add(Part::stream(&name(file), length, received))
            .await?;
        let mut content = std::pin::pin!(content);
        while let Some(piece) = content.next().await {
            let failed = piece.is_err();
            // When the thread has stopped, `finish` tells why.
            if pieces.send(piece).await.is_err() || failed {
                break;
            }
        }
        dump.count += 1;
        dump.bytes += length;
    }
    Ok(dump)
}

fn name(file: Uuid) -> String {
    format!("{FOLDER}{}", file.simple())
}

/// Stores the files of a checked archive.
pub(super) async fn load(from: &Path, files: &Files) -> Result<u64, Error> {
    let (from, files, runtime) = (from.to_owned(), files.clone(), Handle::current());
    blocking(move || {
        let mut stored = 0;
        archive::each_part(&from, |name, part| {
            let file = name.strip_prefix(FOLDER).map(Uuid::try_parse);
            let Some(Ok(file)) = file else { return Ok(()) };
            files
                .put_sealed(file, part, &runtime)
                .map_err(|error| std::io::Error::other(format!("{name}: {error:?}")))?;
            stored += 1;
            Ok(())
        })
        .map_err(|error| {
            refuse(format!(
                "the documents could not be stored in {}: {error}; the database was not restored",
                files.whereabouts()
            ))
        })?;
        Ok(stored)
    })
    .await
}
