//! Events about the pharmacy.

use jiff::Timestamp;
use kernel::Money;
use serde::{Deserialize, Serialize};

use crate::Event;

/// Units left one batch for a patient. A dispense across several batches is one event for each log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispensed {
    /// The dispensing log.
    pub dispensing_log: i64,
    /// Who received it.
    pub patient: i64,
    /// The prescription it was dispensed against, if any.
    pub prescription: Option<i64>,
    /// The prescription's encounter, if any.
    pub encounter: Option<i64>,
    /// The medication item.
    pub medication_item: i64,
    /// Units that were dispensed, in the ledger's minor units of the item.
    pub quantity: i64,
    /// What the whole quantity costs at the batch's selling price.
    pub amount: Money,
    /// When it was dispensed.
    pub at: Timestamp,
}

impl Event for Dispensed {
    const TOPIC: &'static str = "Dispensed";
}

/// A dispensing log was reversed: its units are back in their batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispenseReversed {
    /// The dispensing log that was reversed.
    pub dispensing_log: i64,
    /// Who had received it.
    pub patient: i64,
}

impl Event for DispenseReversed {
    const TOPIC: &'static str = "DispenseReversed";
}
