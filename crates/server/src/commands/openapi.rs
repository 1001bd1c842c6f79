//! `chelal openapi`: the API document, without a database.

use platform::module::Registry;
use platform::openapi::{Info, document};

#[expect(clippy::print_stdout, reason = "the document is the output")]
pub(super) fn print() {
    let mut modules = vec![platform::migrations::module()];
    modules.extend(crate::modules::modules());
    println!("{:#}", document(&Registry::new(modules), &Info::default()));
}
