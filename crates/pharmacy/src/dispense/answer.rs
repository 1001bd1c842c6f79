//! What is answered to a dispense.

use schemars::JsonSchema;
use serde::Serialize;

use crate::dispensing_log::DispensingLog;
use crate::item::Item;
use crate::stock_batch::StockBatch;

/// What was dispensed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DispenseAnswer {
    /// `dispensed`; `awaiting_witness` for a controlled substance, until a second person confirms each log.
    pub status: &'static str,
    /// One log for each batch that units were taken from, the one that expires first before others.
    pub logs: Vec<DispensedLog>,
    /// Units of the medication that can still be dispensed in this place.
    pub remaining: i64,
    /// Units that the prescription still owes; 0 without a prescription.
    pub owed: i64,
}

/// Units taken from one batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DispensedLog {
    /// The dispensing log.
    pub id: i64,
    /// The batch that the units were taken from.
    pub stock_batch: i64,
    /// Another name of `stock_batch`.
    pub stock_batch_id: i64,
    /// Batch number as printed on the package.
    pub batch_number: String,
    /// The last day on which the units may be used.
    pub expiry_date: String,
    /// Whole units taken from the batch.
    pub quantity_dispensed: i64,
    /// The medication.
    pub medication_item: i64,
    /// Another name of `medication_item`.
    pub medication_item_id: i64,
    /// Generic name of the medication.
    pub medication_name: String,
    /// The patient who received them.
    pub patient: i64,
    /// Another name of `patient`.
    pub patient_id: i64,
    /// The prescription, or null.
    pub prescription: Option<i64>,
    /// Another name of `prescription`.
    pub prescription_id: Option<i64>,
    /// When it was dispensed.
    pub dispense_date: String,
    /// The user who dispensed.
    pub dispensed_by: Option<i64>,
    /// Another name of `dispensed_by`.
    pub dispensed_by_id: Option<i64>,
    /// Whether a second person has to confirm.
    pub witness_required: bool,
}

impl DispenseAnswer {
    pub(super) fn of(
        item: &Item,
        logs: &[(DispensingLog, &StockBatch)],
        remaining: i64,
        owed: i64,
    ) -> DispenseAnswer {
        let status = if item.controlled {
            "awaiting_witness"
        } else {
            "dispensed"
        };
        let logs = logs.iter().map(|(log, batch)| DispensedLog {
            id: log.meta.id,
            stock_batch: batch.meta.id,
            stock_batch_id: batch.meta.id,
            batch_number: batch.batch_number.to_string(),
            expiry_date: batch.expiry_date.to_string(),
            quantity_dispensed: log.quantity_dispensed,
            medication_item: item.id,
            medication_item_id: item.id,
            medication_name: item.name.clone(),
            patient: log.patient.get(),
            patient_id: log.patient.get(),
            prescription: log.prescription.map(|prescription| prescription.get()),
            prescription_id: log.prescription.map(|prescription| prescription.get()),
            dispense_date: log.dispense_date.to_string(),
            dispensed_by: log.dispensed_by.map(|user| user.get()),
            dispensed_by_id: log.dispensed_by.map(|user| user.get()),
            witness_required: log.witness_required,
        });
        DispenseAnswer {
            status,
            logs: logs.collect(),
            remaining,
            owed,
        }
    }
}
