//! What people see of the laboratory: the work list, one order with its results, and what waits for a review.

mod correct;
mod entry;
mod history;
mod order;
mod ordering;
mod parts;
mod review;
mod trend;
mod worklist;

use kernel::BuiltinRole;
use platform::access::Permission;
use platform::resource::Resource;
use platform::verb::Verb;
use web::{Panel, Place, Screen, Screens};

use crate::add_results::AddResults;
use crate::order::LabOrder;
use crate::order_verbs::Review;
use crate::result::LabResultValue;

/// Ordering tests.
const CREATE: Permission = Permission::new("lab_orders", "create");
/// The tables that these screens show.
const SHOWN: &[&str] = &["lab_order", "lab_order_item", "lab_result_value"];

/// The module's screens, places and panels.
pub fn screens() -> Screens {
    let screens = Screens::new("laboratory")
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
        // Not refreshed while somebody types: what stands there must be what was read.
        .screen(
            Screen::new(
                "/lab-results/{id}/correct",
                LabResultValue::UPDATE,
                |cx, ask| Box::pin(correct::show(cx, ask)),
            )
            .patient_data(),
        )
        .screen(
            Screen::new("/encounters/{id}/lab-orders", CREATE, |cx, ask| {
                Box::pin(ordering::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/patients/{id}/results", LabOrder::READ, |cx, ask| {
                Box::pin(history::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        // Not refreshed while somebody reads it: a key must mean the results that they look at.
        .screen(
            Screen::new("/results", Review::PERMISSION, |cx, ask| {
                Box::pin(review::show(cx, ask))
            })
            .patient_data(),
        );
    panels(screens)
        .place(Place::new(
            "nav-results",
            "/results",
            'r',
            Review::PERMISSION,
            45,
        ))
        .place(Place::new(
            "nav-lab",
            "/lab",
            'l',
            AddResults::PERMISSION,
            70,
        ))
        .workplace(BuiltinRole::LabTechnician, "/lab")
}

fn panels(screens: Screens) -> Screens {
    screens
        .panel(
            Panel::new("encounter", LabOrder::READ, 30, |cx, ask, id| {
                Box::pin(ordering::panel(cx, ask, id))
            })
            .watches(SHOWN),
        )
        .panel(
            Panel::new("clinic", Review::PERMISSION, 10, |cx, ask, _| {
                Box::pin(review::panel(cx, ask))
            })
            .watches(SHOWN),
        )
        .panel(
            Panel::new("patient", LabOrder::READ, 35, |cx, ask, id| {
                Box::pin(history::panel(cx, ask, id))
            })
            .watches(SHOWN),
        )
        .panel(Panel::new(
            "patient-tabs",
            LabOrder::READ,
            20,
            |_, ask, id| {
                Box::pin(
                    async move { Ok(Some(patients::tab(ask, id, "results", "laboratory-tab"))) },
                )
            },
        ))
}
