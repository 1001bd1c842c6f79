//! The modules that make up Chelal.

use platform::module::Module;

/// Every module, lower ones first; the platform's own is added by [`ops::boot::registry`].
pub fn modules() -> Vec<Module> {
    vec![
        identity::module(),
        web::module(),
        patients::module(),
        documents::module(),
        print::module(),
        scheduling::module(),
        formulary::module(),
        clinical::module(),
        laboratory::module(),
        pharmacy::module(),
        billing::module(),
        wards::module(),
        messaging::module(),
        compliance::module(),
        telemedicine::module(),
        portal::module(),
        reports::module(),
    ]
}

/// What the modules bring to the pages.
pub fn screens() -> Vec<web::Screens> {
    vec![
        patients::screens(),
        documents::screens(),
        scheduling::screens(),
        clinical::screens(),
        laboratory::screens(),
        pharmacy::screens(),
        billing::screens(),
        wards::screens(),
        messaging::screens(),
        compliance::screens(),
        portal::screens(),
    ]
}
