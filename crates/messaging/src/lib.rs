//! Messages: reminders that reach the patient exactly once, and notices that reach the staff.

use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("messaging")
}
