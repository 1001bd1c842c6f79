//! The arithmetic of a posting, without a database.

use crate::error::Refused;

/// One change of one account: positive into it, negative out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Line {
    /// The account's id.
    pub account: i64,
    /// What is added to its balance; never 0.
    pub amount: i64,
}

impl Line {
    /// A change of an account.
    #[must_use]
    pub const fn new(account: i64, amount: i64) -> Line {
        Line { account, amount }
    }
}

/// What the lines add up to.
///
/// # Errors
/// [`Refused::OutOfRange`] beyond 64 bits.
pub fn sum(lines: &[Line]) -> Result<i64, Refused> {
    let wide: i128 = lines.iter().map(|line| i128::from(line.amount)).sum();
    i64::try_from(wide).map_err(|_| Refused::OutOfRange)
}

/// Whether the lines may be posted: at least one, none of nothing, and adding up to zero in a balanced book.
///
/// # Errors
/// The first rule that is broken.
pub fn check(lines: &[Line], balanced: bool) -> Result<(), Refused> {
    if lines.is_empty() {
        return Err(Refused::Empty);
    }
    if lines.iter().any(|line| line.amount == 0) {
        return Err(Refused::Zero);
    }
    match sum(lines)? {
        0 => Ok(()),
        difference if balanced => Err(Refused::Unbalanced { difference }),
        _ => Ok(()),
    }
}

/// The lines that undo these.
///
/// # Errors
/// [`Refused::OutOfRange`] for the one amount that has no opposite.
pub fn opposite(lines: &[Line]) -> Result<Vec<Line>, Refused> {
    lines
        .iter()
        .map(|line| {
            let amount = line.amount.checked_neg().ok_or(Refused::OutOfRange)?;
            Ok(Line::new(line.account, amount))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Case<'a> = (&'a [(i64, i64)], bool, Result<(), Refused>);

    #[test]
    fn postings_are_checked_before_anything_is_written() {
        let cases: [Case<'_>; 8] = [
            (&[], false, Err(Refused::Empty)),
            (&[(1, 0)], false, Err(Refused::Zero)),
            (&[(1, -10), (2, 0)], false, Err(Refused::Zero)),
            (&[(1, 5)], false, Ok(())),
            (&[(1, 5)], true, Err(Refused::Unbalanced { difference: 5 })),
            (&[(1, 500), (2, -300), (3, -200)], true, Ok(())),
            (
                &[(1, 500), (2, -300)],
                true,
                Err(Refused::Unbalanced { difference: 200 }),
            ),
            (&[(1, i64::MAX), (2, 1)], false, Err(Refused::OutOfRange)),
        ];
        for (lines, balanced, expected) in cases {
            let lines: Vec<Line> = lines.iter().map(|(a, b)| Line::new(*a, *b)).collect();
            assert_eq!(check(&lines, balanced), expected, "{lines:?} {balanced}");
        }
    }

    proptest! {
        #[test]
        fn a_reversal_cancels_what_it_reverses(amounts in prop::collection::vec((0i64..9, -1_000_000i64..1_000_000), 1..20)) {
            let lines: Vec<Line> = amounts.iter().map(|(a, b)| Line::new(*a, *b)).collect();
            let undone = opposite(&lines).unwrap();
            let both: Vec<Line> = lines.iter().chain(&undone).copied().collect();
            prop_assert_eq!(sum(&both), Ok(0));
            prop_assert_eq!(opposite(&undone).unwrap(), lines);
        }

        #[test]
        fn never_panics(amounts in prop::collection::vec((any::<i64>(), any::<i64>()), 0..6), balanced: bool) {
            let lines: Vec<Line> = amounts.iter().map(|(a, b)| Line::new(*a, *b)).collect();
            let _ = check(&lines, balanced);
            let _ = opposite(&lines);
        }
    }
}
