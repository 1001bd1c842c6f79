//! What people see of wards: the board of beds, one bed, and a ward with its patients.

mod bed;
mod board;
mod meanwhile;
mod stays;
mod ward;

use kernel::BuiltinRole;
use maud::html;
use platform::access::Permission;
use platform::resource::Resource;
use web::ui::{self, Tone};
use web::{Panel, Place, Screen, Screens};

use crate::admission::Admission;
use crate::bed::Bed;

/// Putting a patient into a bed.
const ASSIGN: Permission = Permission::new("beds", "assign_patient");
/// The tables that these screens show.
const SHOWN: &[&str] = &["bed", "ward", "admission"];
/// The tables that a patient's stays are read from.
const STAYS: &[&str] = &["admission", "bed", "bed_stay", "ward"];
/// The tables that the cards of a ward show.
const ON_CARDS: &[&str] = &[
    "admission",
    "allergy",
    "bed",
    "clinical_alert",
    "patient",
    "vitals",
    "ward",
];

/// The module's screens, places and panels.
pub fn screens() -> Screens {
    Screens::new("wards")
        .screen(
            Screen::new("/beds/", Bed::READ, |cx, ask| {
                Box::pin(board::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/beds/{id}/", Bed::READ, |cx, ask| {
                Box::pin(bed::show(cx, ask))
            })
            .patient_data()
            .watches(SHOWN),
        )
        .screen(
            Screen::new("/ward", Bed::READ, |cx, ask| Box::pin(ward::show(cx, ask)))
                .patient_data()
                .watches(ON_CARDS),
        )
        .screen(
            Screen::new("/patients/{id}/stays", Admission::READ, |cx, ask| {
                Box::pin(stays::show(cx, ask))
            })
            .patient_data()
            .watches(STAYS),
        )
        .panel(
            Panel::new("patient", Admission::READ, 45, |cx, ask, id| {
                Box::pin(stays::panel(cx, ask, id))
            })
            .watches(STAYS),
        )
        .panel(Panel::new(
            "patient-tabs",
            Admission::READ,
            50,
            |_, ask, id| {
                Box::pin(async move { Ok(Some(patients::tab(ask, id, "stays", "wards-stays"))) })
            },
        ))
        .panel(
            Panel::new("patient-banner", Admission::READ, 10, |cx, ask, id| {
                Box::pin(async move {
                    let lying = bed::of_patient(cx, id).await?;
                    Ok(lying.map(|bed| {
                        let address = ["/beds/", &bed.meta.id.to_string(), "/"].concat();
                        let words = bed::named(ask, &bed);
                        html! { (ui::link(&address, &words)) }
                    }))
                })
            })
            .watches(SHOWN),
        )
        .panel(
            Panel::new("patient-actions", ASSIGN, 30, |cx, ask, id| {
                Box::pin(async move {
                    if bed::of_patient(cx, id).await?.is_some() {
                        return Ok(None);
                    }
                    let address = ["/beds/?patient=", &id.to_string()].concat();
                    let words = ask.t("wards-admit");
                    Ok(Some(html! { (ui::action(&address, &words)) }))
                })
            })
            .watches(SHOWN),
        )
        .place(Place::new("nav-ward", "/ward", 'w', ASSIGN, 50))
        .place(Place::new("nav-beds", "/beds/", 'b', Bed::READ, 60))
        .workplace(BuiltinRole::Nurse, "/ward")
}

/// What state a bed is in: tone and key of its word.
fn state(status: &str) -> (Tone, &'static str) {
    match status {
        "available" => (Tone::Good, "wards-status-available"),
        "occupied" => (Tone::Plain, "wards-status-occupied"),
        "cleaning" => (Tone::Warning, "wards-status-cleaning"),
        _ => (Tone::Bad, "wards-status-maintenance"),
    }
}
