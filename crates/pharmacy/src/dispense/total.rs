//! How many units a prescription comes to: what bounds what is dispensed of it.

use clinical::{Kept, Prescription};
use platform::error::Error;
use platform::texts::Text;

use crate::item::Item;

/// The field in which the pharmacist says it.
const FIELD: &str = "prescription_quantity";

/// The most units of one prescription.
const MOST: i64 = 100_000;

/// The units that a prescription comes to as a whole: those that it states or that were settled before, those that
/// follow from its dose and the medication's strength, or those that the pharmacist says.
///
/// # Errors
/// 400 under `prescription_quantity` when nothing says it, or two things say it differently.
pub(super) fn of(row: &Prescription, item: &Item, said: Option<i64>) -> Result<i64, Error> {
    let kept = Kept {
        strength: &item.strength,
        unit_of_measure: &item.unit,
        formulation: &item.formulation,
    };
    let known = row.settled_quantity().or_else(|| row.units_of(&kept));
    match (known, said) {
        (Some(known), Some(said)) if known != said => {
            let text = Text::new("pharmacy-prescription-comes-to").with("quantity", known);
            Err(Error::field(FIELD, text))
        }
        (Some(known), _) => Ok(known),
        (None, Some(said)) if !(1..=MOST).contains(&said) => {
            let text = Text::new("pharmacy-quantity")
                .with("min", 1)
                .with("max", MOST);
            Err(Error::field(FIELD, text))
        }
        (None, Some(said)) => Ok(said),
        (None, None) => Err(Error::field(
            FIELD,
            Text::new("pharmacy-prescription-quantity-needed"),
        )),
    }
}
