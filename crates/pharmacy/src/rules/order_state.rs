//! Which state of a purchase order may follow which.

use crate::purchase_order::OrderStatus;

/// Whether a person may move an order from one state to another. Received states follow from deliveries
/// alone, and what was delivered in part can no longer be cancelled.
pub(crate) fn allowed(from: OrderStatus, to: OrderStatus) -> bool {
    use OrderStatus::{Cancelled, Draft, Ordered, Pending};
    from == to
        || matches!(
            (from, to),
            (Draft, Pending | Ordered | Cancelled)
                | (Pending, Draft | Ordered | Cancelled)
                | (Ordered, Cancelled)
        )
}

/// Whether lines may still be added, changed or removed.
pub(crate) fn editable(status: OrderStatus) -> bool {
    matches!(status, OrderStatus::Draft | OrderStatus::Pending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderStatus::{Cancelled, Draft, Ordered, PartiallyReceived, Pending, Received};

    #[test]
    fn orders_move_forward_and_receiving_is_not_claimed() {
        for (from, to, expected) in [
            (Draft, Ordered, true),
            (Draft, Pending, true),
            (Pending, Ordered, true),
            (Draft, Cancelled, true),
            (Ordered, Cancelled, true),
            (Ordered, Draft, false),
            (Ordered, Received, false),
            (Draft, Received, false),
            (PartiallyReceived, Cancelled, false),
            (PartiallyReceived, Received, false),
            (Received, Ordered, false),
            (Cancelled, Draft, false),
            (Received, Received, true),
        ] {
            assert_eq!(allowed(from, to), expected, "{from:?} to {to:?}");
        }
    }
}
