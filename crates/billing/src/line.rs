//! The arithmetic of one line of a bill.

use kernel::Money;

/// What a line is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    /// What one costs.
    pub(crate) unit_price: Money,
    /// How many.
    pub(crate) quantity: i64,
    /// What is taken off the whole line.
    pub(crate) discount: Money,
    /// The discount has a reason.
    pub(crate) reasoned: bool,
    /// The currency's minor unit: 0.01, or 1.
    pub(crate) minor_unit: Money,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFault {
    /// A unit price below nothing.
    NegativePrice,
    /// A quantity below one.
    NoQuantity,
    /// A discount below nothing.
    NegativeDiscount,
    /// A discount above the price of the line.
    DiscountAbovePrice,
    /// A discount without a reason.
    DiscountWithoutReason,
    /// An amount that is too large to be one.
    TooLarge,
    /// The total is no multiple of the minor unit.
    FinerThanMinorUnit,
}

impl Line {
    /// What the line comes to: unit price times quantity, less the discount; never below nothing.
    pub(crate) fn total(&self) -> Result<Money, LineFault> {
        if self.unit_price.is_negative() {
            return Err(LineFault::NegativePrice);
        }
        if self.quantity < 1 {
            return Err(LineFault::NoQuantity);
        }
        if self.discount.is_negative() {
            return Err(LineFault::NegativeDiscount);
        }
        let gross = self.unit_price.checked_mul(self.quantity);
        let gross = gross.map_err(|_| LineFault::TooLarge)?;
        if self.discount > gross {
            return Err(LineFault::DiscountAbovePrice);
        }
        if self.discount.is_positive() && !self.reasoned {
            return Err(LineFault::DiscountWithoutReason);
        }
        let total = gross.checked_sub(self.discount);
        let total = total.map_err(|_| LineFault::TooLarge)?;
        match total.is_multiple_of(self.minor_unit) {
            true => Ok(total),
            false => Err(LineFault::FinerThanMinorUnit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LineFault::{
        DiscountAbovePrice, DiscountWithoutReason, FinerThanMinorUnit, NegativeDiscount,
        NegativePrice, NoQuantity, TooLarge,
    };

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_is_price_times_quantity_less_a_discount_with_a_reason() {
        for (unit, quantity, discount, reasoned, total) in [
            ("12.50", 3, "0", false, Ok("37.50")),
            ("12.50", 3, "7.50", true, Ok("30.00")),
            ("12.50", 1, "12.50", true, Ok("0.00")),
            ("0", 1, "0", false, Ok("0.00")),
            ("12.50", 1, "12.51", true, Err(DiscountAbovePrice)),
            ("12.50", 1, "1", false, Err(DiscountWithoutReason)),
            ("12.50", 1, "-1", true, Err(NegativeDiscount)),
            ("-0.01", 1, "0", false, Err(NegativePrice)),
            ("12.50", 0, "0", false, Err(NoQuantity)),
            ("12.50", -2, "0", false, Err(NoQuantity)),
            ("100000000000", 2, "0", false, Err(TooLarge)),
            ("1", i64::MAX, "0", false, Err(TooLarge)),
        ] {
            let line = Line {
                unit_price: money(unit),
                quantity,
                discount: money(discount),
                reasoned,
                minor_unit: Money::CENT,
            };
            assert_eq!(line.total(), total.map(money), "{line:?}");
        }
    }

    #[test]
    fn a_total_is_a_multiple_of_the_minor_unit() {
        for (unit, quantity, discount, total) in [
            ("12.50", 2, "0", Ok("25")),
            ("12.50", 3, "0.5", Ok("37")),
            ("12.50", 3, "0", Err(FinerThanMinorUnit)),
        ] {
            let line = Line {
                unit_price: money(unit),
                quantity,
                discount: money(discount),
                reasoned: true,
                minor_unit: Money::UNIT,
            };
            assert_eq!(line.total(), total.map(money), "{line:?}");
        }
    }
}
