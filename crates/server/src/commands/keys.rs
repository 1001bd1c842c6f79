//! `chelal keys`: new data keys, and another master key.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use db::Db;
use engine::keys::{self, Progress};
use platform::error::Error;
use platform::settings::Settings;
use seal::{MasterKey, Purpose};

use super::{Failure, build};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a new key and renews what the old one made, while the hospital works
    Rotate {
        /// data, index, audit or token
        #[arg(long, default_value = "data")]
        which: String,
    },
    /// Wraps the stored keys under another master key, which is then to be configured
    Rewrap {
        /// The file of the new master key; made when it does not exist
        #[arg(long)]
        new_key_file: PathBuf,
    },
}

pub(super) async fn keys(settings: Settings, args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::Rotate { which } => rotate(settings, &which).await,
        Command::Rewrap { new_key_file } => rewrap(&settings, new_key_file).await,
    }
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
async fn rotate(settings: Settings, which: &str) -> Result<ExitCode, Failure> {
    let which: Purpose = which
        .parse()
        .map_err(|_| Failure::Failed("--which is one of data, index, audit, token".to_owned()))?;
    let (app, _) = build(settings).await?;
    let progress = |progress: &Progress| {
        println!("{}: {} of {}", progress.what, progress.done, progress.of);
    };
    let rotated = keys::rotate(&app, which, &progress).await;
    app.close().await;
    let rotated = rotated?;
    println!(
        "Key {} is in use; {} rows were sealed anew.",
        rotated.active, rotated.resealed
    );
    for (table, rows) in &rotated.unopened {
        println!(
            "{rows} rows of {table} could not be opened: they are damaged or falsified. The old key is kept."
        );
    }
    Ok(if rotated.unopened.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
async fn rewrap(settings: &Settings, file: PathBuf) -> Result<ExitCode, Failure> {
    let old = keys::master(settings, false)?;
    let new = if file.exists() {
        MasterKey::load_file(&file)
    } else {
        MasterKey::create_file(&file)
    };
    let new = new.map_err(Error::from)?;
    let db = Db::connect(&settings.db_config())
        .await
        .map_err(Error::from)?;
    let wrapped = keys::rewrap(&db, &old, &new).await;
    db.close().await;
    println!(
        "{} keys are wrapped under the new master key. Set CHELAL_KEY_FILE={} (and remove CHELAL_MASTER_KEY) before the next start, and keep a copy of the file away from this machine.",
        wrapped?,
        file.display()
    );
    Ok(ExitCode::SUCCESS)
}
