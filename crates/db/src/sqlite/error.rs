//! SQLite's messages, translated into [`DbError`].

use rusqlite::{Connection, ErrorCode, ffi};

use crate::error::DbError;

/// Names an error. `conn` is asked which unique index covers the columns of a message, because a
/// partial index does not name itself; that costs a look at the schema, on this path only.
pub(super) fn map(conn: &Connection, error: rusqlite::Error) -> DbError {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(code, message) => (code, message.unwrap_or_default()),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error, msg),
        other => return DbError::Other(other.to_string()),
    };
    let detail = |prefix: &str| {
        message
            .strip_prefix(prefix)
            .unwrap_or(&message)
            .trim()
            .to_owned()
    };
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => DbError::Unique {
            constraint: unique_name(
                conn,
                &detail("UNIQUE constraint failed:"),
                code.extended_code != ffi::SQLITE_CONSTRAINT_UNIQUE,
            ),
        },
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => DbError::ForeignKey { constraint: None },
        ffi::SQLITE_CONSTRAINT_CHECK => DbError::Check {
            constraint: detail("CHECK constraint failed:"),
        },
        ffi::SQLITE_CONSTRAINT_NOTNULL => {
            let column = detail("NOT NULL constraint failed:");
            DbError::NotNull {
                column: column
                    .rsplit_once('.')
                    .map_or(column.clone(), |(_, name)| name.to_owned()),
            }
        }
        // ON DELETE RESTRICT is a trigger to SQLite.
        ffi::SQLITE_CONSTRAINT_TRIGGER if message == "FOREIGN KEY constraint failed" => {
            DbError::ForeignKey { constraint: None }
        }
        ffi::SQLITE_CONSTRAINT_TRIGGER => match message.strip_prefix("constraint:") {
            Some(name) => DbError::Exclusion {
                constraint: name.trim().to_owned(),
            },
            None => DbError::Other(message),
        },
        ffi::SQLITE_CONSTRAINT_DATATYPE => DbError::Value(message),
        _ => match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => DbError::Busy,
            ErrorCode::OperationInterrupted => DbError::Timeout,
            ErrorCode::TypeMismatch | ErrorCode::TooBig => DbError::Value(message),
            ErrorCode::DiskFull | ErrorCode::SystemIoFailure => DbError::Full(message),
            ErrorCode::CannotOpen | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                DbError::Unavailable(message)
            }
            _ => DbError::Other(message),
        },
    }
}

/// `index 'name'`, or `table.a, table.b` named as PostgreSQL would.
fn unique_name(conn: &Connection, detail: &str, primary: bool) -> String {
    if let Some(index) = detail.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let mut table = "";
    let mut columns = Vec::new();
    for part in detail.split(", ") {
        let Some((t, column)) = part.split_once('.') else {
            return detail.to_owned();
        };
        table = t;
        columns.push(column);
    }
    if primary {
        return format!("{table}_pkey");
    }
    index_name(conn, table, &columns)
        .ok()
        .flatten()
        .unwrap_or_else(|| format!("{table}_{}_key", columns.join("_")))
}

/// The `CREATE UNIQUE INDEX` over exactly these columns, unless a `UNIQUE` of the table itself
/// covers them.
fn index_name(
    conn: &Connection,
    table: &str,
    columns: &[&str],
) -> Result<Option<String>, rusqlite::Error> {
    let mut list = conn.prepare_cached(
        "SELECT l.name, l.origin = 'u',
                (SELECT group_concat(name, ',') FROM
                    (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
           FROM pragma_index_list(?1) l
          WHERE l.\"unique\" AND l.origin IN ('c', 'u')
          ORDER BY l.origin = 'c', l.name",
    )?;
    let wanted = columns.join(",");
    let mut rows = list.query([table])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, Option<String>>(2)?.as_deref() == Some(&wanted) {
            let of_table: bool = row.get(1)?;
            return Ok(if of_table { None } else { Some(row.get(0)?) });
        }
    }
    Ok(None)
}
