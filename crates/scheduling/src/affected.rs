//! Which appointments a doctor's changed days touch: whom to call.

use std::collections::HashMap;

use jiff::civil::Date;
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::serde_json::json;
use schemars::JsonSchema;
use sea_query::{Condition, Expr};
use serde::Serialize;

use crate::schedule_exception::ScheduleException;

/// So many are named.
const MOST: i64 = 500;

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Affected {
    /// The `id`s of appointments still to come that cannot take place as booked, in the order of time. `appointments/?affected=true` shows them.
    pub affected: Vec<i64>,
}

/// An exception of the appointment's doctor and day, in whose hours it is not; columns of the exception begin with `e.`.
macro_rules! touched {
    () => {
        r#"e.doctor = appointment.doctor AND e.date <= appointment.date AND coalesce(e.date_to, e.date) >= appointment.date
           AND NOT appointment.overbooked AND NOT EXISTS (SELECT 1 FROM schedule_exception o WHERE o.doctor = e.doctor
               AND o.date <= appointment.date AND coalesce(o.date_to, o.date) >= appointment.date AND NOT o.closed
               AND o.start <= appointment.time AND (o."end" > appointment.time OR o."end" <= o.start)
               AND NOT EXISTS (SELECT 1 FROM schedule_exception c WHERE c.doctor = e.doctor AND c.closed
                   AND c.date <= appointment.date AND coalesce(c.date_to, c.date) >= appointment.date))"#
    };
}

/// Appointments that some exception touches.
pub(crate) fn condition() -> Condition {
    const TOUCHED: &str = concat!(
        "EXISTS (SELECT 1 FROM schedule_exception e WHERE ",
        touched!(),
        ")"
    );
    Condition::all().add(Expr::cust(TOUCHED))
}

/// For each of some exceptions, the appointments still to come that it touches.
pub(crate) async fn of(cx: &mut Cx, rows: &[ScheduleException]) -> Result<Vec<Affected>, Error> {
    const SQLITE: &str = concat!(
        "SELECT e.id, appointment.id FROM schedule_exception e JOIN appointment ON ",
        touched!(),
        " WHERE e.id IN (SELECT value FROM json_each($1)) AND appointment.starts_at >= $2 \
         AND appointment.status IN ('scheduled', 'pending', 'checked_in') AND appointment.voided_at IS NULL \
         ORDER BY appointment.starts_at, appointment.id LIMIT $3"
    );
    const POSTGRES: &str = concat!(
        "SELECT e.id, appointment.id FROM schedule_exception e JOIN appointment ON ",
        touched!(),
        " WHERE e.id IN (SELECT jsonb_array_elements_text($1::jsonb)::bigint) AND appointment.starts_at >= $2 \
         AND appointment.status IN ('scheduled', 'pending', 'checked_in') AND appointment.voided_at IS NULL \
         ORDER BY appointment.starts_at, appointment.id LIMIT $3"
    );
    let today: Date = cx.today();
    let ids: Vec<i64> = rows
        .iter()
        .filter(|row| row.date_to.unwrap_or(row.date) >= today)
        .map(|row| row.meta.id)
        .collect();
    let mut touched: HashMap<i64, Vec<i64>> = HashMap::new();
    if !ids.is_empty() {
        let sql = match cx.dialect() {
            platform::db::Dialect::Sqlite => SQLITE,
            platform::db::Dialect::Postgres => POSTGRES,
        };
        let values = vec![json!(ids).to_value(), cx.now().to_value(), MOST.to_value()];
        let found: Vec<(i64, i64)> = cx
            .unscoped("which bookings a changed day touches, by number")
            .all(Statement::raw(sql, values))
            .await?;
        for (exception, appointment) in found {
            touched.entry(exception).or_default().push(appointment);
        }
    }
    let of = |row: &ScheduleException| Affected {
        affected: touched.remove(&row.meta.id).unwrap_or_default(),
    };
    Ok(rows.iter().map(of).collect())
}
