//! PostgreSQL: a pool of connections with prepared statements.

mod error;
pub(super) mod tls;
mod tx;
pub(crate) mod types;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use sea_query::Value;
use tokio::sync::{Semaphore, mpsc};
use tokio_postgres::{NoTls, RowStream, Statement as Prepared, config::SslMode};

pub(crate) use self::error::map;
use self::error::{is_stale_plan, map_pool};
use self::types::Bound;
use super::config::DbConfig;
use super::error::DbError;
use super::row::{FromRow, Row, Rows};
use super::statement::Statement;
pub(crate) use tx::PgTx;

/// Rows handed over at a time by [`Postgres::stream`].
const STREAM_CHUNK: usize = 128;
/// Prepared statements a connection keeps. Lists with many filters have many texts, and the server
/// remembers each; so start over now and then.
const STATEMENT_CACHE: usize = 1000;

/// A connection of its own, without pool and without limit of time, for work that takes as long as it
/// takes: backup and restore. It ends with the client.
pub(crate) async fn connect_alone(
    server: &tokio_postgres::Config,
    root_certificates: Option<&Path>,
) -> Result<tokio_postgres::Client, DbError> {
    let mut server = server.clone();
    let options = format!(
        "{} -c timezone=UTC -c datestyle=ISO -c statement_timeout=0 -c lock_timeout=30000",
        server.get_options().unwrap_or_default()
    );
    server.options(options.trim());
    server.application_name("chelal-backup");
    server.connect_timeout(Duration::from_secs(15));
    if server.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = server.connect(NoTls).await.map_err(|e| map(&e))?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let tls = tls::connector(root_certificates)?;
    let (client, connection) = server.connect(tls).await.map_err(|e| map(&e))?;
    tokio::spawn(connection);
    Ok(client)
}

/// A connected PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: Pool,
    /// Readers of streams may be slow; they leave connections for everybody else.
    streams: Arc<Semaphore>,
    acquire_timeout: Duration,
    cache: bool,
    idle_limit: Duration,
}

impl Postgres {
    pub(crate) async fn connect(
        server: &tokio_postgres::Config,
        root_certificates: Option<&Path>,
        config: &DbConfig,
    ) -> Result<Self, DbError> {
        let mut server = server.clone();
        // The server's own guard is a little more patient than ours.
        let idle_limit = config.tx_time_limit * 3 / 2;
        let idle = idle_limit.as_millis();
        let options = format!(
            "{} -c timezone=UTC -c statement_timeout=30000 \
             -c idle_in_transaction_session_timeout={idle}",
            server.get_options().unwrap_or_default()
        );
        server.options(options.trim());
        server.application_name("chelal");
        server.connect_timeout(config.acquire_timeout);
        // No ping on recycling: a dead connection shows in its first statement, and a round trip
        // before every request is a third of a keyed read.
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = if server.get_ssl_mode() == SslMode::Disable {
            Manager::from_config(server, NoTls, recycling)
        } else {
            Manager::from_config(server, tls::connector(root_certificates)?, recycling)
        };
        let pool = Pool::builder(manager)
            .max_size(config.pool_size.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(config.acquire_timeout))
            .create_timeout(Some(config.acquire_timeout))
            .build()
            .map_err(|e| DbError::Other(e.to_string()))?;
        let postgres = Self {
            pool,
            streams: Arc::new(Semaphore::new((config.pool_size / 4).max(1))),
            acquire_timeout: config.acquire_timeout,
            cache: config.statement_cache,
            idle_limit,
        };
        let client = postgres.client().await?;
        client.check_connection().await.map_err(|e| map(&e))?;
        Ok(postgres)
    }

    async fn client(&self) -> Result<Client, DbError> {
        self.pool.get().await.map_err(|e| map_pool(&e))
    }

