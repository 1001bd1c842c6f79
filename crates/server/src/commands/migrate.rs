//! `chelal migrate`: brings the database to this version.

use std::process::ExitCode;

use platform::settings::Settings;

use super::{Failure, build};

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn migrate(settings: Settings) -> Result<ExitCode, Failure> {
    let (app, _) = build(settings).await?;
    app.close().await;
    println!("The database is at version {}.", env!("CARGO_PKG_VERSION"));
    Ok(ExitCode::SUCCESS)
}
