//! Who holds which row, and until when.
//!
//! Rows are claimed with `FOR UPDATE SKIP LOCKED` on PostgreSQL and by the single writer on SQLite, so
//! no two workers hold one row. Whoever dies loses the lease, and the next worker tries again.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sea_query::{Alias, Condition, Expr, ExprTrait, LockBehavior, LockType, Order, Query};

use super::{JobRow, JobState};
use crate::app::App;
use crate::cx::{Cx, select};
use crate::db::{Dialect, Statement, ToValue};
use crate::error::Error;
use crate::record::Record;
use crate::unit::{self, Opening};

/// How long a row is held without a sign of life. A worker renews its leases three times as often, for
/// as long as it works on them.
pub const LEASE: SignedDuration = SignedDuration::from_mins(1);

pub(super) const WHY: &str = "the queue belongs to the program";

/// A worker's name, and how long it holds what it does not renew.
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) lease: SignedDuration,
}

impl Holder {
    pub(super) fn new(lease: SignedDuration) -> Holder {
        Holder {
            name: uuid::Uuid::now_v7().simple().to_string(),
            lease,
        }
    }

    /// Claims rows that are due; returns their ids, in the order in which they became due. A row whose
    /// worker vanished may have been the reason, so it is claimed alone: it takes no others with it.
    pub(super) async fn claim(&self, app: &Arc<App>, most: usize) -> Result<Vec<i64>, Error> {
        let holder = self.clone();
        unit::program(app, "claim jobs", move |cx| {
            let holder = holder.clone();
            Box::pin(async move { claim(cx, &holder, most).await })
        })
        .await
    }

    /// Holds everything for another while.
    pub(super) async fn renew(&self, app: &Arc<App>) -> Result<(), Error> {
        let statement = Statement::raw(
            "UPDATE job SET lease_until = $1 WHERE worker = $2 AND state = 'running'",
            vec![
                (app.clock.now() + self.lease).to_value(),
                self.name.to_value(),
            ],
        );
        app.db.execute(statement).await?;
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

/// What came of a job.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// It failed, and is tried again then.
    Again(Timestamp, String),
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

/// Only the worker that still holds the row may say what came of it.
pub(super) async fn write(
    cx: &mut Cx,
    id: i64,
    worker: &str,
    outcome: &Outcome,
) -> Result<(), Error> {
    let (state, again, said) = match outcome {
        Outcome::Done => (JobState::Done, None, ""),
        Outcome::Again(at, said) => (JobState::Pending, Some(*at), said.as_str()),
        Outcome::Dead(said) => (JobState::Dead, None, said.as_str()),
    };
    let finished = matches!(state, JobState::Done | JobState::Dead).then(|| cx.now());
    let statement = Statement::raw(
        "UPDATE job SET state = $1, run_at = COALESCE($2, run_at), last_error = $3, finished_at = $4, \
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
        ],
    );
    match cx.unscoped(WHY).execute(statement).await? {
        1 => Ok(()),
        _ => Err(Error::internal(
            "the lease of a job ended before it was done",
        )),
    }
}
