//! How money is paid.

platform::choice! {
    /// How money is paid.
    pub enum PaymentMethod {
        /// Notes and coins.
        Cash = "Cash",
        /// A debit or credit card.
        Card = "Card" | "Credit Card" | "Debit Card",
        /// The patient's insurer.
        Insurance = "Insurance",
        /// A mobile money account.
        MobileMoney = "Mobile Money" | "mobile_money" | "MobileMoney",
        /// A transfer between bank accounts.
        BankTransfer = "Bank Transfer" | "bank_transfer" | "BankTransfer",
        /// Anything else, such as a cheque.
        Other = "Other",
    }
}
