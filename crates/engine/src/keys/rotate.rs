//! Rotation: new keys for old, while the hospital works.
//!
//! Rotation is resumable: what is left to do is what still carries an old key, and a key that is being
//! retired is continued with rather than replaced again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sea_query::{Alias, Expr, ExprTrait, Order, Query};
use uuid::Uuid;

use super::{ROTATED, Stored, all, insert, master, reload};
use crate::app::App;
use crate::audit::{Action, AuditEntry};
use crate::cx::Cx;
use crate::unit;
use db::{Db, DbError, Dialect, Statement, ToValue};
use records::error::Error;
use records::record::SEALED_COLUMN;
use seal::{Aad, KeyRing, KeyState, MasterKey, Purpose, WrappedKey};

/// So long a node may work with the keys from before: it looks every second, and a unit of work takes
/// some time.
const SETTLE: Duration = Duration::from_millis(2500);
/// Ids looked through at a time.
const WINDOW: i64 = 2000;
/// Rows sealed anew in one transaction: others must not wait long for the writer.
const BATCH: usize = 200;

/// How far a rotation has come, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The table, or the module whose index is rebuilt.
    pub what: String,
    /// Up to this id.
    pub done: i64,
    /// The highest id of the table; 0 where it is not known.
    pub of: i64,
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key in use now.
    pub active: i64,
    /// Rows sealed anew.
    pub resealed: u64,
    /// Rows that could not be opened, by table: damaged or falsified. Their key is kept.
    pub unopened: BTreeMap<&'static str, u64>,
}

/// Makes a new key for a purpose and renews what the old one made, while the hospital works:
///
/// - data: seals every row of every table anew;
/// - index: has every module rebuild its index before the old generation is given up;
/// - audit: at once, since rows keep the code they were given;
/// - token: at once; tokens signed before stay valid until they expire, then the key is retired.
///
/// An interrupted rotation of data or index is continued.
///
/// # Errors
/// When the database or the master key fails, or another rotation of the same purpose begins in the
/// same moment.
pub async fn rotate(
    app: &Arc<App>,
    which: Purpose,
    progress: &(dyn Fn(&Progress) + Send + Sync),
) -> Result<Rotated, Error> {
    let active = begin(app, which).await?;
    reload(app).await?;
    // Until then other nodes may write with the old key alone.
    tokio::time::sleep(SETTLE).await;
    let mut rotated = Rotated {
        active,
        resealed: 0,
        unopened: BTreeMap::new(),
    };
    match which {
        Purpose::Data => {
            (rotated.resealed, rotated.unopened) = reseal(app, progress).await?;
            if rotated.unopened.is_empty() {
                retire(app, which).await?;
            }
        }
        Purpose::Index => {
            reindex(app, progress).await?;
            retire(app, which).await?;
            // Others learn of it, and then write the old generation for a moment more.
            tokio::time::sleep(SETTLE * 2).await;
            // Nobody writes the old generation any more: this leaves none of its tags behind.
            reindex(app, progress).await?;
        }
        Purpose::Audit => retire(app, which).await?,
        Purpose::Token => {}
    }
    Ok(rotated)
}

/// Stores the new key, or finds the rotation that was interrupted; returns the active key.
async fn begin(app: &Arc<App>, which: Purpose) -> Result<i64, Error> {
    let master = master(&app.settings, false)?;
    let begun = unit::program(app, "keys rotate", |cx| {
        let master = master.clone();
        Box::pin(async move { begin_in(cx, &master, which).await })
    });
    match begun.await {
        Err(Error::Db(DbError::Unique { .. })) => Err(Error::internal(format!(
            "another rotation of the {which} key has just begun"
        ))),
        begun => begun,
    }
}

