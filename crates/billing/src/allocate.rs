//! Splitting an amount in proportion, to the last cent.

use kernel::Money;

/// Splits an amount in proportion to weights by the largest-remainder method: each part is its exact share
/// rounded down, and the cents that are left go one each to the parts that lost most by rounding (the earlier
/// one when they lost the same). The parts always add up to the amount.
///
/// Negative weights count as nothing. When no weight is positive, all parts weigh the same. A negative amount
/// is split as its opposite, so that a refund mirrors its payment. Without weights there are no parts.
///
/// With an amount that is not larger than the sum of the weights, no part is larger than its weight.
pub(crate) fn allocate(amount: Money, weights: &[Money]) -> Vec<Money> {
    if weights.is_empty() {
        return Vec::new();
    }
    let positive = |weight: &Money| i128::from(weight.minor().max(0));
    let mut weights: Vec<i128> = weights.iter().map(positive).collect();
    if weights.iter().all(|weight| *weight == 0) {
        weights.fill(1);
    }
    let whole: i128 = weights.iter().sum();
    let size = i128::from(amount.minor().abs());
    let mut parts: Vec<i128> = weights.iter().map(|weight| size * weight / whole).collect();
    // Fewer cents are left than there are parts with a remainder.
    let left = size - parts.iter().sum::<i128>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(size * weights[*at] % whole));
    for at in by_remainder
        .into_iter()
        .take(usize::try_from(left).unwrap_or_default())
    {
        parts[at] += 1;
    }
    let sign = i128::from(amount.minor().signum());
    let money = |part: i128| {
        // Not larger than the amount, so it is in range.
        Money::from_minor(i64::try_from(part * sign).unwrap_or_default()).unwrap_or_default()
    };
    parts.into_iter().map(money).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(minor: i64) -> Money {
        Money::from_minor(minor).unwrap()
    }

    fn split(amount: i64, weights: &[i64]) -> Vec<i64> {
        let weights: Vec<Money> = weights.iter().map(|weight| money(*weight)).collect();
        let parts = allocate(money(amount), &weights);
        parts.into_iter().map(Money::minor).collect()
    }

    #[test]
    fn cents_that_are_left_go_to_the_largest_remainders() {
        for (amount, weights, parts) in [
            (100, vec![1, 1, 1], vec![34, 33, 33]),
            (100, vec![1, 2, 3], vec![17, 33, 50]),
            (1, vec![1, 2], vec![0, 1]),
            (-100, vec![1, 1, 1], vec![-34, -33, -33]),
            (0, vec![5, 7], vec![0, 0]),
            (10, vec![0, 0], vec![5, 5]),
            (10, vec![-3, 5], vec![0, 10]),
            (50_000, vec![20_000, 30_000], vec![20_000, 30_000]),
            (7, vec![], vec![]),
        ] {
            assert_eq!(split(amount, &weights), parts, "{amount} by {weights:?}");
        }
    }

    proptest! {
        #[test]
        fn no_cent_is_lost(amount in -1_000_000_000_000i64..=1_000_000_000_000, weights in prop::collection::vec(-1000i64..10_000_000_000, 1..40)) {
            let parts = split(amount, &weights);
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            // Each part is its exact share, rounded up or down.
            let whole: i128 = weights.iter().map(|w| i128::from((*w).max(0))).sum();
            for (part, weight) in parts.iter().zip(&weights).filter(|_| whole > 0) {
                let exact = i128::from(amount) * i128::from((*weight).max(0));
                prop_assert!((i128::from(*part) * whole - exact).abs() < whole);
            }
        }

        #[test]
        fn no_part_is_larger_than_its_weight(weights in prop::collection::vec(0i64..1_000_000, 1..40), permille in 0i64..=1000) {
            let whole: i64 = weights.iter().sum();
            for (part, weight) in split(whole * permille / 1000, &weights).iter().zip(&weights).filter(|_| whole > 0) {
                prop_assert!(part <= weight);
            }
        }
    }
}
