//! Running one statement on one SQLite connection.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};
use sea_query::Value;

use super::error::map;
use crate::error::DbError;
use crate::row::{Row, Rows};
use crate::statement::{Statement, sqlite_text};
use crate::value::Plain;

struct Bound<'a>(Plain<'a>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Plain::Null => ValueRef::Null,
            Plain::Bool(v) => ValueRef::Integer(v.into()),
            Plain::Int(v) => ValueRef::Integer(v),
            Plain::Double(v) => ValueRef::Real(v),
            Plain::Text(v) => ValueRef::Text(v.as_bytes()),
            Plain::Bytes(v) => ValueRef::Blob(v),
        }))
    }
}

/// What a statement did to the file, which decides how its transaction may be grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Read,
    Wrote,
}

fn prepare<'c>(
    conn: &'c Connection,
    statement: &Statement,
) -> Result<(CachedStatement<'c>, Effect), DbError> {
    let text = sqlite_text(statement);
    let mut prepared = conn
        .prepare_cached(text.as_str())
        .map_err(|e| map(conn, e))?;
    let (expected, given) = (prepared.parameter_count(), statement.values.len());
    if expected != given {
        return Err(DbError::Value(format!(
            "{expected} placeholders, {given} values"
        )));
    }
    bind(&mut prepared, &statement.values).map_err(|e| match e {
        Ok(e) => map(conn, e),
        Err(misfit) => DbError::Value(misfit),
    })?;
    let effect = if prepared.readonly() {
        Effect::Read
    } else {
        Effect::Wrote
    };
    Ok((prepared, effect))
}

fn bind(
    prepared: &mut CachedStatement<'_>,
    values: &[Value],
) -> Result<(), Result<rusqlite::Error, String>> {
    for (i, value) in values.iter().enumerate() {
        let plain = Plain::of(value).map_err(Err)?;
        prepared
            .raw_bind_parameter(i + 1, Bound(plain))
            .map_err(Ok)?;
    }
    Ok(())
}

/// Runs a statement and hands over every row. The statement is always stepped to its end, unless a row is
/// refused: an `INSERT … RETURNING` left half way keeps its read mark, and the write-ahead log could never
/// be checkpointed.
pub(super) fn visit(
    conn: &Connection,
    statement: &Statement,
    to: &mut dyn Rows,
) -> Result<Effect, DbError> {
    let (mut prepared, effect) = prepare(conn, statement)?;
    let columns = prepared.column_count();
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(|e| map(conn, e))? {
        to.take(&Row::sqlite(row, columns, statement))?;
    }
    Ok(effect)
}

/// What the rows come to: a list, or at most one.
pub(super) fn found<R: Rows + Default>(
    conn: &Connection,
    statement: &Statement,
) -> Result<(R, Effect), DbError> {
    let mut found = R::default();
    let effect = visit(conn, statement, &mut found)?;
    Ok((found, effect))
}

/// The number of rows changed (those of triggers and cascades not counted).
pub(super) fn execute(conn: &Connection, statement: &Statement) -> Result<(u64, Effect), DbError> {
    let before = conn.total_changes();
    let (mut prepared, effect) = prepare(conn, statement)?;
    let mut rows = prepared.raw_query();
    while rows.next().map_err(|e| map(conn, e))?.is_some() {}
    drop(rows);
    // `changes` speaks of the last statement that changed rows, which need not be this one.
    let changed = if conn.total_changes() == before {
        0
    } else {
        conn.changes()
    };
    Ok((changed, effect))
}
