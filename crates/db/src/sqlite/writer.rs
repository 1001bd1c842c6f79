//! The one thread that writes.
//!
//! A transaction sends its statements over a channel of its own and awaits each answer; the channel
//! closing (a dropped handle, a dropped request) rolls it back. While further transactions wait,
//! the thread serves them inside one SQLite transaction, each in a savepoint, and acknowledges all
//! of them after one durable `COMMIT` (**group commit**): one flush of the disk for up to
//! [`GROUP_LIMIT`] transactions. When nobody waits, a transaction is committed at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::map;
use super::exec::Effect;
use super::tx::WriteTx;
use crate::config::DbConfig;
use crate::error::DbError;

/// As many transactions share one commit at most.
const GROUP_LIMIT: usize = 64;
/// As long may the oldest finished transaction wait for its companions.
const GROUP_TIME: Duration = Duration::from_millis(10);

/// Runs on the writer thread; with an error when there is no transaction to run in.
pub(super) type Command = Box<dyn FnOnce(Result<&Connection, DbError>) -> Outcome + Send>;
pub(super) type Ack<T> = oneshot::Sender<Result<T, DbError>>;

pub(super) enum Outcome {
    Done(Effect),
    /// The transaction can only be rolled back; this is why.
    Failed(DbError),
}

pub(super) enum Step {
    Run(Command),
    Commit(Ack<()>),
    Rollback(Ack<()>),
}

pub(super) struct Job {
    pub(super) steps: Receiver<Step>,
    pub(super) state: Arc<State>,
}

pub(super) const QUEUED: u8 = 0;
pub(super) const STARTED: u8 = 1;
pub(super) const ABANDONED: u8 = 2;
pub(super) const TIMED_OUT: u8 = 3;

/// Where a transaction stands; decides races between the writer's taking it up and the caller's
/// giving up, and tells the caller why the channel closed.
pub(super) struct State(AtomicU8);

impl State {
    pub(super) fn queued() -> Arc<Self> {
        Arc::new(Self(AtomicU8::new(QUEUED)))
    }

    pub(super) fn leave_queue(&self, to: u8) -> bool {
        self.0
            .compare_exchange(QUEUED, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    pub(super) fn is(&self, state: u8) -> bool {
        self.0.load(Ordering::Acquire) == state
    }
}

/// The handle to the writer thread.
pub(super) struct Writer {
    jobs: Sender<Option<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    acquire_timeout: Duration,
}

impl Writer {
    pub(super) fn start(connection: Connection, config: &DbConfig) -> Result<Self, DbError> {
        let (jobs, queue) = channel();
        let thread = Thread {
            connection,
            queue,
            idle_limit: config.tx_time_limit,
            pending: Vec::with_capacity(GROUP_LIMIT),
            oldest: Instant::now(),
        };
        let handle = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || thread.run())
            .map_err(|e| DbError::Unavailable(e.to_string()))?;
        Ok(Self {
            jobs,
            thread: Mutex::new(Some(handle)),
            acquire_timeout: config.acquire_timeout,
        })
    }

    pub(super) fn transaction(&self) -> WriteTx {
        WriteTx::new(self.jobs.clone(), self.acquire_timeout)
    }

    /// Lets the thread finish what is queued and waits for it. Blocks.
    pub(super) fn stop(&self) {
        let _stopped_before = self.jobs.send(None);
        if let Some(thread) = self.thread.lock().take() {
            drop(thread.join());
        }
    }
}

struct Thread {
    connection: Connection,
    queue: Receiver<Option<Job>>,
    idle_limit: Duration,
    /// Finished transactions of the open group, to be told of the commit.
    pending: Vec<Ack<()>>,
    /// When the first of them finished.
    oldest: Instant,
}

impl Thread {
    fn run(mut self) {
        while let Ok(Some(job)) = self.queue.recv() {
            let mut next = Some(job);
            let mut stop = false;
            while let Some(job) = next.take() {
                self.serve(&job);
                let full = self.pending.len() >= GROUP_LIMIT
                    || (!self.pending.is_empty() && self.oldest.elapsed() >= GROUP_TIME);
                if !full {
                    match self.queue.try_recv() {
                        Ok(None) => stop = true,
                        Ok(some) => next = some,
                        Err(_) => {}
                    }
                }
            }
            self.commit();
            if stop {
                break;
            }
        }
        // Leaves a small, clean file behind for whoever copies it.
        let _checkpointed =
            self.connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }

