//! SQLite: many readers, one writer.
//!
//! Readers are `query_only` connections, opened on demand and kept. Short keyed reads run where
//! they are asked for; long ones on a blocking thread. Everything that writes goes through the one
//! [`writer`] thread.

pub(crate) mod across;
mod error;
mod exec;
mod tx;
mod writer;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, mpsc};

use super::config::DbConfig;
use super::error::DbError;
use super::row::{FromRow, Row, Rows};
use super::statement::Statement;
use super::statistics;
pub(crate) use tx::WriteTx;

/// A prepared statement for nearly every text in the house.
const STATEMENT_CACHE: usize = 512;
/// Rows handed over at a time by [`Sqlite::stream`].
const STREAM_CHUNK: usize = 128;

/// As long may a read take; PostgreSQL's `statement_timeout` is the same.
const STATEMENT_TIME: Duration = Duration::from_secs(30);
/// Steps of SQLite's machine between two looks at the clock; about a millisecond.
const PROGRESS_STEPS: i32 = 50_000;

/// Tells a read on another thread that nobody waits for it any more.
#[derive(Default)]
struct Abandoned(Arc<AtomicBool>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An open SQLite database.
pub(crate) struct Sqlite {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    keep: usize,
    long_reads: Semaphore,
    streams: Arc<Semaphore>,
    acquire_timeout: Duration,
    writer: writer::Writer,
}

impl Sqlite {
    /// Opens (and creates, readable by its owner only) the file and starts the writer.
    pub(crate) fn open(path: &Path, config: &DbConfig) -> Result<Arc<Self>, DbError> {
        create_private(path).map_err(|e| unavailable(path, &e))?;
        let connection = connect(path, Role::Writer)?;
        trust_less(&connection);
        let readers = config.readers.max(1);
        let sqlite = Arc::new(Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
            keep: readers * 2,
            long_reads: Semaphore::new(readers),
            streams: Arc::new(Semaphore::new(readers)),
            acquire_timeout: config.acquire_timeout,
            writer: writer::Writer::start(connection, config)?,
        });
        let reader = sqlite.reader()?;
        sqlite.put_back(reader);
        Ok(sqlite)
    }

    fn reader(&self) -> Result<Connection, DbError> {
        if self.long_reads.is_closed() {
            return Err(closed());
        }
        let idle = self.idle.lock().pop();
        idle.map_or_else(|| connect(&self.path, Role::Reader), Ok)
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock();
        if idle.len() < self.keep && !self.long_reads.is_closed() {
            idle.push(connection);
        }
    }

    fn read<R>(&self, f: impl FnOnce(&mut Connection) -> Result<R, DbError>) -> Result<R, DbError> {
        let mut connection = self.reader()?;
        let result = f(&mut connection);
        self.put_back(connection);
        result
    }

    pub(crate) fn found<R: Rows + Default>(&self, statement: &Statement) -> Result<R, DbError> {
        self.read(|c| exec::found(c, statement))
            .map(|(found, _)| found)
    }

    pub(crate) async fn all<T: FromRow>(
        self: &Arc<Self>,
        statement: Statement,
    ) -> Result<Vec<T>, DbError> {
        let permit = tokio::time::timeout(self.acquire_timeout, self.long_reads.acquire());
        let _permit = permit
            .await
            .map_err(|_| DbError::Timeout)?
            .map_err(|_| closed())?;
        let this = Arc::clone(self);
        let abandoned = Abandoned::default();
        let flag = Arc::clone(&abandoned.0);
        let deadline = Instant::now() + STATEMENT_TIME;
        let read = move |c: &mut Connection| {
            let stop = move || flag.load(Ordering::Relaxed) || Instant::now() >= deadline;
            c.progress_handler(PROGRESS_STEPS, Some(stop))
                .map_err(|e| error::map(c, e))?;
            let result = exec::found(c, &statement);
            c.progress_handler(0, None::<fn() -> bool>)
                .map_err(|e| error::map(c, e))?;
            result.map(|(rows, _)| rows)
        };
        blocking(move || this.read(read)).await
    }

    /// Sends all rows in chunks; ends early when nobody listens any more.
    pub(crate) async fn stream<T: FromRow>(
        self: Arc<Self>,
        statement: Statement,
        to: mpsc::Sender<Result<Vec<T>, DbError>>,
    ) {
        let permit = match tokio::time::timeout(
            self.acquire_timeout,
            Arc::clone(&self.streams).acquire_owned(),
        )
        .await
        {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return drop(to.send(Err(closed())).await),
            Err(_) => return drop(to.send(Err(DbError::Timeout)).await),
        };
        let work = move || {
            let _permit = permit;
            let mut chunks = Chunks {
                rows: Vec::with_capacity(STREAM_CHUNK),
                to,
            };
            let result = self.read(|c| exec::visit(c, &statement, &mut chunks));
            // A closed channel needs no answer.
            let Chunks { rows, to } = chunks;
            drop(to.blocking_send(result.map(|_| rows)));
            Ok(())
        };
        drop(blocking(work).await);
    }

    pub(crate) fn write(&self) -> WriteTx {
        self.writer.transaction()
    }

    /// Copies the whole database as it is at this moment. One step under one read snapshot:
    /// writers go on meanwhile and cannot make the copy start over. The copy appears under its
    /// name only when it is complete.
    pub(crate) async fn backup_to(self: &Arc<Self>, target: PathBuf) -> Result<(), DbError> {
        let this = Arc::clone(self);
        blocking(move || {
            let mut partial = target.clone().into_os_string();
            partial.push(".partial");
            let partial = PathBuf::from(partial);
            let io = |e: std::io::Error| unavailable(&target, &e);
            match std::fs::remove_file(&partial) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(io(e)),
                _ => create_private(&partial).map_err(io)?,
            }
            this.read(|source| {
                let mut copy = Connection::open(&partial).map_err(|e| error::map(source, e))?;
                let backup = rusqlite::backup::Backup::new(source, &mut copy);
                let done = backup.and_then(|b| b.step(-1));
                match done.map_err(|e| error::map(source, e))? {
                    rusqlite::backup::StepResult::Done => Ok(()),
                    _ => Err(DbError::Busy),
                }?;
                copy.close().map_err(|(_, e)| error::map(source, e))
            })?;
            OpenOptions::new()
                .write(true)
                .open(&partial)
                .and_then(|f| f.sync_all())
                .and_then(|()| std::fs::rename(&partial, &target))
                .map_err(io)
        })
        .await
    }

    /// Bytes in the write-ahead log. It grows past a few megabytes only while a long read or a
    /// stream keeps an old snapshot alive.
    pub(crate) fn wal_bytes(&self) -> u64 {
        let mut wal = self.path.clone().into_os_string();
        wal.push("-wal");
        std::fs::metadata(wal).map_or(0, |m| m.len())
    }

    pub(crate) fn idle_readers(&self) -> usize {
        self.idle.lock().len()
    }

    pub(crate) async fn close(self: &Arc<Self>) {
        self.long_reads.close();
        self.streams.close();
        self.idle.lock().clear();
        let this = Arc::clone(self);
        let stopped = blocking(move || {
            this.writer.stop();
            Ok(())
        });
        drop(stopped.await);
    }
}

