//! What a change of a prescription is and what it may change: another medicine, another dose, another course.

use kernel::Code;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Doc, Ref};
use platform::record::Record;
use platform::resource::Change;
use platform::seal::Sealed;
use platform::texts::Text;
use serde_json::json;

use crate::encounter::hold_open;
use crate::prescription::{MOST, Prescription};
use crate::prescription_quantity::units;
use crate::prescription_safety::Checked;

/// Takes a new prescription's patient from its encounter, which stays open until the commit.
pub(crate) async fn begin(cx: &mut Cx, change: &mut Change<'_, Prescription>) -> Result<(), Error> {
    let encounter = hold_open(cx, change.row.encounter.get()).await?;
    change.row.patient = encounter.patient;
    change.row.prescribed_by = cx.actor.user_id().map(Ref::new);
    change.row.prescribed_at = cx.now();
    let row = &mut *change.row;
    row.quantity_counted = row.quantity.is_none();
    if row.quantity_counted {
        count(row);
    }
    Ok(())
}

/// Calculates the quantity from dose, frequency and duration.
pub(crate) fn count(row: &mut Prescription) {
    row.quantity = units(row.dosage.open(), row.frequency.open(), row.duration.open());
}

/// What is dispensed and how far it is changes also after the encounter was signed; nothing else does.
pub(crate) async fn permit(
    cx: &mut Cx,
    change: &Change<'_, Prescription>,
    before: &Prescription,
) -> Result<(), Error> {
    const COURSE: [&str; 2] = ["status", "quantity_dispensed"];
    /// What the pharmacy settles besides, where no quantity was stated.
    const SETTLED: [&str; 2] = ["quantity", "quantity_by"];
    let changed = change.row.changes(before);
    let settles = change.body.0.is_empty();
    let may = |field: &str| COURSE.contains(&field) || settles && SETTLED.contains(&field);
    if changed.keys().all(|field| may(field)) {
        return Ok(());
    }
    hold_open(cx, before.encounter.get()).await?;
    if before.encounter != change.row.encounter {
        return Err(Error::field(
            "encounter",
            Text::new("clinical-prescription-encounter"),
        ));
    }
    if before.quantity_dispensed > 0 && is_new_drug(change) {
        return Err(dispensed());
    }
    Ok(())
}

pub(crate) fn check_quantity(row: &Prescription) -> Result<(), Error> {
    let least = row.quantity_dispensed.max(1);
    match row.quantity {
        Some(quantity) if !(least..=MOST).contains(&quantity) => {
            let text = Text::new("clinical-prescription-quantity")
                .with("min", least)
                .with("max", MOST);
            Err(Error::field("quantity", text))
        }
        _ => Ok(()),
    }
}

/// Another medicine than before; of a new prescription it always is.
pub(crate) fn is_new_drug(change: &Change<'_, Prescription>) -> bool {
    change.changed(|row| (row.medication_name.open().clone(), row.medication_item))
}

/// Another dose of the same, or taken more or less often.
pub(crate) fn is_new_dose(change: &Change<'_, Prescription>) -> bool {
    !change.is_new()
        && change.changed(|row| (row.dosage.open().clone(), row.frequency.open().clone()))
}

/// Its words come to another quantity, while nobody at the counter settled one.
pub(crate) fn is_new_course(change: &Change<'_, Prescription>) -> bool {
    let longer = change.changed(|row| row.duration.open().clone());
    !change.is_new() && change.row.quantity_by.is_none() && (longer || is_new_dose(change))
}

/// A person makes it current again. The pharmacy, which takes back what was dispensed, asks at its counter.
pub(crate) fn comes_back(change: &Change<'_, Prescription>) -> bool {
    let was_over = change
        .before
        .is_some_and(|before| !before.status.is_current());
    was_over && change.row.status.is_current() && !change.body.0.is_empty()
}

/// Keeps what the check found, and asks for a reason when it weighs much. The reason for another drug is no reason.
pub(crate) fn settle(
    cx: &Cx,
    change: &mut Change<'_, Prescription>,
    checked: &Checked,
) -> Result<(), Error> {
    // Of the same medicine the reason stands, unless the other dose is what needs one.
    let stands = is_new_dose(change) && !is_new_drug(change) && !comes_back(change);
    let given = change.is_new()
        || change.body.0.contains_key("override_reason")
        || stands && !checked.dose_interrupts();
    let row = &mut *change.row;
    if !given {
        row.override_reason = Sealed::new(None);
    }
    row.safety_outcome = checked.outcome();
    row.safety_alerts = Sealed::new(Doc(checked.alerts()));
    row.safety_unknown = Sealed::new(Doc(checked.unknown()));
    row.safety_not_checked = Sealed::new(Doc(json!(checked.not_checked())));
    row.safety_pack = Blank::cut(&checked.pack);
    if checked.interrupts() && row.override_reason.open().is_none() {
        return Err(checked.refusal(cx));
    }
    Ok(())
}

pub(crate) fn dispensed() -> Error {
    Error::refuse(
        Code::StateConflict,
        Text::new("clinical-prescription-dispensed"),
    )
}
