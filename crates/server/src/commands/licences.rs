//! `chelal licences`: the terms of the program and of what goes along in it.

/// The program's own.
const OURS: &str = include_str!("../../../../LICENSE");

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) fn print() {
    println!("{OURS}\n{}", paper::FONT_LICENCES);
}
