//! What people see of patients: finding them, registering them, and the head of every page about one.
//!
//! `patients` owns the page of a patient. Other modules fill its slots, each with the patient's id:
//! `patient-banner` (a fact beside the name, such as the bed), `patient-tabs` (links made by [`tab`]),
//! `patient-actions` (links and buttons below the name) and `patient` (panels of the page itself). A page of their
//! own about a patient begins with [`head()`].

mod find;
mod head;
mod merge;
mod register;
mod show;
mod words;

pub use head::{Head, age, age_of, allergy_signs, born_of, died, head, sex, tab};
pub use words::described;

use web::{Panel, Place, Screen, Screens};

use crate::merge::Merge;
use crate::patient::Patient;
use platform::access::Permission;
use platform::resource::Resource;
use platform::verb::Verb;

/// Registering somebody.
const CREATE: Permission = Permission::new("patients", "create");

/// The module's screens, and its place in the navigation.
pub fn screens() -> Screens {
    Screens::new("patients")
        .screen(
            Screen::new("/patients/", Patient::READ, |cx, ask| {
                Box::pin(find::show(cx, ask))
            })
            .patient_data()
            .watches(&["patient"]),
        )
        .screen(
            Screen::new("/patients/new", CREATE, |cx, ask| {
                Box::pin(register::show(cx, ask))
            })
            .patient_data(),
        )
        .screen(
            Screen::new("/patients/{id}/", Patient::READ, |cx, ask| {
                Box::pin(show::show(cx, ask))
            })
            .patient_data()
            .watches(&["patient", "allergy", "consent"]),
        )
        .screen(
            Screen::new("/patients/{id}/merge", Merge::PERMISSION, |cx, ask| {
                Box::pin(merge::show(cx, ask))
            })
            .patient_data(),
        )
        // The derived form takes bare numbers, and merges at once.
        .instead("patients_merge", "/patients/{id}/merge")
        .panel(Panel::new(
            "patient-actions",
            Merge::PERMISSION,
            90,
            |_, ask, id| {
                let address = ["/patients/", &id.to_string(), "/merge"].concat();
                Box::pin(async move {
                    let words = ask.t("patients-merge-title");
                    Ok(Some(maud::html! { (web::ui::action(&address, &words)) }))
                })
            },
        ))
        .finds("patients", Patient::READ, |cx, ask, typed| {
            Box::pin(async move { words::find(cx, ask, &typed).await })
        })
        .place(Place::new(
            "nav-patients",
            "/patients/",
            'p',
            Patient::READ,
            20,
        ))
}
