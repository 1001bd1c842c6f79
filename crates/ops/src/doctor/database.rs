//! The database, its schema, and what it holds.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{Findings, Level, Thoroughness, proof, sealed};
use api::module::Module;
use db::{Db, DbConfig, DbUrl, Dialect, Statement};
use engine::audit::{self, verify};
use engine::files::{Census, FileColumns, Files};
use engine::keys;
use engine::registry::Registry;
use engine::waiting;
use outside::settings::Settings;
use records::error::Error;
use seal::KeyRing;

/// So many of the last audit records are verified.
const AUDIT_ROWS: i64 = 10_000;
/// Clocks may differ by this many seconds without a warning, and by these without a failure.
const CLOCK: (i64, i64) = (5, 60);

pub(super) async fn look(
    found: &mut Findings,
    settings: &Settings,
    modules: Vec<Module>,
    now: Timestamp,
    how: &Thoroughness<'_>,
) {
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
        Dialect::Postgres => postgres(found, &db, now).await,
    };
    if let Err(error) = looked {
        found.add(
            Level::Fail,
            "database",
            format!("does not answer: {}", words(&error)),
        );
    }
    let proofs: Vec<_> = modules
        .iter()
        .flat_map(|module| module.declared().proofs.clone())
        .collect();
    let tables: Vec<_> = modules
        .iter()
        .flat_map(|module| module.declared().files.clone())
        .collect();
    let registry = crate::boot::registry(modules);
    if let Some(missing) = schema(found, &db, &registry).await {
        let ring = content(found, &db, settings, now).await;
        // Tables that the next start makes hold nothing.
        if let Some(ring) = ring.filter(|_| missing == 0) {
            let tables = registry.tables().filter(|info| info.sealed);
            let tables = tables.map(|info| info.table).collect();
            sealed::open(found, &db, &ring, tables, how).await;
        }
        documents(found, &db, settings, &tables).await;
        proof::prove(found, &db, &proofs).await;
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

async fn postgres(found: &mut Findings, db: &Db, now: Timestamp) -> Result<(), Error> {
    let server = "SELECT current_setting('server_version_num')::bigint, \
                  has_database_privilege(current_database(), 'CREATE'), \
                  EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist'), \
                  EXISTS (SELECT FROM pg_available_extensions WHERE name = 'btree_gist'), now()";
    let (version, create, installed, available, theirs): (i64, bool, bool, bool, Timestamp) =
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
    let seconds = (now.as_second() - theirs.as_second()).abs();
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

/// How many changes of the schema wait; none when there are no tables.
async fn schema(found: &mut Findings, db: &Db, registry: &Registry) -> Option<usize> {
    const CHECK: &str = "schema";
    let known: BTreeSet<(String, String)> = registry
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
        return None;
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
    Some(missing)
}

/// The keys, the trail and what waits; answers the keys, if they open.
async fn content(
    found: &mut Findings,
    db: &Db,
    settings: &Settings,
    now: Timestamp,
) -> Option<KeyRing> {
    let ring = match keys::load(db, settings).await {
        Ok(ring) => {
            found.add(Level::Ok, "keys", "the master key opens every stored key.");
            anchor(found, db, settings, &ring).await;
            ring
        }
        Err(error) => {
            found.add(Level::Fail, "keys", words(&error));
            return None;
        }
    };
    let newest = "SELECT timestamp FROM audit_log ORDER BY id DESC LIMIT 1";
    if let Ok(Some((newest,))) = db
        .optional::<(Timestamp,)>(Statement::raw(newest, Vec::new()))
        .await
    {
        let ahead = newest.as_second() - now.as_second();
        if ahead > CLOCK.1 {
            found.add(Level::Fail, "clock", format!("the newest audit record is {ahead} s in the future: the clock of this machine is wrong, or was. Correct it."));
        }
    }
    jobs(found, db).await;
    backlog(found, db, now).await;
    match verify::verify_tail(db, settings, AUDIT_ROWS).await {
        Ok(verdict) => match verdict.bad {
            None => found.add(Level::Ok, "audit trail", format!("the last {} linked records are as they were written. `chelal audit verify` verifies all of them.", verdict.linked)),
            Some(bad) => found.add(Level::Fail, "audit trail", format!("{bad}. Keep the database and the anchor as they are, and find out who did this.")),
        },
        Err(error) => found.add(Level::Fail, "audit trail", words(&error)),
    }
    Some(ring)
}

/// Rows whose file is gone: nobody notices before somebody needs it.
async fn documents(found: &mut Findings, db: &Db, settings: &Settings, tables: &[FileColumns]) {
    const CHECK: &str = "documents";
    if tables.is_empty() {
        return;
    }
    let taken = async {
        let files = Files::look(settings)?;
        let census = Census::take(db, &files, tables).await?;
        Ok((files, census))
    };
    match taken.await {
        Ok((_, census)) if census.is_whole() => {
            let text = format!("{} are kept, each with its file.", census.rows);
            found.add(Level::Ok, CHECK, text);
        }
        Ok((files, census)) => {
            let text = format!(
                "{} of {} have no whole file in {}: {}. Put back what was moved from there, or restore a backup elsewhere and copy the files over.",
                census.missing + census.cut,
                census.rows,
                files.whereabouts(),
                census.words()
            );
            found.add(Level::Fail, CHECK, text);
        }
        Err(error) => found.add(
            Level::Fail,
            CHECK,
            format!("the store of files cannot be read: {}", words(&error)),
        ),
    }
}

/// Whether the trail is as long as its anchor promises: a former primary that leads again, or an old backup, is not.
async fn anchor(found: &mut Findings, db: &Db, settings: &Settings, ring: &KeyRing) {
    let promised = match audit::anchor::last(&settings.audit_anchor_path(), ring) {
        Ok(Some(head)) => head.head.sequence,
        // That it cannot be read is said where the file is looked at.
        Ok(None) | Err(_) => return,
    };
    let end = "SELECT coalesce(max(sequence), 0) FROM audit_link";
    match db.one::<(i64,)>(Statement::raw(end, Vec::new())).await {
        Ok((end,)) if end < promised => found.add(Level::Fail, "audit anchor", format!("the trail ends at record {end}, and its anchor promises {promised}: records were removed, a former primary leads the database, or an old backup was restored. Run `chelal audit verify`, and keep database and anchor as they are.")),
        Ok(_) => {}
        Err(error) => found.add(Level::Fail, "audit anchor", error.to_string()),
    }
}

/// Jobs that were given up: nobody else will tell.
async fn jobs(found: &mut Findings, db: &Db) {
    let dead = "SELECT kind, count(*), max(last_error) FROM job WHERE state = 'dead' \
                GROUP BY kind ORDER BY kind";
    let dead = Statement::raw(dead, Vec::new());
    match db.all::<(String, i64, String)>(dead).await {
        Ok(rows) if rows.is_empty() => found.add(Level::Ok, "jobs", "none was given up."),
        Ok(rows) => {
            let rows: Vec<String> = rows
                .into_iter()
                .map(|(kind, count, said)| format!("{count} × {kind} ({said})"))
                .collect();
            let text = format!(
                "given up after the last attempt: {}. The log says why under the job's number; `chelal doctor --retry-dead` tries them again.",
                rows.join("; ")
            );
            found.add(Level::Warn, "jobs", text);
        }
        Err(error) => found.add(Level::Fail, "jobs", error.to_string()),
    }
}

/// How long work and audit rows have waited.
async fn backlog(found: &mut Findings, db: &Db, now: Timestamp) {
    match waiting::oldest(db, now).await {
        Ok(waiting) => {
            let minutes = |since: Option<Timestamp>| {
                since.map_or(0, |at| (now.as_second() - at.as_second()) / 60)
            };
            let (job, row) = (minutes(waiting.job), minutes(waiting.audit_row));
            match job {
                0..waiting::MINUTES => found.add(Level::Ok, "waiting", "no job is overdue."),
                _ => found.add(Level::Fail, "waiting", format!("the oldest job has been due for {job} minutes: no worker runs, or it cannot reach the database. Start `chelal serve` or `chelal worker`, and read its log.")),
            }
            match row {
                0..waiting::MINUTES => {}
                _ => found.add(Level::Warn, "audit trail", format!("the oldest audit record has waited for {row} minutes for its place in the chain: no server runs, or it cannot reach the database.")),
            }
        }
        Err(error) => found.add(Level::Fail, "waiting", error.to_string()),
    }
}

pub(super) fn words(error: &Error) -> String {
    match error {
        Error::Db(error) => error.to_string(),
        Error::Internal(error) => error.to_string(),
        other => format!("{other:?}"),
    }
}
