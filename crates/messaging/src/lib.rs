//! Messages: reminders that reach the patient exactly once, and notices that reach the staff.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

pub mod delivery;
mod migrations;

use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("messaging").migrations(migrations::MIGRATIONS);
    delivery::declare(module)
}
