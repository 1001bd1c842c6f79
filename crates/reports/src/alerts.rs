//! `alerts/`: everything that any module raises for the caller, the newest first.

use platform::alert::{Alert, Wanted};
use platform::cx::Cx;
use platform::error::Error;
use platform::fault::Faults;
use platform::http::call::{Call, Reply};
use platform::texts::Text;
use schemars::JsonSchema;
use serde::Serialize;

/// The most alerts that one answer has.
const MOST: u64 = 1000;

/// Alerts, in the form of a page.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Page {
    /// Number of alerts in the whole list.
    count: usize,
    /// The address of the next page, or null.
    next: Option<String>,
    /// The address of the previous page, or null.
    previous: Option<String>,
    /// The alerts, the newest first.
    results: Vec<Alert>,
}

/// `GET alerts/`.
pub(crate) async fn list(cx: &mut Cx, call: &Call) -> Result<Reply, Error> {
    let mut faults = Faults::new();
    let mut number = |name: &'static str, without: usize| match call.query(name) {
        None | Some("") => without,
        Some(text) => text.parse().unwrap_or_else(|_| {
            faults.say(name, Text::new("bad-page").with("name", name));
            without
        }),
    };
    let size = number("page_size", MOST as usize);
    let limit = number("limit", size).clamp(1, MOST as usize);
    let page = number("page", 1).max(1);
    let offset = number("offset", (page - 1).saturating_mul(limit));
    faults.into_result()?;
    let wanted = Wanted {
        unread: call.flag("unread")?,
        most: MOST,
    };
    let mut alerts = Vec::new();
    for source in cx.app.clone().registry.alerts() {
        alerts.extend(source(cx, wanted).await?);
    }
    alerts.retain(|alert| !(wanted.unread && alert.is_read));
    alerts.sort_by_key(|alert| std::cmp::Reverse((alert.created_at, alert.severity, alert.id)));
    let at = |offset: usize| {
        let set = [("offset", offset.to_string()), ("limit", limit.to_string())];
        call.url_with(&set, &["page", "page_size"])
    };
    let count = alerts.len();
    Reply::ok(&Page {
        count,
        next: offset
            .checked_add(limit)
            .filter(|next| *next < count)
            .map(at),
        previous: (offset > 0).then(|| at(offset.saturating_sub(limit))),
        results: alerts.into_iter().skip(offset).take(limit).collect(),
    })
}
