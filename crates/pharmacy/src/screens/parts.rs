//! Small pieces that these screens share.

use std::collections::HashMap;

use formulary::MedicationItem;
use jiff::Timestamp;
use maud::Markup;
use platform::cx::{Cx, among, column};
use platform::error::Error;
use platform::resource;
use platform::texts::Text;
use web::Ask;
use web::ui::{self, Tone};

use crate::stock_batch::{BatchStatus, StockBatch};

/// Medications of one page, at most.
const MOST: u64 = 500;

/// Medications by their ids.
pub(super) type Items = HashMap<i64, MedicationItem>;

/// Medications by their ids, with one statement.
pub(super) async fn items(cx: &mut Cx, ids: impl Iterator<Item = i64>) -> Result<Items, Error> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Items::new());
    }
    let dialect = cx.dialect();
    let rows: Vec<MedicationItem> = resource::rows(cx, MOST, |query| {
        query.and_where(among(dialect, column("medication_item", "id"), &ids));
    })
    .await?;
    Ok(rows.into_iter().map(|row| (row.meta.id, row)).collect())
}

/// A number of the query.
pub(super) fn number(ask: &Ask, name: &str) -> Option<i64> {
    ask.query(name).and_then(|text| text.parse().ok())
}

/// How long somebody waits: minutes, then hours, then days.
pub(super) fn waits(ask: &Ask, since: Timestamp, now: Timestamp) -> String {
    let minutes = Ord::max(now.duration_since(since).as_mins(), 0);
    let (key, count) = match minutes {
        0..120 => ("pharmacy-waits-minutes", minutes),
        120..2880 => ("pharmacy-waits-hours", minutes / 60),
        _ => ("pharmacy-waits-days", minutes / 1440),
    };
    ask.say(&Text::new(key).with("count", count))
}

/// A number of units, such as `12 Tablet`; things that are counted by the piece are only counted.
pub(super) fn units(count: i64, item: Option<&MedicationItem>) -> String {
    let unit = item.map(|item| item.unit_of_measure.to_string());
    match unit.filter(|unit| !PIECES.contains(&unit.trim().to_lowercase().as_str())) {
        Some(unit) => format!("{count} {}", unit.trim()).trim_end().to_owned(),
        None => count.to_string(),
    }
}

/// Units that say no more than that something is counted.
const PIECES: [&str; 4] = ["each", "ea", "unit", "piece"];

/// Whether units of a batch may be handed out, as a word with a sign.
pub(super) fn state(cx: &Cx, ask: &Ask, batch: &StockBatch) -> Markup {
    let (tone, key) = match batch.status {
        BatchStatus::Recalled => (Tone::Bad, "pharmacy-state-recalled"),
        BatchStatus::Quarantined => (Tone::Warning, "pharmacy-state-quarantined"),
        BatchStatus::Active if batch.expiry_date < cx.today() => {
            (Tone::Bad, "pharmacy-state-expired")
        }
        BatchStatus::Active => (Tone::Good, "pharmacy-state-usable"),
    };
    ui::pill(tone, &ask.t(key))
}
