//! Whether what is sealed still opens: a value that was changed, or that stands in another row's place, is otherwise
//! not noticed before somebody needs it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Findings, Level, Thoroughness};
use db::{Db, Statement, ToValue};
use records::error::Error;
use records::record::SEALED_COLUMN;
use seal::{Aad, KeyRing, Opened};

/// Rows that are read at once.
const PIECE: i64 = 2_000;
/// Of a table with more rows than this only so many are looked at, unless every one is asked for.
const MOST: i64 = 20_000;
/// So many pieces of those lie anywhere in the table; the others are the newest rows.
const ANYWHERE: i64 = 5;
/// The most rows that are named.
const SHOWN: usize = 20;

type SealedRow = (i64, Uuid, Vec<u8>);

/// What was found so far.
#[derive(Default)]
struct Census {
    opened: u64,
    damaged: u64,
    named: Vec<String>,
    sampled: bool,
}

/// Opens the sealed values of these tables: of a large one the newest rows and some anywhere, or every row.
pub(super) async fn open(
    found: &mut Findings,
    db: &Db,
    ring: &KeyRing,
    tables: BTreeSet<&'static str>,
    how: &Thoroughness<'_>,
) {
    const CHECK: &str = "sealed records";
    let mut census = Census::default();
    for table in tables {
        if let Err(error) = census.table(db, ring, table, how).await {
            let text = format!("{table} cannot be read: {}", super::database::words(&error));
            found.add(Level::Fail, CHECK, text);
            return;
        }
    }
    let of = match census.sampled {
        true => " Of large tables the newest rows and some others were opened; `chelal doctor --every-row` opens all.",
        false => "",
    };
    if census.damaged == 0 {
        let text = format!("{} were opened, and each is whole.{of}", census.opened);
        found.add(Level::Ok, CHECK, text);
        return;
    }
    let more = match census.damaged - census.named.len() as u64 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let text = format!(
        "{} do not open: {}{more}. They were changed outside of Chelal, stand in another row's place, or the disk is damaged. Keep a copy of the database, find out who did this, and restore the last backup in which they open.{of}",
        census.damaged,
        census.named.join(", ")
    );
    found.add(Level::Fail, CHECK, text);
}

/// An id from one on and below another.
fn anywhere(from: i64, below: i64) -> i64 {
    let span = u128::from(below.abs_diff(from).max(1));
    from + i64::try_from(Uuid::new_v4().as_u128() % span).unwrap_or(0)
}

impl Census {
    async fn table(
        &mut self,
        db: &Db,
        ring: &KeyRing,
        table: &'static str,
        how: &Thoroughness<'_>,
    ) -> Result<(), Error> {
        let ends = format!("SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM \"{table}\"");
        let (first, last): (i64, i64) = db.one(Statement::raw(&ends, Vec::new())).await?;
        let mut from = first - 1;
        if !how.every_row && last - first >= MOST {
            self.sampled = true;
            let newest = last - (MOST - ANYWHERE * PIECE);
            for _ in 0..ANYWHERE {
                let start = anywhere(first - 1, newest);
                self.piece(db, ring, table, start, newest).await?;
            }
            from = newest;
        }
        while let Some(next) = self.piece(db, ring, table, from, last).await? {
            from = next;
            (how.progress)(table, from, last);
        }
        Ok(())
    }

    /// Opens the next rows after one, and says where the following begin.
    async fn piece(
        &mut self,
        db: &Db,
        ring: &KeyRing,
        table: &'static str,
        after: i64,
        last: i64,
    ) -> Result<Option<i64>, Error> {
        let sql = format!(
            "SELECT id, uid, {SEALED_COLUMN} FROM \"{table}\" WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3"
        );
        let values = vec![after.to_value(), last.to_value(), PIECE.to_value()];
        let rows: Vec<SealedRow> = db.all(Statement::raw(&sql, values)).await?;
        for (id, uid, sealed) in &rows {
            match Opened::open(ring, &Aad::new(table, SEALED_COLUMN, *uid), sealed) {
                Ok(_) => self.opened += 1,
                Err(error) => {
                    self.damaged += 1;
                    if self.named.len() < SHOWN {
                        self.named.push(format!("{table} {id} ({error})"));
                    }
                }
            }
        }
        Ok(rows.last().map(|(id, ..)| *id))
    }
}
