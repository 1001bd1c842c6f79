//! Removes notifications that nobody looks for any more.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::jobs::{Job, JobInfo, Run, enqueue};
use platform::record::Record;
use serde_json::{Value as Json, json};

use crate::notification::Notification;

/// So long one stays that was read.
const READ_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// So long one stays that was never read.
const UNREAD_KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);
/// So many in one transaction: on SQLite everybody who writes waits for it.
const AT_ONCE: i64 = 1000;

/// Once an hour; at once again while more are left.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "messaging:cleanup",
    run: Run::Inside(run),
    attempts: 3,
    every: Some(Duration::from_secs(3600)),
};

/// Each finds its rows at the beginning of an index of its own.
const READ: &str = "DELETE FROM notification WHERE id IN \
                    (SELECT id FROM notification WHERE read_at < $1 ORDER BY read_at LIMIT $2)";
const UNREAD: &str = "DELETE FROM notification WHERE id IN \
                      (SELECT id FROM notification WHERE read_at IS NULL AND created_at < $1 \
                       ORDER BY created_at LIMIT $2)";

fn run<'a>(cx: &'a mut Cx, _payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let mut more = false;
        for (sql, kept, which) in [(READ, READ_KEPT, "read"), (UNREAD, UNREAD_KEPT, "unread")] {
            let bound = vec![(cx.now() - kept).to_value(), AT_ONCE.to_value()];
            let count = cx
                .unscoped("what is old goes, whoever it was for; audited in one row")
                .execute(Statement::raw(sql, bound))
                .await?;
            if count > 0 {
                let entry = AuditEntry::new(Action::Delete, Notification::NAME, None);
                cx.audit(entry.saying("too old").detailed(json!({ which: count })));
            }
            more |= i64::try_from(count).is_ok_and(|count| count == AT_ONCE);
        }
        match more {
            true => enqueue(cx, vec![Job::now(JOB.kind, Json::Null)]),
            false => Ok(()),
        }
    })
}
