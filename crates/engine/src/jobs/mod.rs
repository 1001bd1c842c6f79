//! Work for later: rows that workers claim with a lease.
//!
//! A job that works on the database runs inside one transaction with the row that says it is done, so
//! its effect happens exactly once. A job that talks to the outside world runs without a transaction,
//! and its row says afterwards that it is done: if the program dies in between, it runs again.
//!
//! A worker holds a row with a lease that it renews while it works. Whoever dies loses the lease, and
//! the next worker tries again, after the last attempt no more: then a person decides.

pub(crate) mod lease;
mod run;
mod schedule;
mod worker;

pub use lease::{LEASE, retry_dead};
pub use schedule::{CLEANUP, STATISTICS};
pub use worker::{Worker, run_due, unfinished};

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use sea_query::{Alias, Expr, Query};
use serde_json::Value as Json;

use crate::app::App;
use crate::cx::Cx;
use db::Statement;
use records::error::Error;
use records::field::{Blank, Doc, Line};
use records::record::{self, Meta, Record};
use seal::Sealed;

records::choice! {
    /// Where a job stands.
    pub enum JobState {
        /// Waits for its time or for a worker.
        Pending = "pending",
        /// A worker holds it until its lease ends.
        Running = "running",
        /// Done.
        Done = "done",
        /// Given up after the last attempt; a person decides.
        Dead = "dead",
    }
}

records::record! {
    /// Work for later.
    pub struct JobRow in "job" named "Job" {
        client {}
        server {
            /// What is to be done.
            kind: Line<100> = Line::cut(""),
            /// With what.
            payload: Sealed<Doc> = Sealed::new(Doc::default()),
            /// Not before.
            run_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// Where it stands.
            state: JobState = JobState::Pending,
            /// How often it was tried.
            attempts: i64 = 0,
            /// Until when a worker holds it.
            lease_until: Option<Timestamp> = None,
            /// The worker that holds it.
            worker: Blank<64> = Blank::default(),
            /// What went wrong last; never personal data.
            last_error: Blank<1000> = Blank::default(),
            /// When it was done or given up.
            finished_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

/// How a kind of job runs.
#[derive(Clone, Copy)]
pub enum Run {
    /// In one transaction with the row that says it is done.
    Inside(for<'a> fn(&'a mut Cx, &'a Json) -> BoxFuture<'a, Result<(), Error>>),
    /// Outside any transaction, for what talks to the world.
    Outside(fn(Arc<App>, Json) -> BoxFuture<'static, Result<(), Error>>),
}

/// A kind of job.
#[derive(Clone, Copy)]
pub struct JobInfo {
    /// Its name, stable across versions.
    pub kind: &'static str,
    /// How it runs.
    pub run: Run,
    /// How often it is tried before a person must look.
    pub attempts: i64,
    /// Runs by itself, again after so long; with a payload of null.
    pub every: Option<Duration>,
}

/// What every worker looks for by itself, again and again, beside the jobs: rows of a module's own that
/// fall due and are claimed by whoever comes first, such as messages to patients.
#[derive(Clone, Copy)]
pub struct Round {
    /// Its name, for the log.
    pub name: &'static str,
    /// Does a part of what is due and says how much that was; 0 when nothing is. A worker that is told to
    /// stop waits for it.
    pub run: fn(Arc<App>) -> BoxFuture<'static, Result<usize, Error>>,
}

/// A job to be queued.
#[derive(Debug, Clone)]
pub struct Job {
    /// What is to be done.
    pub kind: &'static str,
    /// With what.
    pub payload: Json,
    /// Not before; at once when none.
    pub run_at: Option<Timestamp>,
}

impl Job {
    /// At once.
    pub fn now(kind: &'static str, payload: Json) -> Job {
        Job {
            kind,
            payload,
            run_at: None,
        }
    }

    /// Not before a moment.
    pub fn at(kind: &'static str, payload: Json, run_at: Timestamp) -> Job {
        Job {
            kind,
            payload,
            run_at: Some(run_at),
        }
    }
}

/// The topic on which workers hear that there is something to do.
pub const WAKE: &str = "jobs";

/// Queues jobs with the unit's transaction: they are stored at its end.
///
/// # Errors
/// When a payload cannot be sealed.
pub fn enqueue(cx: &mut Cx, queued: Vec<Job>) -> Result<(), Error> {
    if queued.is_empty() {
        return Ok(());
    }
    let mut insert = Query::insert();
    insert.into_table(Alias::new(JobRow::TABLE)).columns(
        JobRow::columns()
            .iter()
            .skip(1)
            .map(|name| Alias::new(*name)),
    );
    for job in queued {
        let mut meta = Meta::unstored();
        meta.uid = uuid::Uuid::now_v7();
        meta.created_at = cx.now();
        meta.updated_at = cx.now();
        let row = JobRow {
            meta,
            kind: Line::cut(job.kind),
            payload: Sealed::new(Doc(job.payload)),
            run_at: job.run_at.unwrap_or(cx.now()),
            state: JobState::Pending,
            attempts: 0,
            lease_until: None,
            worker: Blank::default(),
            last_error: Blank::default(),
            finished_at: None,
        };
        let values = record::values(&row, &cx.app.ring())?;
        insert
            .values(values.into_iter().map(Expr::val))
            .map_err(Error::internal)?;
    }
    let statement = Statement::build(cx.dialect(), &insert);
    cx.last.push(statement);
    cx.tell(WAKE, "");
    Ok(())
}
