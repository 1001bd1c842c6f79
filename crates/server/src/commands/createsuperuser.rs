//! `chelal createsuperuser`: an account with every right.

use std::process::ExitCode;

use platform::db::DbError;
use platform::error::Error;
use platform::settings::Settings;

use super::{Failure, build, secret};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The name to sign in with
    #[arg(long)]
    username: String,
    /// The address to sign in with
    #[arg(long)]
    email: Option<String>,
    /// Reads the password from the first line of standard input, for scripts; otherwise the terminal asks for it, twice
    #[arg(long)]
    password_stdin: bool,
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
pub(super) async fn create(settings: Settings, args: Args) -> Result<ExitCode, Failure> {
    let password = match args.password_stdin {
        true => secret::from_input()?,
        false => secret::asked_twice()?,
    };
    let (app, _) = build(settings).await?;
    let made = identity::bootstrap::create_superuser(
        &app,
        &args.username,
        args.email.as_deref(),
        password,
    )
    .await;
    let made = match made {
        Err(Error::Invalid(faults)) => {
            let faults = faults.render(&app.texts, app.settings.language);
            let lines: Vec<String> = faults
                .iter()
                .map(|(field, said)| {
                    format!("  {field}: {}", said.to_string().trim_matches(['[', ']']))
                })
                .collect();
            Err(Failure::Failed(format!(
                "the account was not made:\n{}",
                lines.join("\n")
            )))
        }
        Err(Error::Db(DbError::Unique { .. })) => Err(Failure::Failed(
            "the account was not made: another one has this name or address".to_owned(),
        )),
        Err(error) => Err(error.into()),
        Ok(id) => {
            println!("{} may sign in (user {id}).", args.username);
            Ok(ExitCode::SUCCESS)
        }
    };
    app.close().await;
    made
}
