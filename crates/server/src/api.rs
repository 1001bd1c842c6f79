//! What concerns no single module: the figures of the dashboard and the list of alerts.

use platform::module::Module;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("api")
}
