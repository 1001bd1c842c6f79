//! The database as everybody above sees it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use super::config::{DbConfig, DbUrl};
use super::error::{DbError, Retryable, back_off};
use super::postgres::Postgres;
use super::row::FromRow;
use super::sqlite::Sqlite;
use super::statement::{Dialect, Statement};
use super::tx::Tx;

/// How often a transaction is run at most.
const ATTEMPTS: u32 = 6;

/// An open database. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Db(Inner, Arc<AtomicU64>);

#[derive(Clone)]
enum Inner {
    Sqlite(Arc<Sqlite>),
    Postgres(Postgres),
}

/// What operations want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Bytes in SQLite's write-ahead log.
    pub wal_bytes: Option<u64>,
    /// Open connections of the PostgreSQL pool, or idle readers of SQLite.
    pub pool_size: usize,
    /// Connections of the PostgreSQL pool at work; 0 on SQLite.
    pub pool_in_use: usize,
    /// Statements sent since the database was opened, `BEGIN` and `COMMIT` aside.
    pub statements: u64,
}

impl Db {
    /// Opens the database; a SQLite file is created when it does not exist.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when it cannot be reached or a setting that durability depends on
    /// cannot be made.
    pub async fn connect(config: &DbConfig) -> Result<Self, DbError> {
        let inner = match &config.url {
            DbUrl::Sqlite(path) => Inner::Sqlite(Sqlite::open(path, config)?),
            DbUrl::Postgres {
                config: server,
                root_certificates,
            } => Inner::Postgres(
                Postgres::connect(server, root_certificates.as_deref(), config).await?,
            ),
        };
        Ok(Self(inner, Arc::default()))
    }

    fn count(&self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }

    /// Which SQL is spoken here.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.0 {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// All rows of a read that may take long. On SQLite it runs on a blocking thread.
    ///
    /// # Errors
    /// Any [`DbError`]; a statement that writes is refused on SQLite (use [`begin`](Self::begin)).
    pub async fn all<T: FromRow>(&self, statement: Statement) -> Result<Vec<T>, DbError> {
        self.count();
        match &self.0 {
            Inner::Sqlite(db) => db.all(statement).await,
            Inner::Postgres(db) => db.found(&statement).await,
        }
    }

