//! How many days a stay counts: what billing charges and what reports add up.

use jiff::civil::Date;

/// The nights between the two days, where the hospital is, and at least 1: who is admitted and discharged
/// on one day stayed one day. A clock that was set back never makes it less.
///
/// ```
/// use jiff::civil::date;
/// assert_eq!(wards::bed_days(date(2026, 11, 24), date(2026, 11, 24)), 1);
/// assert_eq!(wards::bed_days(date(2026, 11, 24), date(2026, 11, 28)), 4);
/// ```
pub fn bed_days(admitted: Date, discharged: Date) -> i64 {
    let nights = admitted.until(discharged).map_or(0, |span| span.get_days());
    i64::from(nights).max(1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_stay_is_never_less_than_a_day() {
        for (from, to, days) in [
            (date(2026, 11, 24), date(2026, 11, 24), 1),
            (date(2026, 11, 24), date(2026, 11, 25), 1),
            (date(2026, 11, 24), date(2026, 11, 26), 2),
            (date(2026, 12, 31), date(2027, 1, 1), 1),
            (date(2028, 2, 28), date(2028, 3, 1), 2),
            (date(2026, 1, 1), date(2027, 1, 1), 365),
            // Written down in the wrong order: refused elsewhere, and no credit here.
            (date(2026, 11, 24), date(2026, 11, 20), 1),
        ] {
            assert_eq!(bed_days(from, to), days, "{from} to {to}");
        }
    }
}
