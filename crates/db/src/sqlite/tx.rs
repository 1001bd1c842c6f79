//! A transaction, as the code above sees it: a channel to the [`writer`](super::writer) thread.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::map;
use super::exec::{self, Effect};
use super::writer::{ABANDONED, Job, Outcome, QUEUED, State, Step, TIMED_OUT};
use crate::error::DbError;
use crate::row::Rows;
use crate::statement::Statement;

/// A transaction. It queues for the writer with its first statement.
pub(crate) struct WriteTx {
    jobs: Sender<Option<Job>>,
    steps: Option<Sender<Step>>,
    state: Arc<State>,
    acquire_timeout: Duration,
}

impl WriteTx {
    pub(super) fn new(jobs: Sender<Option<Job>>, acquire_timeout: Duration) -> Self {
        Self {
            jobs,
            steps: None,
            state: State::queued(),
            acquire_timeout,
        }
    }

    pub(crate) async fn found<R: Rows + Default + 'static>(
        &mut self,
        s: Statement,
    ) -> Result<R, DbError> {
        self.run(move |c| exec::found(c, &s)).await
    }

    pub(crate) async fn execute(&mut self, s: Statement) -> Result<u64, DbError> {
        self.run(move |c| exec::execute(c, &s)).await
    }

    pub(crate) async fn batch(&mut self, sql: String) -> Result<(), DbError> {
        self.run(move |c| {
            c.execute_batch(&sql)
                .map(|()| ((), Effect::Wrote))
                .map_err(|e| map(c, e))
        })
        .await
    }

    /// Runs the last statements and commits, without waiting for the thread in between. Tells how many
    /// rows they changed.
    pub(crate) async fn finish(mut self, last: Vec<Statement>) -> Result<u64, DbError> {
        let mut answers = Vec::with_capacity(last.len());
        for s in last {
            answers.push(self.send_run(move |c| exec::execute(c, &s))?);
        }
        if self.steps.is_none() {
            return Ok(0);
        }
        let (ack, committed) = oneshot::channel();
        let sent = self.send(Step::Commit(ack));
        let mut changed = 0;
        for answer in answers {
            changed += self.wait(answer).await?;
        }
        sent?;
        self.wait(committed).await?;
        Ok(changed)
    }

    pub(crate) async fn rollback(mut self) -> Result<(), DbError> {
        if self.steps.is_none() {
            return Ok(());
        }
        let (ack, undone) = oneshot::channel();
        match self.send(Step::Rollback(ack)) {
            Ok(()) => self.wait(undone).await,
            // Rolled back already.
            Err(_) => Ok(()),
        }
    }

    async fn run<R: Send + 'static>(
        &mut self,
        f: impl FnOnce(&Connection) -> Result<(R, Effect), DbError> + Send + 'static,
    ) -> Result<R, DbError> {
        let answer = self.send_run(f)?;
        self.wait(answer).await
    }

    fn send_run<R: Send + 'static>(
        &mut self,
        f: impl FnOnce(&Connection) -> Result<(R, Effect), DbError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<R, DbError>>, DbError> {
        let (reply, answer) = oneshot::channel();
        self.send(Step::Run(Box::new(move |connection| {
            let (result, outcome) = match connection.and_then(f) {
                Ok((value, effect)) => (Ok(value), Outcome::Done(effect)),
                Err(e) if e.aborts() => (Err(e.clone()), Outcome::Failed(e)),
                Err(e) => (Err(e), Outcome::Done(Effect::Wrote)),
            };
            let _gone = reply.send(result);
            outcome
        })))?;
        Ok(answer)
    }

    fn send(&mut self, step: Step) -> Result<(), DbError> {
        if let Some(steps) = &self.steps {
            return steps.send(step).map_err(|_| self.why());
        }
        let (steps, receiver) = channel();
        steps.send(step).map_err(|_| super::closed())?;
        self.steps = Some(steps);
        let job = Job {
            steps: receiver,
            state: Arc::clone(&self.state),
        };
        self.jobs.send(Some(job)).map_err(|_| super::closed())
    }

    async fn wait<R>(
        &mut self,
        mut answer: oneshot::Receiver<Result<R, DbError>>,
    ) -> Result<R, DbError> {
        let received = if self.state.is(QUEUED) {
            match tokio::time::timeout(self.acquire_timeout, &mut answer).await {
                Ok(received) => received,
                Err(_) if self.state.leave_queue(ABANDONED) => return Err(DbError::Timeout),
                Err(_) => answer.await,
            }
        } else {
            answer.await
        };
        received.unwrap_or_else(|_| Err(self.why()))
    }

    /// Why the writer does not listen to this transaction any more.
    fn why(&self) -> DbError {
        if self.state.is(TIMED_OUT) || self.state.is(ABANDONED) {
            DbError::Timeout
        } else if self.state.is(QUEUED) {
            super::closed()
        } else {
            DbError::Retry("the transaction was rolled back by the writer".to_owned())
        }
    }
}
