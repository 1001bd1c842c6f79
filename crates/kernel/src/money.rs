//! Amounts of money, exact to the minor unit.
//!
//! A hospital works in one currency, so an amount carries none. Amounts are integers of minor
//! units (bututs, cents) in the database and in code: binary fractions cannot hold 0.10.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// The largest amount either way that somebody writes, in minor units: 10^13, a hundred thousand million whole units.
/// Sums of what was written may be larger.
const LIMIT: i64 = 10_000_000_000_000;

/// Up to so many minor units the double nearest to an amount lies closer to it than to any other, so that a JSON client
/// that reads numbers as doubles sees the exact amount: 2^46 whole units, 703 times the [LIMIT].
const EXACT: u64 = 100 << 46;

/// Why a value is not an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Neither a number nor the decimal notation of one (`12`, `12.5`, `-12.50`).
    #[error("A valid number is required.")]
    NotANumber,
    /// Finer than the minor unit, which is never rounded silently; or more than two decimals in a text, where `1.000`
    /// may mean a thousand.
    #[error("Ensure that there are no more than 2 decimal places.")]
    TooManyDecimals,
    /// Beyond ±100,000,000,000.00 where it was written; beyond what 64 bits hold where it was added up.
    #[error("The amount is too large.")]
    OutOfRange,
}

/// An amount of money in minor units, exact.
///
/// What is read from a client, and what a price comes to for a quantity, is at most 100,000,000,000.00 either way. What is
/// added up and what the database answers may be as large as 64 bits hold: no report fails because there is much to report.
///
/// In JSON it is a number (`500.0`, `12.5`, `0.1`); a numeric string is accepted as well, with at most two decimals.
/// `Display` always shows two decimals (`12.50`).
///
/// ```
/// use kernel::{Money, MoneyError};
///
/// let a: Money = "0.10".parse()?;
/// let b: Money = "0.20".parse()?;
/// assert_eq!(a.checked_add(b)?.to_string(), "0.30");
/// assert_eq!("1.005".parse::<Money>(), Err(MoneyError::TooManyDecimals));
/// assert_eq!("1.000".parse::<Money>(), Err(MoneyError::TooManyDecimals));
/// # Ok::<(), MoneyError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// A hundredth.
    pub const CENT: Self = Self(1);
    /// One whole unit.
    pub const UNIT: Self = Self(100);
    /// The largest sum, 92,233,720,368,547,758.07.
    pub const MAX: Self = Self(i64::MAX);
    /// The largest debt, the opposite of [`Money::MAX`].
    pub const MIN: Self = Self(-i64::MAX);

    /// The amount of `minor` minor units (1250 is 12.50), as the database has it.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] for the one number that has no opposite.
    pub const fn from_minor(minor: i64) -> Result<Self, MoneyError> {
        if minor == i64::MIN {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self(minor))
    }

    fn from_wide(minor: i128) -> Result<Self, MoneyError> {
        i64::try_from(minor)
            .map_err(|_| MoneyError::OutOfRange)
            .and_then(Self::from_minor)
    }

    /// The amount, where it is not larger than one that somebody may write.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] beyond ±100,000,000,000.00.
    pub const fn within_limit(self) -> Result<Self, MoneyError> {
        if self.0 < -LIMIT || self.0 > LIMIT {
            return Err(MoneyError::OutOfRange);
        }
        Ok(self)
    }

    /// A sum as the program writes it: like the text of an amount, and as large as any.
    ///
    /// # Errors
    /// As for parsing an amount.
    pub fn from_sum(text: &str) -> Result<Self, MoneyError> {
        Self::from_wide(minor_of(text)?)
    }

    /// The amount in minor units, as stored.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether the amount is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether the amount is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether the amount is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub const fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        match self.0.checked_add(other.0) {
            Some(minor) => Self::from_minor(minor),
            None => Err(MoneyError::OutOfRange),
        }
    }

    /// The difference of two amounts.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub const fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.checked_add(other.neg())
    }

    /// A unit price times a quantity, which is one amount again.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] beyond ±100,000,000,000.00.
    pub fn checked_mul(self, quantity: i64) -> Result<Self, MoneyError> {
        Self::from_wide(i128::from(self.0) * i128::from(quantity)).and_then(Self::within_limit)
    }

    /// The same amount the other way; cannot fail, as the range is symmetric.
    #[must_use]
    pub const fn neg(self) -> Self {
        Self(-self.0)
    }

    /// `percent` per cent of the amount, rounded half up to the minor unit (0.125 becomes 0.13).
    /// A negative amount is rounded as its opposite, so that a refund mirrors its charge.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn percent(self, percent: u32) -> Result<Self, MoneyError> {
        self.share(i128::from(percent), 100)
    }

    /// `points` hundredths of a per cent of the amount (750 is 7.5 %), rounded as [`Money::percent`].
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn basis_points(self, points: u32) -> Result<Self, MoneyError> {
        self.share(i128::from(points), 10_000)
    }

    /// Whether the amount is a multiple of `step`, which is positive.
    ///
    /// ```
    /// use kernel::Money;
    /// assert!("12.50".parse::<Money>()?.is_multiple_of(Money::CENT));
    /// assert!(!"12.50".parse::<Money>()?.is_multiple_of(Money::UNIT));
    /// # Ok::<(), kernel::MoneyError>(())
    /// ```
    #[must_use]
    pub const fn is_multiple_of(self, step: Self) -> bool {
        step.0 < 1 || self.0 % step.0 == 0
    }

    /// The nearest multiple of `step`, which is positive; halves are rounded away from zero, as in [`Money::percent`].
    ///
    /// ```
    /// use kernel::Money;
    /// let rounded = |text: &str| Ok::<_, kernel::MoneyError>(text.parse::<Money>()?.rounded_to(Money::UNIT)?.to_string());
    /// assert_eq!((rounded("12.49")?, rounded("12.50")?, rounded("-12.50")?), ("12.00".to_owned(), "13.00".to_owned(), "-13.00".to_owned()));
    /// # Ok::<(), kernel::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn rounded_to(self, step: Self) -> Result<Self, MoneyError> {
        let step = i128::from(step.0.max(1));
        let steps = self.share(1, step)?;
        Self::from_wide(i128::from(steps.0) * step)
    }

    fn share(self, numerator: i128, denominator: i128) -> Result<Self, MoneyError> {
        let exact = i128::from(self.0) * numerator;
        let rounded = (exact.abs() + denominator / 2) / denominator;
        Self::from_wide(rounded * exact.signum())
    }

    /// The sum of many amounts; only the total has to be in range.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        Self::from_wide(amounts.into_iter().map(|amount| i128::from(amount.0)).sum())
    }

    /// From a double that a JSON parser produced. Its shortest decimal notation is what was
    /// written, for any number of up to 15 significant digits.
    fn from_f64(value: f64) -> Result<Self, MoneyError> {
        if !value.is_finite() {
            return Err(MoneyError::NotANumber);
        }
        // Rust writes doubles in full, never with an exponent. Early out, because 1e308 is long.
        if value.abs() > 1e12 {
            return Err(MoneyError::OutOfRange);
        }
        value.to_string().parse()
    }
}

