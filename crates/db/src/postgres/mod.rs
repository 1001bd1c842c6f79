//! PostgreSQL: a pool of connections with prepared statements.

pub mod connect;
mod error;
mod lineage;
pub(super) mod tls;
mod tx;
pub(crate) mod types;

use std::collections::HashMap;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{
    Client, ClientWrapper, Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime,
};
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use sea_query::Value;
use tokio::sync::{Semaphore, mpsc};
use tokio_postgres::types::Type;
use tokio_postgres::{
    NoTls, RowStream, SimpleQueryMessage, Statement as Prepared, config::SslMode,
};

use self::connect::{Reach, connect, notice_silence, only_primary};
pub use self::error::map;
use self::error::{is_stale_plan, map_pool};
use self::lineage::{Known, Lineage, Met};
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
/// Statements whose types of parameters are remembered where none stays prepared.
const KNOWN_TYPES: usize = 10_000;

/// A connection of its own, without pool and without limit of time, for work that takes as long as it
/// takes: backup and restore. It ends with the client.
pub async fn connect_alone(
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
    notice_silence(&mut server);
    let limit = Duration::from_secs(15);
    let late = |_| DbError::Unavailable(format!("no answer from the server within {limit:?}"));
    if server.get_ssl_mode() == SslMode::Disable {
        let connecting = tokio::time::timeout(limit, connect(&server, NoTls)).await;
        let (client, connection) = connecting.map_err(late)?.map_err(|e| map(&e))?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let tls = tls::connector(root_certificates)?;
    let connecting = tokio::time::timeout(limit, connect(&server, tls)).await;
    let (client, connection) = connecting.map_err(late)?.map_err(|e| map(&e))?;
    tokio::spawn(connection);
    Ok(client)
}

/// When connections were last found to be useless: those that were opened before are not used again.
#[derive(Debug, Clone, Default)]
pub(super) struct Broken(Arc<Mutex<Option<Instant>>>);

impl Broken {
    fn note(&self) {
        *self.0.lock() = Some(Instant::now());
    }

    fn holds(&self, created: Instant) -> bool {
        self.0.lock().is_some_and(|at| created <= at)
    }
}

/// How statements are sent: under a name that stays known to the connection, or, behind a pooler, unnamed.
#[derive(Debug, Clone)]
pub(super) enum Sending {
    Prepared,
    /// The types of each statement's parameters, learnt when it is first sent.
    Unnamed(Arc<Mutex<HashMap<String, Arc<[Type]>>>>),
}

/// A connected PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: Pool,
    /// Readers of streams may be slow; they leave connections for everybody else.
    streams: Arc<Semaphore>,
    acquire_timeout: Duration,
    sending: Sending,
    idle_limit: Duration,
    /// A server that leaves a statement without an answer for so long is taken for gone.
    answer_limit: Duration,
    broken: Broken,
    known: Known,
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
        only_primary(&mut server);
        let hosts = server.get_hosts().len().max(server.get_hostaddrs().len());
        // Each host but the last is given up after its own limit.
        let create_timeout = config.acquire_timeout
            + Duration::from_secs(2) * u32::try_from(hosts.saturating_sub(1)).unwrap_or(0);
        // No ping on recycling: a dead connection shows in its first statement, and a round trip
        // before every request is a third of a keyed read.
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = if server.get_ssl_mode() == SslMode::Disable {
            Manager::from_connect(server, Reach(NoTls), recycling)
        } else {
            let tls = Reach(tls::connector(root_certificates)?);
            Manager::from_connect(server, tls, recycling)
        };
        let broken = Broken::default();
        let known = Known::from_file(config.timeline_file.as_deref());
        let (looked_at, met) = (broken.clone(), known.clone());
        let purged = broken.clone();
        let pool = Pool::builder(manager)
            .max_size(config.pool_size.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(config.acquire_timeout))
            .create_timeout(Some(create_timeout))
            .post_create(Hook::async_fn(move |client, _| {
                let (known, broken) = (met.clone(), purged.clone());
                Box::pin(async move { introduce(client, &known, &broken).await })
            }))
            .pre_recycle(Hook::sync_fn(move |_, metrics| {
                if looked_at.holds(metrics.created) {
                    return Err(HookError::message("opened before the last failure"));
                }
                Ok(())
            }))
            .build()
            .map_err(|e| DbError::Other(e.to_string()))?;
        let postgres = Self {
            pool,
            streams: Arc::new(Semaphore::new((config.pool_size / 4).max(1))),
            acquire_timeout: config.acquire_timeout,
            sending: if config.statement_cache {
                Sending::Prepared
            } else {
                Sending::Unnamed(Arc::default())
            },
            idle_limit,
            answer_limit: config.answer_limit,
            broken,
            known,
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
            Ok(Box::new(PgTx::new(client, self)))
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
            if matches!(self.sending, Sending::Prepared) {
                let client = self.client().await?;
                let asked = async {
                    match visit(&client, &self.sending, statement, to).await {
                        Err(DbError::Retry(_)) => {
                            to.begin();
                            visit(&client, &self.sending, statement, to).await
                        }
                        result => result,
                    }
                };
                let result = within(self.answer_limit, asked).await;
                if matches!(&result, Err(DbError::Unavailable(_))) {
                    self.broken.note();
                    drop(Client::take(client));
                }
                return result;
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
        let result = stream_rows(&client, &self.sending, &statement, &to).await;
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

    /// Why the server that answers is not used, while that is so.
    pub(crate) fn refused(&self) -> Option<String> {
        self.known.refused()
    }
}

/// Asks a new connection which history it leads to, and refuses a former primary.
async fn introduce(
    client: &ClientWrapper,
    known: &Known,
    broken: &Broken,
) -> Result<(), HookError> {
    let answered = client
        .simple_query(lineage::ASK)
        .await
        .map_err(HookError::Backend)?;
    let found = answered.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Lineage::read(row.get(0)?, row.get(1)?),
        _ => None,
    });
    let Some(found) = found else { return Ok(()) };
    match known.meet(&found) {
        Met::Same => Ok(()),
        Met::Newer => {
            broken.note();
            Ok(())
        }
        Met::Refused(why) => Err(HookError::message(why)),
    }
}

