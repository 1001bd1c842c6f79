//! The commands of `chelal`, one file each.

mod audit;
mod backup;
mod createsuperuser;
mod demo;
mod doctor;
mod health;
mod import_patients;
mod keys;
mod licences;
mod load_lists;
mod migrate;
mod openapi;
mod present;
mod secret;
mod send_appointment_reminders;
mod send_test_message;
mod serve;
mod tls;
mod worker;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::{Parser, Subcommand};
use kernel::Clock;
use ops::boot::Parts;
use platform::app::{App, Shared};
use platform::error::Error;
use platform::mail::Mailer;
use platform::settings::Settings;

/// The exit code when the configuration is wrong.
const MISCONFIGURED: u8 = 2;

/// Hospital management: one program, one command.
#[derive(Debug, Parser)]
#[command(name = "chelal", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the web server and the worker; makes database and keys when there are none
    Serve(serve::Args),
    /// Runs the worker alone, beside web servers that run with --no-worker
    Worker,
    /// Brings the database to this version and ends
    Migrate,
    /// Makes an account with every right
    Createsuperuser(createsuperuser::Args),
    /// Serves a small made-up hospital to look at; yours is not touched
    Demo(demo::Args),
    /// Copies everything but the master key to one file, while the hospital works
    Backup(backup::BackupArgs),
    /// Puts a backup in the place of an empty database
    Restore(backup::RestoreArgs),
    /// Registers the patients of a CSV file; says first what each row would do
    ImportPatients(import_patients::Args),
    /// Loads a list of diagnoses from a CSV file: all of its rows or none
    LoadDiagnoses(load_lists::DiagnosesArgs),
    /// Adds rows of a CSV file to the drug-safety pack: all of them or none
    AddDrugSafety(load_lists::DrugSafetyArgs),
    /// Looks at settings, keys, database, disk and mail, and says what to mend; exit code 1 if something fails
    Doctor(doctor::Args),
    /// Tells whether the server on this machine is ready; exit code 1 if not
    Health,
    /// The audit trail
    Audit(audit::Args),
    /// The encryption keys
    Keys(keys::Args),
    /// Certificates for serving HTTPS
    Tls(tls::Args),
    /// Prints the OpenAPI document
    Openapi,
    /// Prints the licences of the program and of the fonts in it
    Licences,
    /// Reminds now whoever comes soon and was not reminded yet
    SendAppointmentReminders(send_appointment_reminders::Args),
    /// Sends one SMS and one e-mail to TEST_PATIENT_PHONE and TEST_PATIENT_EMAIL, and says what came of them
    SendTestMessage,
}

impl Command {
    /// Works on a hospital that is there. In a wrong directory it would otherwise make a new one without a word.
    fn needs_a_hospital(&self) -> bool {
        matches!(
            self,
            Command::Worker
                | Command::Createsuperuser(_)
                | Command::ImportPatients(_)
                | Command::Audit(_)
                | Command::Keys(_)
                | Command::SendAppointmentReminders(_)
                | Command::SendTestMessage
        )
    }
}

/// Why a command did not do its work.
enum Failure {
    /// The configuration is wrong; in words for whoever configures.
    Misconfigured(String),
    /// Something else; in words for whoever gave the command.
    Failed(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Failed(words(&error))
    }
}

/// An error in a line for the terminal. Refusals of rules are said by the command, which knows the
/// language; what is left is technical.
fn words(error: &Error) -> String {
    match error {
        Error::Db(error) => error.to_string(),
        Error::Internal(cause) => cause.to_string(),
        other => format!("{other:?}"),
    }
}

/// What is wrong with what was given, in sentences.
fn said(texts: &platform::texts::Texts, error: &Error) -> String {
    match error {
        Error::Invalid(faults) => {
            let faults = faults.render(texts, "en");
            let said = faults.values().filter_map(|said| said.as_array());
            let said = said.flatten().filter_map(|said| said.as_str());
            said.collect::<Vec<_>>().join(" ")
        }
        other => words(other),
    }
}

