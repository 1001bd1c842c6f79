//! Where a bill stands.

platform::choice! {
    /// Where a bill stands.
    pub enum BillStatus {
        /// Being gathered or written; nothing is owed yet.
        Draft = "Draft",
        /// Owed in full.
        Open = "Open" | "Unpaid" | "Pending",
        /// Owed in part: the patient or an insurer has paid something.
        PartiallyPaid = "Partially Paid" | "partially_paid",
        /// Nothing is owed any more, neither by the patient nor by an insurer.
        Paid = "Paid",
        /// Withdrawn with a reason.
        Void = "Void" | "Cancelled",
    }
}
