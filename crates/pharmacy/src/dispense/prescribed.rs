//! The prescription that is dispensed against, and what it still owes.

use clinical::prescription_alert::SafetyAlert;
use clinical::{Prescription, PrescriptionStatus};
use kernel::Code;
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Ref;
use platform::record::Record;
use platform::resource::change_by;
use platform::serde_json::from_value;
use platform::texts::Text;

use super::{Wanted, total};
use crate::item::{Item, no_such};

/// For whom units are dispensed.
pub(super) enum Order {
    /// Without a prescription.
    Without {
        /// The patient.
        patient: i64,
    },
    /// Against a prescription, which is locked until the commit.
    Against {
        /// The prescription.
        prescription: Box<Prescription>,
        /// Its patient.
        patient: i64,
        /// The units that it comes to.
        total: i64,
    },
}

/// Finds out for whom units are dispensed, and locks the prescription.
///
/// # Errors
/// 400 by field when patient, prescription and medication do not agree.
pub(super) async fn hold(cx: &mut Cx, item: &Item, wanted: &Wanted) -> Result<Order, Error> {
    let Some(id) = wanted.prescription else {
        let patient = wanted
            .patient
            .ok_or_else(|| Error::field("patient", Text::new("pharmacy-patient-needed")))?;
        return Ok(Order::Without { patient });
    };
    let prescription: Prescription = cx.hold(id).await.map_err(|error| match error.code() {
        Some(Code::NotFound) => no_such("prescription", id),
        _ => error,
    })?;
    let patient = prescription
        .patient_id()
        .ok_or_else(|| Error::internal("a prescription without a patient"))?;
    if wanted.patient.is_some_and(|named| named != patient) {
        return Err(Error::field("patient", Text::new("pharmacy-other-patient")));
    }
    let other = match prescription.medication_item {
        Some(named) => named.get() != item.id,
        None => names_another(cx, &prescription, item).await?,
    };
    if other {
        return Err(Error::field(
            "prescription",
            Text::new("pharmacy-other-medication"),
        ));
    }
    check_stands(&prescription, wanted)?;
    let total = total::of(&prescription, item, wanted.prescription_quantity)?;
    check_restated(&prescription, total, &wanted.reason)?;
    Ok(Order::Against {
        prescription: Box::new(prescription),
        patient,
        total,
    })
}

/// Refuses a prescription that is cancelled, and one of which somebody dispensed or changed something since it was read.
fn check_stands(row: &Prescription, wanted: &Wanted) -> Result<(), Error> {
    if row.status == PrescriptionStatus::Cancelled {
        let text = Text::new("pharmacy-prescription-cancelled");
        return Err(Error::refuse(Code::StateConflict, text));
    }
    let given = row.quantity_dispensed;
    let refused = |text| Error::refuse(Code::Conflict, text).with("quantity_dispensed", given);
    if wanted.already.is_some_and(|seen| seen != given) {
        let text = Text::new("pharmacy-dispensed-meanwhile").with("given", given);
        return Err(match row.quantity {
            Some(quantity) => refused(text).with("owed", (quantity - given).max(0)),
            None => refused(text),
        });
    }
    let read = wanted.prescription_version;
    if read.is_some_and(|version| version != row.meta.version) {
        return Err(refused(Text::new("pharmacy-prescription-changed"))
            .with("prescription_version", row.meta.version));
    }
    Ok(())
}

/// What was stated before, when something was dispensed and taken back, is corrected with a reason: it bounds what is
/// handed out. Who stated it, who changed it and why are in the audit rows of the prescription and the dispense.
fn check_restated(row: &Prescription, total: i64, reason: &str) -> Result<(), Error> {
    let stated = row.quantity.filter(|_| row.quantity_by.is_some());
    match stated {
        Some(before) if before != total && reason.trim().is_empty() => {
            let text = Text::new("pharmacy-quantity-restated").with("before", before);
            Err(Error::field("reason", text.with("now", total)))
        }
        _ => Ok(()),
    }
}

/// A prescription in words: both names are known, and they have no ingredient in common. A brand of the same
/// ingredient is what was prescribed; anything else is for the prescriber to change.
async fn names_another(cx: &mut Cx, row: &Prescription, item: &Item) -> Result<bool, Error> {
    let pack = formulary::pack::current(cx).await?;
    let prescribed = pack.ingredients_of(row.medication_name.open());
    let given = pack.ingredients_of(&item.name);
    let shared = || given.iter().any(|one| prescribed.contains(one));
    Ok(!prescribed.is_empty() && !given.is_empty() && !shared())
}