/// The minor units of a text: an optional sign, digits, and optionally a point and one or two digits.
fn minor_of(text: &str) -> Result<i128, MoneyError> {
    let text = text.trim();
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(MoneyError::NotANumber);
    }
    if fraction.len() > 2 {
        return Err(MoneyError::TooManyDecimals);
    }
    let mut minor: i128 = 0;
    // "5" is five tenths: the fraction is filled up to two digits.
    let tail = fraction.bytes().chain(*b"00").take(2);
    for digit in whole.bytes().chain(tail) {
        minor = minor * 10 + i128::from(digit - b'0');
        if minor > i128::from(i64::MAX) {
            return Err(MoneyError::OutOfRange);
        }
    }
    Ok(sign * minor)
}

/// An optional sign, digits, and optionally a point and one or two digits; surrounding white space
/// is ignored. A third decimal is refused even where it is a zero: many write a thousand as `1.000`.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::from_sum(text)?.within_limit()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minor = self.0.unsigned_abs();
        let text = format!("{}.{:02}", minor / 100, minor % 100);
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.unsigned_abs() > EXACT {
            // No double is this amount; the nearest one is what a client reads, whatever is written.
            let nearest = self
                .to_string()
                .parse()
                .map_err(serde::ser::Error::custom)?;
            return serializer.serialize_f64(nearest);
        }
        // Both operands are exact doubles and division rounds correctly, so this is the double
        // nearest to the decimal, which serializers write as that decimal. ([EXACT] is below 2^53.)
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Amount;

        fn whole(units: i128) -> Result<Money, MoneyError> {
            Money::from_wide(units * 100)?.within_limit()
        }

        impl Visitor<'_> for Amount {
            type Value = Money;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount with at most two decimals, as a number or numeric text")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Money, E> {
                whole(i128::from(value)).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Money, E> {
                whole(i128::from(value)).map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Money, E> {
                Money::from_f64(value).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Amount)
    }
}

