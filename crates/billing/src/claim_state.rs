//! What a claim goes through, as a table.

platform::choice! {
    /// How far a claim is.
    pub enum ClaimStatus {
        /// Being written.
        Draft = "draft",
        /// Sent to the insurer.
        Submitted = "submitted",
        /// The insurer will pay.
        Approved = "approved",
        /// The insurer pays nothing of it: the patient owes it, unless it is asked for again.
        Rejected = "rejected",
        /// Settled: the insurer has paid, all of it or what it did not reject.
        Paid = "paid",
    }
}

/// Whether a state may follow another.
pub(crate) fn step(from: ClaimStatus, to: ClaimStatus) -> bool {
    use ClaimStatus::{Approved, Draft, Paid, Rejected, Submitted};
    match from {
        Draft => to == Submitted,
        // An insurer may pay, or refuse, without having approved first.
        Submitted => matches!(to, Approved | Rejected | Paid),
        Approved => matches!(to, Rejected | Paid),
        Rejected | Paid => false,
    }
}

/// The state of a claim on which something was paid or rejected, by what is left and what was paid in all.
pub(crate) fn settled(is_left: bool, is_paid: bool) -> ClaimStatus {
    match (is_left, is_paid) {
        (true, _) => ClaimStatus::Approved,
        (false, true) => ClaimStatus::Paid,
        (false, false) => ClaimStatus::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClaimStatus::{Approved, Draft, Paid, Rejected, Submitted};

    #[test]
    fn every_step_is_decided() {
        // A row for each state; x where the column's state may come next.
        let columns = [Draft, Submitted, Approved, Rejected, Paid];
        let table = [
            (Draft, ".x..."),
            (Submitted, "..xxx"),
            (Approved, "...xx"),
            (Rejected, "....."),
            (Paid, "....."),
        ];
        assert_eq!(ClaimStatus::VALUES.len(), columns.len());
        for (from, row) in table {
            for (to, mark) in columns.into_iter().zip(row.chars()) {
                assert_eq!(step(from, to), mark == 'x', "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn a_claim_is_paid_when_nothing_is_left_and_something_was_paid() {
        for (left, paid, status) in [
            (true, false, Approved),
            (true, true, Approved),
            (false, true, Paid),
            (false, false, Rejected),
        ] {
            assert_eq!(settled(left, paid), status);
        }
    }
}
