//! Whether there is a hospital to work on.

use db::{Db, DbUrl, Statement};
use platform::error::Error;
use platform::settings::Settings;

use super::Failure;

/// Says what is missing where there is no database, or one that nothing was ever stored in.
pub(super) async fn check(settings: &Settings) -> Result<(), Failure> {
    if let DbUrl::Sqlite(path) = &settings.database
        && !path.exists()
    {
        return Err(missing(&format!(
            "there is no database at {}",
            path.display()
        )));
    }
    let tables = match &settings.database {
        DbUrl::Sqlite(_) => "SELECT count(*) FROM sqlite_master WHERE name = 'schema_migration'",
        DbUrl::Postgres { .. } => {
            "SELECT count(*) FROM information_schema.tables \
             WHERE table_name = 'schema_migration' AND table_schema = ANY (current_schemas(false))"
        }
    };
    let db = Db::connect(&settings.db_config())
        .await
        .map_err(Error::from)?;
    let found = db.one::<(i64,)>(Statement::raw(tables, Vec::new())).await;
    db.close().await;
    match found.map_err(Error::from)? {
        (0,) => Err(missing("the database is empty")),
        _ => Ok(()),
    }
}

fn missing(what: &str) -> Failure {
    Failure::Misconfigured(format!(
        "chelal: {what}. Set CHELAL_DATA_DIR or DATABASE_URL to where the hospital is, or begin a new one with `chelal migrate` or `chelal serve`. Nothing was changed."
    ))
}
