//! Scheduling: appointments that never overlap, doctors' hours, the queue of the day, rooms and equipment.

use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("scheduling")
}
