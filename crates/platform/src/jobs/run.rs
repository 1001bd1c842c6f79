//! One job, from its claim to what came of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use kernel::Backoff;
use serde_json::Value as Json;

use super::lease::{Holder, Outcome, load, write};
use super::{JobRow, Run};
use crate::app::App;
use crate::cx::Cx;
use crate::error::Error;
use crate::outbox;
use crate::unit;

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
pub(super) async fn run(app: Arc<App>, id: i64, holder: Holder) {
    let row = match load(&app, id).await {
        Ok(Some(row)) => row,
        Ok(None) => return,
        Err(error) => {
            tracing::error!(job = id, ?error, "a job cannot be read");
            return note(
                &app,
                id,
                &holder,
                Outcome::Dead("cannot be read".to_owned()),
            )
            .await;
        }
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
    // The log is ours alone; the row is shown to people, so it names the kind of failure only.
    tracing::warn!(job = id, kind, attempts, ?error, "job failed");
    let said = error
        .code()
        .map_or("failed; the log says why under the job's number", |code| {
            code.as_str()
        });
    let outcome = if attempts >= most {
        Outcome::Dead(said.to_owned())
    } else {
        Outcome::Again(app.clock.now() + pause(attempts), said.to_owned())
    };
    note(&app, id, &holder, outcome).await;
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
            holder.settle(app, id, Outcome::Done).await
        }
    }
}

async fn note(app: &Arc<App>, id: i64, holder: &Holder, outcome: Outcome) {
    if let Err(error) = holder.settle(app, id, outcome).await {
        tracing::error!(
            job = id,
            ?error,
            "what came of a job could not be written down; its lease will end"
        );
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
