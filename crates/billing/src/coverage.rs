//! How much of a bill an insurance policy pays for.

use jiff::civil::Date;
use kernel::Money;

/// What decides about a policy's share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The insurer's share in hundredths of a per cent: 0 to 10,000.
    pub(crate) basis_points: u32,
    /// What the insurer pays at most for services of one calendar year; no limit when none.
    pub(crate) annual_limit: Option<Money>,
    /// The last day on which it is valid; without end when none.
    pub(crate) valid_until: Option<Date>,
    /// The currency's minor unit: 0.01, or 1.
    pub(crate) minor_unit: Money,
}

impl Policy {
    /// Whether services of a day are covered. The last day is included; what counts is the day of the service,
    /// not the day on which the bill is written.
    pub(crate) fn covers(&self, service: Date) -> bool {
        self.valid_until.is_none_or(|last| service <= last)
    }

    /// The insurer's part of a bill: its share, rounded half up to the minor unit, and never more than is left of the year's
    /// limit.
    /// `used` is what the policy's other bills of the same year take up.
    pub(crate) fn part(&self, service: Date, total: Money, used: Money) -> Money {
        if !self.covers(service) || !total.is_positive() {
            return Money::ZERO;
        }
        // At most 100 %, so the part is in range.
        let share = total
            .basis_points(self.basis_points.min(10_000))
            .unwrap_or_default();
        let rounded = share
            .rounded_to(self.minor_unit)
            .unwrap_or(share)
            .min(total);
        match self.annual_limit {
            None => rounded,
            Some(limit) => {
                let left = limit.checked_sub(used).unwrap_or_default();
                rounded.min(left.max(Money::ZERO))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn a_policy_covers_its_last_day_and_none_after() {
        let today = date(2026, 11, 23);
        let yesterday = date(2026, 11, 22);
        let tomorrow = date(2026, 11, 24);
        for (valid_until, service, covered) in [
            (Some(today), today, true),
            (Some(today), tomorrow, false),
            (Some(yesterday), yesterday, true),
            (Some(yesterday), today, false),
            (None, tomorrow, true),
        ] {
            let policy = Policy {
                basis_points: 10_000,
                annual_limit: None,
                valid_until,
                minor_unit: Money::CENT,
            };
            assert_eq!(policy.covers(service), covered, "{valid_until:?} {service}");
            let part = policy.part(service, money("500"), Money::ZERO);
            assert_eq!(part.is_positive(), covered);
        }
    }

    #[test]
    fn the_insurers_part_is_its_share_within_what_is_left_of_the_year() {
        let day = date(2026, 11, 23);
        for (basis_points, limit, used, total, part) in [
            (10_000, None, "0", "500", "500"),
            (8_000, None, "0", "500", "400"),
            (0, None, "0", "500", "0"),
            // Half a cent is rounded up, and the patient pays the rest.
            (5_000, None, "0", "0.01", "0.01"),
            (3_333, None, "0", "10.00", "3.33"),
            (8_000, Some("1000"), "0", "500", "400"),
            (8_000, Some("1000"), "700", "500", "300"),
            (8_000, Some("1000"), "1000", "500", "0"),
            // The limit was lowered after it was used.
            (8_000, Some("100"), "700", "500", "0"),
            (8_000, Some("0"), "0", "500", "0"),
            (10_000, None, "0", "0", "0"),
        ] {
            let policy = Policy {
                basis_points,
                annual_limit: limit.map(money),
                valid_until: None,
                minor_unit: Money::CENT,
            };
            assert_eq!(
                policy.part(day, money(total), money(used)),
                money(part),
                "{policy:?} {used} {total}"
            );
        }
    }

    #[test]
    fn both_parts_are_whole_in_a_currency_without_minor_unit() {
        for (basis_points, limit, total, part) in [
            (5_000, None, "101", "51"),
            (8_000, None, "12", "10"),
            (10_000, None, "101", "101"),
            (8_000, Some("40"), "100", "40"),
        ] {
            let policy = Policy {
                basis_points,
                annual_limit: limit.map(money),
                valid_until: None,
                minor_unit: Money::UNIT,
            };
            let day = date(2026, 11, 23);
            assert_eq!(
                policy.part(day, money(total), Money::ZERO),
                money(part),
                "{policy:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn bills_of_a_year_never_exceed_the_limit(limit in 0i64..1_000_000, basis_points in 0u32..=10_000, totals in prop::collection::vec(0i64..200_000, 1..30)) {
            let money = |minor| Money::from_minor(minor).unwrap();
            let policy = Policy { basis_points, annual_limit: Some(money(limit)), valid_until: None, minor_unit: Money::CENT };
            let mut used = Money::ZERO;
            for total in totals {
                let part = policy.part(date(2026, 1, 1), money(total), used);
                prop_assert!(!part.is_negative() && part <= money(total));
                used = used.checked_add(part).unwrap();
                prop_assert!(used <= money(limit));
            }
        }
    }
}
