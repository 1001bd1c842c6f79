//! Clinical work: what is to be done for a patient, and what was found and decided.

mod figures;
mod migrations;
pub mod task;

use platform::module::Module;

use task::Task;

/// The module's table of contents.
pub fn module() -> Module {
    figures::declare(Module::new("clinical"))
        .migrations(migrations::MIGRATIONS)
        .resource::<Task>()
}