async fn begin_in(cx: &mut Cx, master: &MasterKey, which: Purpose) -> Result<i64, Error> {
    let rows: Vec<Stored> = cx.tx()?.all(all()).await?;
    let rows: Vec<WrappedKey> = rows.into_iter().map(|Stored(key)| key).collect();
    let find = |state| {
        let mut rows = rows.iter();
        rows.find(move |row| row.purpose == which && row.state == state)
    };
    let resumable = matches!(which, Purpose::Data | Purpose::Index);
    if let (true, Some(_), Some(active)) =
        (resumable, find(KeyState::Retiring), find(KeyState::Active))
    {
        return Ok(active.id);
    }
    let id = rows.iter().map(|row| row.id).max().unwrap_or(0) + 1;
    let fresh = KeyRing::generate(master, id, which, cx.now())?;
    let replace = Statement::raw(
        "UPDATE data_key SET state = 'retiring' WHERE purpose = $1 AND state = 'active'",
        vec![which.as_str().to_value()],
    );
    cx.tx()?.execute(replace).await?;
    cx.tx()?.execute(insert(&fresh)).await?;
    cx.audit(
        AuditEntry::new(Action::Other, "DataKey", Some(id))
            .saying(format!("a new {which} key is in use")),
    );
    cx.tell(ROTATED, id.to_string());
    Ok(id)
}

/// Retires the replaced keys of a purpose.
pub(super) async fn retire(app: &Arc<App>, which: Purpose) -> Result<(), Error> {
    unit::program(app, "keys rotate", |cx| {
        Box::pin(async move {
            let statement = Statement::raw(
                "UPDATE data_key SET state = 'retired' WHERE purpose = $1 AND state = 'retiring'",
                vec![which.as_str().to_value()],
            );
            cx.tx()?.execute(statement).await?;
            cx.audit(
                AuditEntry::new(Action::Other, "DataKey", None)
                    .saying(format!("the {which} keys before were retired")),
            );
            cx.tell(ROTATED, "");
            Ok(())
        })
    })
    .await?;
    reload(app).await
}

async fn reindex(
    app: &Arc<App>,
    progress: &(dyn Fn(&Progress) + Send + Sync),
) -> Result<(), Error> {
    for module in &app.registry.modules {
        for reindex in module.reindexes.clone() {
            let mut after = 0;
            while let Some(done) =
                unit::program(app, "keys rotate", move |cx| reindex(cx, after)).await?
            {
                if done <= after {
                    return Err(Error::internal(format!(
                        "rebuilding the index of {} does not get ahead",
                        module.name
                    )));
                }
                after = done;
                progress(&Progress {
                    what: module.name.to_owned(),
                    done,
                    of: 0,
                });
            }
        }
    }
    Ok(())
}

/// Seals every row that is not under the active data key anew; returns how many, and those that could
/// not be opened. A row that somebody changes meanwhile is left to them: it is compared with what was
/// read, and they seal with the new key.
///
/// # Errors
/// When the database fails.
pub async fn reseal(
    app: &Arc<App>,
    progress: &(dyn Fn(&Progress) + Send + Sync),
) -> Result<(u64, BTreeMap<&'static str, u64>), Error> {
    let tables: BTreeMap<_, _> = app
        .registry
        .tables()
        .filter(|info| info.sealed)
        .map(|info| (info.table, ()))
        .collect();
    let (mut resealed, mut unopened) = (0, BTreeMap::new());
    for table in tables.into_keys() {
        // What a slow node wrote under the old key meanwhile is found by the next pass.
        loop {
            let (done, failed) = pass(app, table, progress).await?;
            resealed += done;
            if done == 0 {
                if failed > 0 {
                    unopened.insert(table, failed);
                }
                break;
            }
            tracing::info!(table, rows = done, "sealed anew");
        }
    }
    Ok((resealed, unopened))
}

