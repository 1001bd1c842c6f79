//! Who may do what in the pharmacy.

use kernel::BuiltinRole::{Admin, Cashier, Doctor, Nurse, Patient, Pharmacist};
use platform::access::Access;

/// Stock and procurement.
pub(crate) fn stock() -> Access {
    Access::nobody()
        .roles(&[Admin, Pharmacist], "crud")
        .roles(&[Doctor, Nurse], "r")
}

/// Stock, with the prices that a cashier needs.
pub(crate) fn priced() -> Access {
    stock().role(Cashier, "r")
}

/// What was dispensed to whom.
pub(crate) fn dispensing() -> Access {
    Access::nobody()
        .roles(&[Admin, Pharmacist], "cr")
        .roles(&[Doctor, Nurse, Cashier], "r")
        .reach(Patient, "r", kernel::Reach::Own)
}

/// Moves stock.
pub(crate) fn pharmacist() -> Access {
    Access::may(&[Admin, Pharmacist])
}

/// What the pharmacy does not wait to dispense; those who prescribe read why.
pub(crate) fn set_aside() -> Access {
    Access::nobody()
        .roles(&[Admin, Pharmacist], "crd")
        .roles(&[Doctor, Nurse], "r")
}

/// Stock reports.
pub(crate) fn reader() -> Access {
    Access::may(&[Admin, Pharmacist, Doctor, Nurse])
}

/// A second person who confirms a controlled substance.
pub(crate) fn witness() -> Access {
    Access::may(&[Admin, Pharmacist, Doctor, Nurse])
}
