//! A transaction on PostgreSQL.

use std::time::{Duration, Instant};

use deadpool_postgres::Client;
use futures_util::future::{BoxFuture, join, join_all};

use super::error::map;
use super::{Broken, Postgres, Sending, prepare, visit, within};
use crate::error::DbError;
use crate::row::Rows;
use crate::statement::Statement;

/// After so long without an answer to its `ROLLBACK`, a connection is thrown away.
const ROLLBACK_TIME: Duration = Duration::from_secs(5);
/// So many statements are sent together with a `COMMIT`; as many as [`join_all`] polls in their order.
const BREATH: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing has been sent.
    New,
    /// `BEGIN` has been sent.
    Open,
    /// `COMMIT` or `ROLLBACK` has been answered.
    Ended,
}

/// An open transaction holding a connection of the pool. Dropped before its end it rolls back, and
/// the connection returns to the pool only when the server has said so.
pub(crate) struct PgTx {
    client: Option<Client>,
    sending: Sending,
    stage: Stage,
    /// A statement was sent and its answer not read (its future was dropped). Whether it failed,
    /// and with it the transaction, is then unknown, and `COMMIT` would quietly roll back.
    unanswered: bool,
    /// When the last answer came, and how long the server bears silence after it.
    quiet_since: Instant,
    idle_limit: Duration,
    /// A server that leaves a statement without an answer for so long is taken for gone.
    answer_limit: Duration,
    broken: Broken,
}

/// Runs `$call` with `BEGIN` sent ahead of it in the same breath, when it is the first.
macro_rules! pipelined {
    ($self:ident, $client:ident, $call:expr) => {{
        let first = $self.stage == Stage::New;
        $self.stage = Stage::Open;
        $self.unanswered = true;
        let Some($client) = $self.client.as_ref() else {
            return Err(DbError::aborted());
        };
        let result = within($self.answer_limit, async {
            if first {
                let (begun, result) = join($client.batch_execute("BEGIN"), $call).await;
                begun.map_err(|e| map(&e)).and(result)
            } else {
                $call.await
            }
        })
        .await;
        $self.unanswered = matches!(&result, Err(e) if e.aborts());
        let result = result.map_err(|e| $self.why(e));
        $self.quiet_since = Instant::now();
        result
    }};
}

impl PgTx {
    pub(super) fn new(client: Client, pool: &Postgres) -> Self {
        Self {
            client: Some(client),
            sending: pool.sending.clone(),
            stage: Stage::New,
            unanswered: false,
            quiet_since: Instant::now(),
            idle_limit: pool.idle_limit,
            answer_limit: pool.answer_limit,
            broken: pool.broken.clone(),
        }
    }

    /// From here on the server may take as long as it takes.
    pub(crate) fn be_patient(&mut self) {
        self.answer_limit = Duration::from_secs(24 * 60 * 60);
    }

    /// Runs a statement and returns the number of rows that it changed or answered.
    pub(crate) fn visit<'a>(
        &'a mut self,
        s: &'a Statement,
        to: &'a mut dyn Rows,
    ) -> BoxFuture<'a, Result<u64, DbError>> {
        Box::pin(async move {
            let sending = self.sending.clone();
            pipelined!(self, client, visit(client, &sending, s, to))
        })
    }

    pub(crate) fn batch<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(async move {
            pipelined!(self, client, async {
                client.batch_execute(sql).await.map_err(|e| map(&e))
            })
        })
    }

    /// The server closes the connection of a transaction that was silent for too long. Any other loss is one of
    /// the server, which the other connections lost as well.
    fn why(&mut self, e: DbError) -> DbError {
        if !matches!(e, DbError::Unavailable(_)) {
            return e;
        }
        // Whatever is still under way on it, the server ends the transaction with the connection.
        self.stage = Stage::Ended;
        if let Some(client) = self.client.take() {
            drop(Client::take(client));
        }
        if self.quiet_since.elapsed() >= self.idle_limit && self.idle_limit < self.answer_limit {
            return DbError::Timeout;
        }
        self.broken.note();
        e
    }

    /// Runs the last statements, whose answers nobody waits for one by one, and commits: all of it in one
    /// breath, at most [`BREATH`] statements of it. Tells how many rows they changed.
    pub(crate) fn finish(
        mut self: Box<Self>,
        last: Vec<Statement>,
    ) -> BoxFuture<'static, Result<u64, DbError>> {
        Box::pin(async move {
            if self.unanswered {
                self.end("ROLLBACK").await?;
                return Err(DbError::aborted());
            }
            let (ahead, together) = last.split_at(last.len().saturating_sub(BREATH));
            let mut changed = 0;
            for statement in ahead {
                changed += self.visit(statement, &mut ()).await?;
            }
            if together.is_empty() {
                self.end("COMMIT").await?;
                return Ok(changed);
            }
            let sending = self.sending.clone();
            let (answers, committed) = pipelined!(self, client, async {
                // Known to the server before anything is sent: what would have to wait for that could be
                // overtaken by the COMMIT.
                let mut known = Vec::with_capacity(together.len());
                for statement in together {
                    known.push(prepare(client, &sending, statement).await?);
                }
                let each = known.iter().zip(together);
                let each = each.map(|(ready, statement)| ready.run(client, statement));
                // Sent in this order; after a failure COMMIT rolls back.
                Ok(join(join_all(each), client.batch_execute("COMMIT")).await)
            })?;
            self.stage = Stage::Ended;
            for answer in answers {
                changed += answer.map_err(|e| self.why(e))?;
            }
            committed.map_err(|e| self.why(map(&e)))?;
            Ok(changed)
        })
    }

    pub(crate) fn rollback(mut self: Box<Self>) -> BoxFuture<'static, Result<(), DbError>> {
        Box::pin(async move { self.end("ROLLBACK").await })
    }

    async fn end(&mut self, sql: &str) -> Result<(), DbError> {
        let Some(client) = self.client.as_ref().filter(|_| self.stage == Stage::Open) else {
            return Ok(());
        };
        // A failed COMMIT (a deferred constraint) has ended the transaction as well; a lost
        // connection is found out by the pool.
        let result = within(self.answer_limit, async {
            client.batch_execute(sql).await.map_err(|e| map(&e))
        })
        .await;
        self.stage = Stage::Ended;
        result.map_err(|e| self.why(e))
    }
}

impl Drop for PgTx {
    fn drop(&mut self) {
        let Some(client) = self.client.take().filter(|_| self.stage == Stage::Open) else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            // Closing the connection rolls back too.
            drop(Client::take(client));
            return;
        };
        runtime.spawn(async move {
            let done = tokio::time::timeout(ROLLBACK_TIME, client.batch_execute("ROLLBACK")).await;
            if !matches!(done, Ok(Ok(()))) {
                drop(Client::take(client));
            }
        });
    }
}
