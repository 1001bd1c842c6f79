//! `chelal migrate`, `chelal audit verify`, `chelal keys rotate` and `chelal keys rewrap`.

use std::path::Path;

use platform::audit::verify;
use platform::db::Db;
use platform::keys;
use platform::seal::{MasterKey, Purpose};
use platform::settings::Settings;

use super::{Done, application, say, tell};

/// Brings the schema up to date.
pub(super) async fn migrate(settings: Settings) -> Done {
    let app = application(settings).await?;
    tell("The database is up to date.");
    app.db.close().await;
    Ok(())
}

/// Checks the audit trail; fails when it has been tampered with.
pub(super) async fn verify(settings: Settings) -> Done {
    let db = Db::connect(&settings.db_config())
        .await
        .map_err(|error| error.to_string())?;
    let verdict = verify::verify(&db, &settings, &settings.audit_anchor_path())
        .await
        .map_err(say)?;
    if verdict.is_intact() {
        tell(&verdict.to_string());
        Ok(())
    } else {
        Err(verdict.to_string())
    }
}

/// Makes a new key and renews what the old one made.
pub(super) async fn rotate(settings: Settings, which: &str) -> Done {
    let which: Purpose = which
        .parse()
        .map_err(|_| format!("There is no key {which:?}. Valid: data, index, audit, token."))?;
    let app = application(settings).await?;
    let rotated = keys::rotate(&app, which, &|progress| {
        tracing::info!(
            what = progress.what,
            done = progress.done,
            of = progress.of,
            "renewed"
        );
    })
    .await
    .map_err(say)?;
    tell(&format!(
        "Key {} is in use; {} rows were sealed anew.",
        rotated.active, rotated.resealed
    ));
    for (table, rows) in &rotated.unopened {
        tell(&format!(
            "{rows} rows of {table} could not be opened and were left as they are."
        ));
    }
    app.db.close().await;
    Ok(())
}

/// Wraps every key by a new master key.
pub(super) async fn rewrap(settings: Settings, new_key_file: &Path) -> Done {
    let db = Db::connect(&settings.db_config())
        .await
        .map_err(|error| error.to_string())?;
    let old = keys::master(&settings, false).map_err(say)?;
    let new = MasterKey::load_file(new_key_file).map_err(|error| error.to_string())?;
    let count = keys::rewrap(&db, &old, &new).await.map_err(say)?;
    tell(&format!(
        "{count} keys are wrapped by the new master key. Give it to every node and restart them; the old one opens nothing any more."
    ));
    Ok(())
}
