//! How many units of a medication a prescription comes to, where it states no quantity: an amount such as `500 mg` is
//! counted in the tablets that are at hand.

use kernel::names::fold;

use crate::prescription::{MOST, Prescription};
use crate::prescription_course::days;
use crate::prescription_dose::amount_alone;
use crate::prescription_quantity::{AT_ONCE, PIECES, per_day, units};

/// Units of measure that say no more than that something is counted.
const COUNTED: [&str; 6] = ["each", "ea", "unit", "units", "piece", "pieces"];
/// Forms of which one is one dose or a part of it.
const SINGLE: [&str; 2] = ["Tablet", "Capsule"];

/// A medication as it is kept: what is in a unit, and what a unit is.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// The strength as written on the pack, such as `500 mg`.
    pub strength: &'a str,
    /// The unit that stock is counted in, such as `Tablet`.
    pub unit_of_measure: &'a str,
    /// The form, such as `Tablet`.
    pub formulation: &'a str,
}

impl Kept<'_> {
    /// A unit is one tablet, capsule or the like: not a strip, and not a bottle.
    fn is_piece(&self) -> bool {
        let unit = fold(self.unit_of_measure);
        PIECES.contains(&unit.as_str())
            || COUNTED.contains(&unit.as_str()) && SINGLE.contains(&self.formulation)
    }
}

impl Prescription {
    /// The units that the prescription comes to by its own words and the medication's strength; none where they do not
    /// say it exactly, and where a unit would have to be divided.
    pub fn units_of(&self, kept: &Kept<'_>) -> Option<i64> {
        counted(
            self.dosage.open(),
            self.frequency.open(),
            self.duration.open(),
            kept,
        )
    }
}

fn counted(dosage: &str, frequency: &str, duration: &str, kept: &Kept<'_>) -> Option<i64> {
    if !kept.is_piece() {
        return None;
    }
    if let Some(all) = units(dosage, frequency, duration) {
        return Some(all);
    }
    let (dose, each) = (amount_alone(dosage)?, amount_alone(kept.strength)?);
    if dose.unit != each.unit || dose.steps % each.steps != 0 {
        return None;
    }
    let at_once = dose.steps / each.steps;
    if !(1..=AT_ONCE).contains(&at_once) {
        return None;
    }
    let all = at_once
        .checked_mul(per_day(frequency)?)?
        .checked_mul(days(duration)?)?;
    (1..=MOST).contains(&all).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_counted_in_units_where_that_is_exact() {
        let tablets = |strength| Kept {
            strength,
            unit_of_measure: "Tablet",
            formulation: "Tablet",
        };
        let each = Kept {
            unit_of_measure: "Each",
            ..tablets("500 mg")
        };
        for (dosage, frequency, duration, kept, all) in [
            (
                "500 mg",
                "3 times a day",
                "7 days",
                tablets("500 mg"),
                Some(21),
            ),
            ("1 g", "twice a day", "5 days", tablets("500mg"), Some(20)),
            ("500 mg", "3 times a day", "7 days", each, Some(21)),
            (
                "1 tablet",
                "3 times a day",
                "7 days",
                tablets("500 mg"),
                Some(21),
            ),
            // Half a tablet is for somebody to decide.
            ("250 mg", "3 times a day", "7 days", tablets("500 mg"), None),
            ("750 mg", "3 times a day", "7 days", tablets("500 mg"), None),
            ("500-1000 mg", "daily", "7 days", tablets("500 mg"), None),
            ("500 mg or 1 g", "daily", "7 days", tablets("500 mg"), None),
            ("15 mg/kg", "daily", "7 days", tablets("15 mg"), None),
            ("500 mg", "when in pain", "7 days", tablets("500 mg"), None),
            (
                "500 mg",
                "3 times a day",
                "until review",
                tablets("500 mg"),
                None,
            ),
            ("500 mg", "3 times a day", "", tablets("500 mg"), None),
            (
                "500 mg",
                "3 times a day",
                "7 days",
                tablets("120 mg/5 ml"),
                None,
            ),
            ("500 mg", "3 times a day", "7 days", tablets("500 IU"), None),
            (
                "500 mg",
                "3 times a day",
                "7 days",
                tablets("80/480 mg"),
                None,
            ),
            ("500 mg", "3 times a day", "7 days", tablets(""), None),
            ("0 mg", "3 times a day", "7 days", tablets("500 mg"), None),
            ("500 mg", "3 times a day", "7 days", tablets("0 mg"), None),
            ("500 g", "3 times a day", "7 days", tablets("1 mg"), None),
            // A strip holds more than one.
            (
                "500 mg",
                "3 times a day",
                "7 days",
                Kept {
                    unit_of_measure: "Strip",
                    ..each
                },
                None,
            ),
            (
                "500 mg",
                "3 times a day",
                "7 days",
                Kept {
                    formulation: "Syrup",
                    ..each
                },
                None,
            ),
        ] {
            let found = counted(dosage, frequency, duration, &kept);
            assert_eq!(found, all, "{dosage}, {frequency}, {duration}, {kept:?}");
        }
    }
}
