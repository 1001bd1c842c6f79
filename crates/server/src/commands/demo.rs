//! `chelal demo`: a small hospital to look at, made through the API as its staff would make it.

mod client;
mod days;
mod house;
mod people;
mod weeks;

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use identity::credential::secret_text::SecretText;
use jiff::{SignedDuration, Timestamp};
use kernel::{BuiltinRole, Clock};
use platform::app::App;
use platform::db::Statement;
use platform::settings::Settings;
use serde_json::{Value as Json, json};

use super::{Failure, parts, serve};
use client::Client;
use days::Staff;
use house::Founders;

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
    make(settings.clone()).await?;
    mark(&dir, MADE)?;
    let done = serve::serve(settings, &serve::Args::default()).await;
    drop(gone);
    done
}

/// Makes the hospital on a clock of its own, so that what happened weeks ago has its date.
async fn make(mut settings: Settings) -> Result<(), Failure> {
    settings.rate_limit = 0;
    // A session spans the weeks.
    settings.refresh_lifetime = Duration::from_secs(90 * 86_400);
    settings.idle = settings.refresh_lifetime;
    let mut parts = parts(settings)?;
    let now = parts.clock.now();
    parts.clock = Clock::fixed(now - SignedDuration::from_hours(24 * (weeks::SINCE + 1)));
    let (app, router) = crate::build(parts).await?;
    let made = found_hospital(&app, &router, now).await;
    app.close().await;
    // What watches the database beside the requests ends with it.
    drop((app, router));
    made
}

/// What only a demo writes into its directory.
const MARKER: &str = "chelal-demo";

/// What the marker says while the hospital is being made, and once it is.
const BEGUN: &str = "Invented people; being made by `chelal demo`.\n";
const MADE: &str = "Invented people; made by `chelal demo`.\n";

fn mark(dir: &std::path::Path, what: &str) -> Result<(), Failure> {
    std::fs::write(dir.join(MARKER), what)
        .map_err(|error| Failure::Failed(format!("{}: {error}", dir.display())))
}

/// Makes the directory a demo's, unless something is in it that is none: its reminders would be taken for sent.
fn claim(dir: &std::path::Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("{}: {error}", dir.display()));
    match std::fs::read_to_string(dir.join(MARKER)) {
        // People would be missing, and the passwords were never told.
        Ok(said) if said == BEGUN => {
            return Err(Failure::Misconfigured(format!(
                "The demo in {} was stopped before it was finished, or is being made at this moment. Delete the directory and start again, or choose another one.",
                dir.display()
            )));
        }
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let mut files = std::fs::read_dir(dir).map_err(failed)?;
    if files.next().is_some() {
        return Err(Failure::Misconfigured(format!(
            "{} is not empty and was not made by `chelal demo`. Nothing was changed. Choose another directory.",
            dir.display()
        )));
    }
    mark(dir, BEGUN)
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
async fn found_hospital(app: &Arc<App>, router: &Router, now: Timestamp) -> Result<(), Failure> {
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
    let team = team(app, router, &password).await?;
    let mut patients = Vec::new();
    for patient in people::patients() {
        patients.push(team.of("reception").post("patients/", patient).await?["id"].take());
    }
    let portal = team
        .of("admin")
        .post(
            "users/",
            json!({
                "username": "patient", "first_name": "Awa", "last_name": "Ceesay",
                "role": BuiltinRole::Patient.id(), "password": password,
            }),
        )
        .await?;
    if let Some(first) = patients.first() {
        let path = format!("patients/{first}/");
        let body = json!({ "user": portal["id"] });
        team.of("admin").patch(&path, body).await?;
    }
    live(app, &team, &patients, now).await?;
    println!(
        "A hospital with {} patients and three months behind it. Everybody signs in with the password  {password}\n",
        patients.len()
    );
    let staff = people::STAFF.iter().map(|(name, .., role)| (*name, *role));
    let all = [("admin", BuiltinRole::Admin)].into_iter().chain(staff);
    for (username, role) in all.chain([("patient", BuiltinRole::Patient)]) {
        println!(
            "  {username:<12} {:<15} {}",
            role.name(),
            people::looks_at(role)
        );
    }
    println!();
    Ok(())
}

/// Everybody who works here, signed in.
struct Team(HashMap<&'static str, (Client, Json)>);

impl Team {
    fn of(&self, username: &str) -> &Client {
        &self.0[username].0
    }
}

async fn team(app: &Arc<App>, router: &Router, password: &str) -> Result<Team, Failure> {
    identity::create_superuser(
        app,
        "admin",
        Some("admin@demo.example"),
        SecretText::from(password.to_owned()),
    )
    .await?;
    let admin = Client::sign_in(router, "admin", password).await?;
    let mut team = HashMap::new();
    for (username, first, last, role) in people::STAFF {
        let body = json!({
            "username": username, "email": format!("{username}@demo.example"),
            "first_name": first, "last_name": last, "role": role.id(), "password": password,
        });
        let id = admin.post("users/", body).await?["id"].take();
        let client = Client::sign_in(router, username, password).await?;
        team.insert(*username, (client, id));
    }
    team.insert("admin", (admin, Json::Null));
    Ok(Team(team))
}

/// The weeks until now, and today.
async fn live(
    app: &Arc<App>,
    team: &Team,
    patients: &[Json],
    now: Timestamp,
) -> Result<(), Failure> {
    let founders = Founders {
        admin: team.of("admin"),
        reception: team.of("reception"),
        pharmacy: team.of("pharmacy"),
    };
    let house = house::found(&founders, patients).await?;
    let doctors: Vec<(Client, Json)> = people::doctors().map(|name| team.0[name].clone()).collect();
    let policies = house.policies.iter().cloned();
    let grown_up = |n: &usize| people::is_grown_up(*n);
    let past = weeks::Past {
        app,
        clock: &app.clock,
        house: &house,
        doctors: &doctors,
        reception: team.of("reception"),
        nurse: team.of("nurse"),
        pharmacy: team.of("pharmacy"),
        lab: team.of("lab"),
        cashier: team.of("cashier"),
        patients: patients
            .iter()
            .cloned()
            .zip(policies)
            .enumerate()
            .filter(|(n, _)| grown_up(n))
            .map(|(_, pair)| pair)
            .collect(),
    };
    past.live(now).await?;
    past.today_in_the_laboratory().await?;
    let staff = Staff {
        reception: team.of("reception").clone(),
        doctors,
        nurse: team.0["nurse"].1.clone(),
    };
    days::fill(&staff, patients, app.zone.to_local(now)).await
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
