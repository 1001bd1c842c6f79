//! The `chelal` command.
fn main() {}
