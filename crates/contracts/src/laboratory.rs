//! Events about laboratory orders.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Event;

/// Tests were ordered: a new order, or further items of one that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabOrdered {
    /// The order.
    pub lab_order: i64,
    /// Whose it is.
    pub patient: i64,
    /// The encounter it was ordered in, if any.
    pub encounter: Option<i64>,
    /// The items that are new with this event: item and catalogue test, in the order of their ids.
    pub items: Vec<LabOrderedItem>,
}

/// One test of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabOrderedItem {
    /// The item of the order.
    pub lab_order_item: i64,
    /// The test of the catalogue.
    pub lab_test: i64,
}

impl Event for LabOrdered {
    const TOPIC: &'static str = "LabOrdered";
}

/// An order was cancelled: none of its items is done or charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabOrderCancelled {
    /// The order.
    pub lab_order: i64,
    /// Whose it was.
    pub patient: i64,
}

impl Event for LabOrderCancelled {
    const TOPIC: &'static str = "LabOrderCancelled";
}

/// A result value beyond its critical limits was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalResult {
    /// The stored value.
    pub lab_result_value: i64,
    /// Its order.
    pub lab_order: i64,
    /// Whose it is.
    pub patient: i64,
    /// The user who ordered, if known.
    pub ordered_by: Option<i64>,
    /// The task that was made for it.
    pub task: i64,
    /// When it was entered.
    pub at: Timestamp,
}

impl Event for CriticalResult {
    const TOPIC: &'static str = "CriticalResult";
}

/// Nobody acknowledged a critical value in time: others were given tasks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalResultUnacknowledged {
    /// The stored value.
    pub lab_result_value: i64,
    /// Its order.
    pub lab_order: i64,
    /// Whose it is.
    pub patient: i64,
    /// The tasks that were made for it, each with its assignee.
    pub tasks: Vec<i64>,
    /// When it was passed on.
    pub at: Timestamp,
}

impl Event for CriticalResultUnacknowledged {
    const TOPIC: &'static str = "CriticalResultUnacknowledged";
}

/// An order's results were reviewed: from now on the patient may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultsReviewed {
    /// The order.
    pub lab_order: i64,
    /// Whose it is.
    pub patient: i64,
}

impl Event for ResultsReviewed {
    const TOPIC: &'static str = "ResultsReviewed";
}
