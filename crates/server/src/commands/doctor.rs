//! `chelal doctor`: what is well with this installation and what is not.

use std::process::ExitCode;

use db::{Db, DbError};
use kernel::Clock;
use ops::doctor::{Finding, Level, Thoroughness, examine_closely};
use platform::settings::{Loaded, Settings, SettingsError};

use super::MISCONFIGURED;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Tries every job again that was given up, before looking
    #[arg(long)]
    retry_dead: bool,
    /// Opens every sealed record; otherwise some of large tables. Takes about a minute for ten million
    #[arg(long)]
    every_row: bool,
}

/// Prints every finding, then what it comes to. The exit code is 0 when everything works (warnings
/// included), 1 when something does not, 2 when the settings cannot be read.
#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn examine_all(settings: Result<Loaded, SettingsError>, args: &Args) -> ExitCode {
    if args.retry_dead
        && let Ok(loaded) = &settings
    {
        match retry_dead(&loaded.settings).await {
            Ok(jobs) => println!("Jobs that are tried again: {jobs}\n"),
            Err(error) => {
                println!("FAIL  jobs: could not be tried again: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let readable = settings.is_ok();
    let how = Thoroughness {
        every_row: args.every_row,
        progress: if args.every_row {
            &progress
        } else {
            &|_, _, _| {}
        },
    };
    let now = Clock::system().now();
    let found = examine_closely(settings, crate::modules::modules(), now, how).await;
    for finding in &found {
        println!("{finding}");
    }
    println!("\n{}", summary(&found));
    match worst(&found) {
        _ if !readable => ExitCode::from(MISCONFIGURED),
        Level::Fail => ExitCode::FAILURE,
        Level::Ok | Level::Warn => ExitCode::SUCCESS,
    }
}

/// Rows after which a word is said.
const MILESTONE: i64 = 100_000;

/// That it is still at work; beside the findings, which others may read.
#[expect(clippy::print_stderr, reason = "a command talks to its terminal")]
fn progress(table: &str, done: i64, of: i64) {
    if of >= MILESTONE && (done % MILESTONE < 2_000 || done == of) {
        eprintln!("{table}: opened up to row {done} of {of}");
    }
}

async fn retry_dead(settings: &Settings) -> Result<u64, DbError> {
    let db = Db::connect(&settings.db_config()).await?;
    let tried = platform::jobs::retry_dead(&db, Clock::system().now()).await;
    db.close().await;
    tried
}

fn worst(found: &[Finding]) -> Level {
    found
        .iter()
        .map(|finding| finding.level)
        .max()
        .unwrap_or(Level::Ok)
}

fn summary(found: &[Finding]) -> String {
    let count = |level| {
        found
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    };
    match (count(Level::Fail), count(Level::Warn)) {
        (0, 0) => "Everything is well.".to_owned(),
        (0, warnings) => format!("Everything works; {warnings} to look at."),
        (failures, warnings) => format!("{failures} to be mended, {warnings} to look at."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_the_worst() {
        let finding = |level| Finding {
            level,
            check: "test",
            text: String::new(),
        };
        for (levels, said) in [
            (vec![Level::Ok], "Everything is well."),
            (
                vec![Level::Ok, Level::Warn],
                "Everything works; 1 to look at.",
            ),
            (
                vec![Level::Fail, Level::Warn, Level::Warn],
                "1 to be mended, 2 to look at.",
            ),
        ] {
            let found: Vec<Finding> = levels.into_iter().map(finding).collect();
            assert_eq!(summary(&found), said);
        }
    }
}
