//! The modules that make up Chelal.

use platform::module::Module;

/// Every module, lower ones first; the platform's own is added at [`platform::boot::boot`].
pub fn modules() -> Vec<Module> {
    vec![
        identity::module(),
        patients::module(),
        print::module(),
        scheduling::module(),
        clinical::module(),
        wards::module(),
        messaging::module(),
        reports::module(),
        crate::web::pages_module(),
    ]
}
