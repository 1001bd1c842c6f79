//! Looks at an installation and says in plain words what is well and what is not.
//!
//! Changes nothing: no database, key or table is made, and no mail is sent.

mod database;
mod proof;
mod sealed;

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use engine::proof::Proof;

use api::module::Module;
use db::DbUrl;
use engine::keys;
use outside::mail::{MailError, Mailer};
use outside::settings::{Loaded, Settings, SettingsError};
use seal::MasterKey;

/// Less free space than this is worth a warning, or a failure; in MiB.
const SPACE: (u64, u64) = (2048, 256);

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, and should be looked at.
    Warn,
    /// Does not work, or is not safe.
    Fail,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "FAIL",
        })
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was looked at, in a word or two.
    pub check: &'static str,
    /// A sentence; where something is wrong, with the remedy.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<4}  {}: {}", self.level, self.check, self.text)
    }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, level: Level, check: &'static str, text: impl Into<String>) {
        let text = text.into();
        self.0.push(Finding { level, check, text });
    }
}

/// How closely what is stored is looked at.
#[derive(Clone, Copy)]
pub struct Thoroughness<'a> {
    /// Every sealed row is opened, and not only some of a large table.
    pub every_row: bool,
    /// Hears how far that has come: the table, up to which row, and the last one.
    pub progress: &'a (dyn Fn(&str, i64, i64) + Send + Sync),
}

impl Default for Thoroughness<'_> {
    fn default() -> Self {
        Thoroughness {
            every_row: false,
            progress: &|_, _, _| {},
        }
    }
}

/// As [`examine_closely`], as closely as is usual.
pub async fn examine(
    settings: Result<Loaded, SettingsError>,
    modules: Vec<Module>,
    now: Timestamp,
) -> Vec<Finding> {
    examine_closely(settings, modules, now, Thoroughness::default()).await
}

/// Looks at everything; `modules` are those the program runs with, `now` is what this
/// machine's clock says. The findings come in the order of
/// the checks.
pub async fn examine_closely(
    settings: Result<Loaded, SettingsError>,
    modules: Vec<Module>,
    now: Timestamp,
    how: Thoroughness<'_>,
) -> Vec<Finding> {
    let mut found = Findings::default();
    let settings = match settings {
        Ok(loaded) => {
            found.add(Level::Ok, "settings", "every setting is understood.");
            for notice in loaded.notices {
                found.add(Level::Warn, "settings", notice);
            }
            loaded.settings
        }
        Err(error) => {
            for problem in error.problems {
                found.add(Level::Fail, "settings", problem);
            }
            return found.0;
        }
    };
    directory(&mut found, &settings);
    space(&mut found, &settings.data_dir);
    key(&mut found, &settings);
    anchor(&mut found, &settings);
    database::look(&mut found, &settings, modules, now, &how).await;
    mail(&mut found, &settings).await;
    reachable(&mut found, &settings);
    found.0
}