    /// All rows of a short list found by an index (tens of rows). On SQLite it runs in place,
    /// without a change of thread.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn few<T: FromRow>(&self, statement: Statement) -> Result<Vec<T>, DbError> {
        self.count();
        match &self.0 {
            Inner::Sqlite(db) => db.found(&statement),
            Inner::Postgres(db) => db.found(&statement).await,
        }
    }

    /// The row found by a key, if there is one. On SQLite it runs in place.
    ///
    /// # Errors
    /// As [`all`](Self::all), and [`DbError::Decode`] when there are several.
    pub async fn optional<T: FromRow>(&self, statement: Statement) -> Result<Option<T>, DbError> {
        self.count();
        match &self.0 {
            Inner::Sqlite(db) => db.found(&statement),
            Inner::Postgres(db) => db.found(&statement).await,
        }
    }

    /// The one row found by a key, or of a cheap aggregate. On SQLite it runs in place.
    ///
    /// # Errors
    /// As [`optional`](Self::optional), and [`DbError::Decode`] when there is none.
    pub async fn one<T: FromRow>(&self, statement: Statement) -> Result<T, DbError> {
        self.optional(statement).await?.ok_or_else(super::no_row)
    }

    /// All rows, a few at a time, in bounded memory; for exports. On SQLite the reader keeps its
    /// snapshot until the end, so that the write-ahead log grows meanwhile; do not let it wait.
    pub fn stream<T: FromRow>(
        &self,
        statement: Statement,
    ) -> impl Stream<Item = Result<T, DbError>> + Send + use<T> {
        let this = self.clone();
        let start = async move {
            let (to, from) = mpsc::channel(2);
            match this.0 {
                Inner::Sqlite(db) => drop(tokio::spawn(db.stream(statement, to))),
                Inner::Postgres(db) => drop(tokio::spawn(db.stream(statement, to))),
            }
            stream::unfold(from, |mut from| async move {
                from.recv().await.map(|chunk| (chunk, from))
            })
        };
        stream::once(start).flatten().flat_map(|chunk| {
            stream::iter(match chunk {
                Ok(rows) => rows.into_iter().map(Ok).collect(),
                Err(e) => vec![Err(e)],
            })
        })
    }

    /// Begins a transaction. Prefer [`transaction`](Self::transaction), which retries.
    ///
    /// # Errors
    /// When no connection is to be had in time.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        Ok(match &self.0 {
            Inner::Sqlite(db) => Tx::sqlite(db.write(), self.1.clone()),
            Inner::Postgres(db) => Tx::postgres(db.begin().await?, self.1.clone()),
        })
    }

    /// One statement in a transaction of its own; returns the number of rows changed.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn execute(&self, statement: Statement) -> Result<u64, DbError> {
        self.count();
        match &self.0 {
            Inner::Sqlite(db) => db.write().finish(vec![statement]).await,
            Inner::Postgres(db) => db.visit(&statement, &mut ()).await,
        }
    }

    /// `BEGIN`, run, `COMMIT` in one place. `f` is run again, from its start and in a new
    /// transaction, when the error says so ([`Retryable`]): up to five times, with growing, jittered
    /// pauses. So `f` must have no effect outside its transaction.
    ///
    /// # Errors
    /// What `f` returned (everything is then rolled back), or why the commit failed.
    pub async fn transaction<T, E>(
        &self,
        f: impl for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>,
    ) -> Result<T, E>
    where
        E: From<DbError> + Retryable,
    {
        let mut attempt = 1;
        loop {
            let error = match self.attempt(&f).await {
                Ok(value) => return Ok(value),
                Err(e) => e,
            };
            if attempt == ATTEMPTS || !error.retryable() {
                return Err(error);
            }
            tokio::time::sleep(back_off(attempt)).await;
            attempt += 1;
        }
    }

    async fn attempt<T, E: From<DbError>>(
        &self,
        f: &impl for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>,
    ) -> Result<T, E> {
        let mut tx = self.begin().await?;
        match f(&mut tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(e) => {
                // The error that matters is the caller's; a connection that cannot even roll back
                // is not reused.
                if let Err(also) = tx.rollback().await {
                    tracing::warn!(error = %also, "rollback failed");
                }
                Err(e)
            }
        }
    }

    /// Copies a SQLite database, consistently and while writes go on, to a new file that appears
    /// when it is complete.
    ///
    /// # Errors
    /// [`DbError::Other`] on PostgreSQL, whose own tools do this; [`DbError::Unavailable`] when the
    /// file cannot be written.
    pub async fn backup_to(&self, path: impl Into<PathBuf>) -> Result<(), DbError> {
        match &self.0 {
            Inner::Sqlite(db) => db.backup_to(path.into()).await,
            Inner::Postgres(_) => Err(DbError::Other("PostgreSQL is backed up by pg_dump".into())),
        }
    }

    /// What operations want to know.
    #[expect(clippy::unused_async, reason = "may come to ask the server")]
    pub async fn stats(&self) -> Stats {
        match &self.0 {
            Inner::Sqlite(db) => Stats {
                wal_bytes: Some(db.wal_bytes()),
                pool_size: db.idle_readers(),
                pool_in_use: 0,
                statements: self.1.load(Ordering::Relaxed),
            },
            Inner::Postgres(db) => {
                let (pool_size, pool_in_use) = db.usage();
                Stats {
                    wal_bytes: None,
                    pool_size,
                    pool_in_use,
                    statements: self.1.load(Ordering::Relaxed),
                }
            }
        }
    }

    /// Why the server that answers is not used, while that is so: it leads an older history of the database than
    /// the one that was written to, or another database.
    #[must_use]
    pub fn refused(&self) -> Option<String> {
        match &self.0 {
            Inner::Sqlite(_) => None,
            Inner::Postgres(db) => db.refused(),
        }
    }

    /// Finishes what is queued, then closes every connection. Later use is
    /// [`DbError::Unavailable`].
    pub async fn close(&self) {
        match &self.0 {
            Inner::Sqlite(db) => db.close().await,
            Inner::Postgres(db) => db.close(),
        }
    }
}