    fn sql(&self, sql: &str) -> Result<(), DbError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut s| s.raw_execute())
            .map(drop)
            .map_err(|e| map(&self.connection, e))
    }

    fn begin(&self) -> Result<(), DbError> {
        if self.connection.is_autocommit() {
            self.sql("BEGIN IMMEDIATE")
        } else {
            self.sql("SAVEPOINT member")
        }
    }

    /// Undoes the current transaction, but not its finished companions.
    fn undo(&mut self, savepoint: bool) {
        let undone = if savepoint {
            self.sql("ROLLBACK TO member")
                .and_then(|()| self.sql("RELEASE member"))
        } else {
            self.sql("ROLLBACK")
        };
        if let Err(e) = undone {
            self.lose(&e);
        }
    }

    /// The whole group is gone: SQLite rolls back by itself when the disk is full or fails.
    fn lose(&mut self, e: &DbError) {
        if !self.connection.is_autocommit() {
            let _rolled_back = self.sql("ROLLBACK");
        }
        tracing::warn!(error = %e, transactions = self.pending.len(), "group commit lost");
        for ack in self.pending.drain(..) {
            let _gone = ack.send(Err(everybodys(e)));
        }
    }

    /// Commits the group and tells its members. A failure is everybody's; a lone member gets it by
    /// name, several cannot know whose it was and may try again.
    fn commit(&mut self) {
        if self.connection.is_autocommit() {
            return;
        }
        match self.sql("COMMIT") {
            Ok(()) => {
                for ack in self.pending.drain(..) {
                    let _gone = ack.send(Ok(()));
                }
            }
            Err(e) => {
                if self.pending.len() == 1
                    && let Some(ack) = self.pending.pop()
                {
                    let _gone = ack.send(Err(e.clone()));
                }
                self.lose(&e);
            }
        }
    }

    /// Serves one transaction from its first statement to its end.
    fn serve(&mut self, job: &Job) {
        if !job.state.leave_queue(STARTED) {
            return;
        }
        let mut savepoint = !self.connection.is_autocommit();
        if let Err(e) = self.begin() {
            refuse(job, &e);
            return;
        }
        let (mut wrote, mut failed) = (false, false);
        let mut why = DbError::Unavailable("SQLite rolled back".to_owned());
        loop {
            match self.next_step(job, wrote) {
                Ok(Step::Run(command)) => {
                    let connection = &self.connection;
                    // A panic in a row mapping must not take the writer with it.
                    match catch_unwind(AssertUnwindSafe(|| command(Ok(connection)))) {
                        Ok(Outcome::Done(effect)) => wrote |= effect == Effect::Wrote,
                        Ok(Outcome::Failed(error)) => (wrote, failed, why) = (true, true, error),
                        Err(_) => (wrote, failed) = (true, true),
                    }
                    if self.connection.is_autocommit() {
                        self.lose(&why);
                        return;
                    }
                }
                // Nobody awaits the commit: the caller gave up.
                Ok(Step::Commit(ack)) if failed || ack.is_closed() => {
                    self.undo(savepoint);
                    let _gone = ack.send(Err(DbError::aborted()));
                    return;
                }
                Ok(Step::Commit(ack)) => {
                    if savepoint && let Err(e) = self.sql("RELEASE member") {
                        self.lose(&e);
                        let _gone = ack.send(Err(everybodys(&e)));
                        return;
                    }
                    if self.pending.is_empty() {
                        self.oldest = Instant::now();
                    }
                    self.pending.push(ack);
                    return;
                }
                Ok(Step::Rollback(ack)) => {
                    self.undo(savepoint);
                    let _gone = ack.send(Ok(()));
                    return;
                }
                // Its companions have waited long enough, and it has nothing to lose.
                Err(RecvTimeoutError::Timeout) if self.flushable(wrote) => {
                    match self.commit_and_begin() {
                        Ok(true) => savepoint = false,
                        // Another process (a command beside the server) wrote in between, so what
                        // this transaction has read may be out of date; it learns to retry.
                        Ok(false) => {
                            self.undo(false);
                            return;
                        }
                        Err(e) => {
                            refuse(job, &e);
                            return;
                        }
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    job.state.0.store(TIMED_OUT, Ordering::Release);
                    tracing::warn!("idle transaction rolled back");
                    self.undo(savepoint);
                    return;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.undo(savepoint);
                    return;
                }
            }
        }
    }

    /// Commits the group and begins anew; false when the file was changed from outside meanwhile.
    fn commit_and_begin(&mut self) -> Result<bool, DbError> {
        let before = self.data_version()?;
        self.commit();
        self.begin()?;
        Ok(self.data_version()? == before)
    }

    /// A number that changes when another connection has committed.
    fn data_version(&self) -> Result<i64, DbError> {
        self.connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut s| s.query_one([], |row| row.get(0)))
            .map_err(|e| map(&self.connection, e))
    }

    fn flushable(&self, wrote: bool) -> bool {
        !wrote && !self.pending.is_empty()
    }

    fn next_step(&self, job: &Job, wrote: bool) -> Result<Step, RecvTimeoutError> {
        let wait = if self.flushable(wrote) {
            GROUP_TIME.saturating_sub(self.oldest.elapsed())
        } else {
            self.idle_limit
        };
        job.steps.recv_timeout(wait)
    }
}

/// What a group that was lost for this reason learns: try again, unless there is no room for any of them.
fn everybodys(e: &DbError) -> DbError {
    match e {
        DbError::Full(_) => e.clone(),
        other => DbError::Retry(other.to_string()),
    }
}

/// Answers the waiting step of a transaction that could not begin.
fn refuse(job: &Job, e: &DbError) {
    match job.steps.try_recv() {
        Ok(Step::Run(command)) => drop(command(Err(e.clone()))),
        Ok(Step::Commit(ack) | Step::Rollback(ack)) => drop(ack.send(Err(e.clone()))),
        Err(_) => {}
    }
}
