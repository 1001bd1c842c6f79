//! What is wrong with the installation.

use jiff::{SignedDuration, Timestamp};
use kernel::Reach;

use crate::doctor::same_directory;
use db::{DbUrl, Statement, ToValue};
use engine::alert::{Alert, SYSTEM, Urgency};
use engine::cx::Cx;
use engine::inside::InsideApp;
use engine::keys;
use engine::waiting;
use outside::settings::{MessagesGo, Settings};
use records::error::Error;
use texts::Text;

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
    let waiting = waiting::oldest(cx.app.database(), now).await?;
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
    for (kind, text, at) in anchor(cx) {
        found.push(notice(cx, kind, Urgency::Critical, &text, at));
    }
    for (text, at) in refusals(cx).await? {
        found.push(notice(cx, "refusals", Urgency::Warning, &text, at));
    }
    for (kind, text) in standing(&cx.app.settings) {
        found.push(notice(cx, kind, Urgency::Warning, &text, now));
    }
    Ok(found)
}

/// From so many refusals within a day on, somebody looks.
const REFUSALS: i64 = 20;
/// Of so many people or networks at most.
const REFUSED: i64 = 20;

/// Who tried again and again what is not theirs, or an address from which nobody did who is known.
async fn refusals(cx: &mut Cx) -> Result<Vec<(Text, Timestamp)>, Error> {
    let since = cx.now() - SignedDuration::from_hours(24);
    let sql = r#"SELECT username, ip_address, count(*), max("timestamp") FROM audit_log
               WHERE object_type = $1 AND "timestamp" >= $2 GROUP BY username, ip_address
               HAVING count(*) >= $3 ORDER BY 3 DESC LIMIT $4"#;
    let values = vec![
        engine::audit::REFUSAL.to_value(),
        since.to_value(),
        REFUSALS.to_value(),
        REFUSED.to_value(),
    ];
    let rows: Vec<(String, String, i64, Timestamp)> = cx
        .unscoped("what was refused concerns the installation")
        .all(Statement::raw(sql, values))
        .await?;
    let text = |(name, ip, count, at): (String, String, i64, Timestamp)| {
        let who = if name.is_empty() { ip } else { name };
        let text = Text::new("alert-refusals").with("who", who);
        (text.with("count", count), at)
    };
    Ok(rows.into_iter().map(text).collect())
}

/// What this process sees of the anchor of the audit trail.
fn anchor(cx: &Cx) -> Vec<(&'static str, Text, Timestamp)> {
    let trouble = cx.app.anchor_trouble.now();
    let unwritable = trouble.unwritable.map(|at| {
        (
            "anchor_unwritable",
            Text::new("alert-anchor-unwritable"),
            at,
        )
    });
    let shorter = trouble.shorter.map(|(anchored, found, at)| {
        let text = Text::new("alert-trail-shorter").with("found", found);
        ("trail_shorter", text.with("anchored", anchored), at)
    });
    unwritable.into_iter().chain(shorter).collect()
}

/// What the settings alone tell.
fn standing(settings: &Settings) -> Vec<(&'static str, Text)> {
    let mut found = Vec::new();
    let mut say = |kind, key: &'static str| found.push((kind, Text::new(key)));
    if let DbUrl::Sqlite(database) = &settings.database {
        let key = keys::default_key_file(settings);
        if settings.master_key.is_none() && key.exists() && same_directory(&key, database) {
            say("key_beside_database", "alert-key-beside-database");
        }
        if same_directory(&settings.audit_anchor_path(), database) {
            say("anchor_beside_database", "alert-anchor-beside-database");
        }
    }
    if settings.messages_go == MessagesGo::Out {
        if settings.sends_no_mail() {
            say("no_mail", "alert-no-mail");
        }
        if settings.sends_no_sms() {
            say("no_sms", "alert-no-sms");
        }
    }
    if settings.unreachable_from_outside() {
        let text = Text::new("alert-no-public-url").with("url", settings.public_url());
        found.push(("no_public_url", text));
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
