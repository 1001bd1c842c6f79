//! The floor on SQLite: a connection for each thread that reads, and one that writes.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use platform::db::Value;
use rusqlite::{Connection, Row};
use tokio::sync::oneshot;

use super::{Cells, Shown};
use crate::Outcome;
use crate::sink::bind;

/// An insert, and who waits for its row's id.
type Insert = (&'static str, Vec<Value>, oneshot::Sender<Outcome<i64>>);

pub(super) struct Store {
    path: PathBuf,
    write: mpsc::Sender<Insert>,
}

thread_local! {
    static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824",
    )?;
    Ok(conn)
}

impl Store {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Store> {
        let conn = open(path)?;
        let (write, asked) = mpsc::channel::<Insert>();
        std::thread::spawn(move || {
            for (sql, values, done) in asked {
                let _ = done.send(add(&conn, sql, &values));
            }
        });
        Ok(Store {
            path: path.to_owned(),
            write,
        })
    }

    pub(super) fn all<T: Shown>(&self, sql: &str, values: &[Value]) -> Outcome<Vec<T>> {
        READER.with_borrow_mut(|reader| {
            let conn = match reader {
                Some(conn) => conn,
                None => reader.insert(open(&self.path)?),
            };
            let mut statement = conn.prepare_cached(sql)?;
            bind(&mut statement, values)?;
            let mut rows = statement.raw_query();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(T::read(&mut (row, 0))?);
            }
            Ok(found)
        })
    }

    pub(super) async fn add(&self, sql: &'static str, values: Vec<Value>) -> Outcome<i64> {
        let (done, stored) = oneshot::channel();
        self.write
            .send((sql, values, done))
            .map_err(|_| "the writer is gone")?;
        stored.await?
    }
}

fn add(conn: &Connection, sql: &str, values: &[Value]) -> Outcome<i64> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    statement.raw_execute()?;
    Ok(conn.last_insert_rowid())
}

impl Cells for (&Row<'_>, usize) {
    fn number(&mut self) -> Outcome<i64> {
        self.1 += 1;
        Ok(self.0.get(self.1 - 1)?)
    }

    fn truth(&mut self) -> Outcome<bool> {
        self.1 += 1;
        Ok(self.0.get(self.1 - 1)?)
    }

    fn text(&mut self) -> Outcome<String> {
        self.1 += 1;
        Ok(self.0.get(self.1 - 1)?)
    }

    fn uid(&mut self) -> Outcome<uuid::Uuid> {
        self.1 += 1;
        Ok(uuid::Uuid::from_bytes(self.0.get(self.1 - 1)?))
    }
}
