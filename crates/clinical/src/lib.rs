//! Clinical work: what is to be done for a patient, and what was found and decided.

use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("clinical")
}
