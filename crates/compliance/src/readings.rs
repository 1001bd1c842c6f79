//! How many records each user opens within an hour of the clock, and who opens more than their role usually does.
//!
//! The trail is counted as it is read by the watch, so that asking costs what there is to say.

use jiff::{SignedDuration, Timestamp};
use platform::alert::Urgency;
use platform::cx::{Cx, values};
use platform::db::{Dialect, Statement, ToValue};
use platform::error::Error;
use platform::texts::Text;

/// So long what was found is told.
const TOLD: SignedDuration = SignedDuration::from_hours(24);
/// So long it is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Of so many at most.
const MOST: i64 = 20;

const WHY: &str = "the program watches over every record";

/// Counts the records opened in a part of the trail. Somebody who opens one twice in an hour is counted once for each
/// part that is read.
pub(crate) async fn count(cx: &mut Cx, after: i64, to: i64) -> Result<(), Error> {
    let hour = match cx.dialect() {
        // Moments are kept as microseconds.
        Dialect::Sqlite => "(timestamp - timestamp % 3600000000)",
        Dialect::Postgres => "date_trunc('hour', timestamp)",
    };
    let mut count = Statement::raw("", values([&after, &to]));
    count.sql = format!(
        "INSERT INTO access_reading (\"user\", hour, records) \
         SELECT coalesce(acting_user, \"user\"), {hour}, count(DISTINCT patient) FROM audit_log \
         WHERE id > $1 AND id <= $2 AND patient IS NOT NULL AND \"user\" IS NOT NULL \
         AND action IN ('view', 'print', 'export') GROUP BY 1, 2 \
         ON CONFLICT (\"user\", hour) DO UPDATE SET records = access_reading.records + excluded.records"
    )
    .into();
    cx.unscoped(WHY).execute(count).await?;
    let old = Statement::raw(
        "DELETE FROM access_reading WHERE hour < $1",
        vec![(cx.now() - KEPT).to_value()],
    );
    cx.unscoped("what has expired").execute(old).await?;
    Ok(())
}

/// Who opened more than the limit of their role, with how many and when.
pub(crate) async fn raised(cx: &mut Cx) -> Result<Vec<(Urgency, Text, Timestamp)>, Error> {
    let sql = r#"SELECT u.username, r.records, r.hour, l.records_per_hour FROM access_reading r
        JOIN app_user u ON u.id = r."user"
        JOIN reading_limit l ON l.is_active AND (l.role = u.role OR (l.role IS NULL
            AND NOT EXISTS (SELECT 1 FROM reading_limit o WHERE o.role = u.role)))
        WHERE r.hour > $1 AND r.records > l.records_per_hour ORDER BY r.records DESC LIMIT $2"#;
    let since = cx.now() - TOLD;
    let rows: Vec<(String, i64, Timestamp, i64)> = cx
        .unscoped("alerts are shown to those who judge")
        .all(Statement::raw(sql, vec![since.to_value(), MOST.to_value()]))
        .await?;
    let zone = &cx.app.zone;
    let told = |(who, count, hour, limit): (String, i64, Timestamp, i64)| {
        let from = zone.to_local(hour).strftime("%Y-%m-%d %H:%M");
        let text = Text::new("compliance-alert-readings")
            .with("who", who)
            .with("count", count)
            .with("from", from)
            .with("limit", limit);
        (Urgency::Critical, text, hour)
    };
    Ok(rows.into_iter().map(told).collect())
}
