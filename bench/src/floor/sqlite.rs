//! The floor on SQLite: a connection for each thread that reads, and one that writes.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use platform::db::Value;
use rusqlite::{Connection, Row};
use tokio::sync::oneshot;

use super::{Cells, Said, Shown};
use crate::Outcome;
use crate::sink::bind;

/// An insert, what is changed with it, and who waits for the inserted row's id.
type Insert = (Option<Said>, Said, oneshot::Sender<Outcome<i64>>);

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
            for (change, insert, done) in asked {
                let _ = done.send(match change {
                    None => add(&conn, &insert),
                    Some(change) => take_and_add(&conn, &change, &insert),
                });
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
        self.ask(None, (sql, values)).await
    }

    pub(super) async fn take_and_add(&self, change: Said, insert: Said) -> Outcome<i64> {
        self.ask(Some(change), insert).await
    }

    async fn ask(&self, change: Option<Said>, insert: Said) -> Outcome<i64> {
        let (done, stored) = oneshot::channel();
        self.write
            .send((change, insert, done))
            .map_err(|_| "the writer is gone")?;
        stored.await?
    }
}

fn add(conn: &Connection, insert: &Said) -> Outcome<i64> {
    run(conn, insert)?;
    Ok(conn.last_insert_rowid())
}

/// How many rows a statement changed.
fn run(conn: &Connection, (sql, values): &Said) -> Outcome<usize> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    Ok(statement.raw_execute()?)
}

fn take_and_add(conn: &Connection, change: &Said, insert: &Said) -> Outcome<i64> {
    let transaction = conn.unchecked_transaction()?;
    if run(&transaction, change)? != 1 {
        return Err("there is not enough".into());
    }
    let id = add(&transaction, insert)?;
    transaction.commit()?;
    Ok(id)
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
