//! Who holds which row, and until when.
//!
//! Rows are claimed with `FOR UPDATE SKIP LOCKED` on PostgreSQL and by the single writer on SQLite, so
//! no two workers hold one row. Whoever dies loses the lease, and the next worker tries again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use sea_query::{Alias, Condition, Expr, ExprTrait, LockBehavior, LockType, Order, Query};

use super::{JobRow, JobState};
use crate::app::App;
use crate::cx::{Cx, select};
use crate::unit::{self, Opening};
use db::{Db, DbError, Dialect, Statement, ToValue};
use records::error::Error;
use records::record::Record;

/// How long a row is held without a sign of life. A worker renews its leases three times as often, for
/// as long as it works on them.
pub const LEASE: SignedDuration = SignedDuration::from_mins(1);

/// The attempts of a row that was claimed and not tried.
const ONE_LESS: &str = "CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END";

pub(super) const WHY: &str = "the queue belongs to the program";

/// A worker's name, how long it holds what it does not renew, and what it has in hand. Clones are the same
/// worker.
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) lease: SignedDuration,
    in_hand: Arc<Mutex<BTreeSet<i64>>>,
    unsure: Arc<AtomicBool>,
}

impl Holder {
    pub(super) fn new(lease: SignedDuration) -> Holder {
        Holder {
            name: uuid::Uuid::now_v7().simple().to_string(),
            lease,
            in_hand: Arc::default(),
            unsure: Arc::default(),
        }
    }

    /// Whether rows may bear this worker's name that it does not have in hand: a claim whose answer was lost, or
    /// an outcome that could not be written down. They are to be released.
    pub(super) fn is_unsure(&self) -> bool {
        self.unsure.load(Ordering::Relaxed)
    }

    pub(super) fn doubt(&self) {
        self.unsure.store(true, Ordering::Relaxed);
    }

    /// Claims rows that are due; returns them in the order in which they became due. A row whose worker
    /// vanished may have been the reason, so it is claimed alone: it takes no others with it.
    pub(super) async fn claim(&self, app: &Arc<App>, most: usize) -> Result<Vec<Held>, Error> {
        let holder = self.clone();
        let claimed = unit::program(app, "claim jobs", move |cx| {
            let holder = holder.clone();
            Box::pin(async move { claim(cx, &holder, most).await })
        })
        .await
        // The claim may have been committed all the same.
        .inspect_err(|_| self.doubt())?;
        self.in_hand.lock().extend(&claimed);
        let held = |id| Held {
            id,
            holder: self.clone(),
        };
        Ok(claimed.into_iter().map(held).collect())
    }

    /// Holds what it has in hand for another while, and releases whatever else bears its name: nobody works on
    /// that, and this worker's other leases say nothing about it.
    pub(super) async fn renew(&self, app: &Arc<App>) -> Result<(), Error> {
        self.unsure.store(false, Ordering::Relaxed);
        let in_hand: Vec<i64> = self.in_hand.lock().iter().copied().collect();
        let renewed = self.renew_and_release(app, in_hand).await;
        renewed.inspect_err(|_| self.doubt())
    }

    async fn renew_and_release(&self, app: &Arc<App>, in_hand: Vec<i64>) -> Result<(), Error> {
        let now = app.clock.now();
        let mine = || {
            Condition::all()
                .add(Expr::col(Alias::new("worker")).eq(self.name.as_str()))
                .add(Expr::col(Alias::new("state")).eq(JobState::Running.as_str()))
        };
        let id = || Expr::col(Alias::new("id"));
        if !in_hand.is_empty() {
            let mut renew = Query::update();
            renew
                .table(Alias::new(JobRow::TABLE))
                .value(
                    Alias::new("lease_until"),
                    Expr::val((now + self.lease).to_value()),
                )
                .cond_where(mine().add(id().is_in(in_hand.iter().copied())));
            let renew = Statement::build(app.db.dialect(), &renew);
            app.db.execute(renew).await?;
        }
        let mut release = Query::update();
        release
            .table(Alias::new(JobRow::TABLE))
            .value(Alias::new("state"), JobState::Pending.as_str())
            .value(Alias::new("worker"), "")
            .value(Alias::new("lease_until"), Option::<String>::None)
            // It was not the job that failed.
            .value(Alias::new("attempts"), Expr::cust(ONE_LESS))
            .cond_where(mine());
        // Spelt out only where there are any: an empty list is compared with nothing.
        if !in_hand.is_empty() {
            release.and_where(id().is_not_in(in_hand));
        }
        let release = Statement::build(app.db.dialect(), &release);
        let released = app.db.execute(release).await?;
        if released > 0 {
            tracing::warn!(released, "jobs that were lost sight of are tried again");
            app.hub.publish_here(super::WAKE, String::new());
        }
        Ok(())
    }

    /// Writes down what came of a row, in a transaction of its own.
    pub(super) async fn settle(
        &self,
        app: &Arc<App>,
        id: i64,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let holder = self.clone();
        unit::program(app, "job", move |cx| {
            let (holder, outcome) = (holder.clone(), outcome.clone());
            Box::pin(async move { write(cx, id, &holder.name, &outcome).await })
        })
        .await
    }
}

