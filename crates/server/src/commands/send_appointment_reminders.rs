//! `chelal send-appointment-reminders`: reminds now whoever comes soon.

use std::process::ExitCode;

use messaging::delivery::manual;
use platform::settings::Settings;

use super::{Failure, build};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Appointments that begin within so many hours
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=720))]
    hours: u32,
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn send(settings: Settings, args: &Args) -> Result<ExitCode, Failure> {
    let (app, _) = build(settings).await?;
    let counts = manual::remind(&app, args.hours).await?;
    app.close().await;
    if counts.is_empty() {
        println!("Nobody is to be reminded.");
    }
    for (status, count) in &counts {
        println!("{status}: {count}");
    }
    Ok(ExitCode::SUCCESS)
}
