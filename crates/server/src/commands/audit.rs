//! `chelal audit verify`: whether the audit trail is whole.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use db::Db;
use platform::audit::verify::verify;
use platform::settings::Settings;

use super::Failure;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Finds any change, removal, reordering or cut tail; exit code 1 when there is one
    Verify {
        /// The anchor file, or a directory of them; as configured when not given
        #[arg(long)]
        anchor: Option<PathBuf>,
    },
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn audit(settings: Settings, args: Args) -> Result<ExitCode, Failure> {
    let Command::Verify { anchor } = args.command;
    let anchor = anchor.unwrap_or_else(|| settings.audit_anchor_path());
    let db = Db::connect(&settings.db_config())
        .await
        .map_err(platform::error::Error::from)?;
    let verdict = verify(&db, &settings, &anchor).await;
    db.close().await;
    let verdict = verdict?;
    println!("{verdict}");
    Ok(if verdict.is_intact() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