impl JsonSchema for Money {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number",
            "multipleOf": 0.01,
            "description": "An amount of money with at most two decimals, exact; a numeric string is accepted, with at most two decimals written."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn parses_decimal_notation() {
        for (text, minor) in [
            ("0", 0),
            ("-0.00", 0),
            ("12", 1_200),
            ("12.5", 1_250),
            (" +12.50 ", 1_250),
            ("-0.01", -1),
            ("007.10", 710),
            ("1.50", 150),
            ("100000000000.00", LIMIT),
        ] {
            assert_eq!(text.parse::<Money>(), Ok(Money(minor)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_an_exact_amount() {
        use MoneyError::{NotANumber, OutOfRange, TooManyDecimals};
        for (text, error) in [
            ("", NotANumber),
            ("-", NotANumber),
            (".5", NotANumber),
            ("5.", NotANumber),
            ("1e3", NotANumber),
            ("NaN", NotANumber),
            ("inf", NotANumber),
            ("1,000.00", NotANumber),
            ("--1", NotANumber),
            ("1.2.3", NotANumber),
            ("٣", NotANumber),
            ("1.005", TooManyDecimals),
            // A thousand where the point sets thousands apart.
            ("1.000", TooManyDecimals),
            ("1.500", TooManyDecimals),
            ("100000000000.01", OutOfRange),
            ("-99999999999999999999999999", OutOfRange),
        ] {
            assert_eq!(text.parse::<Money>(), Err(error), "{text}");
        }
    }

    #[test]
    fn reads_json_numbers_and_numeric_strings() {
        for json in ["12.5", "12.50", "12.500", "\"12.5\"", "\"12.50\""] {
            assert_eq!(serde_json::from_str::<Money>(json).unwrap(), Money(1_250));
        }
        assert_eq!(serde_json::from_str::<Money>("500").unwrap(), Money(50_000));
        assert_eq!(serde_json::from_str::<Money>("-7").unwrap(), Money(-700));
        for json in [
            "0.001",
            "12.345",
            "1e300",
            "1e-7",
            "18446744073709551615",
            "-9223372036854775808",
            "\"ten\"",
            "\"1.000\"",
            "100000000001",
            "100000000000.01",
            "null",
            "true",
            "[1]",
        ] {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn writes_exact_json_numbers() {
        for (minor, json) in [
            (50_000, "500.0"),
            (0, "0.0"),
            (30, "0.3"),
            (1_250, "12.5"),
            (-1, "-0.01"),
            (LIMIT, "100000000000.0"),
            (LIMIT - 1, "99999999999.99"),
            (LIMIT * 703 - 1, "70299999999999.99"),
            (i64::MAX - 7, "9.223372036854776e+16"),
        ] {
            assert_eq!(serde_json::to_string(&Money(minor)).unwrap(), json);
        }
    }

    #[test]
    fn rounds_half_up_to_the_minor_unit() {
        assert_eq!(money("0.25").percent(50), Ok(money("0.13")));
        assert_eq!(money("0.24").percent(50), Ok(money("0.12")));
        assert_eq!(money("-0.25").percent(50), Ok(money("-0.13")));
        assert_eq!(money("10.00").basis_points(750), Ok(money("0.75")));
        assert_eq!(money("10.00").percent(0), Ok(Money::ZERO));
        assert_eq!(Money::MAX.percent(101), Err(MoneyError::OutOfRange));
        assert_eq!(Money(LIMIT).checked_mul(2), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn only_the_total_of_a_sum_must_be_in_range() {
        assert_eq!(
            Money::sum([Money::MAX, Money::MAX, Money::MIN, Money::MIN, Money(5)]),
            Ok(Money(5))
        );
        assert_eq!(
            Money::sum([Money::MAX, Money(1)]),
            Err(MoneyError::OutOfRange)
        );
        assert_eq!(Money::sum([]), Ok(Money::ZERO));
    }

    #[test]
    fn what_is_added_up_may_be_more_than_anybody_writes() {
        let sum = Money(LIMIT).checked_add(Money(LIMIT)).unwrap();
        assert_eq!(sum.to_string(), "200000000000.00");
        assert_eq!(serde_json::to_string(&sum).unwrap(), "200000000000.0");
        assert_eq!(sum.within_limit(), Err(MoneyError::OutOfRange));
        assert_eq!(
            sum.to_string().parse::<Money>(),
            Err(MoneyError::OutOfRange)
        );
        assert_eq!(Money::from_minor(i64::MAX), Ok(Money::MAX));
        assert_eq!(Money::from_minor(i64::MIN), Err(MoneyError::OutOfRange));
        assert_eq!(
            Money::from_sum("92233720368547758.08"),
            Err(MoneyError::OutOfRange)
        );
        assert_eq!(Money::MAX.neg(), Money::MIN);
    }

    #[test]
    fn shows_two_decimals_and_honours_width() {
        assert_eq!(money("-0.05").to_string(), "-0.05");
        assert_eq!(format!("{:>8}", money("12.5")), "   12.50");
    }

    fn amounts() -> impl Strategy<Value = Money> {
        (-LIMIT..=LIMIT).prop_map(Money)
    }

    fn sums() -> impl Strategy<Value = Money> {
        (-i64::MAX..=i64::MAX).prop_map(Money)
    }

    proptest! {
        #[test]
        fn sums_survive_text_and_exact_ones_json(sum in sums(), exact in -(EXACT as i64)..=EXACT as i64) {
            prop_assert_eq!(Money::from_sum(&sum.to_string()), Ok(sum));
            let json = serde_json::to_value(Money(exact)).unwrap();
            let read = json.as_f64().unwrap().to_string();
            prop_assert_eq!(Money::from_sum(&read), Ok(Money(exact)));
            // The largest too are written as what a client would read.
            let written: f64 = serde_json::to_string(&sum).unwrap().parse().unwrap();
            prop_assert_eq!(written, sum.to_string().parse::<f64>().unwrap());
        }

        #[test]
        fn survives_text_and_json(amount in amounts()) {
            prop_assert_eq!(amount.to_string().parse::<Money>(), Ok(amount));
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
            // What is written is the decimal itself, without the dust of binary fractions.
            let (_, decimals) = json.split_once('.').unwrap();
            prop_assert!(decimals.len() <= 2, "{}", json);
            prop_assert_eq!(json.parse::<Money>(), Ok(amount));
            let value = serde_json::to_value(amount).unwrap();
            prop_assert_eq!(serde_json::from_value::<Money>(value).unwrap(), amount);
        }

        #[test]
        fn adds_and_subtracts_as_integers(a in sums(), b in sums()) {
            let sum = a.checked_add(b);
            prop_assert_eq!(sum, Money::sum([a, b]));
            prop_assert_eq!(sum, b.checked_add(a));
            if let Ok(sum) = sum {
                prop_assert_eq!(sum.checked_sub(b), Ok(a));
            } else {
                prop_assert!((i128::from(a.0) + i128::from(b.0)).abs() > i128::from(i64::MAX));
            }
            prop_assert_eq!(a.checked_sub(b), a.checked_add(b.neg()));
        }

        #[test]
        fn multiplying_is_repeated_adding(a in -100_000i64..=100_000, n in 0i64..50) {
            let a = Money(a);
            prop_assert_eq!(a.checked_mul(n), Money::sum((0..n).map(|_| a)));
            prop_assert_eq!(a.checked_mul(-n), a.neg().checked_mul(n));
        }

        #[test]
        fn shares_lose_at_most_half_a_minor_unit(a in sums(), p in 0u32..=100) {
            let share = a.percent(p).unwrap();
            let error = i128::from(share.0) * 100 - i128::from(a.0) * i128::from(p);
            prop_assert!(error.abs() <= 50);
            prop_assert_eq!(a.neg().percent(p), Ok(share.neg()));
            prop_assert_eq!(a.percent(100), Ok(a));
            prop_assert_eq!(a.basis_points(p * 100), Ok(share));
        }

        #[test]
        fn never_panics(text in any::<String>(), number in any::<f64>(), quantity in any::<i64>(), a in sums()) {
            let _ = text.parse::<Money>();
            let _ = Money::from_f64(number);
            let _ = a.checked_mul(quantity);
        }

        #[test]
        fn more_decimals_are_refused(whole in 0u32..1_000_000, thousandths in 1u32..1000) {
            prop_assume!(thousandths % 10 != 0);
            let text = format!("{whole}.{thousandths:03}");
            prop_assert_eq!(text.parse::<Money>(), Err(MoneyError::TooManyDecimals));
            prop_assert!(serde_json::from_str::<Money>(&text).is_err());
        }
    }
}
