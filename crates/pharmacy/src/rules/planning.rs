//! Figures for planning: suggested orders, ABC classes, average cost.

use kernel::{Money, MoneyError};

/// Days that a delivery takes when the supplier's lead time is unknown.
const LEAD_DAYS: i64 = 14;

/// Units to order so that stock lasts until a delivery arrives: at least the usual order quantity, and
/// enough to reach the reorder level once the lead time's consumption is covered. Nothing while stock and what
/// is on order suffice.
pub(crate) fn suggested(need: &Need) -> i64 {
    let lead = need.lead_days.unwrap_or(LEAD_DAYS).max(0);
    // Rounded up: a part of a unit cannot be ordered.
    let during = ceil_div(need.consumed.max(0).saturating_mul(lead), need.days.max(1));
    let wanted = need.reorder_level.saturating_add(during);
    let coming = need.available.saturating_add(need.on_order);
    if coming > need.reorder_level.max(during) || wanted == 0 {
        return 0;
    }
    (wanted - coming).max(need.reorder_quantity).max(0)
}

/// What a suggestion is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Need {
    /// Units that may be dispensed now.
    pub(crate) available: i64,
    /// Units ordered and not received.
    pub(crate) on_order: i64,
    /// At or below it, more is ordered.
    pub(crate) reorder_level: i64,
    /// Units of a usual order.
    pub(crate) reorder_quantity: i64,
    /// Units dispensed during `days`.
    pub(crate) consumed: i64,
    /// Length of the period that consumption was observed in.
    pub(crate) days: i64,
    /// Days from order to delivery.
    pub(crate) lead_days: Option<i64>,
}

fn ceil_div(a: i64, b: i64) -> i64 {
    a.saturating_add(b - 1) / b
}

/// The share of consumption's value that an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The items that make up the first 80 % of the value.
    A,
    /// Those up to 95 %.
    B,
    /// The rest.
    C,
}

impl Class {
    /// One letter.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Class::A => "A",
            Class::B => "B",
            Class::C => "C",
        }
    }
}

/// Classes of items by the value of their consumption, which is given in falling order. An item belongs to
/// the class in which its own share begins, so that there is always an A item.
pub(crate) fn classes(values: &[i64]) -> Vec<Class> {
    let total: i128 = values.iter().map(|value| i128::from(*value)).sum();
    let mut before: i128 = 0;
    values
        .iter()
        .map(|value| {
            let share = before * 100;
            before += i128::from(*value);
            match share {
                _ if total == 0 => Class::C,
                share if share < total * 80 => Class::A,
                share if share < total * 95 => Class::B,
                _ => Class::C,
            }
        })
        .collect()
}

/// The cost of a unit of a batch after more of it came at another price: the average over what is on the
/// shelf and what came, rounded half up to the minor unit.
pub(crate) fn average_cost(
    (held, cost): (i64, Money),
    (came, price): (i64, Money),
) -> Result<Money, MoneyError> {
    let units = i128::from(held.max(0)) + i128::from(came.max(0));
    if units == 0 {
        return Ok(price);
    }
    let value = i128::from(held.max(0)) * i128::from(cost.minor())
        + i128::from(came.max(0)) * i128::from(price.minor());
    let minor = (value * 2 + units) / (units * 2);
    i64::try_from(minor)
        .map_err(|_| MoneyError::OutOfRange)
        .and_then(Money::from_minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn orders_are_suggested_when_stock_will_not_last() {
        let need = Need {
            available: 20,
            reorder_level: 50,
            reorder_quantity: 100,
            consumed: 90,
            days: 90,
            lead_days: Some(10),
            on_order: 0,
        };
        for (need, expected) in [
            (need, 100),
            (Need { reorder_quantity: 0, ..need }, 40),
            (Need { on_order: 100, ..need }, 0),
            (Need { available: 51, ..need }, 0),
            // A fast mover without a level: the lead time's consumption decides.
            (Need { reorder_level: 0, reorder_quantity: 0, consumed: 900, available: 30, ..need }, 70),
            (Need::default(), 0),
        ] {
            assert_eq!(suggested(&need), expected, "{need:?}");
        }
    }

    #[test]
    fn the_first_four_fifths_of_the_value_are_class_a() {
        use Class::{A, B, C};
        assert_eq!(classes(&[800, 100, 60, 40]), [A, B, B, C]);
        assert_eq!(classes(&[990, 10]), [A, C]);
        assert_eq!(classes(&[1]), [A]);
        assert_eq!(classes(&[0, 0]), [C, C]);
        assert_eq!(classes(&[]), []);
    }

    #[test]
    fn cost_is_averaged_over_what_is_on_the_shelf() {
        let money = |minor| Money::from_minor(minor).unwrap();
        for (held, came, expected) in [
            ((10, 100), (10, 200), 150),
            ((0, 100), (10, 200), 200),
            ((1, 100), (1, 101), 101),
            ((0, 100), (0, 7), 7),
        ] {
            let average = average_cost((held.0, money(held.1)), (came.0, money(came.1)));
            assert_eq!(average, Ok(money(expected)));
        }
    }

    proptest! {
        #[test]
        fn an_average_lies_between(held in 0i64..1_000_000, cost in 0i64..1_000_000, came in 1i64..1_000_000, price in 0i64..1_000_000) {
            let money = |minor| Money::from_minor(minor).unwrap();
            let average = average_cost((held, money(cost)), (came, money(price))).unwrap().minor();
            if held == 0 {
                prop_assert_eq!(average, price);
            }
            prop_assert!(average >= cost.min(price) && average <= cost.max(price));
        }

        #[test]
        fn never_panics(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: Option<i64>) {
            let _ = suggested(&Need { available: a / 4, on_order: b / 4, reorder_level: c / 4, reorder_quantity: d / 4, consumed: e, days: f, lead_days: g });
        }

        #[test]
        fn classes_follow_the_order(mut values in prop::collection::vec(0i64..1000, 1..20)) {
            values.sort_unstable_by(|a, b| b.cmp(a));
            let letters: Vec<&str> = classes(&values).into_iter().map(Class::as_str).collect();
            prop_assert!(letters.is_sorted());
        }
    }
}
