//! The formulary: what the hospital prescribes and keeps, from whom it buys, and what is known about the safety of
//! medicines.
//!
//! # Promises
//!
//! - [`safety`] works offline, from a knowledge pack that is compiled into the program and that a hospital adds to.
//! - A name that the pack does not know is *could not check*, never an all-clear.
//! - How much of a medication there is ([`MedicationItem`]'s `total_quantity`) is written by the pharmacy's ledger alone.

mod access;
pub mod category;
mod in_use;
pub mod medication;
pub mod medication_name;
mod migrations;
pub mod pack;
pub mod safety;
pub mod safety_addition;
pub mod supplier;

pub use category::MedicationCategory;
pub use medication::MedicationItem;
pub use medication_name::MedicationName;
pub use safety_addition::SafetyAddition;
pub use supplier::Supplier;

use kernel::BuiltinRole::Admin;
use platform::access::Access;
use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("formulary")
        .migrations(migrations::MIGRATIONS)
        .seed(|cx| Box::pin(category::seed(cx)))
        .resource::<Supplier>()
        .resource::<MedicationCategory>()
        .resource::<MedicationItem>()
        .resource::<MedicationName>()
        .resource::<SafetyAddition>()
        .nested::<MedicationItem, MedicationName>("names", "lcrud")
        .permission(medication::UNCONTROL, Access::may(&[Admin]))
        .texts(platform::texts!("formulary"))
}
