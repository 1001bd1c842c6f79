//! What people see of patients.

mod find;

use web::{Place, Screen, Screens};

use crate::patient::Patient;
use platform::resource::Resource;

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
        .place(Place::new(
            "nav-patients",
            "/patients/",
            'p',
            Patient::READ,
            20,
        ))
}
