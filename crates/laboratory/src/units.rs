//! Units as they are written, and values converted to the catalogue's unit on entry.
//!
//! A conversion is exact arithmetic over decimals, rounded once, half away from zero, to four places. The value and the
//! unit as entered are kept beside the converted ones. What a unit does not say for certain (urea or urea nitrogen) is
//! refused, and not guessed.

use std::sync::LazyLock;

use crate::measured::{Measured, PLACES};
use crate::starter;

/// An exact decimal: `mantissa / 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exact {
    mantissa: i128,
    places: u32,
}

impl Exact {
    /// Plain decimal notation of up to twelve places.
    pub(crate) fn parse(text: &str) -> Option<Exact> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let places = u32::try_from(fraction.len())
            .ok()
            .filter(|places| *places <= 12)?;
        let mantissa = format!("{whole}{fraction}").parse::<i64>().ok()?;
        Some(Exact {
            mantissa: mantissa.into(),
            places,
        })
    }
}

/// `to = from × factor + offset`, for one parameter.
#[derive(Debug, Clone)]
pub(crate) struct Conversion {
    pub(crate) parameter: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) factor: Exact,
    pub(crate) offset: Exact,
    /// Applied on entry; otherwise the unit alone does not say which factor holds.
    pub(crate) on_entry: bool,
}

impl Conversion {
    fn forth(&self, value: Measured) -> Option<Measured> {
        let places = self.factor.places.max(self.offset.places);
        let product = i128::from(value.steps())
            .checked_mul(self.factor.mantissa)?
            .checked_mul(10i128.pow(places - self.factor.places))?;
        let offset = self.offset.mantissa * 10i128.pow(PLACES + places - self.offset.places);
        rounded(product + offset, 10i128.pow(places))
    }

    fn back(&self, value: Measured) -> Option<Measured> {
        let at = PLACES.max(self.offset.places);
        let value = i128::from(value.steps()) * 10i128.pow(at - PLACES);
        let less = value - self.offset.mantissa * 10i128.pow(at - self.offset.places);
        rounded(
            less.checked_mul(10i128.pow(self.factor.places + PLACES))?,
            self.factor.mantissa * 10i128.pow(at),
        )
    }
}

/// A positive divisor; half away from zero.
fn rounded(numerator: i128, divisor: i128) -> Option<Measured> {
    let half = divisor / 2;
    let quotient = (numerator.abs() + half) / divisor * numerator.signum();
    let steps = i64::try_from(quotient).ok()?;
    Measured::from_steps(steps)
        .ok()
        .filter(|_| steps.abs() <= LARGEST)
}

/// Twelve digits, of them four decimals.
const LARGEST: i64 = 999_999_999_999;

static CONVERSIONS: LazyLock<Vec<Conversion>> = LazyLock::new(starter::conversions);

/// Why a value in a unit is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitFault {
    /// Not a unit of the parameter; these are.
    Unknown(Vec<String>),
    /// The unit does not say which factor holds.
    Ambiguous,
    /// The converted value is beyond twelve digits.
    TooLarge,
}

/// `value` of `parameter`, written in `entered`, in the catalogue's `unit`. An empty unit is the catalogue's.
///
/// # Errors
/// See [`UnitFault`].
pub fn convert(
    parameter: &str,
    unit: &str,
    entered: &str,
    value: Measured,
) -> Result<Measured, UnitFault> {
    if entered.trim().is_empty() || same(entered, unit) {
        return Ok(value);
    }
    let known = || CONVERSIONS.iter().filter(|row| row.parameter == parameter);
    let mut ambiguous = false;
    for row in known() {
        let converted = if row.to == unit && same(entered, &row.from) {
            row.forth(value)
        } else if row.from == unit && same(entered, &row.to) {
            row.back(value)
        } else {
            continue;
        };
        if row.on_entry {
            return converted.ok_or(UnitFault::TooLarge);
        }
        ambiguous = true;
    }
    if ambiguous {
        return Err(UnitFault::Ambiguous);
    }
    let mut accepted = vec![unit.to_owned()];
    for row in known().filter(|row| row.on_entry) {
        let other = if row.to == unit { &row.from } else { &row.to };
        if (row.to == unit || row.from == unit) && !accepted.contains(other) {
            accepted.push(other.clone());
        }
    }
    Err(UnitFault::Unknown(accepted))
}

/// The same unit, written in either of the ways that people and analysers write it. It is only asked among the units of
/// one parameter, so that upper and lower case cannot be confused.
fn same(written: &str, unit: &str) -> bool {
    written == unit || key(written) == key(unit)
}

