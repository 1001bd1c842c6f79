//! Body mass index: weight in kg by the square of height in m.

use super::data::Milli;

/// Body mass index in hundredths, rounded half up, from weight in thousandths of a kilogram and height in
/// thousandths of a centimetre. `None` without both, or when either is not positive.
///
/// ```
/// assert_eq!(clinical::rules::bmi::hundredths(Some(70_000), Some(175_000)), Some(2286));
/// ```
pub fn hundredths(weight: Option<Milli>, height: Option<Milli>) -> Option<i64> {
    let (weight, height) = (i128::from(weight?), i128::from(height?));
    if weight <= 0 || height <= 0 {
        return None;
    }
    // weight/1000 kg · (100 000/height 1/m)² · 100 = weight · 10⁹ / height²
    let square = height * height;
    let rounded = (weight * 1_000_000_000 * 2 + square) / (square * 2);
    i64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn body_mass_index_is_exact_to_two_places() {
        let cases = [
            (Some(70_000), Some(175_000), Some(2286)),
            (Some(3_245), Some(50_500), Some(1272)),
            // 22.125 exactly: half up.
            (Some(88_500), Some(200_000), Some(2213)),
            (Some(500_000), Some(20_000), Some(1_250_000)),
            (Some(70_000), None, None),
            (None, Some(175_000), None),
            (Some(70_000), Some(0), None),
        ];
        for (weight, height, bmi) in cases {
            assert_eq!(hundredths(weight, height), bmi, "{weight:?} {height:?}");
        }
    }

    proptest! {
        /// The rounded value is never further than half a hundredth from the exact one.
        #[test]
        fn rounding_is_to_the_nearest(weight in 300_i64..=500_000, height in 20_000_i64..=260_000) {
            let bmi = i128::from(hundredths(Some(weight), Some(height)).unwrap());
            let square = i128::from(height) * i128::from(height);
            let off = (bmi * square - i128::from(weight) * 1_000_000_000) * 2;
            prop_assert!(off.abs() <= square);
        }
    }
}
