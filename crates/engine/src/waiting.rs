//! How long work has waited: what shows that a worker or the sealer stands still, while all else answers.

use jiff::Timestamp;

use db::{Db, DbError, Statement, ToValue};

/// A job that is due, or an audit row without a place in the chain, is worth an alert after so many minutes.
pub const MINUTES: i64 = 5;

/// Since when the oldest waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The oldest job that is due and not begun, or whose worker vanished.
    pub job: Option<Timestamp>,
    /// The oldest audit row that has no place in the chain.
    pub audit_row: Option<Timestamp>,
}

/// Looks for the oldest of each kind.
///
/// # Errors
/// When the database fails.
pub async fn oldest(db: &Db, now: Timestamp) -> Result<Waiting, DbError> {
    let job = "SELECT CASE WHEN state = 'pending' THEN run_at ELSE lease_until END AS since FROM job \
               WHERE (state = 'pending' AND run_at <= $1) OR (state = 'running' AND lease_until <= $1) \
               ORDER BY since LIMIT 1";
    let job = Statement::raw(job, vec![now.to_value()]);
    let row = "SELECT timestamp FROM audit_log WHERE id > \
               (SELECT coalesce(max(audit_log), 0) FROM audit_link) ORDER BY id LIMIT 1";
    let row = Statement::raw(row, Vec::new());
    Ok(Waiting {
        job: db.optional::<(Timestamp,)>(job).await?.map(|(at,)| at),
        audit_row: db.optional::<(Timestamp,)>(row).await?.map(|(at,)| at),
    })
}
