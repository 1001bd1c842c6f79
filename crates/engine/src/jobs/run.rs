//! One job, from its claim to what came of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use kernel::Backoff;
use serde_json::Value as Json;

use super::lease::{Held, Holder, Outcome, load, write};
use super::{JobRow, Run};
use crate::app::App;
use crate::cx::Cx;
use crate::outage;
use crate::outbox;
use crate::unit;
use db::DbError;
use records::error::Error;

/// An event is heard again so often before a person must look; so is a kind that nobody here knows,
/// since a newer node may.
const HEARINGS: i64 = 12;
/// A job outside the database is given up after so long.
const LONGEST: Duration = Duration::from_secs(3600);

type Inside = Arc<dyn for<'a> Fn(&'a mut Cx) -> BoxFuture<'a, Result<(), Error>> + Send + Sync>;

enum How {
    Inside(Inside),
    Outside(BoxFuture<'static, Result<(), Error>>),
}

/// Runs a claimed row and writes down what came of it.
pub(super) async fn run(app: Arc<App>, held: Held, holder: Holder) {
    let id = held.id;
    let row = match load(&app, id).await {
        Ok(Some(row)) => row,
        Ok(None) => return,
        Err(error) => return note(&app, id, &holder, unread(&app, id, &error)).await,
    };
    let (attempts, kind) = (row.attempts, row.kind.to_string());
    let (how, most) = how(&app, &row);
    if attempts > most {
        let said = "given up: its worker vanished at the last attempt, too";
        tracing::error!(job = id, kind, attempts, said);
        return note(&app, id, &holder, Outcome::Dead(said.to_owned())).await;
    }
    // A panic is the failure of this job, not the end of the worker.
    let ran = AssertUnwindSafe(work(&app, id, &holder, how))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Error::internal("the job panicked")));
    let Err(error) = ran else { return };
    let outcome = failed(&app, &error, attempts, most);
    if matches!(outcome, Outcome::Untried(..)) {
        outage::log("a job is put off", &error);
    } else {
        // The log is ours alone; the row is shown to people, so it names the kind of failure only.
        tracing::warn!(job = id, kind, attempts, ?error, "job failed");
    }
    note(&app, id, &holder, outcome).await;
}

/// What becomes of a row that could not be read: one that is unreadable in itself is given up; a database
/// that was away, or a key that this node has not heard of yet, says nothing about the row.
fn unread(app: &App, id: i64, error: &Error) -> Outcome {
    let damaged = match error {
        Error::Db(DbError::Damaged(damage)) => !damage.lacks_key,
        Error::Db(error) => matches!(error, DbError::Decode(_)),
        _ => true,
    };
    if damaged {
        tracing::error!(job = id, ?error, "a job cannot be read");
        return Outcome::Dead("cannot be read".to_owned());
    }
    outage::log("a job could not be read", error);
    Outcome::Untried(
        app.clock.now() + pause(1),
        "the database was away".to_owned(),
    )
}

/// What becomes of a job that failed. No failure of the database gives it up; only one that may be the job's own
/// doing, a statement that takes too long, uses up its attempts, and then it is tried once an hour.
fn failed(app: &App, error: &Error, attempts: i64, most: i64) -> Outcome {
    let now = app.clock.now();
    let away = || "the database was away".to_owned();
    match error {
        Error::Db(DbError::Timeout) if attempts < most => {
            Outcome::Again(now + pause(attempts), away())
        }
        Error::Db(DbError::Timeout) => Outcome::Untried(now + pause(10), away()),
        Error::Db(error) if error.is_passing() => Outcome::Untried(now + pause(1), away()),
        error => {
            let said = error
                .code()
                .map_or("failed; the log says why under the job's number", |code| {
                    code.as_str()
                });
            if attempts >= most {
                Outcome::Dead(said.to_owned())
            } else {
                Outcome::Again(now + pause(attempts), said.to_owned())
            }
        }
    }
}

async fn work(
    app: &Arc<App>,
    id: i64,
    holder: &Holder,
    how: Result<How, Error>,
) -> Result<(), Error> {
    match how? {
        // The work and the row that says it is done, in one transaction.
        How::Inside(run) => {
            let worker = holder.name.clone();
            unit::program(app, "job", move |cx| {
                let (worker, run) = (worker.clone(), Arc::clone(&run));
                Box::pin(async move {
                    run(cx).await?;
                    write(cx, id, &worker, &Outcome::Done).await
                })
            })
            .await
        }
        How::Outside(run) => {
            let ran = tokio::time::timeout(LONGEST, run).await;
            ran.map_err(|_| Error::internal("the job took longer than an hour"))??;
            settle(app, id, holder, Outcome::Done).await
        }
    }
}

async fn note(app: &Arc<App>, id: i64, holder: &Holder, outcome: Outcome) {
    if let Err(error) = settle(app, id, holder, outcome).await {
        outage::log("what came of a job could not be written down", &error);
    }
}

/// Writes down what came of a row, again for as long as a lease if the database is away. Stays it away, the row
/// is released as soon as it is back, and the job runs again.
async fn settle(app: &Arc<App>, id: i64, holder: &Holder, outcome: Outcome) -> Result<(), Error> {
    let until = Instant::now() + Duration::try_from(holder.lease).unwrap_or_default();
    let mut wait = Duration::from_millis(250);
    loop {
        let error = match holder.settle(app, id, outcome.clone()).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let passing = matches!(&error, Error::Db(error) if error.is_passing());
        if !passing || Instant::now() + wait >= until {
            holder.doubt();
            return Err(error);
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(2));
    }
}

/// Who runs a row, and how often it may be tried.
fn how(app: &Arc<App>, row: &JobRow) -> (Result<How, Error>, i64) {
    let payload = row.payload.open().0.clone();
    if &*row.kind == outbox::KIND {
        return (hearing(app, &payload), HEARINGS);
    }
    let Some(job) = app.registry.jobs().find(|job| job.kind == &*row.kind) else {
        let unknown = format!("nobody runs jobs of the kind {}", &*row.kind);
        return (Err(Error::internal(unknown)), HEARINGS);
    };
    let how = match job.run {
        Run::Inside(run) => How::Inside(inside(move |cx| {
            let payload = payload.clone();
            Box::pin(async move { run(cx, &payload).await })
        })),
        // Called when it is polled: a panic before the first await counts, too.
        Run::Outside(run) => {
            let app = Arc::clone(app);
            How::Outside(Box::pin(async move { run(app, payload).await }))
        }
    };
    (Ok(how), job.attempts)
}

fn hearing(app: &App, payload: &Json) -> Result<How, Error> {
    let text = |name: &str| {
        let text = payload[name].as_str();
        text.ok_or_else(|| Error::internal(format!("an event without {name}")))
    };
    let (topic, name) = (text("topic")?, text("subscriber")?);
    let deliver = app
        .registry
        .subscribers(topic)
        .find(|subscriber| subscriber.name == name)
        .ok_or_else(|| Error::internal(format!("{name} does not hear {topic}")))?
        .deliver
        .clone();
    let event = payload["payload"].clone();
    Ok(How::Inside(inside(move |cx| deliver(cx, event.clone()))))
}

fn inside(
    run: impl for<'a> Fn(&'a mut Cx) -> BoxFuture<'a, Result<(), Error>> + Send + Sync + 'static,
) -> Inside {
    Arc::new(run)
}

const BACKOFF: Backoff = Backoff::new(SignedDuration::from_secs(5), SignedDuration::from_hours(1));

fn pause(attempts: i64) -> SignedDuration {
    BACKOFF.spread_pause(u32::try_from(attempts).unwrap_or(0), rand::random())
}