/// A claimed row; in hand until this is dropped.
pub(super) struct Held {
    pub(super) id: i64,
    holder: Holder,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.holder.in_hand.lock().remove(&self.id);
    }
}

/// What came of a job.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// It failed, and is tried again then.
    Again(Timestamp, String),
    /// It could not be tried, because the database was away; this attempt does not count.
    Untried(Timestamp, String),
    /// It failed for the last time.
    Dead(String),
}

pub(super) fn due(now: Timestamp) -> Condition {
    let state = || Expr::col(Alias::new("state"));
    let reached = |name: &str| Expr::col(Alias::new(name)).lte(Expr::val(now.to_value()));
    Condition::any()
        .add(
            Condition::all()
                .add(state().eq(JobState::Pending.as_str()))
                .add(reached("run_at")),
        )
        .add(
            Condition::all()
                .add(state().eq(JobState::Running.as_str()))
                .add(reached("lease_until")),
        )
}

/// The rows that are due, the oldest first, held where several claim at a time.
pub(crate) fn claimable(dialect: Dialect, now: Timestamp, most: usize) -> Statement {
    let mut query = Query::select();
    query
        .columns(["id", "state"].map(Alias::new))
        .from(Alias::new(JobRow::TABLE))
        .cond_where(due(now))
        .order_by("run_at", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(most as u64);
    if dialect == Dialect::Postgres {
        query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Statement::build(dialect, &query)
}

async fn claim(cx: &mut Cx, holder: &Holder, most: usize) -> Result<Vec<i64>, Error> {
    let now = cx.now();
    let statement = claimable(cx.dialect(), now, most);
    let rows: Vec<(i64, String)> = cx.unscoped(WHY).all(statement).await?;
    let abandoned = rows
        .iter()
        .find(|(_, state)| state == JobState::Running.as_str());
    let ids: Vec<i64> = match abandoned {
        Some((id, _)) => vec![*id],
        None => rows.into_iter().map(|(id, _)| id).collect(),
    };
    if ids.is_empty() {
        return Ok(ids);
    }
    let mut update = Query::update();
    update
        .table(Alias::new(JobRow::TABLE))
        .value(Alias::new("state"), JobState::Running.as_str())
        .value(Alias::new("worker"), holder.name.as_str())
        .value(
            Alias::new("lease_until"),
            Expr::val((now + holder.lease).to_value()),
        )
        .value(
            Alias::new("attempts"),
            Expr::col(Alias::new("attempts")).add(1),
        )
        .and_where(Expr::col(Alias::new("id")).is_in(ids.iter().copied()));
    let statement = Statement::build(cx.dialect(), &update);
    cx.unscoped(WHY).execute(statement).await?;
    Ok(ids)
}

/// A claimed row. One that cannot be opened fails alone, which is why they are not read together.
pub(super) async fn load(app: &Arc<App>, id: i64) -> Result<Option<JobRow>, Error> {
    unit::read(app, &Opening::program("job"), move |cx| {
        Box::pin(async move {
            let mut query = select::<JobRow>();
            query.and_where(Expr::col(Alias::new("id")).eq(id));
            cx.unscoped(WHY).record(query).await
        })
    })
    .await
}

/// Tries every job again that was given up, with all its attempts; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn retry_dead(db: &Db, now: Timestamp) -> Result<u64, DbError> {
    let statement = Statement::raw(
        "UPDATE job SET state = 'pending', attempts = 0, run_at = $1, finished_at = NULL, \
         worker = '', updated_at = $1, version = version + 1 WHERE state = 'dead'",
        vec![now.to_value()],
    );
    db.execute(statement).await
}

/// Only the worker that still holds the row may say what came of it.
pub(super) async fn write(
    cx: &mut Cx,
    id: i64,
    worker: &str,
    outcome: &Outcome,
) -> Result<(), Error> {
    let (state, again, said) = match outcome {
        Outcome::Done => (JobState::Done, None, ""),
        Outcome::Again(at, said) | Outcome::Untried(at, said) => {
            (JobState::Pending, Some(*at), said.as_str())
        }
        Outcome::Dead(said) => (JobState::Dead, None, said.as_str()),
    };
    let finished = matches!(state, JobState::Done | JobState::Dead).then(|| cx.now());
    let statement = Statement::raw(
        "UPDATE job SET state = $1, run_at = COALESCE($2, run_at), last_error = $3, finished_at = $4, \
         attempts = CASE WHEN $8 AND attempts > 0 THEN attempts - 1 ELSE attempts END, \
         lease_until = NULL, updated_at = $5, version = version + 1 \
         WHERE id = $6 AND worker = $7 AND state = 'running'",
        vec![
            state.as_str().to_value(),
            again.to_value(),
            said.to_value(),
            finished.to_value(),
            cx.now().to_value(),
            id.to_value(),
            worker.to_value(),
            matches!(outcome, Outcome::Untried(..)).to_value(),
        ],
    );
    match cx.unscoped(WHY).execute(statement).await? {
        1 => Ok(()),
        _ => Err(Error::internal(
            "the lease of a job ended before it was done",
        )),
    }
}
