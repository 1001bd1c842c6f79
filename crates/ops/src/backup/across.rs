//! An archive of one kind of database put into the other: the schema is made anew by the same migrations, and every
//! row is carried over. What is sealed stays sealed, and what was signed was signed over values, not over their form
//! in a database.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio_postgres::Client;

use super::postgres::{Chunk, Rows, db, quote};
use super::restore::as_of;
use super::{AppliedMigration, Manifest, TableDump, archive, blocking, refuse};
use db::{
    Carried, Db, DbConfig, DbError, DbUrl, Dialect, Kind, Migration, SqliteSource, SqliteTarget,
    checksums, migrate,
};
use engine::registry::Registry;
use records::error::Error;

/// What was applied where is known by the database that was migrated.
const MIGRATIONS: &str = "schema_migration";

/// Tables of the program with the types of their columns.
const COLUMNS: &str = "
SELECT c.relname::text,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
       array_agg(format_type(a.atttypid, a.atttypmod)::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 GROUP BY c.relname ORDER BY c.relname";

/// The schema changes of an archive are those of this program, on the kind of database that it was made from.
pub(super) fn check_migrations(
    manifest: &Manifest,
    dialect: Dialect,
    sets: &[(&str, &[Migration])],
) -> Result<(), Error> {
    let mut ours: Vec<_> = checksums(dialect, sets)?
        .into_iter()
        .map(AppliedMigration::from)
        .collect();
    ours.sort();
    if ours == manifest.migrations {
        Ok(())
    } else {
        Err(refuse(
            "the archive's schema changes are not those of this program, though their names are",
        ))
    }
}

/// The rows of a SQLite file, for the tables of a migrated PostgreSQL database.
pub(super) async fn from_sqlite(file: PathBuf, client: &Client) -> Result<Rows, Error> {
    let mut carried = Vec::new();
    for row in client.query(COLUMNS, &[]).await.map_err(|e| db(&e))? {
        let (table, names, types): (String, Vec<String>, Vec<String>) =
            (row.get(0), row.get(1), row.get(2));
        if table == MIGRATIONS {
            continue;
        }
        let columns = names.into_iter().zip(types).map(|(name, declared)| {
            let kind = Kind::of(&declared);
            let kind = kind.ok_or_else(|| refuse(format!("{table}.{name} is {declared}")))?;
            Ok((name, kind))
        });
        let columns = columns.collect::<Result<_, Error>>()?;
        carried.push(Carried { table, columns });
    }
    let path = file.clone();
    let (tables, numbering, carried) = blocking(move || {
        let source = SqliteSource::open(&path)?;
        let counted = |carried: &Carried| {
            Ok(TableDump {
                name: carried.table.clone(),
                columns: carried
                    .columns
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect(),
                rows: source.count(&carried.table)?,
            })
        };
        let tables = carried
            .iter()
            .map(counted)
            .collect::<Result<Vec<_>, DbError>>()?;
        let numbers = source.numbers()?;
        // A table that was made anew and is empty has counted to 0, which is no number of a PostgreSQL sequence.
        let begun = numbers.iter().filter(|(_, last)| **last > 0);
        let numbering = begun.map(|(table, last)| {
            let table = quote(table).replace('\'', "''");
            format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last});\n")
        });
        let numbering = numbering.collect::<String>();
        Ok((tables, numbering, carried))
    })
    .await?;
    let (to, chunks) = mpsc::channel::<Chunk>(2);
    let reading = tokio::task::spawn_blocking(move || {
        let source = SqliteSource::open(&file)?;
        for table in &carried {
            source.rows(table, |piece| {
                to.blocking_send((table.table.clone(), piece.into()))
                    .is_ok()
            })?;
        }
        Ok(())
    });
    Ok(Rows {
        tables,
        numbering,
        chunks,
        reading,
    })
}

/// Makes a SQLite file at `to`, with the schema as it was and the rows of a PostgreSQL archive.
pub(super) async fn into_sqlite(
    from: &Path,
    to: &Path,
    manifest: &Manifest,
    registry: &Registry,
) -> Result<(), Error> {
    let sets = as_of(manifest, registry);
    let sets: Vec<(&str, &[Migration])> = sets
        .iter()
        .map(|(module, migrations)| (*module, migrations.as_slice()))
        .collect();
    check_migrations(manifest, Dialect::Postgres, &sets)?;
    let made = Db::connect(&DbConfig::new(DbUrl::Sqlite(to.to_owned()))).await?;
    let migrated = migrate(&made, &sets).await;
    made.close().await;
    migrated?;
    let (from, to, manifest) = (from.to_owned(), to.to_owned(), manifest.clone());
    blocking(move || fill(&from, &to, &manifest)).await
}

fn fill(from: &Path, to: &Path, manifest: &Manifest) -> Result<(), Error> {
    let mut target = SqliteTarget::open(to, MIGRATIONS)?;
    let mut stored: BTreeMap<String, u64> = BTreeMap::new();
    let mut failed = None;
    let mut current = String::new();
    let read = archive::each_part(from, |name, part| {
        let mut words = name.split('/');
        let (Some("postgres"), Some(table)) = (words.next(), words.next()) else {
            return Ok(());
        };
        if table == MIGRATIONS || failed.is_some() {
            return Ok(());
        }
        let mut lines = || -> Result<(), Error> {
            if current != table {
                let declared = manifest
                    .tables
                    .iter()
                    .find(|declared| declared.name == table);
                let declared = declared.ok_or_else(|| refuse(format!("{table} is unknown")))?;
                target.table(table, &declared.columns)?;
                table.clone_into(&mut current);
            }
            let mut part = BufReader::new(&mut *part);
            let mut line = Vec::new();
            while part.read_until(b'\n', &mut line).map_err(Error::internal)? > 0 {
                target.row(line.strip_suffix(b"\n").unwrap_or(&line))?;
                *stored.entry(table.to_owned()).or_default() += 1;
                line.clear();
            }
            Ok(())
        };
        match lines() {
            Ok(()) => Ok(()),
            Err(error) => {
                failed = Some(error);
                Err(io::Error::other("a row was not stored"))
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    read.map_err(Error::internal)?;
    for table in manifest
        .tables
        .iter()
        .filter(|table| table.name != MIGRATIONS)
    {
        let rows = stored.get(&table.name).copied().unwrap_or_default();
        if rows != table.rows {
            return Err(refuse(format!(
                "{}: {rows} rows, not {}",
                table.name, table.rows
            )));
        }
    }
    let numbers = manifest.sequences.iter().filter_map(|(sequence, last)| {
        let table = sequence.strip_suffix("_id_seq")?;
        Some((table.to_owned(), *last))
    });
    Ok(target.finish(&numbers.collect())?)
}
