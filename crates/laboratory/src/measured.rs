//! Measured values: exact decimals of twelve digits, four of them after the point.

use std::fmt;
use std::str::FromStr;

/// Decimal places of a measured value.
pub const PLACES: u32 = 4;

const SCALE: i64 = 10_000;
const LIMIT: i64 = 999_999_999_999;

/// An exact measured value, from -99999999.9999 to 99999999.9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measured(i64);

impl Measured {
    /// From ten-thousandths; `None` beyond the range.
    pub fn from_scaled(scaled: i64) -> Option<Self> {
        (-LIMIT..=LIMIT).contains(&scaled).then_some(Self(scaled))
    }

    /// In ten-thousandths, as stored.
    pub fn scaled(self) -> i64 {
        self.0
    }
}

impl FromStr for Measured {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || !numeric(fraction) || fraction.len() > 4 {
            return Err(());
        }
        let whole: i64 = whole.parse().map_err(|_| ())?;
        let fraction: i64 = format!("{fraction:0<4}").parse().map_err(|_| ())?;
        let scaled = whole.checked_mul(SCALE).ok_or(())? + fraction;
        Self::from_scaled(sign * scaled).ok_or(())
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        let text = format!("{}.{:04}", magnitude / scale, magnitude % scale);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        f.pad_integral(self.0 >= 0, "", text)
    }
}