/// Rows on their way to whoever reads the stream, from a thread that may wait.
struct Chunks<T> {
    rows: Vec<T>,
    to: mpsc::Sender<Result<Vec<T>, DbError>>,
}

impl<T: FromRow> Rows for Chunks<T> {
    /// SQLite runs nothing anew.
    fn begin(&mut self) {}

    fn take(&mut self, row: &Row<'_>) -> Result<(), DbError> {
        self.rows.push(T::from_row(row)?);
        if self.rows.len() < STREAM_CHUNK {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.rows, Vec::with_capacity(STREAM_CHUNK));
        let gone = |_| DbError::Other("nobody reads the stream".to_owned());
        self.to.blocking_send(Ok(full)).map_err(gone)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}

/// Removes statistics that would mislead the planner, wherever they came from; see
/// [`super::statistics`].
fn trust_less(conn: &Connection) {
    // There is no such table before the first numbers.
    let found = conn.query_row(&statistics::distrusted(), [], |_| Ok(()));
    if found.is_err() {
        return;
    }
    // Whoever else has the database open may be writing: then it works as before, only slower.
    let done = conn.execute_batch(&format!(
        "BEGIN IMMEDIATE; {}; COMMIT; ANALYZE sqlite_schema",
        statistics::trust_less()
    ));
    if let Err(error) = done {
        tracing::warn!(%error, "misleading statistics were not removed");
        let _ = conn.execute_batch("ROLLBACK");
    }
}

fn connect(path: &Path, role: Role) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|e| unavailable(path, &e))?;
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    let settings = match role {
        // WAL is a property of the file and synchronous of the connection; FULL makes every
        // acknowledged commit survive a power cut. Many registrations change the same pages, which are
        // copied into the file once for 16 MB of log; its index of as many pages is one block.
        Role::Writer => {
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -65536; PRAGMA mmap_size = 1073741824;
             PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;
             PRAGMA analysis_limit = 1000;"
        }
        Role::Reader => {
            "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;
             PRAGMA mmap_size = 1073741824; PRAGMA query_only = ON;"
        }
    };
    conn.execute_batch(settings)
        .map_err(|e| error::map(&conn, e))?;
    // Otherwise the planner looks at what is bound to LIMIT, and every execution of a cached statement
    // that has one is parsed and planned anew.
    conn.set_db_config(
        rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG,
        true,
    )
    .map_err(|e| error::map(&conn, e))?;
    // SQLite's own knows the letters of English only.
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("lower", 1, flags, |context| {
        let text: Option<String> = context.get(0)?;
        Ok(text.map(|text| text.to_lowercase()))
    })
    .map_err(|e| error::map(&conn, e))?;
    let query_only = i64::from(role == Role::Reader);
    for (pragma, wanted) in [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("query_only", query_only),
    ] {
        assert_pragma(&conn, pragma, &wanted)?;
    }
    assert_pragma(&conn, "journal_mode", &"wal".to_owned())?;
    if role == Role::Writer {
        assert_pragma(&conn, "secure_delete", &1_i64)?;
    }
    Ok(conn)
}

/// A pragma that is misspelt or not supported is ignored without a word, so ask again.
fn assert_pragma<T>(conn: &Connection, pragma: &str, wanted: &T) -> Result<(), DbError>
where
    T: rusqlite::types::FromSql + PartialEq + std::fmt::Debug,
{
    let found: T = conn
        .pragma_query_value(None, pragma, |row| row.get(0))
        .map_err(|e| error::map(conn, e))?;
    if found == *wanted {
        return Ok(());
    }
    Err(DbError::Unavailable(format!(
        "SQLite setting {pragma} is {found:?} where {wanted:?} is needed"
    )))
}

/// Creates the file, if it does not exist, readable by its owner only: it holds health data.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn blocking<R: Send + 'static>(
    f: impl FnOnce() -> Result<R, DbError> + Send + 'static,
) -> Result<R, DbError> {
    tokio::task::spawn_blocking(f)
        .await
        .unwrap_or_else(|e| Err(DbError::Other(e.to_string())))
}

fn unavailable(path: &Path, e: &dyn std::fmt::Display) -> DbError {
    DbError::Unavailable(format!("{}: {e}", path.display()))
}

fn closed() -> DbError {
    DbError::Unavailable("the database is closed".to_owned())
}
