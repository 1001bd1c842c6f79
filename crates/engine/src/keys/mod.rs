//! The keys at rest: data keys wrapped by the master key, in their own table.
//!
//! Every process holds them opened in a ring. When they rotate, the others hear it on the topic
//! [`ROTATED`], and look at the table every second besides; whoever still meets a value under a key it
//! lacks loads the ring and repeats its unit of work.

mod rotate;

pub use rotate::{Progress, Rotated, reseal, rewrap, rotate};

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::app::App;
use crate::outage;
use db::{Db, DbError, DbUrl, FromRow, Row, Statement, ToValue};
use outside::settings::Settings;
use records::error::Error;
use seal::{KeyRing, KeyState, MasterKey, Purpose, WrappedKey};

/// Where the master key lies when nothing says otherwise.
pub fn default_key_file(settings: &Settings) -> PathBuf {
    settings
        .key_file
        .clone()
        .unwrap_or_else(|| settings.data_dir.join("chelal.key"))
}

struct Stored(WrappedKey);

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let word = |text: String| DbError::Decode(format!("{text} is no key state or purpose"));
        let (purpose, state): (String, String) = (row.get(1)?, row.get(3)?);
        Ok(Stored(WrappedKey {
            id: row.get(0)?,
            purpose: purpose.parse().map_err(|_| word(purpose.clone()))?,
            wrapped: row.get(2)?,
            state: state.parse().map_err(|_| word(state.clone()))?,
            created_at: row.get(4)?,
        }))
    }
}

fn all() -> Statement {
    Statement::raw(
        "SELECT id, purpose, wrapped, state, created_at FROM data_key ORDER BY id",
        Vec::new(),
    )
}

/// Every stored key.
///
/// # Errors
/// When the database fails.
pub async fn stored(db: &Db) -> Result<Vec<WrappedKey>, Error> {
    Ok(db
        .all::<Stored>(all())
        .await?
        .into_iter()
        .map(|Stored(key)| key)
        .collect())
}

fn insert(key: &WrappedKey) -> Statement {
    Statement::raw(
        "INSERT INTO data_key (id, purpose, wrapped, state, created_at) VALUES ($1, $2, $3, $4, $5)",
        vec![
            key.id.to_value(),
            key.purpose.as_str().to_value(),
            key.wrapped.to_value(),
            key.state.as_str().to_value(),
            key.created_at.to_value(),
        ],
    )
}

/// Opens the stored keys; on an empty database makes the first ones.
///
/// # Errors
/// When the master key is missing or another one, with the remedy.
pub async fn unlock(db: &Db, settings: &Settings, now: Timestamp) -> Result<KeyRing, Error> {
    let rows = stored(db).await?;
    let master = master(settings, rows.is_empty())?;
    if !rows.is_empty() {
        return Ok(KeyRing::unlock(&master, &rows)?);
    }
    let first = KeyRing::bootstrap(&master, 1, now)?;
    let stored_now = db
        .transaction(|tx| {
            let first = first.clone();
            Box::pin(async move {
                for key in &first {
                    tx.execute(insert(key)).await?;
                }
                Ok::<(), DbError>(())
            })
        })
        .await;
    match stored_now {
        Ok(()) => Ok(KeyRing::unlock(&master, &first)?),
        // Another node was faster; its keys are the ones.
        Err(DbError::Unique { .. }) => Ok(KeyRing::unlock(&master, &stored(db).await?)?),
        Err(error) => Err(error.into()),
    }
}

/// The master key from the settings, or a new one for an empty SQLite database.
///
/// # Errors
/// When there is none or it cannot be read, with the remedy.
pub fn master(settings: &Settings, empty: bool) -> Result<MasterKey, Error> {
    if let Some(key) = &settings.master_key {
        return Ok(key.clone());
    }
    let file = default_key_file(settings);
    if file.exists() {
        return Ok(MasterKey::load_file(&file)?);
    }
    match (&settings.database, empty) {
        (DbUrl::Sqlite(_), true) => Ok(MasterKey::create_file(&file)?),
        (DbUrl::Postgres { .. }, _) if settings.key_file.is_none() => Err(Error::internal(
            "PostgreSQL needs a master key that every node is given: make one with `openssl rand -base64 32` and set CHELAL_MASTER_KEY or CHELAL_KEY_FILE.",
        )),
        _ => Err(Error::internal(format!(
            "the master key is missing: {} does not exist. Put it back, or set CHELAL_KEY_FILE or CHELAL_MASTER_KEY; without it nothing sealed can be read.",
            file.display()
        ))),
    }
}

