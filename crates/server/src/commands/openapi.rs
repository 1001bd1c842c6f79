//! `chelal openapi`: the API document, without a database.

use std::io::Write;

use platform::module::Registry;
use platform::openapi::{Info, document};

pub(super) fn print() {
    let mut modules = vec![ops::migrations::module()];
    modules.extend(crate::modules::modules());
    let document = document(&Registry::new(modules), &Info::default());
    // Whoever reads may have seen enough, as `head` does.
    let _ = writeln!(std::io::stdout(), "{document:#}");
}