fn key(unit: &str) -> String {
    let mut key = String::with_capacity(unit.len());
    let mut annotation = false;
    for character in unit.chars().flat_map(char::to_lowercase) {
        match character {
            '{' => annotation = true,
            '}' => annotation = false,
            // The unit of fibrin equivalents is another than that of the molecule.
            _ if annotation && !matches!(character, 'f' | 'e' | 'u') => {}
            '[' | ']' | '(' | ')' | ' ' | '\u{a0}' => {}
            'µ' | 'μ' => key.push('u'),
            '^' => key.push('*'),
            '×' => key.push('x'),
            '⁹' => key.push_str("*9"),
            '³' => key.push_str("*3"),
            '⁶' => key.push_str("*6"),
            '¹' => key.push_str("*1"),
            '²' => key.push('2'),
            '.' | '_' => {}
            other => key.push(other),
        }
    }
    let key = key
        .strip_prefix("x10")
        .map_or(key.clone(), |rest| format!("10{rest}"));
    match key.as_str() {
        "k/ul" | "10e3/ul" | "thou/ul" => "10*3/ul".to_owned(),
        "m/ul" | "10e6/ul" => "10*6/ul".to_owned(),
        "10e9/l" | "g/l*9" | "giga/l" => "10*9/l".to_owned(),
        "10e12/l" => "10*12/l".to_owned(),
        "cells/ul" | "cells/mm*3" | "/mm*3" | "cell/ul" => "/ul".to_owned(),
        "iu/l" => "u/l".to_owned(),
        "miu/l" => "mu/l".to_owned(),
        "uiu/ml" => "uu/ml".to_owned(),
        "miu/ml" => "mu/ml".to_owned(),
        "iu/ml" => "u/ml".to_owned(),
        "mcg/l" => "ug/l".to_owned(),
        "mcg/dl" => "ug/dl".to_owned(),
        "sec" | "secs" | "seconds" => "s".to_owned(),
        "mins" | "minutes" => "min".to_owned(),
        "mm/hr" | "mm/1h" => "mm/h".to_owned(),
        "mmhg" => "mmhg".to_owned(),
        "percent" => "%".to_owned(),
        "mg%" => "mg/dl".to_owned(),
        "gm/dl" | "g%" => "g/dl".to_owned(),
        "copies/ml" => "/ml".to_owned(),
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Measured {
        text.parse().unwrap()
    }

    fn converted(parameter: &str, unit: &str, entered: &str, text: &str) -> String {
        convert(parameter, unit, entered, value(text))
            .unwrap()
            .to_string()
    }

    #[test]
    fn values_are_converted_to_the_unit_of_the_catalogue() {
        for (parameter, unit, entered, text, expected) in [
            ("GLU", "mmol/L", "mg/dL", "100", "5.55"),
            ("GLU", "mmol/L", "MG/DL", "90", "4.995"),
            ("HGB", "g/dL", "g/L", "135", "13.5"),
            ("HGB", "g/dL", "mmol/L", "8.4", "13.5353"),
            ("CREA", "umol/L", "mg/dL", "1.2", "106.08"),
            ("CREA", "umol/L", "µmol/L", "80", "80"),
            ("A1CIFCC", "mmol/mol", "%", "6.5", "47.545"),
            ("WBC", "10*9/L", "10^3/uL", "7.5", "7.5"),
            ("WBC", "10*9/L", "×10⁹/L", "7.5", "7.5"),
            ("WBC", "10*9/L", "/mm³", "7500", "7.5"),
            ("TNI", "ng/L", "ng/mL", "0.0401", "40.1"),
            ("K", "mmol/L", "", "4.5", "4.5"),
            ("K", "mmol/L", "mEq/L", "4.5", "4.5"),
            ("TSH", "m[IU]/L", "µIU/mL", "2.5", "2.5"),
            ("PO2", "mm[Hg]", "kPa", "10", "75.006"),
            ("MG", "mmol/L", "meq/L", "1.6", "0.8"),
        ] {
            let found = converted(parameter, unit, entered, text);
            assert_eq!(found, expected, "{parameter}: {text} {entered}");
        }
    }

    #[test]
    fn what_a_unit_does_not_say_is_refused() {
        let urea = convert("UREA", "mmol/L", "mg/dL", value("40"));
        assert_eq!(urea, Err(UnitFault::Ambiguous));
        let prolactin = convert("PRL", "m[IU]/L", "ng/mL", value("12"));
        assert_eq!(prolactin, Err(UnitFault::Ambiguous));
        assert_eq!(
            convert("GLU", "mmol/L", "g/L", value("1")),
            Err(UnitFault::Unknown(vec![
                "mmol/L".to_owned(),
                "mg/dL".to_owned()
            ]))
        );
        // Fibrin equivalents are about twice the molecule.
        assert!(convert("DDIMER", "mg/L{FEU}", "mg/L", value("1")).is_err());
        assert_eq!(
            convert("TNI", "ng/L", "ng/mL", value("99999999")),
            Err(UnitFault::TooLarge)
        );
    }

    #[test]
    fn every_parameter_takes_its_own_unit_and_no_two_units_of_one_read_alike() {
        for parameter in starter::parameters() {
            let unit = parameter.unit.as_str();
            if unit.is_empty() {
                continue;
            }
            assert_eq!(
                convert(&parameter.code, unit, unit, value("1")),
                Ok(value("1"))
            );
            let mut names: Vec<&str> = CONVERSIONS
                .iter()
                .filter(|row| row.parameter == parameter.code)
                .flat_map(|row| [row.from.as_str(), row.to.as_str()])
                .chain([unit])
                .collect();
            names.sort_unstable();
            names.dedup();
            let count = names.len();
            let mut keys: Vec<String> = names.iter().map(|name| key(name)).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), count, "{}: {names:?}", parameter.code);
        }
    }

    proptest! {
        /// Never a panic, whatever is written; and there and back is the same value as far as four places carry.
        #[test]
        fn there_and_back(index in 0usize..60, scaled in 0i64..10_000_000_000) {
            let rows: Vec<&Conversion> = CONVERSIONS.iter().collect();
            let row = rows[index % rows.len()];
            let value = Measured::from_steps(scaled).unwrap();
            if let Some(to) = row.forth(value) {
                let back = row.back(to).unwrap();
                // Half a unit of the fourth place, seen through the factor.
                let factor = row.factor.mantissa as f64 / 10f64.powi(row.factor.places as i32);
                let tolerance = (0.5 / factor).ceil() as i64 + 1;
                prop_assert!((back.steps() - scaled).abs() <= tolerance, "{row:?} {value} {to} {back}");
            }
        }

        #[test]
        fn any_unit_is_answered(entered in ".{0,24}", parameter in "(GLU|HGB|UREA|X)", scaled in any::<i32>()) {
            let value = Measured::from_steps(scaled.into()).unwrap();
            let _ = convert(&parameter, "mmol/L", &entered, value);
        }
    }
}
