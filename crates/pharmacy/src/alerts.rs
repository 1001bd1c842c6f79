//! Alerts from the ledger: worked out whenever they are asked for, so they are true at that moment, and gone as
//! soon as stock was received, used or discarded.

use jiff::civil::Date;
use kernel::Reach;
use platform::alert::{Alert, Urgency, Wanted};
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;
use platform::resource::Resource;
use platform::texts::Text;

use crate::reports::{short_of, soon};
use crate::stock_adjustment::StockAdjustment;

/// The periods of warning before expiry, in days.
const STAGES: [i64; 3] = [30, 60, 90];

/// The alerts of those who may adjust stock.
pub(crate) async fn alerts(cx: &mut Cx, wanted: Wanted) -> Result<Vec<Alert>, Error> {
    if cx.grant_of(StockAdjustment::CREATE).reach == Reach::None {
        return Ok(Vec::new());
    }
    let most = i64::try_from(wanted.most).unwrap_or(i64::MAX);
    let mut found = short(cx, most).await?;
    found.extend(expiring(cx, most).await?);
    Ok(found)
}

async fn short(cx: &mut Cx, most: i64) -> Result<Vec<Alert>, Error> {
    let sql = concat!(short_of!(), " ORDER BY m.id LIMIT $2");
    let today = cx.today();
    let rows: Vec<(i64, String, i64, i64)> = cx
        .unscoped("alerts are shown to those who adjust stock")
        .all(Statement::raw(sql, values([&today, &most])))
        .await?;
    let alerts = rows.into_iter().map(|(_, name, level, usable)| {
        let text = Text::new("pharmacy-alert-short")
            .with("medication", name)
            .with("available", usable)
            .with("level", level);
        let severity = if usable == 0 { Urgency::Critical } else { Urgency::Warning };
        alert(cx, "below_reorder_level", severity, &text)
    });
    Ok(alerts.collect())
}

async fn expiring(cx: &mut Cx, most: i64) -> Result<Vec<Alert>, Error> {
    let today = cx.today();
    let until = soon(today, STAGES[2]);
    let rows: Vec<(String, String, Date, i64)> = cx
        .unscoped("alerts are shown to those who adjust stock")
        .all(Statement::raw(
            "SELECT m.generic_name, b.batch_number, b.expiry_date, b.current_quantity FROM stock_batch AS b \
             JOIN medication_item AS m ON m.id = b.medication_item \
             WHERE b.current_quantity > 0 AND b.expiry_date <= $1 ORDER BY b.expiry_date, b.id LIMIT $2",
            values([&until, &most]),
        ))
        .await?;
    let alerts = rows.into_iter().map(|(name, batch, expiry, quantity)| {
        let (kind, severity, key) = stage(today, expiry);
        let text = Text::new(key)
            .with("medication", name)
            .with("batch", batch)
            .with("date", expiry)
            .with("quantity", quantity);
        alert(cx, kind, severity, &text)
    });
    Ok(alerts.collect())
}

/// How near a batch is to its expiry date.
fn stage(today: Date, expiry: Date) -> (&'static str, Urgency, &'static str) {
    if expiry < today {
        return ("expired_on_shelf", Urgency::Critical, "pharmacy-alert-expired");
    }
    let within = |days| expiry <= soon(today, days);
    let near = "pharmacy-alert-near-expiry";
    match STAGES {
        [first, _, _] if within(first) => ("near_expiry_30", Urgency::Warning, near),
        [_, second, _] if within(second) => ("near_expiry_60", Urgency::Info, near),
        _ => ("near_expiry_90", Urgency::Info, near),
    }
}

fn alert(cx: &Cx, kind: &str, severity: Urgency, text: &Text) -> Alert {
    Alert {
        id: None,
        kind: kind.to_owned(),
        severity,
        message: cx.app.texts.render(cx.origin.language, text),
        patient: None,
        patient_id: None,
        is_read: false,
        created_at: cx.now(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn batches_are_warned_of_in_stages() {
        let today = date(2027, 5, 27);
        for (days, kind) in [
            (-1, "expired_on_shelf"),
            (0, "near_expiry_30"),
            (30, "near_expiry_30"),
            (31, "near_expiry_60"),
            (60, "near_expiry_60"),
            (61, "near_expiry_90"),
            (90, "near_expiry_90"),
        ] {
            assert_eq!(stage(today, soon(today, days)).0, kind, "{days}");
        }
    }
}
