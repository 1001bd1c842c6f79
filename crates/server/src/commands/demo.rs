//! `chelal demo`: a small hospital to look at, made through the API as its staff would make it.

mod client;
mod days;
mod people;

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use axum::Router;
use identity::credential::secret_text::SecretText;
use kernel::BuiltinRole;
use platform::app::App;
use platform::db::Statement;
use platform::settings::Settings;
use serde_json::json;

use super::{Failure, build, serve};
use client::Client;
use days::Staff;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Keeps the hospital in this directory; without it, it is gone when the program ends
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// Makes the hospital unless the directory has one, then serves it.
pub(super) async fn demo(args: Args) -> Result<ExitCode, Failure> {
    let kept = args.dir.is_some();
    let dir = args.dir.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("chelal-demo-{}", uuid::Uuid::now_v7().simple()))
    });
    std::fs::create_dir_all(&dir)
        .map_err(|error| Failure::Failed(format!("{}: {error}", dir.display())))?;
    let gone = Gone((!kept).then(|| dir.clone()));
    claim(&dir)?;
    let settings = settings(&dir)?;
    crate::logging::start(&settings).map_err(Failure::Misconfigured)?;
    let (app, router) = build(settings.clone()).await?;
    let made = found_hospital(&app, &router).await;
    app.close().await;
    // What watches the database beside the requests ends with it.
    drop((app, router));
    made?;
    let done = serve::serve(settings, &serve::Args::default()).await;
    drop(gone);
    done
}

/// What only a demo writes into its directory.
const MARKER: &str = "chelal-demo";

/// Makes the directory a demo's, unless something is in it that is none: its reminders would be taken for sent.
fn claim(dir: &std::path::Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("{}: {error}", dir.display()));
    let marker = dir.join(MARKER);
    if marker.exists() {
        return Ok(());
    }
    let mut files = std::fs::read_dir(dir).map_err(failed)?;
    if files.next().is_some() {
        return Err(Failure::Misconfigured(format!(
            "{} is not empty and was not made by `chelal demo`. Nothing was changed. Choose another directory.",
            dir.display()
        )));
    }
    std::fs::write(marker, "Invented people; made by `chelal demo`.\n").map_err(failed)
}

/// The real settings do not count, apart from where to listen: a demo must not touch a hospital.
fn settings(dir: &std::path::Path) -> Result<Settings, Failure> {
    let here = [
        ("CHELAL_DATA_DIR", dir.display().to_string()),
        ("DATABASE_URL", "sqlite://chelal.db".to_owned()),
        ("CHELAL_LOG", "warn".to_owned()),
        // Reminders of invented people go to nobody; the terminal shows them.
        ("CHELAL_MESSAGES", "console".to_owned()),
    ];
    let here = here.map(|(name, value)| (name.to_owned(), value));
    let kept = [
        "CHELAL_BIND",
        "CHELAL_PUBLIC_URL",
        "CHELAL_CORS_ORIGINS",
        "CHELAL_LOG",
        "CHELAL_LANGUAGE",
    ];
    let given = kept
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)));
    let mut pairs: std::collections::BTreeMap<String, String> = here.into_iter().collect();
    pairs.extend(given);
    let loaded =
        Settings::from_pairs(pairs).map_err(|error| Failure::Misconfigured(error.to_string()))?;
    Ok(loaded.settings)
}

/// Removes a directory of our own.
struct Gone(Option<PathBuf>);

impl Drop for Gone {
    fn drop(&mut self) {
        if let Some(dir) = &self.0
            && let Err(error) = std::fs::remove_dir_all(dir)
        {
            tracing::warn!(%error, "{} could not be removed", dir.display());
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
async fn found_hospital(app: &std::sync::Arc<App>, router: &Router) -> Result<(), Failure> {
    let (users,): (i64,) = app
        .unguarded("whether the hospital is still empty is asked before anything is made")
        .one(Statement::raw("SELECT count(*) FROM app_user", vec![]))
        .await
        .map_err(platform::error::Error::from)?;
    if users > 0 {
        println!("This demo hospital was made before; its passwords were printed then.\n");
        return Ok(());
    }
    let password = passphrase();
    identity::create_superuser(
        app,
        "admin",
        Some("admin@demo.example"),
        SecretText::from(password.clone()),
    )
    .await?;
    let admin = Client::sign_in(router, "admin", &password).await?;
    let mut accounts = vec![("admin".to_owned(), BuiltinRole::Admin)];
    let mut ids = HashMap::new();
    for (username, first, last, role) in people::STAFF {
        let made = admin
            .post(
                "users/",
                json!({
                    "username": username, "email": format!("{username}@demo.example"),
                    "first_name": first, "last_name": last, "role": role.id(), "password": password,
                }),
            )
            .await?;
        ids.insert(*username, made["id"].clone());
        accounts.push(((*username).to_owned(), *role));
    }
    let reception = Client::sign_in(router, "reception", &password).await?;
    let mut patients = Vec::new();
    for patient in people::patients() {
        patients.push(reception.post("patients/", patient).await?["id"].clone());
    }
    let portal = admin
        .post(
            "users/",
            json!({
                "username": "patient", "first_name": "Awa", "last_name": "Ceesay",
                "role": BuiltinRole::Patient.id(), "password": password,
            }),
        )
        .await?;
    accounts.push(("patient".to_owned(), BuiltinRole::Patient));
    if let Some(first) = patients.first() {
        let path = format!("patients/{first}/");
        admin.patch(&path, json!({ "user": portal["id"] })).await?;
    }
    let mut doctors = Vec::new();
    for username in people::doctors() {
        let client = Client::sign_in(router, username, &password).await?;
        doctors.push((client, ids[username].clone()));
    }
    let staff = Staff {
        reception,
        doctors,
        nurse: ids["nurse"].clone(),
    };
    days::fill(&staff, &patients, app.zone.to_local(app.clock.now())).await?;
    println!(
        "A hospital with {} patients. Everybody signs in with the password  {password}\n",
        patients.len()
    );
    for (username, role) in accounts {
        println!("  {username:<12} {role}");
    }
    println!();
    Ok(())
}

/// Fresh for every demo: whoever reaches the port must have seen the terminal.
fn passphrase() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let group = || -> String {
        (0..5)
            .map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]))
            .collect()
    };
    [group(), group(), group()].join("-")
}
