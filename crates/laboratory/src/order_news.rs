//! What other modules hear of an order.

use contracts::{LabOrderCancelled, LabOrdered, LabOrderedItem, ResultsReviewed};
use platform::cx::Cx;
use platform::error::Error;

use crate::items::LabOrderItem;
use crate::order::LabOrder;
use crate::state::LabOrderStatus;

/// Tests were ordered.
pub(crate) fn ordered(cx: &mut Cx, order: &LabOrder, items: &[LabOrderItem]) -> Result<(), Error> {
    let items = items.iter().map(|item| LabOrderedItem {
        lab_order_item: item.meta.id,
        lab_test: item.lab_test.get(),
    });
    cx.emit(&LabOrdered {
        lab_order: order.meta.id,
        patient: order.patient.get(),
        encounter: Some(order.encounter.get()),
        items: items.collect(),
    })
}

/// The order is not to be carried out: nobody charges for it.
pub(crate) fn gone(cx: &mut Cx, order: &LabOrder) -> Result<(), Error> {
    let (lab_order, patient) = (order.meta.id, order.patient.get());
    cx.emit(&LabOrderCancelled { lab_order, patient })
}

/// The order has another status.
pub(crate) fn moved(cx: &mut Cx, order: &LabOrder) -> Result<(), Error> {
    let (lab_order, patient) = (order.meta.id, order.patient.get());
    match order.status {
        LabOrderStatus::Cancelled => gone(cx, order),
        LabOrderStatus::Reviewed => cx.emit(&ResultsReviewed { lab_order, patient }),
        _ => Ok(()),
    }
}
