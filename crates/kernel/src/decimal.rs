//! Measured values: decimals of a fixed scale, exact.

use std::fmt;
use std::str::FromStr;

use crate::Language;

/// Why a text is not a measured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Neither a number nor the decimal notation of one (`7`, `7.5`, `-0.25`).
    #[error("A valid number is required.")]
    NotANumber,
    /// A comma where a point is expected: `36,6` could be read as 366.
    #[error("Write decimals with a point, such as 36.6.")]
    Comma,
    /// More decimals than the scale holds; nothing is rounded silently.
    #[error("Too many decimal places.")]
    TooManyDecimals,
    /// Beyond ±10^12.
    #[error("The number is too large.")]
    OutOfRange,
}

/// The largest whole part: together with four decimals it survives a JSON number read as a double.
const LIMIT: i128 = 100_000_000_000;

/// A decimal with at most `SCALE` decimals, kept as a whole number of its smallest steps.
///
/// ```
/// use kernel::Decimal;
///
/// let potassium: Decimal<4> = "5.1001".parse()?;
/// assert!(potassium > "5.1".parse()?);
/// assert_eq!(potassium.to_string(), "5.1001");
/// assert!("5,1".parse::<Decimal<4>>().is_err());
/// # Ok::<(), kernel::DecimalError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal<const SCALE: u32>(i64);

impl<const SCALE: u32> Decimal<SCALE> {
    /// Steps in one whole.
    pub const ONE: i64 = 10_i64.pow(SCALE);

    /// Of a whole number of smallest steps: 51001 is 5.1001 at a scale of four.
    ///
    /// # Errors
    /// When the whole part is beyond ±10^11.
    pub fn from_steps(steps: i64) -> Result<Self, DecimalError> {
        if i128::from(steps).abs() > LIMIT * i128::from(Self::ONE) {
            return Err(DecimalError::OutOfRange);
        }
        Ok(Self(steps))
    }

    /// Its number of smallest steps.
    pub const fn steps(self) -> i64 {
        self.0
    }

    /// As a binary fraction, for formulas that are not exact anyway.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::ONE as f64
    }

    /// The nearest value to a binary fraction, halves away from zero.
    ///
    /// # Errors
    /// When it is not finite or too large.
    pub fn nearest(value: f64) -> Result<Self, DecimalError> {
        if !value.is_finite() || value.abs() > LIMIT as f64 {
            return Err(DecimalError::OutOfRange);
        }
        Self::from_steps((value * Self::ONE as f64).round() as i64)
    }
}

impl<const SCALE: u32> FromStr for Decimal<SCALE> {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let text = text.trim();
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if text.contains(',') {
            return Err(DecimalError::Comma);
        }
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalError::NotANumber);
        }
        if digits.len() > 40 {
            return Err(DecimalError::OutOfRange);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > SCALE as usize {
            return Err(DecimalError::TooManyDecimals);
        }
        let number = |text: &str| -> Result<i128, DecimalError> {
            if text.is_empty() {
                return Ok(0);
            }
            text.parse().map_err(|_| DecimalError::OutOfRange)
        };
        let missing = SCALE - fraction.len() as u32;
        let steps = number(whole)?
            .checked_mul(i128::from(Self::ONE))
            .and_then(|steps| Some(steps + number(fraction).ok()? * 10_i128.pow(missing)))
            .ok_or(DecimalError::OutOfRange)?;
        if steps > LIMIT * i128::from(Self::ONE) {
            return Err(DecimalError::OutOfRange);
        }
        let steps = i64::try_from(steps).map_err(|_| DecimalError::OutOfRange)?;
        Ok(Self(if text.starts_with('-') { -steps } else { steps }))
    }
}

impl<const SCALE: u32> Decimal<SCALE> {
    /// For people, without trailing zeros, with their language's decimal sign: `36.6`, in French `36,6`.
    ///
    /// ```
    /// use kernel::{Decimal, Language};
    /// let value: Decimal<3> = "36.60".parse()?;
    /// assert_eq!((value.written(Language::Sw), value.written(Language::Fr)), ("36.6".into(), "36,6".into()));
    /// # Ok::<(), kernel::DecimalError>(())
    /// ```
    #[must_use]
    pub fn written(self, language: Language) -> String {
        let (_, sign) = crate::written::separators(language);
        self.to_string().replace('.', sign.encode_utf8(&mut [0; 4]))
    }
}

/// Without trailing zeros: `36.6`, `7`, `-0.25`.
impl<const SCALE: u32> fmt::Display for Decimal<SCALE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let one = Self::ONE.unsigned_abs();
        let (whole, rest) = (self.0.unsigned_abs() / one, self.0.unsigned_abs() % one);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{rest:0width$}", width = SCALE as usize);
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_decimals_and_refuses_what_could_be_misread() {
        type D = Decimal<4>;
        for (text, steps) in [
            ("7", 70_000),
            ("7.5", 75_000),
            (" 36.6 ", 366_000),
            ("-0.25", -2_500),
            ("+3.5000000", 35_000),
            (".5", 5_000),
            ("0", 0),
        ] {
            assert_eq!(text.parse::<D>().unwrap().steps(), steps, "{text}");
        }
        for (text, error) in [
            ("36,6", DecimalError::Comma),
            ("1,000.5", DecimalError::Comma),
            ("", DecimalError::NotANumber),
            (".", DecimalError::NotANumber),
            ("1e3", DecimalError::NotANumber),
            ("--1", DecimalError::NotANumber),
            ("1.23456", DecimalError::TooManyDecimals),
            ("100000000000.1", DecimalError::OutOfRange),
            (
                "99999999999999999999999999999999999999999",
                DecimalError::OutOfRange,
            ),
        ] {
            assert_eq!(text.parse::<D>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(steps in -1_000_000_000_000_000i64..1_000_000_000_000_000) {
            let value = Decimal::<4>::from_steps(steps).unwrap();
            prop_assert_eq!(value.to_string().parse(), Ok(value));
        }

        #[test]
        fn order_is_that_of_the_numbers(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000) {
            let (x, y) = (Decimal::<2>::from_steps(a).unwrap(), Decimal::<2>::from_steps(b).unwrap());
            prop_assert_eq!(x < y, a < b);
        }
    }
}
