//! Signs and sizes of adjustments.

use platform::texts::Text;

/// Which way a kind of adjustment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Units leave.
    Out,
    /// Units leave or come.
    Either,
}

/// Whether a quantity suits its kind.
pub(crate) fn check(quantity: i64, direction: Direction, most: i64) -> Result<(), Text> {
    if quantity == 0 || quantity > most || quantity < -most {
        return Err(Text::new("pharmacy-signed-quantity").with("max", most));
    }
    if direction == Direction::Out && quantity > 0 {
        return Err(Text::new("pharmacy-negative-quantity").with("quantity", -quantity));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Either, Out};

    #[test]
    fn what_is_damaged_or_discarded_leaves() {
        for (quantity, direction, ok) in [
            (-10, Out, true),
            (10, Out, false),
            (10, Either, true),
            (-10, Either, true),
            (0, Either, false),
            (1_001, Either, false),
            (-1_001, Out, false),
            (i64::MIN, Out, false),
        ] {
            assert_eq!(check(quantity, direction, 1_000).is_ok(), ok, "{quantity}");
        }
    }
}
