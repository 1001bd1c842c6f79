//! Runs what is due.
//!
//! A worker claims a batch of due rows for [`LEASE`], runs them a few at a time, and says of each what
//! came of it. Whoever dies in between loses the lease, and the next worker tries again. Rows are
//! claimed with `FOR UPDATE SKIP LOCKED` on PostgreSQL and by the single writer on SQLite, so no two
//! workers hold one row.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use sea_query::{
    Alias, Condition, Expr, ExprTrait, LockBehavior, LockType, OnConflict, Order, Query,
};
use serde_json::Value as Json;
use tokio::sync::watch;

use super::{Job, JobInfo, JobRow, JobState, Round, Run, WAKE, enqueue};
use crate::app::App;
use crate::cx::{Cx, select};
use crate::db::{Dialect, Statement, ToValue};
use crate::error::Error;
use crate::module::Hear;
use crate::outbox::{self, Event};
use crate::record::Record;
use crate::unit;

/// How long a worker may hold a row; the longest that a job may take.
pub const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Rows claimed at once.
const BATCH: u64 = 50;
/// Jobs of one worker at the same time.
const AT_ONCE: usize = 4;
/// An event is heard again so often before a person must look.
const HEARINGS: i64 = 12;
/// Finished rows are kept for people who ask what happened.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
const WHY: &str = "the queue belongs to the program";

/// Removes finished jobs and answers that nobody may ask for again.
pub(crate) const CLEANUP: JobInfo = JobInfo {
    kind: "platform:cleanup",
    run: Run::Inside(|cx, _| Box::pin(clean_up(cx))),
    attempts: 3,
    every: Some(Duration::from_secs(3600)),
};

/// A worker beside the requests; ends when told to, after what it is at.
pub struct Worker {
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Worker {
    /// Starts a worker: for the jobs and, beside them, for each of the modules' rounds, so that a slow
    /// provider holds up nobody else.
    pub fn start(app: &Arc<App>) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let jobs = Round {
            name: "jobs",
            run: |app| Box::pin(async move { run_jobs(&app).await }),
        };
        let tasks = std::iter::once(jobs)
            .chain(app.registry.rounds())
            .map(|round| tokio::spawn(work(app.clone(), round, stopped.clone())))
            .collect();
        Worker { stop, tasks }
    }

    /// Lets it finish what it holds.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("the worker had stopped before it was told to");
            }
        }
    }
}

