//! What compliance contributes to `alerts/`: what waits for an Admin. True when asked, and gone when done.

use jiff::Timestamp;
use kernel::Reach;
use platform::alert::{Alert, Urgency, Wanted};
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::texts::Text;
use platform::verb::Verb;

use crate::break_glass::Review;
use crate::readings;
use crate::review::Decide;

/// Records opened in an emergency that nobody judged, and breaches of which the authority does not know.
pub(crate) async fn raised(cx: &mut Cx, wanted: Wanted) -> Result<Vec<Alert>, Error> {
    if cx.grant_of(Review::PERMISSION).reach != Reach::All
        || cx.grant_of(Decide::PERMISSION).reach != Reach::All
    {
        return Ok(Vec::new());
    }
    let most = i64::try_from(wanted.most).unwrap_or(i64::MAX);
    let now = cx.now();
    let opened = Statement::raw(
        "SELECT id, opened_at FROM break_glass WHERE reviewed_at IS NULL ORDER BY id DESC LIMIT $1",
        vec![most.to_value()],
    );
    let opened: Vec<(i64, Timestamp)> = cx
        .unscoped("alerts are shown to those who judge")
        .all(opened)
        .await?;
    let breaches = Statement::raw(
        "SELECT id, discovered_at, regulator_due_at FROM breach_incident WHERE notified_at IS NULL ORDER BY id DESC LIMIT $1",
        vec![most.to_value()],
    );
    let breaches: Vec<(i64, Timestamp, Timestamp)> = cx
        .unscoped("alerts are shown to those who judge")
        .all(breaches)
        .await?;
    let mut alerts = Vec::with_capacity(opened.len() + breaches.len());
    for (urgency, text, at) in readings::raised(cx).await? {
        alerts.push(alert(cx, "many_records", urgency, &text, at));
    }
    for (id, at) in opened {
        let text = Text::new("compliance-alert-break-glass").with("id", id);
        alerts.push(alert(cx, "break_glass", Urgency::Critical, &text, at));
    }
    for (id, at, due) in breaches {
        let (urgency, key) = if due <= now {
            (Urgency::Critical, "compliance-alert-overdue")
        } else {
            (Urgency::Warning, "compliance-alert-breach")
        };
        let until = cx.app.zone.to_local(due).strftime("%Y-%m-%d %H:%M");
        let text = Text::new(key).with("id", id).with("due", until);
        alerts.push(alert(cx, "breach", urgency, &text, at));
    }
    Ok(alerts)
}

fn alert(cx: &Cx, kind: &str, severity: Urgency, text: &Text, created_at: Timestamp) -> Alert {
    let language = cx.origin.language;
    Alert {
        id: None,
        kind: kind.to_owned(),
        severity,
        message: cx.app.texts.render(language, text),
        patient: None,
        patient_id: None,
        is_read: false,
        created_at,
    }
}
