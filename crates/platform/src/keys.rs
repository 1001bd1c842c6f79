//! The keys at rest: data keys wrapped by the master key, in their own table.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::db::{Db, DbError, DbUrl, FromRow, Row, Statement, ToValue};
use crate::error::Error;
use crate::seal::{KeyRing, MasterKey, WrappedKey};
use crate::settings::Settings;

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

/// Every stored key.
///
/// # Errors
/// When the database fails.
pub async fn stored(db: &Db) -> Result<Vec<WrappedKey>, Error> {
    let statement = Statement::raw(
        "SELECT id, purpose, wrapped, state, created_at FROM data_key ORDER BY id",
        Vec::new(),
    );
    Ok(db
        .all::<Stored>(statement)
        .await?
        .into_iter()
        .map(|Stored(key)| key)
        .collect())
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
                    let statement = Statement::raw(
                        "INSERT INTO data_key (id, purpose, wrapped, state, created_at) VALUES ($1, $2, $3, $4, $5)",
                        vec![
                            key.id.to_value(),
                            key.purpose.as_str().to_value(),
                            key.wrapped.to_value(),
                            key.state.as_str().to_value(),
                            key.created_at.to_value(),
                        ],
                    );
                    tx.execute(statement).await?;
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
        (DbUrl::Sqlite(_), false) => Err(Error::internal(format!(
            "the master key is missing: {} does not exist. Put it back, or set CHELAL_KEY_FILE or CHELAL_MASTER_KEY; without it nothing sealed can be read.",
            file.display()
        ))),
        _ => Err(Error::internal(
            "PostgreSQL needs a master key that every node is given: make one with `openssl rand -base64 32` and set CHELAL_MASTER_KEY or CHELAL_KEY_FILE.",
        )),
    }
}
