//! What is wrong with the installation.

use jiff::Timestamp;
use kernel::Reach;

use super::{Alert, SYSTEM, Urgency};
use crate::cx::Cx;
use crate::db::{DbUrl, Statement};
use crate::doctor::same_directory;
use crate::error::Error;
use crate::keys;
use crate::settings::Settings;
use crate::texts::Text;
use crate::waiting;

/// The notices, for those who run the hospital.
pub(crate) async fn notices(cx: &mut Cx) -> Result<Vec<Alert>, Error> {
    if cx.grant_of(SYSTEM).reach == Reach::None {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let failed = "SELECT kind, count(*), max(updated_at) FROM job WHERE state = 'dead' GROUP BY kind ORDER BY kind";
    let jobs: Vec<(String, i64, Timestamp)> = cx
        .unscoped("jobs are the installation's")
        .all(Statement::raw(failed, Vec::new()))
        .await?;
    for (kind, count, at) in jobs {
        let text = Text::new("alert-jobs-failed")
            .with("kind", kind)
            .with("count", count);
        found.push(notice(cx, "jobs_failed", Urgency::Critical, &text, at));
    }
    let now = cx.now();
    let waiting = waiting::oldest(&cx.app.db, now).await?;
    let overdue = |since: Option<Timestamp>| {
        since.filter(|at| now.as_second() - at.as_second() >= waiting::MINUTES * 60)
    };
    for (kind, text, since) in [
        ("jobs_waiting", "alert-jobs-waiting", overdue(waiting.job)),
        (
            "audit_waiting",
            "alert-audit-waiting",
            overdue(waiting.audit_row),
        ),
    ] {
        if let Some(since) = since {
            found.push(notice(cx, kind, Urgency::Critical, &Text::new(text), since));
        }
    }
    for (kind, text) in standing(&cx.app.settings) {
        found.push(notice(cx, kind, Urgency::Warning, &Text::new(text), now));
    }
    Ok(found)
}

/// What the settings alone tell.
fn standing(settings: &Settings) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    if let DbUrl::Sqlite(database) = &settings.database {
        let key = keys::default_key_file(settings);
        if settings.master_key.is_none() && key.exists() && same_directory(&key, database) {
            found.push(("key_beside_database", "alert-key-beside-database"));
        }
        if same_directory(&settings.audit_anchor_path(), database) {
            found.push(("anchor_beside_database", "alert-anchor-beside-database"));
        }
    }
    found
}

fn notice(cx: &Cx, kind: &str, severity: Urgency, text: &Text, at: Timestamp) -> Alert {
    Alert {
        id: None,
        kind: kind.to_owned(),
        severity,
        message: cx.app.texts.render(cx.origin.language, text),
        patient: None,
        patient_id: None,
        is_read: false,
        created_at: at,
    }
}