/// What the prescriber was alerted to and overrode with a reason.
pub(crate) fn overridden(row: &Prescription) -> Result<Vec<SafetyAlert>, Error> {
    if row.override_reason.open().is_none() {
        return Ok(Vec::new());
    }
    Ok(from_value(row.safety_alerts.open().0.clone())?)
}

impl Order {
    /// The patient.
    pub(super) fn patient(&self) -> i64 {
        match self {
            Order::Without { patient } | Order::Against { patient, .. } => *patient,
        }
    }

    /// The prescription's encounter.
    pub(super) fn encounter(&self) -> Option<i64> {
        match self {
            Order::Without { .. } => None,
            Order::Against { prescription, .. } => Some(prescription.encounter.get()),
        }
    }

    /// The prescription.
    pub(super) fn prescription(&self) -> Option<&Prescription> {
        match self {
            Order::Without { .. } => None,
            Order::Against { prescription, .. } => Some(prescription),
        }
    }

    /// What the prescriber was alerted to and overrode with a reason.
    pub(super) fn overridden(&self) -> Result<Vec<SafetyAlert>, Error> {
        self.prescription()
            .map_or_else(|| Ok(Vec::new()), overridden)
    }

    /// Units that are still owed; none without a prescription.
    fn owed(&self) -> Option<i64> {
        match self {
            Order::Without { .. } => None,
            Order::Against {
                prescription,
                total,
                ..
            } => Some((total - prescription.quantity_dispensed).max(0)),
        }
    }

    /// Refuses more than is owed.
    pub(super) fn check(&self, quantity: i64) -> Result<(), Error> {
        match self.owed() {
            Some(owed) if quantity > owed => {
                let text = Text::new("pharmacy-more-than-owed")
                    .with("quantity", quantity)
                    .with("owed", owed);
                Err(Error::refuse(Code::ExceedsPrescription, text).with("owed", owed))
            }
            _ => Ok(()),
        }
    }

    /// Notes on the prescription what was dispensed; answers what it still owes.
    pub(super) async fn progress(self, cx: &mut Cx, quantity: i64) -> Result<i64, Error> {
        let owed = self.owed().map_or(0, |owed| owed - quantity);
        if let Order::Against {
            prescription,
            total,
            ..
        } = self
        {
            add(cx, *prescription, quantity, Some(total)).await?;
        }
        Ok(owed)
    }
}

/// Adds to what was dispensed of a held prescription (or takes back), and moves its status along. What it comes to is
/// noted with whoever settled it, where the prescriber stated nothing.
pub(super) async fn add(
    cx: &mut Cx,
    held: Prescription,
    quantity: i64,
    total: Option<i64>,
) -> Result<(), Error> {
    let user = cx.actor.user_id().map(Ref::new);
    change_by(cx, held, |row| {
        if let (None, Some(total)) = (row.settled_quantity(), total) {
            row.quantity = Some(total);
            row.quantity_by = user;
        }
        row.quantity_dispensed += quantity;
        row.status = progress(row.status, row.quantity, row.quantity_dispensed);
    })
    .await?;
    Ok(())
}

fn progress(
    status: PrescriptionStatus,
    quantity: Option<i64>,
    dispensed: i64,
) -> PrescriptionStatus {
    use PrescriptionStatus::{Active, Cancelled, Completed, PendingDispense};
    match (status, quantity) {
        (Cancelled, _) => Cancelled,
        (_, Some(quantity)) if dispensed >= quantity => Completed,
        (_, Some(_)) if dispensed > 0 => PendingDispense,
        (Completed | PendingDispense, Some(_)) => Active,
        (other, _) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PrescriptionStatus::{Active, Cancelled, Completed, PendingDispense};

    #[test]
    fn a_prescription_follows_what_was_dispensed() {
        for (status, quantity, dispensed, expected) in [
            (Active, Some(20), 0, Active),
            (Active, Some(20), 8, PendingDispense),
            (PendingDispense, Some(20), 20, Completed),
            (Completed, Some(20), 12, PendingDispense),
            (Completed, Some(20), 0, Active),
            (Cancelled, Some(20), 0, Cancelled),
            (Active, None, 8, Active),
        ] {
            assert_eq!(progress(status, quantity, dispensed), expected);
        }
    }
}