async fn pass(
    app: &Arc<App>,
    table: &'static str,
    progress: &(dyn Fn(&Progress) + Send + Sync),
) -> Result<(u64, u64), Error> {
    let ring = app.ring();
    let mut highest = Query::select();
    highest
        .expr(Expr::col(Alias::new("id")).max())
        .from(Alias::new(table));
    let highest = Statement::build(app.db.dialect(), &highest);
    let of = app.db.one::<(Option<i64>,)>(highest).await?.0.unwrap_or(0);
    let (mut changed, mut failed) = (0, 0);
    let mut from = 0;
    // A window of ids at a time: finding the last rows must not take longer than a statement may.
    while from < of {
        let to = from.saturating_add(WINDOW);
        let rows = app
            .db
            .all::<SealedRow>(old_rows(app, &ring, table, from, to))
            .await?;
        for batch in rows.chunks(BATCH) {
            let mut fresh = Vec::with_capacity(batch.len());
            for (id, uid, sealed) in batch {
                let place = Aad::new(table, SEALED_COLUMN, *uid);
                match ring.open(&place, sealed) {
                    Ok(plain) => fresh.push((*id, sealed.clone(), ring.seal(&place, &plain)?)),
                    Err(error) => {
                        failed += 1;
                        tracing::error!(table, id, %error, "a row cannot be sealed anew");
                    }
                }
            }
            let fresh = Arc::new(fresh);
            changed += unit::program(app, "keys rotate", store(table, fresh)).await?;
        }
        from = to;
        progress(&Progress {
            what: table.to_owned(),
            done: Ord::min(to, of),
            of,
        });
    }
    Ok((changed, failed))
}

type SealedRow = (i64, Uuid, Vec<u8>);

/// The first five bytes of a sealed value name its format and key.
fn old_rows(app: &App, ring: &KeyRing, table: &'static str, from: i64, to: i64) -> Statement {
    let key = u32::try_from(ring.active_data_key()).unwrap_or(0);
    let mut header = vec![1];
    header.extend_from_slice(&key.to_be_bytes());
    let mut query = Query::select();
    query
        .columns([
            Alias::new("id"),
            Alias::new("uid"),
            Alias::new(SEALED_COLUMN),
        ])
        .from(Alias::new(table))
        .and_where(Expr::col(Alias::new("id")).gt(from))
        .and_where(Expr::col(Alias::new("id")).lte(to))
        .and_where(Expr::cust("substr(sealed, 1, 5)").ne(header))
        .order_by(Alias::new("id"), Order::Asc);
    Statement::build(app.db.dialect(), &query)
}

type Fresh = Arc<Vec<(i64, Vec<u8>, Vec<u8>)>>;

fn store(
    table: &'static str,
    fresh: Fresh,
) -> impl for<'a> Fn(&'a mut Cx) -> BoxFuture<'a, Result<u64, Error>> {
    move |cx| {
        let fresh = Arc::clone(&fresh);
        Box::pin(async move {
            let mut changed = 0;
            for (id, old, new) in fresh.iter() {
                let mut update = Query::update();
                update
                    .table(Alias::new(table))
                    .value(Alias::new(SEALED_COLUMN), Expr::val(new.clone()))
                    .and_where(Expr::col(Alias::new("id")).eq(*id))
                    .and_where(Expr::col(Alias::new(SEALED_COLUMN)).eq(old.clone()));
                let statement = Statement::build(cx.dialect(), &update);
                changed += cx.tx()?.execute(statement).await?;
            }
            Ok(changed)
        })
    }
}

/// Wraps every stored key under another master key; returns how many. No sealed value changes, and an
/// interrupted change may be repeated. Processes that run keep working with the keys they have opened,
/// but must be started with the new master key before the keys rotate again.
///
/// # Errors
/// When a key opens under neither master key; nothing is changed then.
pub async fn rewrap(db: &Db, old: &MasterKey, new: &MasterKey) -> Result<usize, Error> {
    db.transaction(|tx| {
        let (old, new) = (old.clone(), new.clone());
        Box::pin(async move {
            if tx.dialect() == Dialect::Postgres {
                // No key may be added under the old master key meanwhile.
                tx.batch("LOCK TABLE data_key IN SHARE ROW EXCLUSIVE MODE".to_owned())
                    .await?;
            }
            let rows: Vec<Stored> = tx.all(all()).await?;
            let rows: Vec<WrappedKey> = rows.into_iter().map(|Stored(key)| key).collect();
            let mut changed = 0;
            for (before, after) in rows.iter().zip(KeyRing::rewrap(&old, &new, &rows)?) {
                if before.wrapped != after.wrapped {
                    let statement = Statement::raw(
                        "UPDATE data_key SET wrapped = $1 WHERE id = $2",
                        vec![after.wrapped.to_value(), after.id.to_value()],
                    );
                    tx.execute(statement).await?;
                    changed += 1;
                }
            }
            Ok(changed)
        })
    })
    .await
}