/// Reads the command line and does what it says.
#[must_use]
#[expect(clippy::print_stderr, reason = "a command talks to its terminal")]
pub fn run() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(code) => code,
        Err(Failure::Misconfigured(why)) => {
            eprintln!("{why}");
            ExitCode::from(MISCONFIGURED)
        }
        Err(Failure::Failed(why)) => {
            eprintln!("chelal: {why}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode, Failure> {
    let command = match command {
        Command::Openapi => {
            openapi::print();
            return Ok(ExitCode::SUCCESS);
        }
        Command::Licences => {
            licences::print();
            return Ok(ExitCode::SUCCESS);
        }
        Command::Tls(args) => return tls::tls(args),
        command => command,
    };
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::Failed(format!("the runtime does not start: {error}")))?;
    let loaded = Settings::from_env();
    let command = match command {
        // What the settings are is the first thing that it looks at, and does not matter to a demo.
        Command::Doctor(args) => {
            return Ok(runtime.block_on(doctor::examine_all(loaded, &args)));
        }
        Command::Demo(args) => {
            let done = runtime.block_on(demo::demo(args));
            runtime.shutdown_timeout(Duration::from_secs(2));
            return done;
        }
        command => command,
    };
    let loaded = loaded.map_err(|error| Failure::Misconfigured(error.to_string()))?;
    let settings = loaded.settings;
    crate::logging::start(&settings).map_err(Failure::Misconfigured)?;
    for notice in loaded.notices {
        tracing::warn!("{notice}");
    }
    let done = runtime.block_on(async {
        if command.needs_a_hospital() {
            present::check(&settings).await?;
        }
        match command {
            Command::Serve(args) => serve::serve(settings, &args).await,
            Command::Worker => worker::work(settings).await,
            Command::Migrate => migrate::migrate(settings).await,
            Command::Createsuperuser(args) => createsuperuser::create(settings, args).await,
            Command::Health => health::health(&settings).await,
            Command::Audit(args) => audit::audit(settings, args).await,
            Command::Keys(args) => keys::keys(settings, args).await,
            Command::Backup(args) => backup::backup(settings, args).await,
            Command::Restore(args) => backup::restore(settings, args).await,
            Command::ImportPatients(args) => import_patients::import(settings, &args).await,
            Command::LoadDiagnoses(args) => load_lists::diagnoses(settings, args).await,
            Command::AddDrugSafety(args) => load_lists::drug_safety(settings, args).await,
            // Done above.
            Command::Openapi
            | Command::Licences
            | Command::Tls(_)
            | Command::Doctor(_)
            | Command::Demo(_) => Ok(ExitCode::SUCCESS),
            Command::SendAppointmentReminders(args) => {
                send_appointment_reminders::send(settings, &args).await
            }
            Command::SendTestMessage => send_test_message::send(settings).await,
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(2));
    done
}

/// The application as the settings say.
async fn build(settings: Settings) -> Result<(Arc<App>, Router), Failure> {
    Ok(crate::build(parts(settings)?).await?)
}

/// What the application is made of.
fn parts(settings: Settings) -> Result<Parts, Failure> {
    let mut shared = Shared::default();
    let hasher = identity::credential::password::HasherConfig::default();
    let door = identity::door::door(hasher, &mut shared)
        .map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(Parts {
        mailer: Mailer::from_settings(&settings),
        settings,
        clock: Clock::system(),
        registry: ops::boot::registry(crate::modules::modules()),
        door,
        shared,
    })
}

/// Done when the program is told to stop: by Ctrl-C or, on Unix, SIGTERM. It listens from the call on,
/// not only when it is awaited: who is told to stop while it starts stops in good order, too.
fn told_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(signal)
    };
    async move {
        #[cfg(unix)]
        if let [Ok(mut interrupt), Ok(mut terminate)] = signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
