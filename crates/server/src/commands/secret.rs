//! Reading a password from whoever gave the command.

use std::io::{self, BufRead, IsTerminal, Write};

use identity::credential::secret_text::SecretText;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::Failure;

/// The first line of standard input.
pub(super) fn from_input() -> Result<SecretText, Failure> {
    line().map(SecretText::from)
}

/// Asks twice on the terminal, and shows nothing of what is typed.
pub(super) fn asked_twice() -> Result<SecretText, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Misconfigured(
            "chelal: there is no terminal to ask for the password on; give it on standard input with --password-stdin"
                .to_owned(),
        ));
    }
    let quiet = Quiet::begin()?;
    let first = ask("Password: ")?;
    let second = ask("Once more: ")?;
    drop(quiet);
    if first != second {
        return Err(Failure::Failed(
            "the two passwords differ; nothing was made".to_owned(),
        ));
    }
    Ok(SecretText::from(first))
}

#[expect(clippy::print_stderr, reason = "a command talks to its terminal")]
fn ask(what: &str) -> Result<String, Failure> {
    eprint!("{what}");
    // What is not shown in time is shown later.
    drop(io::stderr().flush());
    let typed = line();
    eprintln!();
    typed
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(unreadable)?;
    while line.ends_with(['\n', '\r']) {
        line.pop();
    }
    Ok(line)
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
    Failure::Failed(format!("the password cannot be read: {error}"))
}

/// A terminal that shows nothing of what is typed, until it goes.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> Result<Quiet, Failure> {
        let before = tcgetattr(io::stdin()).map_err(unreadable)?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &now).map_err(unreadable)?;
        Ok(Quiet(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs none.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