/// The topic on which nodes hear that the keys have changed.
pub const ROTATED: &str = "keys";

/// How often a node looks whether the keys have changed.
const LOOK: Duration = Duration::from_secs(1);

/// So long a node still writes a retired generation of the index: longer than others take to look.
const LINGER: Duration = Duration::from_millis(1500);

/// Opens the stored keys and changes nothing: for commands beside a running server.
///
/// # Errors
/// When there are no keys yet, or the master key is missing or another one.
pub async fn load(db: &Db, settings: &Settings) -> Result<KeyRing, Error> {
    let rows = stored(db).await?;
    Ok(KeyRing::unlock(&master(settings, false)?, &rows)?)
}

/// Loads the keys as they are stored now.
///
/// # Errors
/// When they cannot be read or opened; the keys loaded before stay in use.
pub fn reload(app: &Arc<App>) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(load_again(app, Linger::Yes))
}

/// Whether index keys retired since the last time are still written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Linger {
    Yes,
    No,
}

async fn load_again(app: &Arc<App>, linger: Linger) -> Result<(), Error> {
    // Of two at a time the later reads the newer table, and must not be overtaken.
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _alone = ONE_AT_A_TIME.lock().await;
    let rows = stored(&app.db).await?;
    let retired = |id: &i64| {
        let mut rows = rows.iter();
        rows.any(|row| row.id == *id && row.state == KeyState::Retired)
    };
    // Another node may search by a retired generation for a moment more: it must find what is written
    // here meanwhile.
    let mut lingering = app.ring().write_generations();
    lingering.retain(|id| linger == Linger::Yes && retired(id));
    let master = master(&app.settings, false)?;
    let ring = KeyRing::unlock_lingering(&master, &rows, &lingering)?;
    app.ring.store(Arc::new(ring));
    if !lingering.is_empty() {
        let app = Arc::downgrade(app);
        tokio::spawn(async move {
            tokio::time::sleep(LINGER).await;
            let Some(app) = app.upgrade() else { return };
            if let Err(error) = forget(&app).await {
                outage::log("the keys could not be loaded again", &error);
            }
        });
    }
    Ok(())
}

/// Loads the keys without those that only lingered. Boxed: loading spawns this.
fn forget(app: &Arc<App>) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(load_again(app, Linger::No))
}

/// Keeps the keys of this process up to date until the application is dropped.
pub(crate) fn watch(app: &Arc<App>) {
    let mut news = app.hub.subscribe(ROTATED);
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut known = Vec::new();
        loop {
            // Whatever the news are: look.
            tokio::select! {
                _ = ticks.tick() => {}
                heard = news.recv() => if heard.is_none() { return },
            }
            let Some(app) = app.upgrade() else { return };
            if let Err(error) = follow(&app, &mut known).await {
                outage::log("the keys could not be loaded again", &error);
            }
        }
    });
}

async fn follow(app: &Arc<App>, known: &mut Vec<(i64, KeyState)>) -> Result<(), Error> {
    // A handful of rows by their key: cheap enough for every second.
    let rows: Vec<_> = app.db.few::<Stored>(all()).await?;
    let rows: Vec<_> = rows.into_iter().map(|Stored(key)| key).collect();
    let states: Vec<_> = rows.iter().map(|row| (row.id, row.state)).collect();
    if *known != states {
        reload(app).await?;
        *known = states;
    }
    retire_tokens(app, &rows).await
}

/// A replaced token key verifies as long as a token it signed may live.
async fn retire_tokens(app: &Arc<App>, rows: &[WrappedKey]) -> Result<(), Error> {
    let token =
        |state| move |row: &&WrappedKey| row.purpose == Purpose::Token && row.state == state;
    let lifetime = app.settings.access_lifetime + Duration::from_secs(300);
    let replaced = rows
        .iter()
        .find(token(KeyState::Active))
        .map(|row| row.created_at);
    let expired = replaced
        .and_then(|at| at.checked_add(lifetime).ok())
        .is_some_and(|end| end < app.clock.now());
    if expired && rows.iter().any(|row| token(KeyState::Retiring)(&row)) {
        rotate::retire(app, Purpose::Token).await?;
    }
    Ok(())
}
