//! PostgreSQL out of and into an archive, through the driver: no program of the server is needed.
//!
//! All tables are copied in one snapshot, in the text form of `COPY`, which every version reads. They
//! are loaded without foreign keys and triggers, which come back before the commit, the keys checked:
//! so neither the order of tables nor cycles between them matter.

use std::path::Path;

use futures_util::{SinkExt, TryStreamExt};
use sea_query::PostgresQueryBuilder;
use std::pin::pin;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use uuid::Uuid;

use super::archive::{self, Part, Writer};
use super::documents::Documents;
use super::restore::as_of;
use super::{APPLIED, AppliedMigration, Manifest, TableDump, across, refuse};
use db::postgres::{connect_alone, map};
use db::{Db, DbError, DbUrl, Dialect, Migration, migrate};
use engine::files::FileRow;
use engine::registry::Registry;
use outside::settings::Settings;
use records::error::Error;

/// The rows of a table come in parts of about so many bytes.
const PART: usize = 4 << 20;

/// Tables of the program, not of extensions.
const TABLES: &str = "
SELECT c.relname::text,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 GROUP BY c.relname ORDER BY c.relname";

const SEQUENCES: &str = "
SELECT sequencename::text, last_value FROM pg_sequences
 WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1";

const FOREIGN_KEYS: &str = "
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid))
  FROM pg_constraint
 WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1";

async fn connect(settings: &Settings) -> Result<Client, Error> {
    let DbUrl::Postgres {
        config,
        root_certificates,
    } = &settings.database
    else {
        return Err(refuse("the database is not PostgreSQL"));
    };
    let config = settings.db_direct.as_ref().unwrap_or(config);
    Ok(connect_alone(config, root_certificates.as_deref()).await?)
}

pub(super) fn db(error: &tokio_postgres::Error) -> Error {
    Error::Db(map(error))
}

/// Adds every table to the archive; answers the files that their rows name.
pub(super) async fn dump(
    settings: &Settings,
    documents: &Documents,
    writer: &Writer,
    manifest: &mut Manifest,
) -> Result<Vec<Uuid>, Error> {
    let client = connect(settings).await?;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    client.batch_execute(begin).await.map_err(|e| db(&e))?;
    for row in client.query(APPLIED, &[]).await.map_err(|e| db(&e))? {
        manifest.migrations.push(AppliedMigration {
            module: row.get(0),
            name: row.get(1),
            checksum: row.get(2),
        });
    }
    manifest.migrations.sort();
    let tables = client.query(TABLES, &[]).await.map_err(|e| db(&e))?;
    for row in tables {
        let table = copy_out(&client, writer, row.get(0), row.get(1)).await?;
        manifest.tables.push(table);
    }
    // Sequences do not follow the snapshot: read last, they are never behind the rows.
    for row in client.query(SEQUENCES, &[]).await.map_err(|e| db(&e))? {
        manifest.sequences.insert(row.get(0), row.get(1));
    }
    let named = named(&client, documents, &manifest.tables).await?;
    client.batch_execute("COMMIT").await.map_err(|e| db(&e))?;
    Ok(named)
}

async fn named(
    client: &Client,
    documents: &Documents,
    tables: &[TableDump],
) -> Result<Vec<Uuid>, Error> {
    let there: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
    let mut named = Vec::new();
    for table in documents.tables(&there) {
        let select = table.select().to_string(PostgresQueryBuilder);
        let rows = client.query_raw(&select, [] as [i64; 0]).await;
        let mut rows = pin!(rows.map_err(|e| db(&e))?);
        while let Some(row) = rows.try_next().await.map_err(|e| db(&e))? {
            named.push(FileRow::read((row.get(0), row.get(1), row.get(2)))?.file);
        }
    }
    Ok(named)
}

async fn copy_out(
    client: &Client,
    writer: &Writer,
    name: String,
    columns: Vec<String>,
) -> Result<TableDump, Error> {
    let mut table = TableDump {
        name,
        columns,
        rows: 0,
    };
    let copy = format!("COPY {} TO STDOUT", target(&table));
    let mut rows = pin!(client.copy_out(&copy).await.map_err(|e| db(&e))?);
    let mut content = Vec::with_capacity(PART);
    let mut number = 0;
    while let Some(row) = rows.try_next().await.map_err(|e| db(&e))? {
        content.extend_from_slice(&row);
        table.rows += 1;
        if content.len() >= PART {
            number += 1;
            let full = std::mem::replace(&mut content, Vec::with_capacity(PART));
            writer.add(part(&table.name, number, full)).await?;
        }
    }
    if !content.is_empty() {
        writer.add(part(&table.name, number + 1, content)).await?;
    }
    Ok(table)
}

fn part(table: &str, number: u32, content: Vec<u8>) -> Part {
    let name = format!("postgres/{table}/{number:06}");
    Part::Bytes { name, content }
}

/// `"table" ("column", …)`, which is what both directions of `COPY` want.
fn target(table: &TableDump) -> String {
    let columns: Vec<_> = table.columns.iter().map(|name| quote(name)).collect();
    format!("{} ({})", quote(&table.name), columns.join(", "))
}

pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Refuses a database that is not empty.
pub(super) async fn check_empty(settings: &Settings) -> Result<(), Error> {
    let client = connect(settings).await?;
    let present = client.query(TABLES, &[]).await.map_err(|e| db(&e))?;
    if let Some(first) = present.first() {
        return Err(refuse(format!(
            "the database is not empty (it has a table {}): a backup is restored only into an empty database; nothing has been changed",
            first.get::<_, String>(0)
        )));
    }
    Ok(())
}

