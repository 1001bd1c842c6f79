//! Removes what has expired: used tokens, old counters, sessions that can no longer be refreshed.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::jobs::{JobInfo, Run};
use serde_json::Value as Json;

use crate::credential::lockout::FORGET_AFTER;

/// Sessions stay on view so long after they expired.
const SESSIONS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Once an hour.
pub(crate) const JOB: JobInfo = JobInfo {
    kind: "identity:cleanup",
    run: Run::Inside(run),
    attempts: 3,
    every: Some(Duration::from_secs(3600)),
};

fn run<'a>(cx: &'a mut Cx, _payload: &'a Json) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let now = cx.now();
        for (sql, before) in [
            ("DELETE FROM used_token WHERE expires_at < $1", now),
            ("DELETE FROM login_address WHERE empty_at < $1", now),
            (
                "DELETE FROM login_failure WHERE last_at < $1",
                now - FORGET_AFTER,
            ),
            (
                r#"DELETE FROM "session" WHERE expires_at < $1"#,
                now - SESSIONS_KEPT,
            ),
        ] {
            cx.unscoped("what has expired")
                .untraced()
                .execute(Statement::raw(sql, vec![before.to_value()]))
                .await?;
        }
        Ok(())
    })
}
