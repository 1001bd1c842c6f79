//! The modules that make up Chelal.

use platform::module::Module;

/// Every module, lower ones first; the platform's own is added at [`platform::boot::boot`].
pub fn modules() -> Vec<Module> {
    vec![
        identity::module(),
        patients::module(),
        documents::module(),
        scheduling::module(),
        clinical::module(),
        messaging::module(),
        reports::module(),
        crate::web::pages_module(),
    ]
}
