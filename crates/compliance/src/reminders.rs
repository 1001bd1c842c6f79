//! Reminds the Admins of breaches of which the authority does not know yet.

use std::time::Duration;

use contracts::BreachNoticeDue;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::jobs::{JobInfo, Run};
use platform::record::Record;
use platform::serde_json::Value as Json;

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

/// Nobody told the authority, it is time to, and nobody was reminded of it lately.
macro_rules! due {
    () => {
        "notified_at IS NULL AND regulator_due_at <= $1 AND (reminded_at IS NULL OR reminded_at <= $2 \
         OR (reminded_at < regulator_due_at AND regulator_due_at <= $3))"
    };
}

fn run<'a>(cx: &'a mut Cx, _payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let now = cx.now();
        // Asked once more of each row as it is then: two workers at it remind once.
        let statement = Statement::raw(
            concat!(
                "UPDATE breach_incident SET reminded_at = $3 WHERE ",
                due!(),
                " AND id IN (SELECT id FROM breach_incident WHERE ",
                due!(),
                " ORDER BY regulator_due_at, id LIMIT $4) RETURNING id, regulator_due_at"
            ),
            vec![
                (now + BEFORE).to_value(),
                (now - AGAIN).to_value(),
                now.to_value(),
                AT_ONCE.to_value(),
            ],
        );
        let due: Vec<(i64, Timestamp)> = cx
            .unscoped("the program reminds of every breach")
            .all(statement)
            .await?;
        for (breach, due_at) in due {
            // That the hospital was reminded is part of the evidence.
            cx.audit(AuditEntry {
                description: "the Admins were reminded of the notice that is due".to_owned(),
                ..AuditEntry::new(Action::Other, Breach::NAME, Some(breach))
            });
            cx.emit(&BreachNoticeDue {
                breach,
                due_at,
                overdue: due_at <= now,
            })?;
        }
        Ok(())
    })
}
