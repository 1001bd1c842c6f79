//! What a delivery means for the order it belongs to.

use std::collections::BTreeMap;

/// A line of an order, as far as it was delivered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ordered {
    /// The order's line.
    pub(crate) line: i64,
    /// The medication.
    pub(crate) item: i64,
    /// Units ordered.
    pub(crate) ordered: i64,
    /// Units received before.
    pub(crate) received: i64,
}

impl Ordered {
    fn open(&self) -> i64 {
        (self.ordered - self.received).max(0)
    }
}

/// What a delivery does not agree with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Beyond {
    /// Medications delivered in excess: the medication, units still open, units delivered.
    pub(crate) over: Vec<(i64, i64, i64)>,
    /// Medications that are not on the order at all.
    pub(crate) unordered: Vec<i64>,
}

impl Beyond {
    /// The delivery agrees with the order.
    pub(crate) fn is_nothing(&self) -> bool {
        self.over.is_empty() && self.unordered.is_empty()
    }
}

/// Compares a delivery with an order: by the sum of the delivery's lines for each medication, since one
/// delivery often brings a medication in several batches.
pub(crate) fn beyond(order: &[Ordered], delivered: &[(i64, i64)]) -> Beyond {
    let mut beyond = Beyond::default();
    for (item, quantity) in sums(delivered) {
        let lines: Vec<&Ordered> = order.iter().filter(|line| line.item == item).collect();
        let open: i64 = lines.iter().map(|line| line.open()).sum();
        if lines.is_empty() {
            beyond.unordered.push(item);
        } else if quantity > open {
            beyond.over.push((item, open, quantity));
        }
    }
    beyond
}

/// Spreads a delivery over the order's lines: each is filled up in turn, and an excess is added to the
/// last line of the medication. Answers the units added to each line.
pub(crate) fn spread(order: &[Ordered], delivered: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut added = Vec::new();
    for (item, mut rest) in sums(delivered) {
        let lines: Vec<&Ordered> = order.iter().filter(|line| line.item == item).collect();
        for (index, line) in lines.iter().enumerate() {
            let last = index + 1 == lines.len();
            let units = if last { rest } else { rest.min(line.open()) };
            rest -= units;
            if units > 0 {
                added.push((line.line, units));
            }
        }
    }
    added
}

/// Whether every line is delivered in full.
pub(crate) fn complete(order: &[Ordered]) -> bool {
    order.iter().all(|line| line.open() == 0)
}

fn sums(delivered: &[(i64, i64)]) -> BTreeMap<i64, i64> {
    let mut sums = BTreeMap::new();
    for (item, quantity) in delivered {
        let sum: &mut i64 = sums.entry(*item).or_default();
        *sum = sum.saturating_add(*quantity);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(line: i64, item: i64, ordered: i64, received: i64) -> Ordered {
        Ordered {
            line,
            item,
            ordered,
            received,
        }
    }

    #[test]
    fn a_delivery_is_judged_by_the_sum_of_its_lines() {
        let order = [line(1, 7, 100, 40), line(2, 8, 10, 0)];
        assert!(beyond(&order, &[(7, 30), (7, 30)]).is_nothing());
        assert_eq!(beyond(&order, &[(7, 30), (7, 31)]).over, [(7, 60, 61)]);
        assert_eq!(beyond(&order, &[(9, 1), (8, 10)]).unordered, [9]);
    }

    #[test]
    fn lines_of_one_medication_are_filled_in_turn() {
        let order = [line(1, 7, 10, 4), line(2, 7, 5, 0)];
        assert_eq!(spread(&order, &[(7, 8)]), [(1, 6), (2, 2)]);
        assert_eq!(spread(&order, &[(7, 20)]), [(1, 6), (2, 14)]);
        assert!(complete(&[line(1, 7, 10, 12)]));
        assert!(!complete(&order));
    }

    proptest! {
        #[test]
        fn every_unit_that_was_ordered_is_put_to_some_line(
            lines in prop::collection::vec((0i64..4, 1i64..50, 0i64..50), 1..6),
            delivered in prop::collection::vec((0i64..4, 1i64..50), 1..6),
        ) {
            let order: Vec<Ordered> = lines.iter().zip(1..).map(|((item, ordered, received), id)| line(id, *item, *ordered, *received)).collect();
            let known: i64 = delivered.iter().filter(|(item, _)| order.iter().any(|line| line.item == *item)).map(|(_, units)| units).sum();
            let added: i64 = spread(&order, &delivered).iter().map(|(_, units)| units).sum();
            prop_assert_eq!(added, known);
        }
    }
}