/// A server that does not answer in time is gone, whatever the connection says.
pub(super) async fn within<T>(
    limit: Duration,
    asked: impl Future<Output = Result<T, DbError>>,
) -> Result<T, DbError> {
    match tokio::time::timeout(limit, asked).await {
        Ok(result) => result,
        Err(_) => Err(DbError::Unavailable(format!(
            "no answer from the server within {limit:?}"
        ))),
    }
}

/// A statement that can be sent without waiting for anything.
pub(super) enum Ready {
    Prepared(Prepared),
    Unnamed(Arc<[Type]>),
}

/// Makes a statement ready to be sent. An unnamed one is prepared under a name once, to learn the types of its
/// parameters; the name is given up before anything else is sent, and so within the same transaction.
async fn prepare(client: &Client, sending: &Sending, s: &Statement) -> Result<Ready, DbError> {
    if client.statement_cache.size() > STATEMENT_CACHE {
        client.statement_cache.clear();
    }
    let ready = match sending {
        Sending::Prepared => {
            let prepared = client.prepare_cached(&s.sql).await;
            Ready::Prepared(prepared.map_err(|e| failed(client, &e))?)
        }
        Sending::Unnamed(known) => {
            let types = known.lock().get(&*s.sql).cloned();
            Ready::Unnamed(match types {
                Some(types) => types,
                None => learn(client, known, s).await?,
            })
        }
    };
    let (expected, given) = (ready.params(), s.values.len());
    if expected != given {
        return Err(DbError::Value(format!(
            "{expected} placeholders, {given} values"
        )));
    }
    Ok(ready)
}

async fn learn(
    client: &Client,
    known: &Mutex<HashMap<String, Arc<[Type]>>>,
    s: &Statement,
) -> Result<Arc<[Type]>, DbError> {
    let prepared = client
        .prepare(&s.sql)
        .await
        .map_err(|e| failed(client, &e))?;
    let types: Arc<[Type]> = prepared.params().into();
    let mut known = known.lock();
    if known.len() >= KNOWN_TYPES {
        known.clear();
    }
    known.insert(s.sql.to_string(), Arc::clone(&types));
    Ok(types)
}

impl Ready {
    fn params(&self) -> usize {
        match self {
            Ready::Prepared(prepared) => prepared.params().len(),
            Ready::Unnamed(types) => types.len(),
        }
    }

    /// Starts the statement.
    async fn start(&self, client: &Client, s: &Statement) -> Result<RowStream, DbError> {
        let values = s.values.iter().map(|v: &Value| Bound(v));
        match self {
            Ready::Prepared(prepared) => client.query_raw(prepared, values).await,
            Ready::Unnamed(types) => {
                let typed = values.zip(types.iter().cloned());
                client.query_typed_raw(&s.sql, typed).await
            }
        }
        .map_err(|e| failed(client, &e))
    }

    /// Runs the statement to its end.
    async fn run(&self, client: &Client, s: &Statement) -> Result<u64, DbError> {
        let rows = pin!(self.start(client, s).await?);
        drain(client, rows).await
    }
}

async fn drain(client: &Client, mut rows: Pin<&mut RowStream>) -> Result<u64, DbError> {
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
    sending: &Sending,
    statement: &Statement,
    to: &mut dyn Rows,
) -> Result<u64, DbError> {
    let ready = prepare(client, sending, statement).await?;
    let mut rows = pin!(ready.start(client, statement).await?);
    while let Some(row) = rows.try_next().await.map_err(|e| failed(client, &e))? {
        to.take(&Row::postgres(&row, statement))?;
    }
    Ok(rows.rows_affected().unwrap_or(0))
}

/// Whether the connection is clean afterwards.
async fn stream_rows<T: FromRow>(
    client: &Client,
    sending: &Sending,
    statement: &Statement,
    to: &mpsc::Sender<Result<Vec<T>, DbError>>,
) -> Result<bool, DbError> {
    client
        .batch_execute("BEGIN READ ONLY; SET LOCAL statement_timeout = '1h'")
        .await
        .map_err(|e| map(&e))?;
    {
        let ready = prepare(client, sending, statement).await?;
        let mut rows = pin!(ready.start(client, statement).await?);
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
