//! Looks at an installation and says in plain words what is well and what is not.
//!
//! Changes nothing: no database, key or table is made, and no mail is sent.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::audit::verify;
use crate::db::{Db, DbConfig, DbUrl, Dialect, Statement};
use crate::error::Error;
use crate::keys;
use crate::mail::{MailError, Mailer};
use crate::module::{Module, Registry};
use crate::seal::MasterKey;
use crate::settings::{Loaded, Settings, SettingsError};

/// So many of the last audit records are verified.
const AUDIT_ROWS: i64 = 10_000;
/// Less free space than this is worth a warning, or a failure; in MiB.
const SPACE: (u64, u64) = (2048, 256);
/// The server's clock may differ by this many seconds, or by these at most.
const CLOCK: (i64, i64) = (5, 60);

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

/// Looks at everything; `modules` are those the program runs with. The findings come in the order of
/// the checks.
pub async fn examine(
    settings: Result<Loaded, SettingsError>,
    modules: Vec<Module>,
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
    database(&mut found, &settings, modules).await;
    mail(&mut found, &settings).await;
    found.0
}

fn directory(found: &mut Findings, settings: &Settings) {
    let shown = settings.data_dir.display();
    let probe = settings
        .data_dir
        .join(format!(".chelal-doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => found.add(Level::Ok, "data directory", format!("{shown} can be written.")),
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

fn same_directory(one: &Path, other: &Path) -> bool {
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

async fn database(found: &mut Findings, settings: &Settings, modules: Vec<Module>) {
    if let DbUrl::Sqlite(path) = &settings.database
        && !path.exists()
    {
        let text = format!(
            "{} does not exist yet; the first start makes it.",
            path.display()
        );
        found.add(Level::Warn, "database", text);
        return;
    }
    let config = DbConfig {
        acquire_timeout: Duration::from_secs(10),
        pool_size: 2,
        ..settings.db_config()
    };
    let db = match Db::connect(&config).await {
        Ok(db) => db,
        Err(error) => {
            let text = format!(
                "cannot be opened ({error}). Check DATABASE_URL and whether the server runs."
            );
            found.add(Level::Fail, "database", text);
            return;
        }
    };
    let looked = match db.dialect() {
        Dialect::Sqlite => sqlite(found, &db).await,
        Dialect::Postgres => postgres(found, &db).await,
    };
    if let Err(error) = looked {
        found.add(
            Level::Fail,
            "database",
            format!("does not answer: {}", words(&error)),
        );
    }
    if schema(found, &db, modules).await {
        content(found, &db, settings).await;
    }
    db.close().await;
}

async fn sqlite(found: &mut Findings, db: &Db) -> Result<(), Error> {
    // Settings that durability depends on are checked by every connection.
    let rows: Vec<(String,)> = db
        .all(Statement::raw("PRAGMA quick_check(5)", Vec::new()))
        .await?;
    let (version,): (String,) = db
        .one(Statement::raw("SELECT sqlite_version()", Vec::new()))
        .await?;
    if rows.iter().all(|(row,)| row == "ok") {
        let text = format!("SQLite {version}; the file is sound, and every commit is durable.");
        found.add(Level::Ok, "database", text);
    } else {
        let rows: Vec<_> = rows.into_iter().map(|(row,)| row).collect();
        let text = format!(
            "the file is damaged ({}). Stop Chelal, keep the file, and restore the last backup.",
            rows.join("; ")
        );
        found.add(Level::Fail, "database", text);
    }
    Ok(())
}

async fn postgres(found: &mut Findings, db: &Db) -> Result<(), Error> {
    let server = "SELECT current_setting('server_version_num')::bigint, \
                  has_database_privilege(current_database(), 'CREATE'), \
                  EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist'), \
                  EXISTS (SELECT FROM pg_available_extensions WHERE name = 'btree_gist'), now()";
    let (version, create, installed, available, now): (i64, bool, bool, bool, Timestamp) =
        db.one(Statement::raw(server, Vec::new())).await?;
    let major = version / 10_000;
    match major {
        13..=18 => found.add(Level::Ok, "database", format!("PostgreSQL {major}.")),
        0..13 => found.add(
            Level::Fail,
            "database",
            format!("PostgreSQL {major} is too old; 13 or newer is needed."),
        ),
        _ => found.add(
            Level::Warn,
            "database",
            format!("PostgreSQL {major} is newer than any that Chelal was tested with (13 to 18)."),
        ),
    }
    match (installed, create, available) {
        (true, ..) | (_, true, true) => found.add(Level::Ok, "privileges", "the extension btree_gist is there or can be made."),
        (_, false, true) => found.add(
            Level::Fail,
            "privileges",
            "the user may not create the extension btree_gist, which keeps appointments from overlapping. As an administrator: GRANT CREATE ON DATABASE … TO …, or CREATE EXTENSION btree_gist.",
        ),
        _ => found.add(
            Level::Fail,
            "privileges",
            "the server does not have the extension btree_gist; install PostgreSQL's contrib package.",
        ),
    }
    let seconds = (Timestamp::now().as_second() - now.as_second()).abs();
    let level = match seconds {
        seconds if seconds > CLOCK.1 => Level::Fail,
        seconds if seconds > CLOCK.0 => Level::Warn,
        _ => Level::Ok,
    };
    let remedy = if level == Level::Ok {
        ""
    } else {
        " Let both keep time by NTP."
    };
    found.add(
        level,
        "clock",
        format!("differs from the database server's by {seconds} s.{remedy}"),
    );
    Ok(())
}

/// Whether the tables are there.
async fn schema(found: &mut Findings, db: &Db, modules: Vec<Module>) -> bool {
    const CHECK: &str = "schema";
    let mut all = vec![crate::migrations::module()];
    all.extend(modules);
    let known: BTreeSet<(String, String)> = Registry::new(all)
        .migrations()
        .iter()
        .flat_map(|(module, migrations)| {
            let names = migrations.iter();
            names.map(|migration| ((*module).to_owned(), migration.name.to_owned()))
        })
        .collect();
    let applied = Statement::raw("SELECT module, name FROM schema_migration", Vec::new());
    let Ok(applied) = db.all::<(String, String)>(applied).await else {
        found.add(
            Level::Warn,
            CHECK,
            "the database is empty; the first start or `chelal migrate` makes the tables.",
        );
        return false;
    };
    let applied: BTreeSet<_> = applied.into_iter().collect();
    let (missing, unknown) = (
        known.difference(&applied).count(),
        applied.difference(&known).count(),
    );
    match (missing, unknown) {
        (0, 0) => found.add(
            Level::Ok,
            CHECK,
            format!("up to date, {} changes.", applied.len()),
        ),
        (missing, 0) => found.add(
            Level::Warn,
            CHECK,
            format!("{missing} changes wait; the next start or `chelal migrate` applies them."),
        ),
        _ => found.add(
            Level::Fail,
            CHECK,
            "the database was used by a newer version of Chelal. Use that version, or a newer one.",
        ),
    }
    true
}

async fn content(found: &mut Findings, db: &Db, settings: &Settings) {
    match keys::load(db, settings).await {
        Ok(_) => found.add(Level::Ok, "keys", "the master key opens every stored key."),
        Err(error) => {
            found.add(Level::Fail, "keys", words(&error));
            return;
        }
    }
    let newest = "SELECT timestamp FROM audit_log ORDER BY id DESC LIMIT 1";
    if let Ok(Some((newest,))) = db
        .optional::<(Timestamp,)>(Statement::raw(newest, Vec::new()))
        .await
    {
        let ahead = newest.as_second() - Timestamp::now().as_second();
        if ahead > CLOCK.1 {
            found.add(Level::Fail, "clock", format!("the newest audit record is {ahead} s in the future: the clock of this machine is wrong, or was. Correct it."));
        }
    }
    match verify::verify_tail(db, settings, AUDIT_ROWS).await {
        Ok(verdict) => match verdict.bad {
            None => found.add(Level::Ok, "audit trail", format!("the last {} linked records are as they were written. `chelal audit verify` verifies all of them.", verdict.linked)),
            Some(bad) => found.add(Level::Fail, "audit trail", format!("{bad}. Keep the database and the anchor as they are, and find out who did this.")),
        },
        Err(error) => found.add(Level::Fail, "audit trail", words(&error)),
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

fn words(error: &Error) -> String {
    match error {
        Error::Db(error) => error.to_string(),
        Error::Internal(error) => error.to_string(),
        other => format!("{other:?}"),
    }
}
