//! The queue of the day: numbers given as patients come.

use jiff::civil::Date;
use platform::cx::{Cx, values};
use platform::db::Statement;
use platform::error::Error;

/// The next number in a doctor's queue of a day, from 1 on.
///
/// The counter is one row, raised in one statement: simultaneous check-ins wait for each other there, so no
/// two get the same number. A check-in that fails afterwards gives its number back.
pub(crate) async fn next_number(cx: &mut Cx, doctor: i64, date: Date) -> Result<i64, Error> {
    let statement = Statement::raw(
        "INSERT INTO queue_counter (doctor, date, last) VALUES ($1, $2, 1) \
         ON CONFLICT (doctor, date) DO UPDATE SET last = queue_counter.last + 1 RETURNING last",
        values([&doctor, &date]),
    );
    let (number,): (i64,) = cx
        .unscoped("the counter of a queue belongs to nobody")
        .optional(statement)
        .await?
        .ok_or_else(|| Error::internal("the counter of a queue gave no number"))?;
    Ok(number)
}