    pub(crate) fn begin(&self) -> BoxFuture<'_, Result<Box<PgTx>, DbError>> {
        Box::pin(async {
            let client = self.client().await?;
            Ok(Box::new(PgTx::new(client, self.cache, self.idle_limit)))
        })
    }

    pub(crate) async fn found<R: Rows + Default>(
        &self,
        statement: &Statement,
    ) -> Result<R, DbError> {
        let mut found = R::default();
        self.visit(statement, &mut found).await?;
        Ok(found)
    }

    /// Runs a statement of its own and returns the number of rows that it changed or answered; once more
    /// when it lost a race, or its prepared form outlived a change of its table.
    pub(crate) fn visit<'a>(
        &'a self,
        statement: &'a Statement,
        to: &'a mut dyn Rows,
    ) -> BoxFuture<'a, Result<u64, DbError>> {
        Box::pin(async move {
            if self.cache {
                let client = self.client().await?;
                return match visit(&client, true, statement, to).await {
                    Err(DbError::Retry(_)) => {
                        to.begin();
                        visit(&client, true, statement, to).await
                    }
                    result => result,
                };
            }
            let mut tx = self.begin().await?;
            let rows = tx.visit(statement, to).await?;
            tx.finish(Vec::new()).await?;
            Ok(rows)
        })
    }

    /// Sends all rows in chunks; ends early when nobody listens any more. An export may take
    /// longer than a statement usually may, and only so many are under way at a time.
    pub(crate) async fn stream<T: FromRow>(
        self,
        statement: Statement,
        to: mpsc::Sender<Result<Vec<T>, DbError>>,
    ) {
        let turn = tokio::time::timeout(self.acquire_timeout, self.streams.acquire());
        // The semaphore is never closed.
        let Ok(Ok(_turn)) = turn.await else {
            return drop(to.send(Err(DbError::Timeout)).await);
        };
        let client = match self.client().await {
            Ok(client) => client,
            Err(e) => return drop(to.send(Err(e)).await),
        };
        let result = stream_rows(&client, self.cache, &statement, &to).await;
        if let Ok(true) = result {
            drop(client);
        } else {
            // The rest of the rows is still under way: give up the connection, not our time.
            drop(Client::take(client));
        }
        if let Err(e) = result {
            drop(to.send(Err(e)).await);
        }
    }

    pub(crate) fn usage(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.size.saturating_sub(status.available))
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

/// Makes a statement known to the server. Without a cache it is prepared under a name and closed again at
/// once, which is harmless behind a pooler as long as it happens within one transaction.
async fn prepare(client: &Client, cache: bool, s: &Statement) -> Result<Prepared, DbError> {
    if client.statement_cache.size() > STATEMENT_CACHE {
        client.statement_cache.clear();
    }
    let prepared = if cache {
        client.prepare_cached(&s.sql).await
    } else {
        client.prepare(&s.sql).await
    }
    .map_err(|e| map(&e))?;
    let (expected, given) = (prepared.params().len(), s.values.len());
    if expected != given {
        return Err(DbError::Value(format!(
            "{expected} placeholders, {given} values"
        )));
    }
    Ok(prepared)
}

/// Starts a statement.
async fn query(client: &Client, cache: bool, s: &Statement) -> Result<RowStream, DbError> {
    let prepared = prepare(client, cache, s).await?;
    start(client, &prepared, s).await
}

async fn start(client: &Client, prepared: &Prepared, s: &Statement) -> Result<RowStream, DbError> {
    client
        .query_raw(prepared, s.values.iter().map(|v: &Value| Bound(v)))
        .await
        .map_err(|e| failed(client, &e))
}

/// Runs a prepared statement to its end.
async fn run(client: &Client, prepared: &Prepared, s: &Statement) -> Result<u64, DbError> {
    let mut rows = pin!(start(client, prepared, s).await?);
    while rows
        .try_next()
        .await
        .map_err(|e| failed(client, &e))?
        .is_some()
    {}
    Ok(rows.rows_affected().unwrap_or(0))
}

fn failed(client: &Client, e: &tokio_postgres::Error) -> DbError {
    if is_stale_plan(e) {
        client.statement_cache.clear();
    }
    map(e)
}

async fn visit(
    client: &Client,
    cache: bool,
    statement: &Statement,
    to: &mut dyn Rows,
) -> Result<u64, DbError> {
    let mut rows = pin!(query(client, cache, statement).await?);
    while let Some(row) = rows.try_next().await.map_err(|e| failed(client, &e))? {
        to.take(&Row::postgres(&row, statement))?;
    }
    Ok(rows.rows_affected().unwrap_or(0))
}

/// Whether the connection is clean afterwards.
async fn stream_rows<T: FromRow>(
    client: &Client,
    cache: bool,
    statement: &Statement,
    to: &mpsc::Sender<Result<Vec<T>, DbError>>,
) -> Result<bool, DbError> {
    client
        .batch_execute("BEGIN READ ONLY; SET LOCAL statement_timeout = '1h'")
        .await
        .map_err(|e| map(&e))?;
    {
        let mut rows = pin!(query(client, cache, statement).await?);
        let mut chunk = Vec::with_capacity(STREAM_CHUNK);
        while let Some(row) = rows.try_next().await.map_err(|e| failed(client, &e))? {
            chunk.push(T::from_row(&Row::postgres(&row, statement))?);
            if chunk.len() == STREAM_CHUNK {
                let full = std::mem::replace(&mut chunk, Vec::with_capacity(STREAM_CHUNK));
                if to.send(Ok(full)).await.is_err() {
                    return Ok(false);
                }
            }
        }
        if to.send(Ok(chunk)).await.is_err() {
            return Ok(false);
        }
    }
    client.batch_execute("COMMIT").await.map_err(|e| map(&e))?;
    Ok(true)
}
