//! The `chelal` command: one file for each subcommand.

mod accounts;
mod documents;
mod maintenance;
mod serve;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use kernel::Clock;
use platform::app::{App, Shared};
use platform::boot::Parts;
use platform::mail::Mailer;
use platform::settings::{LogFormat, Settings};
use tracing_subscriber::EnvFilter;

use crate::modules::modules;

/// Chelal: a hospital management system in one program.
///
/// Settings are environment variables or lines in `.env`; `.env.example` lists them.
#[derive(Debug, Parser)]
#[command(name = "chelal", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, its documentation and the scheduled work; makes the database when there is none.
    Serve {
        /// Leave scheduled work and e-mails to `chelal worker`.
        #[arg(long)]
        no_worker: bool,
    },
    /// Do scheduled work and send e-mails, without serving.
    Worker,
    /// Bring the database's schema up to date and stop.
    Migrate,
    /// Make an administrator. The password is read from standard input.
    Createsuperuser {
        /// The name to sign in with.
        #[arg(long)]
        username: String,
        /// The address to sign in with and to write to.
        #[arg(long)]
        email: String,
        /// Read the password from standard input; the only way, so that it is in no shell history.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// The audit trail.
    Audit {
        #[command(subcommand)]
        command: Audit,
    },
    /// The keys that seal the data.
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
    /// Print the API document (OpenAPI 3.1).
    Openapi,
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Check every record, the chain and its anchor; names the first record that is not as it should be.
    Verify,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a new key and seal everything anew while the hospital works.
    Rotate {
        /// Which: data, index, audit or token.
        #[arg(long, default_value = "data")]
        which: String,
    },
    /// Change the master key: CHELAL_NEW_MASTER_KEY_FILE names the file with the new one.
    Rewrap {
        /// The file with the new master key.
        #[arg(long)]
        new_key_file: std::path::PathBuf,
    },
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::Openapi) {
        return documents::openapi();
    }
    let loaded = match Settings::from_env() {
        Ok(loaded) => loaded,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::from(2);
        }
    };
    if let Err(problem) = log_to(&loaded.settings) {
        complain(&problem);
        return ExitCode::from(2);
    }
    for notice in &loaded.notices {
        tracing::warn!("{notice}");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("The program cannot start its threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let settings = loaded.settings;
    let done = runtime.block_on(async move {
        match cli.command {
            Command::Serve { no_worker } => serve::serve(settings, !no_worker).await,
            Command::Worker => serve::work(settings).await,
            Command::Migrate => maintenance::migrate(settings).await,
            Command::Createsuperuser {
                username, email, ..
            } => accounts::create_superuser(settings, &username, &email).await,
            Command::Audit {
                command: Audit::Verify,
            } => maintenance::verify(settings).await,
            Command::Keys {
                command: Keys::Rotate { which },
            } => maintenance::rotate(settings, &which).await,
            Command::Keys {
                command: Keys::Rewrap { new_key_file },
            } => maintenance::rewrap(settings, &new_key_file).await,
            Command::Openapi => Ok(()),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            complain(&problem);
            ExitCode::FAILURE
        }
    }
}

/// What went wrong, for the person at the terminal.
pub(crate) type Done = Result<(), String>;

/// Errors as that person reads them. Causes hold no secrets and no personal data.
pub(crate) fn say(error: platform::error::Error) -> String {
    match error {
        platform::error::Error::Internal(cause) => cause.to_string(),
        platform::error::Error::Db(error) => error.to_string(),
        platform::error::Error::Refused(refusal) => {
            format!("{}: {}", refusal.code, refusal.text.key)
        }
        platform::error::Error::Invalid(faults) => format!("not accepted: {faults:?}"),
        other @ platform::error::Error::AnsweredBefore => format!("{other:?}"),
    }
}

/// Writes for the person at the terminal.
#[expect(
    clippy::print_stdout,
    reason = "the command line's answer goes to standard output"
)]
pub(crate) fn tell(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "complaints go to standard error")]
fn complain(text: &str) {
    eprintln!("{text}");
}

fn log_to(settings: &Settings) -> Result<(), String> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        format!("CHELAL_LOG is no log filter: {error}. Example: info,platform=debug")
    })?;
    let base = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => base.init(),
        LogFormat::Json => base.json().init(),
    }
    Ok(())
}

/// The program's own parts.
fn parts(settings: Settings) -> Result<Parts, String> {
    let mut shared = Shared::default();
    let hasher = identity::credential::password::HasherConfig::default();
    let door = identity::door(hasher, &mut shared).map_err(|error| error.to_string())?;
    Ok(Parts {
        mailer: Mailer::from_settings(&settings),
        settings,
        clock: Clock::system(),
        modules: modules(),
        door,
        shared,
    })
}

/// The application without its web server, for commands that do one thing and stop.
async fn application(settings: Settings) -> Result<Arc<App>, String> {
    platform::boot::boot(parts(settings)?).await.map_err(say)
}