fn directory(found: &mut Findings, settings: &Settings) {
    let shown = settings.data_dir.display();
    let probe = settings
        .data_dir
        .join(format!(".chelal-doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"x");
    // A full disk leaves an empty file.
    let removed = std::fs::remove_file(&probe);
    let written = written.and(removed);
    match written {
        Ok(()) => found.add(Level::Ok, "data directory", format!("{shown} can be written.")),
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => found.add(
            Level::Fail,
            "data directory",
            format!("{shown} lies on a disk that is full, and nothing can be saved. Make room on it, or make it bigger."),
        ),
        Err(error) => found.add(
            Level::Fail,
            "data directory",
            format!("{shown} cannot be written ({error}). Create it and give it to the user that runs Chelal, or set CHELAL_DATA_DIR."),
        ),
    }
}

fn space(found: &mut Findings, directory: &Path) {
    #[cfg(unix)]
    if let Ok(disk) = rustix::fs::statvfs(directory) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
        let level = match free {
            free if free < SPACE.1 => Level::Fail,
            free if free < SPACE.0 => Level::Warn,
            _ => Level::Ok,
        };
        let remedy = if level == Level::Ok {
            ""
        } else {
            " Make room before it is full."
        };
        found.add(level, "disk", format!("{free} MiB are free.{remedy}"));
    }
    #[cfg(not(unix))]
    let _ = (found, directory, SPACE);
}

fn key(found: &mut Findings, settings: &Settings) {
    const CHECK: &str = "master key";
    if let Some(key) = &settings.master_key {
        let name = key.fingerprint();
        found.add(
            Level::Ok,
            CHECK,
            format!("{name}, from CHELAL_MASTER_KEY. Keep a copy away from this machine."),
        );
        return;
    }
    let file = keys::default_key_file(settings);
    let shown = file.display();
    if !file.exists() {
        let (level, text) = match &settings.database {
            DbUrl::Sqlite(path) if !path.exists() => (
                Level::Warn,
                format!("{shown} does not exist yet; the first start makes it."),
            ),
            DbUrl::Sqlite(_) => (
                Level::Fail,
                format!("{shown} does not exist, but a database does. Put the key file back, or set CHELAL_KEY_FILE or CHELAL_MASTER_KEY."),
            ),
            DbUrl::Postgres { .. } => (
                Level::Fail,
                "PostgreSQL needs a master key: make one with `openssl rand -base64 32` and set CHELAL_MASTER_KEY or CHELAL_KEY_FILE.".to_owned(),
            ),
        };
        found.add(level, CHECK, text);
        return;
    }
    // Its mode is part of loading.
    match MasterKey::load_file(&file) {
        Ok(key) => found.add(
            Level::Ok,
            CHECK,
            format!(
                "{}, from {shown}, readable by its owner only. Keep a copy away from this machine.",
                key.fingerprint()
            ),
        ),
        Err(error) => found.add(Level::Fail, CHECK, format!("{error}.")),
    }
    if let DbUrl::Sqlite(database) = &settings.database
        && same_directory(&file, database)
    {
        found.add(
            Level::Warn,
            CHECK,
            format!("{shown} lies beside the database: who copies the directory has both. Move it elsewhere and set CHELAL_KEY_FILE."),
        );
    }
}

/// Whether two files lie, or would lie, in one directory.
pub(crate) fn same_directory(one: &Path, other: &Path) -> bool {
    let directory = |path: &Path| -> Option<PathBuf> {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        parent.unwrap_or(Path::new(".")).canonicalize().ok()
    };
    directory(one).is_some_and(|one| Some(one) == directory(other))
}

fn anchor(found: &mut Findings, settings: &Settings) {
    let path = settings.audit_anchor_path();
    let shown = path.display();
    if path.exists()
        && std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .is_err()
    {
        found.add(
            Level::Fail,
            "audit anchor",
            format!("{shown} cannot be appended to. Give it to the user that runs Chelal."),
        );
    } else if let Some(error) = cannot_be_made(&path) {
        found.add(
            Level::Fail,
            "audit anchor",
            format!("{shown} cannot be made ({error}). Create its directory and give it to the user that runs Chelal, or set CHELAL_AUDIT_ANCHOR."),
        );
    } else if let DbUrl::Sqlite(database) = &settings.database
        && same_directory(&path, database)
    {
        found.add(
            Level::Warn,
            "audit anchor",
            format!("{shown} lies beside the database: who can cut the audit trail can cut it, too. Set CHELAL_AUDIT_ANCHOR to a file on another disk or machine."),
        );
    } else {
        found.add(Level::Ok, "audit anchor", format!("{shown}."));
    }
}

/// Why a file that is not there yet could not be made; nothing is left behind.
fn cannot_be_made(path: &Path) -> Option<std::io::Error> {
    if path.exists() {
        return None;
    }
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let name = format!(".chelal-doctor-anchor-{}", std::process::id());
    let probe = parent.unwrap_or(Path::new(".")).join(name);
    let written = std::fs::write(&probe, b"x");
    // Also what a full disk left half written.
    let removed = std::fs::remove_file(&probe);
    written.and(removed).err()
}

/// What is not set up, and so is not sent.
fn reachable(found: &mut Findings, settings: &Settings) {
    if settings.sends_no_sms() && settings.messages_go == outside::settings::MessagesGo::Out {
        found.add(
            Level::Warn,
            "SMS",
            "no SMS provider is set up, so no SMS is sent. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER.",
        );
    }
    if settings.unreachable_from_outside() {
        found.add(
            Level::Warn,
            "public address",
            format!("CHELAL_PUBLIC_URL is not set, although other machines reach this server: links in e-mails lead to {}.", settings.public_url()),
        );
    }
}

async fn mail(found: &mut Findings, settings: &Settings) {
    match Mailer::from_settings(settings).reach().await {
        Ok(()) => found.add(Level::Ok, "e-mail", "the mail server answers. `chelal send-test-message` sends one."),
        Err(MailError::NotConfigured) => found.add(
            Level::Warn,
            "e-mail",
            "no mail server is configured, so no e-mail is sent. Set EMAIL_HOST and DEFAULT_FROM_EMAIL.",
        ),
        Err(error) => found.add(Level::Fail, "e-mail", format!("{error}.")),
    }
}
