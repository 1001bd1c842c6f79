//! Kinds of jobs that run by themselves, and the housekeeping of the queue.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use sea_query::{Alias, Expr, OnConflict, Query};
use serde_json::Value as Json;

use super::lease::WHY;
use super::{Job, JobInfo, Run, enqueue};
use crate::app::App;
use crate::cx::Cx;
use crate::unit;
use db::{Statement, ToValue, gather_statistics};
use records::error::Error;

/// Finished rows are kept for people who ask what happened.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Removes finished jobs and answers that nobody may ask for again.
pub const CLEANUP: JobInfo = JobInfo {
    kind: "platform:cleanup",
    run: Run::Inside(|cx, _| Box::pin(clean_up(cx))),
    attempts: 3,
    every: Some(Duration::from_secs(3600)),
};

/// Tells SQLite's planner how tables are filled by now.
pub const STATISTICS: JobInfo = JobInfo {
    kind: "platform:statistics",
    run: Run::Outside(|app, _| {
        Box::pin(async move {
            let tables = gather_statistics(&app.db).await?;
            tracing::debug!(tables, "statistics gathered");
            Ok(())
        })
    }),
    attempts: 3,
    every: Some(Duration::from_secs(3600)),
};

/// Queues what runs by itself and is due.
pub(super) async fn queue(app: &Arc<App>) -> Result<(), Error> {
    unit::program(app, "schedule", |cx| Box::pin(queue_scheduled(cx))).await
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
            enqueue(cx, vec![Job::now(job.kind, Json::Null)])?;
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