async fn work(app: Arc<App>, round: Round, mut stopped: watch::Receiver<bool>) {
    let mut news = app.hub.subscribe(WAKE);
    while !*stopped.borrow() {
        match (round.run)(app.clone()).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(round = round.name, ?error, "what is due could not be done");
            }
        }
        tokio::select! {
            _ = stopped.changed() => {}
            _ = news.recv() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

/// Runs one batch of jobs and one of each round that are due now; returns how much that was.
///
/// # Errors
/// When nothing can be claimed. A job that fails is no error here: its row says so.
pub async fn run_due(app: &Arc<App>) -> Result<usize, Error> {
    let mut ran = run_jobs(app).await?;
    for round in app.registry.rounds().collect::<Vec<_>>() {
        ran += (round.run)(app.clone()).await?;
    }
    Ok(ran)
}

async fn run_jobs(app: &Arc<App>) -> Result<usize, Error> {
    unit::program(app, "schedule", |cx| Box::pin(queue_scheduled(cx))).await?;
    let worker = uuid::Uuid::now_v7().simple().to_string();
    let name = worker.clone();
    let claimed = unit::program(app, "claim jobs", move |cx| {
        let name = name.clone();
        Box::pin(async move { claim(cx, &name).await })
    })
    .await?;
    let ran = claimed.len();
    futures_util::stream::iter(claimed)
        .for_each_concurrent(AT_ONCE, |row| run(app.clone(), row, worker.clone()))
        .await;
    Ok(ran)
}

/// Jobs that are due and not done, given up or scheduled: what a test left behind.
///
/// # Errors
/// When the database fails.
pub async fn unfinished(app: &Arc<App>) -> Result<Vec<JobRow>, Error> {
    let scheduled: Vec<&str> = app
        .registry
        .jobs()
        .filter(|job| job.every.is_some())
        .map(|job| job.kind)
        .collect();
    unit::program(app, "jobs", move |cx| {
        let scheduled = scheduled.clone();
        Box::pin(async move {
            let mut query = select::<JobRow>();
            query
                .cond_where(due(cx.now()))
                .and_where(Expr::col(Alias::new("kind")).is_not_in(scheduled));
            cx.unscoped(WHY).records(query).await
        })
    })
    .await
}

fn due(now: Timestamp) -> Condition {
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

async fn claim(cx: &mut Cx, worker: &str) -> Result<Vec<JobRow>, Error> {
    let now = cx.now();
    let mut query = select::<JobRow>();
    query
        .cond_where(due(now))
        .order_by("run_at", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(BATCH);
    if cx.dialect() == Dialect::Postgres {
        query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let mut rows: Vec<JobRow> = cx.unscoped(WHY).records(query).await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let mut update = Query::update();
    update
        .table(Alias::new(JobRow::TABLE))
        .value(Alias::new("state"), JobState::Running.as_str())
        .value(Alias::new("worker"), worker)
        .value(
            Alias::new("lease_until"),
            Expr::val((now + LEASE).to_value()),
        )
        .value(
            Alias::new("attempts"),
            Expr::col(Alias::new("attempts")).add(1),
        )
        .and_where(Expr::col(Alias::new("id")).is_in(rows.iter().map(|row| row.meta.id)));
    let statement = Statement::build(cx.dialect(), &update);
    cx.unscoped(WHY).execute(statement).await?;
    for row in &mut rows {
        row.attempts += 1;
    }
    Ok(rows)
}

async fn run(app: Arc<App>, row: JobRow, worker: String) {
    let (id, kind, attempts) = (row.meta.id, row.kind.to_string(), row.attempts);
    let (outcome, most) = match how(&app, &row) {
        Some((How::Inside(run, payload), most)) => {
            (inside(&app, id, &worker, run, payload).await, most)
        }
        Some((How::Heard(hear, event), most)) => {
            (heard(&app, id, &worker, hear, event).await, most)
        }
        Some((How::Outside(run, payload), most)) => {
            let ran = run(app.clone(), payload).await;
            let done = match ran {
                Ok(()) => settle(&app, id, &worker, JobState::Done, None, String::new()).await,
                Err(error) => Err(error),
            };
            (done, most)
        }
        None => (
            Err(Error::internal(format!(
                "nobody runs jobs of the kind {kind}"
            ))),
            1,
        ),
    };
    let Err(error) = outcome else { return };
    // The log is ours alone; the row is shown to people, so it names the kind of failure only.
    tracing::warn!(job = id, kind, attempts, ?error, "job failed");
    let said = error
        .code()
        .map_or("failed; the log says why under the job's number", |code| {
            code.as_str()
        });
    let (state, again) = if attempts >= most {
        (JobState::Dead, None)
    } else {
        (JobState::Pending, Some(app.clock.now() + pause(attempts)))
    };
    if let Err(error) = settle(&app, id, &worker, state, again, said.to_owned()).await {
        tracing::error!(
            job = id,
            ?error,
            "what came of a job could not be written down; its lease will end"
        );
    }
}

enum How {
    Inside(InsideRun, Json),
    Heard(Hear, Event),
    Outside(
        fn(Arc<App>, Json) -> futures_util::future::BoxFuture<'static, Result<(), Error>>,
        Json,
    ),
}

type InsideRun =
    for<'a> fn(&'a mut Cx, &'a Json) -> futures_util::future::BoxFuture<'a, Result<(), Error>>;

/// Who runs a row, and how often it may be tried.
fn how(app: &App, row: &JobRow) -> Option<(How, i64)> {
    let payload = row.payload.open().0.clone();
    if &*row.kind == outbox::KIND {
        let topic = payload["topic"].as_str()?.to_owned();
        let name = payload["subscriber"].as_str()?;
        let hear = app
            .registry
            .subscribers(&topic)
            .find(|subscriber| subscriber.name == name)?
            .hear;
        let event = Event {
            topic,
            payload: payload["payload"].clone(),
        };
        return Some((How::Heard(hear, event), HEARINGS));
    }
    let job = app.registry.jobs().find(|job| job.kind == &*row.kind)?;
    Some(match job.run {
        Run::Inside(run) => (How::Inside(run, payload), job.attempts),
        Run::Outside(run) => (How::Outside(run, payload), job.attempts),
    })
}

/// The work and the row that says it is done, in one transaction.
async fn inside(
    app: &Arc<App>,
    id: i64,
    worker: &str,
    run: InsideRun,
    payload: Json,
) -> Result<(), Error> {
    let worker = worker.to_owned();
    unit::program(app, "job", move |cx| {
        let (worker, payload) = (worker.clone(), payload.clone());
        Box::pin(async move {
            run(cx, &payload).await?;
            write(cx, id, &worker, JobState::Done, None, "").await
        })
    })
    .await
}

async fn heard(
    app: &Arc<App>,
    id: i64,
    worker: &str,
    hear: Hear,
    event: Event,
) -> Result<(), Error> {
    let worker = worker.to_owned();
    unit::program(app, "event", move |cx| {
        let (worker, event) = (worker.clone(), event.clone());
        Box::pin(async move {
            hear(cx, &event).await?;
            write(cx, id, &worker, JobState::Done, None, "").await
        })
    })
    .await
}

async fn settle(
    app: &Arc<App>,
    id: i64,
    worker: &str,
    state: JobState,
    again: Option<Timestamp>,
    said: String,
) -> Result<(), Error> {
    let worker = worker.to_owned();
    unit::program(app, "job", move |cx| {
        let (worker, said) = (worker.clone(), said.clone());
        Box::pin(async move { write(cx, id, &worker, state, again, &said).await })
    })
    .await
}

/// Only the worker that still holds the row may say what came of it.
async fn write(
    cx: &mut Cx,
    id: i64,
    worker: &str,
    state: JobState,
    again: Option<Timestamp>,
    said: &str,
) -> Result<(), Error> {
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

/// Growing pauses with jitter: about 5 s, 10 s, 20 s, … at most an hour.
fn pause(attempts: i64) -> SignedDuration {
    let doubled = 5_000_i64 << attempts.clamp(1, 10).unsigned_abs().saturating_sub(1);
    let most = std::cmp::min(doubled, 3_600_000);
    SignedDuration::from_millis(rand::random_range(most / 2..=most))
}

/// Queues the kinds that run by themselves. The guarded update lets one worker do it for all.
async fn queue_scheduled(cx: &mut Cx) -> Result<(), Error> {
    let app = cx.app.clone();
    for job in app.registry.jobs() {
        let Some(every) = job.every else { continue };
        let every = SignedDuration::try_from(every).map_err(Error::internal)?;
        let mut first = Query::insert();
        first
            .into_table(Alias::new("job_schedule"))
            .columns(["kind", "next_run_at"].map(Alias::new))
            .values([Expr::val(job.kind), Expr::val(cx.now().to_value())])
            .map_err(Error::internal)?
            .on_conflict(
                OnConflict::column(Alias::new("kind"))
                    .do_nothing()
                    .to_owned(),
            );
        let due = Statement::raw(
            "SELECT kind FROM job_schedule WHERE kind = $1 AND next_run_at > $2",
            vec![job.kind.to_value(), cx.now().to_value()],
        );
        if cx.unscoped(WHY).optional::<(String,)>(due).await?.is_some() {
            continue;
        }
        let first = Statement::build(cx.dialect(), &first);
        cx.unscoped(WHY).execute(first).await?;
        let taken = Statement::raw(
            "UPDATE job_schedule SET next_run_at = $1 WHERE kind = $2 AND next_run_at <= $3",
            vec![
                (cx.now() + every).to_value(),
                job.kind.to_value(),
                cx.now().to_value(),
            ],
        );
        if cx.unscoped(WHY).execute(taken).await? == 1 {
            enqueue(cx, vec![Job::now(job.kind, Json::Null)]).await?;
        }
    }
    Ok(())
}

async fn clean_up(cx: &mut Cx) -> Result<(), Error> {
    let old = (cx.now() - KEPT).to_value();
    let finished = Statement::raw(
        "DELETE FROM job WHERE state = 'done' AND finished_at < $1",
        vec![old],
    );
    cx.unscoped(WHY).execute(finished).await?;
    let expired = Statement::raw(
        "DELETE FROM idempotent_reply WHERE expires_at < $1",
        vec![cx.now().to_value()],
    );
    cx.unscoped(WHY).execute(expired).await?;
    Ok(())
}
