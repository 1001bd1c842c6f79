//! What was dispensed to whom.

use clinical::Prescription;
use formulary::MedicationItem;
use identity::user::User;
use jiff::Timestamp;
use patients::{Patient, reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::record::{Column, Record};
use platform::resource::{Resource, Said};
use platform::seal::Sealed;
use schemars::JsonSchema;
use sea_query::Condition;
use serde::Serialize;

use crate::access;
use crate::names;
use crate::stock_batch::StockBatch;
use crate::witnessing::awaiting;

platform::record! {
    /// Units of one batch that were given to a patient. A log is never edited or deleted; reversing it puts the units back into the batch.
    pub struct DispensingLog in "dispensing_log" for patient {
        client {}
        server {
            /// The patient who received it.
            patient: Ref<Patient> = Ref::new(0),
            /// The prescription that it was dispensed against; null when there was none.
            prescription: Option<Ref<Prescription>> = None,
            /// The medication that was dispensed.
            medication_item: Ref<MedicationItem> = Ref::new(0),
            /// The batch that the units were taken from.
            stock_batch: Ref<StockBatch> = Ref::new(0),
            /// Whole units that were dispensed, at least 1.
            quantity_dispensed: i64 = 1,
            /// The user who dispensed.
            dispensed_by: Option<Ref<User>> = None,
            /// When it was dispensed, in UTC.
            dispense_date: Timestamp = Timestamp::UNIX_EPOCH,
            /// Why another batch than the one that expires first was chosen, or the prescription was stated to come to another quantity than before; empty otherwise.
            reason: Sealed<Blank<500>> = Sealed::new(Blank::default()),
            /// Why it was dispensed over a safety alert, and by whose decision; empty when there was none.
            override_reason: Sealed<Blank<500>> = Sealed::new(Blank::default()),
            /// Whether a second person has to confirm, because the medication is a controlled substance.
            witness_required: bool = false,
            /// The second person who confirmed; null until then.
            witness: Option<Ref<User>> = None,
            /// When the second person confirmed.
            witnessed_at: Option<Timestamp> = None,
            /// The user who reversed it; null while it stands.
            reversed_by: Option<Ref<User>> = None,
            /// When it was reversed.
            reversed_at: Option<Timestamp> = None,
            /// Why it was reversed.
            reversal_reason: Sealed<Blank<500>> = Sealed::new(Blank::default()),
            /// Whether a second person has to confirm that the units are back, because the medication is a controlled substance.
            reversal_witness_required: bool = false,
            /// The second person who confirmed that the units are back; null until then.
            reversal_witness: Option<Ref<User>> = None,
            /// When the second person confirmed that the units are back.
            reversal_witnessed_at: Option<Timestamp> = None,
        }
    }
}

impl DispensingLog {
    /// Whether it, or its reversal, still awaits a witness. A reversed entry needs none for itself any more.
    pub(crate) fn awaits_witness(&self) -> bool {
        match self.reversed_at {
            None => self.witness_required && self.witness.is_none(),
            Some(_) => self.reversal_witness_required && self.reversal_witness.is_none(),
        }
    }

    /// The user whose entry a witness confirms: who dispensed, or who reversed it.
    pub(crate) fn entered_by(&self) -> Option<Ref<User>> {
        match self.reversed_at {
            None => self.dispensed_by,
            Some(_) => self.reversed_by,
        }
    }

    /// The same as a condition.
    pub(crate) fn awaiting_witness() -> Condition {
        awaiting(Self::TABLE)
    }
}

/// Computed fields of an answer.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct LogExtra {
    /// Generic name of the medication.
    pub medication_name: String,
    /// Batch number as printed on the package.
    pub batch_number: String,
    /// Name of the patient.
    pub patient_name: String,
    /// The same moment as `dispense_date`.
    pub dispensed_date: String,
    /// Name of the user who dispensed.
    pub dispensed_by_user_name: String,
}

impl Resource for DispensingLog {
    const PATH: &'static str = "dispensing-logs";
    const VERBS: &'static str = "r";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[
        DispensingLog::patient,
        DispensingLog::prescription,
        DispensingLog::medication_item,
        DispensingLog::stock_batch,
        DispensingLog::dispense_date,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["awaiting_witness"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "awaiting_witness",
        "With `true` those of which a second person has still to confirm something, with `false` all others.",
    )];
    const ORDERING: &'static [Column<Self>] = &[DispensingLog::dispense_date];
    const LIST: &'static [Column<Self>] = &[
        DispensingLog::dispense_date,
        DispensingLog::patient,
        DispensingLog::medication_item,
        DispensingLog::quantity_dispensed,
        DispensingLog::stock_batch,
        DispensingLog::dispensed_by,
        DispensingLog::witness,
        DispensingLog::reversed_at,
    ];
    type Extra = LogExtra;

    fn access() -> Access {
        access::dispensing()
    }

    fn called(&self) -> Vec<Said> {
        vec![Said::Kind, Said::Moment(self.dispense_date)]
    }

    fn scope(grant: &Grant) -> Scope {
        reach("dispensing_log", "patient", grant)
    }

    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        let waits = platform::http::call::yes_or_no(name, value)?;
        let awaiting = DispensingLog::awaiting_witness();
        Ok(if waits { awaiting } else { awaiting.not() })
    }

    async fn extras(cx: &mut Cx, rows: &[Self]) -> Result<Vec<LogExtra>, Error> {
        let items =
            names::medications(cx, rows.iter().map(|row| row.medication_item.get())).await?;
        let batches = names::batches(cx, rows.iter().map(|row| row.stock_batch.get())).await?;
        let patients = patients::names(cx, rows.iter().map(|row| row.patient.get())).await?;
        let users = rows.iter().filter_map(|row| Some(row.dispensed_by?.get()));
        let users = identity::names(cx, users).await?;
        let extra = |row: &DispensingLog| LogExtra {
            medication_name: names::of(&items, row.medication_item.get()),
            batch_number: names::of(&batches, row.stock_batch.get()),
            patient_name: names::of(&patients, row.patient.get()),
            dispensed_date: row.dispense_date.to_string(),
            dispensed_by_user_name: row
                .dispensed_by
                .map_or(String::new(), |user| names::of(&users, user.get())),
        };
        Ok(rows.iter().map(extra).collect())
    }
}
