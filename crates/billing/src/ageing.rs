//! How old a debt is.

use jiff::civil::Date;

/// The earliest due day of each bucket of receivables but the last, youngest first: 0-30, 31-60, 61-90 days.
///
/// Age is counted in days since the bill was due, or since it was issued when it names no due day. What is not due
/// yet is in the first bucket.
pub(crate) fn limits(today: Date) -> [Date; 3] {
    [30, 60, 90].map(|days| {
        today
            .checked_sub(jiff::Span::new().days(days))
            .unwrap_or(Date::MIN)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const BUCKETS: [&str; 4] = ["0-30", "31-60", "61-90", "90+"];

    #[test]
    fn a_debt_is_as_old_as_the_days_since_it_was_due() {
        let today = date(2026, 11, 23);
        let limits = limits(today);
        for (due, bucket) in [
            ("2026-12-24", "0-30"),
            ("2026-11-23", "0-30"),
            ("2026-10-24", "0-30"),
            ("2026-10-23", "31-60"),
            ("2026-09-24", "31-60"),
            ("2026-09-23", "61-90"),
            ("2026-08-25", "61-90"),
            ("2026-08-24", "90+"),
            ("1999-01-01", "90+"),
        ] {
            let due: Date = due.parse().unwrap();
            let at = limits.iter().position(|limit| due >= *limit).unwrap_or(3);
            assert_eq!(BUCKETS[at], bucket, "{due}");
        }
    }
}
