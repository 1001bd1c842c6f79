//! Figures: the dashboards and reports that are put together from what the modules declare.

use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("reports")
}
