//! Chores of the repository: `cargo xtask gen` writes the generated files, `cargo xtask gen --check`
//! fails when a committed one is not what would be written.
#![expect(
    clippy::print_stdout,
    reason = "a command line tool talks to its terminal"
)]

mod generate;
mod unscoped;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask gen [--check]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["gen"] => generate::all(&root()).and_then(|made| generate::write(&root(), &made)),
        ["gen", "--check"] => {
            generate::all(&root()).and_then(|made| generate::check(&root(), &made))
        }
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(report) => {
            println!("{report}");
            ExitCode::FAILURE
        }
    }
}

/// The repository: cargo tells where this package lies within it.
fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package
        .and_then(|package| package.parent().map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever changed a declaration and forgot to write the files is told which.
    #[test]
    fn the_committed_files_are_what_would_be_written() -> Result<(), String> {
        let root = root();
        let made = generate::all(&root)?;
        // As for the walkthroughs: `CHELAL_TEST_WRITE=1 cargo test` writes them.
        let done = match std::env::var_os("CHELAL_TEST_WRITE") {
            Some(_) => generate::write(&root, &made),
            None => generate::check(&root, &made),
        };
        done.map(|_| ())
    }
}
