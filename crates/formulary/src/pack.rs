//! The drug-safety pack as this hospital uses it: the starter pack with the hospital's additions.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use platform::cx::{Cx, values};
use platform::db::{Statement, ToValue};
use platform::error::Error;
use uuid::Uuid;

use crate::safety::{Addition, Pack, RowFault, Table};

/// Packs that were put together lately. Each state of the additions has a token of its own that is never given again,
/// so that a copy can be kept for the whole process without ever being out of date.
static KEPT: Mutex<VecDeque<(Uuid, Arc<Pack>)>> = Mutex::new(VecDeque::new());
/// A process serves one hospital; tests serve several.
const KEEP: usize = 8;

/// A pack: the one that is compiled in, or one with additions.
#[derive(Debug, Clone)]
pub enum Current {
    /// Nothing was added.
    Starter,
    /// With the hospital's rows.
    Site(Arc<Pack>),
}

impl std::ops::Deref for Current {
    type Target = Pack;

    fn deref(&self) -> &Pack {
        match self {
            Current::Starter => Pack::starter(),
            Current::Site(pack) => pack,
        }
    }
}

const WHY: &str = "the drug-safety pack is the same for everybody";

/// The pack with everything that the hospital has added until now.
///
/// # Errors
/// When the database fails.
pub async fn current(cx: &mut Cx) -> Result<Current, Error> {
    let sql = "SELECT version, token FROM drug_safety_state WHERE id = 1";
    let state: Option<(i64, Uuid)> = cx
        .unscoped(WHY)
        .optional(Statement::raw(sql, Vec::new()))
        .await?;
    let Some((version, token)) = state else {
        return Ok(Current::Starter);
    };
    let kept = KEPT
        .lock()
        .iter()
        .find(|(other, _)| *other == token)
        .map(|(_, pack)| pack.clone());
    if let Some(pack) = kept {
        return Ok(Current::Site(pack));
    }
    let additions = additions(cx).await?;
    if additions.is_empty() {
        return Ok(Current::Starter);
    }
    // They were checked when they were stored. A program whose starter pack differs may see a row as faulty that was
    // fine; such a row is left out of the pack, and shows when the addition is stored again.
    let pack = Arc::new(Pack::with_all_that_fits(
        &borrowed(&additions),
        &version.to_string(),
    ));
    let mut kept = KEPT.lock();
    kept.push_front((token, pack.clone()));
    kept.truncate(KEEP);
    Ok(Current::Site(pack))
}

/// Checks the additions as they would be with `table`'s rows replaced by `csv`, or without them.
///
/// # Errors
/// When the database fails; the inner error names the rows that cannot be used.
pub(crate) async fn check(
    cx: &mut Cx,
    table: Table,
    csv: Option<&str>,
) -> Result<Result<(), Vec<RowFault>>, Error> {
    let mut all = additions(cx).await?;
    all.retain(|(other, _)| *other != table);
    if let Some(csv) = csv {
        all.push((table, csv.to_owned()));
    }
    Ok(Pack::with(&borrowed(&all), "").map(drop))
}

/// Makes way for a change of the additions: whoever changes them does so one after the other, and everybody who asks
/// from now on has the new state.
pub(crate) async fn changing(cx: &mut Cx) -> Result<(), Error> {
    let sql = "INSERT INTO drug_safety_state (id, version, token) VALUES (1, 1, $1) \
               ON CONFLICT (id) DO UPDATE SET version = drug_safety_state.version + 1, token = $1";
    let statement = Statement::raw(sql, vec![Uuid::now_v7().to_value()]);
    cx.unscoped(WHY).untraced().execute(statement).await?;
    Ok(())
}

async fn additions(cx: &mut Cx) -> Result<Vec<(Table, String)>, Error> {
    let sql = "SELECT pack_table, csv FROM drug_safety_addition ORDER BY id";
    let rows: Vec<(String, String)> = cx
        .unscoped(WHY)
        .all(Statement::raw(sql, values([])))
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(table, csv)| Some((Table::parse(&table)?, csv)))
        .collect())
}

fn borrowed(additions: &[(Table, String)]) -> Vec<Addition<'_>> {
    additions
        .iter()
        .map(|(table, csv)| Addition { table: *table, csv })
        .collect()
}
