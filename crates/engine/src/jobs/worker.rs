//! Runs what is due.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use sea_query::{Alias, Expr, ExprTrait};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::lease::{Held, Holder, LEASE, WHY, due};
use super::run::run;
use super::{JobRow, Round, WAKE, schedule};
use crate::app::App;
use crate::cx::select;
use crate::outage;
use crate::unit;
use records::error::Error;

/// Jobs of one worker at the same time. A long one keeps its place and nobody else's.
const AT_ONCE: usize = 8;
/// More are claimed when so many places are free: one transaction claims several.
const FREE: usize = 4;

/// A worker beside the requests; ends when told to, after what it is at.
pub struct Worker {
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Worker {
    /// Starts a worker: for the jobs and, beside them, for each of the modules' rounds, so that a slow
    /// provider holds up nobody else.
    pub fn start(app: &Arc<App>) -> Worker {
        Worker::with_lease(app, LEASE)
    }

    /// Starts a worker that holds jobs for less or longer than [`LEASE`] without a sign of life.
    pub fn with_lease(app: &Arc<App>, lease: SignedDuration) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let jobs = tokio::spawn(work(app.clone(), Holder::new(lease), stopped.clone()));
        let rounds = app.registry.rounds();
        let rounds =
            rounds.map(|round| tokio::spawn(go_round(app.clone(), round, stopped.clone())));
        let tasks = std::iter::once(jobs).chain(rounds).collect();
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

async fn go_round(app: Arc<App>, round: Round, mut stopped: watch::Receiver<bool>) {
    let mut news = app.hub.subscribe(WAKE);
    while !*stopped.borrow() {
        match (round.run)(app.clone()).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::debug!(round = round.name, "failed");
                outage::log("what is due could not be done", &error);
            }
        }
        tokio::select! {
            _ = stopped.changed() => {}
            _ = news.recv() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

async fn work(app: Arc<App>, holder: Holder, mut stopped: watch::Receiver<bool>) {
    let mut news = app.hub.subscribe(WAKE);
    let mut renewal = renewal(&holder);
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        if holder.is_unsure() {
            renew(&app, &holder).await;
        }
        let free = AT_ONCE - running.len();
        let claimed = if free >= FREE {
            claim(&app, &holder, free).await.unwrap_or_else(|error| {
                outage::log("jobs could not be claimed", &error);
                Vec::new()
            })
        } else {
            Vec::new()
        };
        let more = !claimed.is_empty();
        for held in claimed {
            running.spawn(run(app.clone(), held, holder.clone()));
        }
        if more && AT_ONCE - running.len() >= FREE {
            continue;
        }
        tokio::select! {
            _ = stopped.changed() => {}
            _ = news.recv() => {}
            Some(_) = running.join_next() => {}
            _ = renewal.tick() => renew(&app, &holder).await,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
    finish(&app, &holder, running).await;
}

async fn claim(app: &Arc<App>, holder: &Holder, most: usize) -> Result<Vec<Held>, Error> {
    schedule::queue(app).await?;
    holder.claim(app, most).await
}

/// Waits for jobs that run, and keeps holding them meanwhile.
async fn finish(app: &Arc<App>, holder: &Holder, mut running: JoinSet<()>) {
    let mut renewal = renewal(holder);
    loop {
        tokio::select! {
            ended = running.join_next() => if ended.is_none() { return },
            _ = renewal.tick() => renew(app, holder).await,
        }
    }
}

fn renewal(holder: &Holder) -> tokio::time::Interval {
    let period = Duration::try_from(holder.lease / 3).unwrap_or(Duration::from_secs(20));
    let mut renewal = interval(period);
    renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    renewal
}

async fn renew(app: &Arc<App>, holder: &Holder) {
    if let Err(error) = holder.renew(app).await {
        outage::log("the leases of jobs could not be renewed", &error);
    }
}

/// Runs some of the jobs and one of each round that are due now, to their end; returns how much that was.
/// For tests and for programs without a worker.
///
/// # Errors
/// When nothing can be claimed. A job that fails is no error here: its row says so.
pub async fn run_due(app: &Arc<App>) -> Result<usize, Error> {
    let holder = Holder::new(LEASE);
    let claimed = claim(app, &holder, AT_ONCE).await?;
    let mut ran = claimed.len();
    let mut running = JoinSet::new();
    for held in claimed {
        running.spawn(run(app.clone(), held, holder.clone()));
    }
    finish(app, &holder, running).await;
    for round in app.registry.rounds().collect::<Vec<_>>() {
        ran += (round.run)(app.clone()).await?;
    }
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
