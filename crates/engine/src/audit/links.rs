//! The chain: one narrow row for each row of the trail, in the order of their ids.
//!
//! The trail itself is only ever inserted into; its place in the chain stands beside it, in
//! `audit_link(sequence, audit_log, hash)`. So nothing that a reading stores is ever written again, and
//! a row can be linked without being opened: its MAC stands for all that it says.

use std::collections::HashMap;

use super::batch::{Texts, batches, places};
use crate::cx::Cx;
use db::{Db, DbError, Dialect, FromRow, Row, Statement, ToValue};
use records::error::Error;
use records::field::Hex;
use seal::{GENESIS, chain};

/// "audit" in ASCII, and the number after it; any two that nobody else locks.
const SEALING: i64 = 0x0061_7564_6974;
const WRITING: i64 = SEALING + 1;

/// Where the chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// The number of the last link; 0 when there is none.
    pub(super) sequence: i64,
    /// Its hash.
    pub(super) hash: [u8; 32],
    /// No row up to this id will be linked any more.
    pub(super) row: i64,
}

pub(super) const END: &str = "SELECT sequence, hash, (SELECT max(audit_log) FROM audit_link) FROM audit_link \
                   ORDER BY sequence DESC LIMIT 1";

impl End {
    /// As it stands in the table.
    pub(super) async fn of(db: &Db) -> Result<End, Error> {
        Ok(End::found(db.optional(Statement::raw(END, vec![])).await?))
    }

    /// A hash of another length is a falsified one; whatever follows it will not verify either.
    fn found(found: Option<(i64, Vec<u8>, i64)>) -> End {
        let (sequence, hash, row) = found.unwrap_or((0, Vec::new(), 0));
        End {
            sequence,
            hash: hash.try_into().unwrap_or(GENESIS),
            row,
        }
    }
}

/// What the chain covers of a row: its MAC, which no other row has.
pub(super) struct Waiting {
    id: i64,
    mac: Vec<u8>,
}

impl FromRow for Waiting {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Waiting {
            id: row.get(0)?,
            mac: row.get(1)?,
        })
    }
}

pub(super) const WAITING: &str =
    "SELECT id, mac FROM audit_log WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3";

/// The next rows that wait, up to an id.
pub(super) async fn waiting(
    db: &Db,
    after: i64,
    to: i64,
    most: i64,
) -> Result<Vec<Waiting>, Error> {
    let statement = Statement::raw(
        WAITING,
        vec![after.to_value(), to.to_value(), most.to_value()],
    );
    Ok(db.all(statement).await?)
}

/// The id up to which the trail is complete: no row with a smaller one will appear any more. `None` when
/// that cannot be told at the moment.
///
/// SQLite's one writer gives ids in the order of commits. On PostgreSQL whoever stores rows holds a
/// shared lock from before their ids are given until the commit ([`taking_turns`]); for the moment in
/// which the lock is ours alone, nobody is in between.
pub(super) async fn complete(db: &Db) -> Result<Option<i64>, Error> {
    const NEWEST: &str = "SELECT coalesce(max(id), 0) FROM audit_log";
    if db.dialect() == Dialect::Sqlite {
        let (newest,) = db.one(Statement::raw(NEWEST, vec![])).await?;
        return Ok(Some(newest));
    }
    let mut tx = db.begin().await?;
    let lock = |name| Statement::raw(name, vec![WRITING.to_value()]);
    let (alone,) = tx
        .one::<(bool,)>(lock("SELECT pg_try_advisory_xact_lock($1)"))
        .await?;
    if !alone {
        // Those at it commit within milliseconds; whoever hangs must not hold up the others.
        let patience = "SELECT set_config('lock_timeout', '100ms', true)";
        tx.execute(Statement::raw(patience, vec![])).await?;
        match tx.execute(lock("SELECT pg_advisory_xact_lock($1)")).await {
            Ok(_) => {}
            Err(DbError::Busy) => {
                tx.rollback().await?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let (newest,) = tx.one(Statement::raw(NEWEST, vec![])).await?;
    tx.commit().await?;
    Ok(Some(newest))
}

/// What a statement that stores rows on PostgreSQL selects from besides them, so that it takes its turn
/// before any id is given: see [`complete`].
pub(super) fn taking_turns() -> String {
    format!("(SELECT pg_advisory_xact_lock_shared({WRITING})) AS turn")
}

/// Links rows that follow an end, and tells the new one; `None` when another node was faster or is at it.
pub(super) async fn append(cx: &mut Cx, end: End, rows: &[Waiting]) -> Result<Option<End>, Error> {
    if cx.dialect() == Dialect::Postgres {
        let lock = "SELECT pg_try_advisory_xact_lock($1)";
        let lock = Statement::raw(lock, vec![SEALING.to_value()]);
        let (alone,) = cx.tx()?.one::<(bool,)>(lock).await?;
        if !alone {
            return Ok(None);
        }
    }
    let found = cx.tx()?.optional(Statement::raw(END, vec![])).await?;
    if End::found(found) != end {
        return Ok(None);
    }
    let mut last = end;
    let mut links = Vec::with_capacity(rows.len());
    for row in rows {
        let sequence = last.sequence + 1;
        last = End {
            sequence,
            hash: chain(&last.hash, sequence, &row.mac),
            row: row.id,
        };
        links.push(last);
    }
    for (some, power) in batches(&links) {
        let statement = insert(cx.dialect(), some, power);
        cx.tx()?.execute(statement).await?;
    }
    Ok(Some(last))
}

fn insert(dialect: Dialect, links: &[End], power: usize) -> Statement {
    static TEXTS: Texts = Texts::new();
    let text = TEXTS.of(dialect, power, |rows| {
        format!(
            "INSERT INTO audit_link (sequence, audit_log, hash) VALUES {}",
            places(rows, 3, |_, number| format!("${number}"))
        )
    });
    let values = links.iter().flat_map(|link| {
        [
            link.sequence.to_value(),
            link.row.to_value(),
            link.hash.as_slice().to_value(),
        ]
    });
    Statement::raw(text, values.collect())
}

/// A row's place in the chain.
pub(super) struct Place {
    row: i64,
    pub(super) sequence: i64,
    pub(super) hash: Hex,
    pub(super) previous_hash: Hex,
}

impl FromRow for Place {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let before: Option<Vec<u8>> = row.get(3)?;
        Ok(Place {
            row: row.get(0)?,
            sequence: row.get(1)?,
            hash: Hex(row.get(2)?),
            previous_hash: Hex(before.unwrap_or_else(|| GENESIS.to_vec())),
        })
    }
}

/// The places of rows, by their id.
pub(super) async fn places_of(cx: &mut Cx, rows: &[i64]) -> Result<HashMap<i64, Place>, Error> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut statement = Statement::raw("", rows.iter().map(ToValue::to_value).collect());
    statement.sql = format!(
        "SELECT l.audit_log, l.sequence, l.hash, b.hash FROM audit_link l \
         LEFT JOIN audit_link b ON b.sequence = l.sequence - 1 WHERE l.audit_log IN {}",
        places(1, rows.len(), |_, number| format!("${number}"))
    )
    .into();
    let found: Vec<Place> = cx
        .unscoped("the rows' places; the rows are in the caller's scope")
        .few(statement)
        .await?;
    Ok(found.into_iter().map(|place| (place.row, place)).collect())
}
