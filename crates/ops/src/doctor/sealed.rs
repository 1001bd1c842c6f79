//! Whether what is sealed still opens: a value that was changed, or that stands in another row's place, is otherwise
//! not noticed before somebody needs it.

use std::collections::BTreeSet;

use sea_query::{Alias, Expr, ExprTrait, Order, Query};
use uuid::Uuid;

use super::{Findings, Level, Thoroughness};
use db::{Db, Statement};
use records::error::Error;
use records::record::SEALED_COLUMN;
use seal::{Aad, KeyRing, Opened};

/// Rows that are read at once.
const PIECE: u64 = 2_000;
/// Of a table with more rows than this only so many are looked at, unless every one is asked for.
const MOST: i64 = 20_000;
/// Of those so many are the newest.
const NEWEST: i64 = 10_000;
/// So many pieces of the others lie anywhere in the table.
const ANYWHERE: usize = 5;
/// The most rows that are named.
const SHOWN: usize = 20;

type SealedRow = (i64, Uuid, Vec<u8>);

/// What was found so far.
#[derive(Default)]
struct Census {
    opened: u64,
    /// A row may be met twice where only some are looked at.
    damaged: BTreeSet<(&'static str, i64)>,
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
        true => {
            " Of large tables the newest rows and some others were opened; `chelal doctor --every-row` opens all."
        }
        false => "",
    };
    if census.damaged.is_empty() {
        let text = format!("{} were opened, and each is whole.{of}", census.opened);
        found.add(Level::Ok, CHECK, text);
        return;
    }
    let more = match census.damaged.len() - census.named.len() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let text = format!(
        "{} do not open: {}{more}. They were changed outside of Chelal, stand in another row's place, or the disk is damaged. Keep a copy of the database, find out who did this, and restore the last backup in which they open.{of}",
        census.damaged.len(),
        census.named.join(", ")
    );
    found.add(Level::Fail, CHECK, text);
}

/// The first and the last id; a table without rows has none in between.
async fn ends(db: &Db, table: &'static str) -> Result<(i64, i64), Error> {
    let id = || Expr::col(Alias::new("id"));
    let mut query = Query::select();
    query
        .expr(id().min())
        .expr(id().max())
        .from(Alias::new(table));
    let found: (Option<i64>, Option<i64>) = db.one(Statement::build(db.dialect(), &query)).await?;
    Ok((found.0.unwrap_or(1), found.1.unwrap_or(0)))
}

/// An id from one on and below another.
fn anywhere(from: i64, below: i64) -> i64 {
    let span = u128::from(Ord::max(below.abs_diff(from), 1));
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
        let (first, last) = ends(db, table).await?;
        let mut from = first - 1;
        if !how.every_row && last - first >= MOST {
            self.sampled = true;
            let newest = last - NEWEST;
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
        let id = || Expr::col(Alias::new("id"));
        let mut query = Query::select();
        query
            .columns(["id", "uid", SEALED_COLUMN].map(Alias::new))
            .from(Alias::new(table))
            .and_where(id().gt(after))
            .and_where(id().lte(last))
            .order_by(Alias::new("id"), Order::Asc)
            .limit(PIECE);
        let rows: Vec<SealedRow> = db.all(Statement::build(db.dialect(), &query)).await?;
        for (id, uid, sealed) in &rows {
            match Opened::open(ring, &Aad::new(table, SEALED_COLUMN, *uid), sealed) {
                Ok(_) => self.opened += 1,
                Err(error) => {
                    if self.damaged.insert((table, *id)) && self.named.len() < SHOWN {
                        self.named.push(format!("{table} {id} ({error})"));
                    }
                }
            }
        }
        Ok(rows.last().map(|(id, ..)| *id))
    }
}
