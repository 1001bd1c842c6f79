//! What people see of the laboratory: the work list, one order with its results, and what waits for a review.

mod entry;
mod order;
mod parts;
mod worklist;

use kernel::BuiltinRole;
use platform::resource::Resource;
use platform::verb::Verb;
use web::{Place, Screen, Screens};

use crate::add_results::AddResults;
use crate::order::LabOrder;

/// The tables that these screens show.
const SHOWN: &[&str] = &["lab_order", "lab_order_item", "lab_result_value"];

/// The module's screens, places and panels.
pub fn screens() -> Screens {
    Screens::new("laboratory")
        .screen(
            Screen::new("/lab", AddResults::PERMISSION, |cx, ask| {
                Box::pin(worklist::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/lab/next", AddResults::PERMISSION, |cx, ask| {
                Box::pin(worklist::next(cx, ask))
            })
            .patient_data(),
        )
        .screen(
            Screen::new("/lab-orders/{id}/", LabOrder::READ, |cx, ask| {
                Box::pin(order::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .place(Place::new(
            "nav-lab",
            "/lab",
            'l',
            AddResults::PERMISSION,
            70,
        ))
        .workplace(BuiltinRole::LabTechnician, "/lab")
}
