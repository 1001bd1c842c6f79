//! Reminds the Admins of breaches of which the authority does not know yet.

use std::time::Duration;

use contracts::BreachNoticeDue;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use platform::cx::{Cx, among, column};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::jobs::{JobInfo, Run};
use platform::record::Record;
use platform::serde_json::Value as Json;
use sea_query::{Alias, Expr, Query};

use crate::breach::Breach;

/// From so many hours before the deadline on.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// Not more often than this, but for the moment at which the deadline passes.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// So many at a time; the others an hour later.
const AT_ONCE: i64 = 100;

/// Four times an hour.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "compliance:reminders",
    run: Run::Inside(run),
    attempts: 5,
    every: Some(Duration::from_secs(900)),
};

fn run<'a>(cx: &'a mut Cx, _payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let now = cx.now();
        let statement = Statement::raw(
            "SELECT id, regulator_due_at, reminded_at FROM breach_incident \
             WHERE notified_at IS NULL AND regulator_due_at <= $1 \
             AND (reminded_at IS NULL OR reminded_at <= $2 OR (reminded_at < regulator_due_at AND regulator_due_at <= $3)) \
             ORDER BY regulator_due_at, id LIMIT $4",
            vec![
                (now + BEFORE).to_value(),
                (now - AGAIN).to_value(),
                now.to_value(),
                AT_ONCE.to_value(),
            ],
        );
        let due: Vec<(i64, Timestamp, Option<Timestamp>)> = cx
            .unscoped("the program reminds of every breach")
            .all(statement)
            .await?;
        if due.is_empty() {
            return Ok(());
        }
        for (breach, due_at, _) in &due {
            cx.emit(&BreachNoticeDue {
                breach: *breach,
                due_at: *due_at,
                overdue: *due_at <= now,
            })?;
        }
        let ids: Vec<i64> = due.iter().map(|(id, ..)| *id).collect();
        let mut update = Query::update();
        update
            .table(Alias::new(Breach::TABLE))
            .value(Alias::new("reminded_at"), Expr::val(now.to_value()))
            .and_where(among(cx.dialect(), column(Breach::TABLE, "id"), &ids));
        let statement = Statement::build(cx.dialect(), &update);
        cx.unscoped("that somebody was reminded is nobody's deed")
            .untraced()
            .execute(statement)
            .await?;
        Ok(())
    })
}
