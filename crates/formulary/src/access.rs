//! Who may do what with the formulary.

use kernel::BuiltinRole::{Admin, Cashier, Doctor, Nurse, Pharmacist};
use platform::access::Access;

/// Suppliers, as all procurement.
pub(crate) fn procurement() -> Access {
    Access::nobody()
        .roles(&[Admin, Pharmacist], "crud")
        .roles(&[Doctor, Nurse], "r")
}

/// Medications and their categories; cashiers need their names.
pub(crate) fn medications() -> Access {
    procurement().role(Cashier, "r")
}
