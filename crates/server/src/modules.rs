//! The modules that make up Chelal.

use platform::module::Module;

use crate::api;

/// Every module, lower ones first; the platform's own is added at [`platform::boot::boot`].
pub fn modules() -> Vec<Module> {
    vec![identity::module(), patients::module(), api::module()]
}
