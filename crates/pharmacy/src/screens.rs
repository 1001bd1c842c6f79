//! What people see of the pharmacy: what waits to be dispensed, and dispensing it.

mod dispense;
mod line;
mod parts;
mod queue;
mod ways;

use kernel::BuiltinRole;
use platform::access::Permission;
use platform::resource::Resource;
use web::{Place, Screen, Screens};

use crate::dispensing_log::DispensingLog;

/// Working in the pharmacy: whoever hands out medicines.
const DISPENSE: Permission = DispensingLog::CREATE;
/// The tables that these screens show.
const SHOWN: &[&str] = &[
    "prescription",
    "dispensing_log",
    "stock_batch",
    "medication_item",
];

/// The module's screens, and its places in the navigation.
pub fn screens() -> Screens {
    Screens::new("pharmacy")
        .screen(
            Screen::new("/pharmacy", DISPENSE, |cx, ask| {
                Box::pin(queue::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/prescriptions/{id}/dispense", DISPENSE, |cx, ask| {
                Box::pin(dispense::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .place(Place::new("nav-pharmacy", "/pharmacy", 'x', DISPENSE, 70))
        .workplace(BuiltinRole::Pharmacist, "/pharmacy")
}
