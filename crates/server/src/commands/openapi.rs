//! `chelal openapi`: the API document, without a database.

use std::io::Write;

use platform::openapi::{Info, document};

pub(super) fn print() {
    let registry = ops::boot::registry(crate::modules::modules());
    let document = document(&registry, &Info::default());
    // Whoever reads may have seen enough, as `head` does.
    let _ = writeln!(std::io::stdout(), "{document:#}");
}
