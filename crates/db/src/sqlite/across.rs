//! Every row of a SQLite file, out of it and into it, in the text form of `COPY`: how a hospital moves from one kind of
//! database to the other.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::{Role, connect, error};
use crate::copy_text::{self, Class, Kind};
use crate::error::DbError;

/// The rows of a table are handed over in pieces of about so many bytes.
const PIECE: usize = 4 << 20;

/// A table with the columns that are carried over, and what they hold on the other side.
#[derive(Debug, Clone)]
pub struct Carried {
    /// The table.
    pub table: String,
    /// Its columns in order.
    pub columns: Vec<(String, Kind)>,
}

/// A SQLite file whose rows are read.
pub struct Source(Connection);

impl Source {
    /// Opens a file to read from.
    pub fn open(path: &Path) -> Result<Source, DbError> {
        connect(path, Role::Reader).map(Source)
    }

    /// The number of rows of a table.
    pub fn count(&self, table: &str) -> Result<u64, DbError> {
        let sql = format!("SELECT count(*) FROM {}", quote(table));
        let count = self.0.query_row(&sql, [], |row| row.get::<_, i64>(0));
        let count = count.map_err(|e| error::map(&self.0, e))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The last number that each table gave.
    pub fn numbers(&self) -> Result<BTreeMap<String, i64>, DbError> {
        let run = || -> Result<BTreeMap<String, i64>, rusqlite::Error> {
            let mut statement = self.0.prepare("SELECT name, seq FROM sqlite_sequence")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        run().map_err(|e| error::map(&self.0, e))
    }

    /// Hands over the rows of a table, a piece at a time; stops when `take` says no.
    pub fn rows(
        &self,
        carried: &Carried,
        mut take: impl FnMut(Vec<u8>) -> bool,
    ) -> Result<(), DbError> {
        let names: Vec<String> = carried
            .columns
            .iter()
            .map(|(name, _)| quote(name))
            .collect();
        let sql = format!("SELECT {} FROM {}", names.join(", "), quote(&carried.table));
        let failed = |e| error::map(&self.0, e);
        let mut statement = self.0.prepare(&sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut piece = Vec::with_capacity(PIECE);
        while let Some(row) = rows.next().map_err(failed)? {
            for (at, (name, kind)) in carried.columns.iter().enumerate() {
                if at > 0 {
                    piece.push(b'\t');
                }
                let value = row.get_ref(at).map_err(failed)?;
                copy_text::write(&mut piece, value, *kind)
                    .map_err(|e| DbError::Decode(format!("{}.{name}: {e}", carried.table)))?;
            }
            piece.push(b'\n');
            if piece.len() >= PIECE
                && !take(std::mem::replace(&mut piece, Vec::with_capacity(PIECE)))
            {
                return Ok(());
            }
        }
        if !piece.is_empty() {
            take(piece);
        }
        Ok(())
    }
}

/// A migrated SQLite file that is filled, in one transaction without triggers and foreign keys; both are back, and the
/// keys checked, before the commit.
pub struct Target {
    conn: Connection,
    triggers: Vec<String>,
    filling: Option<Filling>,
}

struct Filling {
    insert: String,
    classes: Vec<Class>,
    table: String,
}

impl Target {
    /// Takes out what stands there, but for the table `but`.
    pub fn open(path: &Path, but: &str) -> Result<Target, DbError> {
        let conn = connect(path, Role::Writer)?;
        let triggers = Self::emptied(&conn, but).map_err(|e| error::map(&conn, e))?;
        Ok(Target {
            conn,
            triggers,
            filling: None,
        })
    }

    fn emptied(conn: &Connection, but: &str) -> Result<Vec<String>, rusqlite::Error> {
        conn.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;")?;
        let select = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name";
        let triggers = pairs(conn, select)?;
        for (name, _) in &triggers {
            conn.execute_batch(&format!("DROP TRIGGER {}", quote(name)))?;
        }
        let select = "SELECT name, name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        for (name, _) in pairs(conn, select)? {
            if name != but {
                conn.execute_batch(&format!("DELETE FROM {}", quote(&name)))?;
            }
        }
        conn.execute_batch("DELETE FROM sqlite_sequence")?;
        Ok(triggers.into_iter().map(|(_, sql)| sql).collect())
    }

    /// Says whose rows come next.
    pub fn table(&mut self, table: &str, columns: &[String]) -> Result<(), DbError> {
        let sql = format!(
            "SELECT name, type FROM pragma_table_info({})",
            literal(table)
        );
        let known = pairs(&self.conn, &sql).map_err(|e| error::map(&self.conn, e))?;
        let class = |column: &String| {
            let known = known.iter().find(|(name, _)| name == column);
            known.and_then(|(_, declared)| Class::of(declared))
        };
        let classes: Option<Vec<Class>> = columns.iter().map(class).collect();
        let classes = classes.ok_or_else(|| {
            DbError::Other(format!(
                "{table} has columns that this program does not know"
            ))
        })?;
        let names: Vec<String> = columns.iter().map(|name| quote(name)).collect();
        let places: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
        self.filling = Some(Filling {
            insert: format!(
                "INSERT INTO {} ({}) VALUES ({})",
                quote(table),
                names.join(", "),
                places.join(", ")
            ),
            classes,
            table: table.to_owned(),
        });
        Ok(())
    }

    /// Stores a row of the table that was named last.
    pub fn row(&mut self, line: &[u8]) -> Result<(), DbError> {
        let Some(filling) = &self.filling else {
            return Err(DbError::Other("a row of no table".to_owned()));
        };
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
        if fields.len() != filling.classes.len() {
            let text = format!("{}: a row of {} values", filling.table, fields.len());
            return Err(DbError::Decode(text));
        }
        let values: Result<Vec<Value>, DbError> = fields
            .iter()
            .zip(&filling.classes)
            .map(|(field, class)| copy_text::read(field, *class))
            .collect();
        let values = values.map_err(|e| DbError::Decode(format!("{}: {e}", filling.table)))?;
        let failed = |e| error::map(&self.conn, e);
        let mut statement = self.conn.prepare_cached(&filling.insert).map_err(failed)?;
        statement
            .execute(rusqlite::params_from_iter(values))
            .map_err(failed)?;
        Ok(())
    }

    /// Numbering goes on where it was, the guards are back, and the commit is durable.
    pub fn finish(self, numbers: &BTreeMap<String, i64>) -> Result<(), DbError> {
        let done = self.complete(numbers);
        done.map_err(|e| error::map(&self.conn, e))?
    }

    fn complete(
        &self,
        numbers: &BTreeMap<String, i64>,
    ) -> Result<Result<(), DbError>, rusqlite::Error> {
        let conn = &self.conn;
        for (table, last) in numbers {
            conn.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [table])?;
            conn.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT name, ?2 FROM sqlite_schema \
                 WHERE type = 'table' AND name = ?1 AND sql LIKE '%AUTOINCREMENT%'",
                rusqlite::params![table, last],
            )?;
        }
        for trigger in &self.triggers {
            conn.execute_batch(trigger)?;
        }
        let broken = pairs(
            conn,
            "SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1",
        )?;
        if let Some((table, parent)) = broken.first() {
            let text = format!("a row of {table} names one of {parent} that is not there");
            return Ok(Err(DbError::Other(text)));
        }
        conn.execute_batch("COMMIT; PRAGMA foreign_keys = ON; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(Ok(()))
    }
}

fn pairs(conn: &Connection, sql: &str) -> Result<Vec<(String, String)>, rusqlite::Error> {
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