/// Where the rows come from.
pub(super) enum Source<'a> {
    /// An archive of a PostgreSQL database.
    Archive(&'a Path),
    /// A SQLite file.
    Sqlite(&'a Path),
}

/// Rows as they come, by table.
pub(super) struct Rows {
    pub(super) tables: Vec<TableDump>,
    /// Statements after which numbering goes on where it was.
    pub(super) numbering: String,
    pub(super) chunks: mpsc::Receiver<Chunk>,
    pub(super) reading: JoinHandle<Result<(), Error>>,
}

/// Makes the schema as it was and fills it. The database must be empty.
pub(super) async fn load(
    from: Source<'_>,
    settings: &Settings,
    manifest: &Manifest,
    registry: &Registry,
) -> Result<Db, Error> {
    let client = connect(settings).await?;
    let opened = Db::connect(&settings.db_config()).await?;
    let filled = fill(from, manifest, registry, &client, &opened).await;
    match filled {
        Ok(()) => Ok(opened),
        Err(error) => {
            opened.close().await;
            let cause = match error {
                Error::Db(error) => error.to_string(),
                Error::Internal(error) => error.to_string(),
                other => format!("{other:?}"),
            };
            Err(refuse(format!(
                "the restore failed and left an incomplete schema; make the database anew before the next attempt. The cause: {cause}"
            )))
        }
    }
}

async fn fill(
    from: Source<'_>,
    manifest: &Manifest,
    registry: &Registry,
    client: &Client,
    opened: &Db,
) -> Result<(), Error> {
    let sets = as_of(manifest, registry);
    let sets: Vec<(&str, &[Migration])> = sets
        .iter()
        .map(|(module, migrations)| (*module, migrations.as_slice()))
        .collect();
    let made_on = match from {
        Source::Archive(_) => Dialect::Postgres,
        Source::Sqlite(_) => Dialect::Sqlite,
    };
    across::check_migrations(manifest, made_on, &sets)?;
    migrate(opened, &sets).await?;
    let rows = match from {
        Source::Archive(path) => from_archive(path, manifest),
        Source::Sqlite(file) => across::from_sqlite(file.to_owned(), client).await?,
    };
    client.batch_execute("BEGIN").await.map_err(|e| db(&e))?;
    let keys = client.query(FOREIGN_KEYS, &[]).await.map_err(|e| db(&e))?;
    let mut prepare = String::new();
    let mut finish = String::new();
    for row in &keys {
        prepare.push_str(&format!("{};\n", row.get::<_, String>(0)));
        finish.push_str(&format!("{};\n", row.get::<_, String>(1)));
    }
    for table in &rows.tables {
        let name = quote(&table.name);
        // Migrations may have put rows in.
        prepare.push_str(&format!(
            "ALTER TABLE {name} DISABLE TRIGGER USER; DELETE FROM {name};\n"
        ));
        finish.push_str(&format!("ALTER TABLE {name} ENABLE TRIGGER USER;\n"));
    }
    finish.push_str(&rows.numbering);
    client.batch_execute(&prepare).await.map_err(|e| db(&e))?;
    copy_in(rows, client).await?;
    client.batch_execute(&finish).await.map_err(|e| db(&e))?;
    client.batch_execute("COMMIT").await.map_err(|e| db(&e))
}

/// A piece of a table's rows.
pub(super) type Chunk = (String, bytes::Bytes);

fn from_archive(from: &Path, manifest: &Manifest) -> Rows {
    let (to, chunks) = mpsc::channel::<Chunk>(2);
    let path = from.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        archive::each_part(&path, |name, part| {
            let mut words = name.split('/');
            let (Some("postgres"), Some(table)) = (words.next(), words.next()) else {
                return Ok(());
            };
            let mut content = Vec::new();
            part.read_to_end(&mut content)?;
            let chunk = (table.to_owned(), content.into());
            to.blocking_send(chunk)
                .map_err(|_| std::io::Error::other("nobody reads the archive any more"))
        })
        .map_err(Error::internal)
    });
    let numbering = manifest.sequences.iter().map(|(name, value)| {
        let name = quote(name).replace('\'', "''");
        format!("SELECT setval('{name}', {value});\n")
    });
    Rows {
        tables: manifest.tables.clone(),
        numbering: numbering.collect(),
        chunks,
        reading,
    }
}

async fn copy_in(rows: Rows, client: &Client) -> Result<(), Error> {
    let Rows {
        tables,
        mut chunks,
        reading,
        ..
    } = rows;
    let mut next = chunks.recv().await;
    for table in &tables {
        let copy = format!("COPY {} FROM STDIN", target(table));
        let rows = client.copy_in::<_, bytes::Bytes>(&copy).await;
        let mut rows = pin!(rows.map_err(|e| db(&e))?);
        while let Some((_, content)) = next.take_if(|(name, _)| *name == table.name) {
            let mut content = futures_util::stream::iter([Ok(content)]);
            rows.send_all(&mut content).await.map_err(|e| db(&e))?;
            next = chunks.recv().await;
        }
        let copied = rows.finish().await.map_err(|e| db(&e))?;
        if copied != table.rows {
            return Err(DbError::Other(format!(
                "{}: {copied} rows, not {}",
                table.name, table.rows
            ))
            .into());
        }
    }
    drop(chunks);
    reading.await.map_err(Error::internal)?
}
