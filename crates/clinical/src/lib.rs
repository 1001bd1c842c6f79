//! Clinical work: what is to be done for a patient, and what was found and decided.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod figures;
mod migrations;
pub mod rules;
pub mod task;

use platform::module::Module;

use task::Task;

/// The module's table of contents.
pub fn module() -> Module {
    figures::declare(Module::new("clinical"))
        .migrations(migrations::MIGRATIONS)
        .resource::<Task>()
}
