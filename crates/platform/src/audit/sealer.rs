//! Numbers the rows of the trail and links them, one sealer at a time over all nodes.
//!
//! A row is linked within a second of its commit, in the order of ids among those that wait; a
//! transaction that took its id early and committed late comes later in the chain. After the commit the
//! end of the chain is signed and appended to the [anchor](mod@super::anchor). A crash in between costs
//! nothing: every node compares its anchor with the chain's end once a second, whoever sealed it.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sea_query::{Alias, ExprTrait, Order};
use tokio::task::JoinHandle;

use super::batch::{Texts, batches, places};
use super::row::Found;
use super::{AuditLog, anchor};
use crate::app::App;
use crate::cx::{self, Cx, column};
use crate::db::{Db, DbError, Dialect, Statement, ToValue};
use crate::error::Error;
use crate::record::Record;
use crate::seal::{GENESIS, Head, chain};
use crate::unit;

/// The most rows of one transaction.
const BATCH: usize = 1000;
/// How often the sealer looks for rows.
const PAUSE: Duration = Duration::from_millis(500);
/// Heads are appended at most this often.
const ANCHOR_PAUSE: Duration = Duration::from_secs(1);
/// "audit" in ASCII; any number that nobody else locks.
const LOCK: i64 = 0x0061_7564_6974;
/// The topic on which subscribers hear how far the chain has come; the payload is the number of its
/// last row.
pub const SEALED: &str = "audit:sealed";

/// Starts the sealer of this process; it ends when the application is dropped, or by `abort`.
pub fn start(app: &Arc<App>) -> JoinHandle<()> {
    let app = Arc::downgrade(app);
    tokio::spawn(run(app))
}

async fn run(app: Weak<App>) {
    let mut ticks = tokio::time::interval(PAUSE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut witness = Witness::default();
    loop {
        ticks.tick().await;
        let Some(app) = app.upgrade() else { return };
        // The anchor exists before the first row is linked: whoever dies in between leaves a trail
        // without a promise, not one that looks robbed of its anchor.
        if witness.anchored.is_none()
            && let Err(error) = witness.look(&app, Duration::ZERO).await
        {
            tracing::error!(?error, "the audit anchor could not be written");
        }
        if let Err(error) = seal(&app).await {
            tracing::error!(?error, "the audit trail could not be linked");
        }
        if let Err(error) = witness.look(&app, ANCHOR_PAUSE).await {
            tracing::error!(?error, "the audit anchor could not be written");
        }
    }
}

/// Links every row that waits and appends the chain's end to the anchor, at once. Rows that another
/// node is linking at this moment are left to it.
///
/// # Errors
/// When the database fails or the anchor cannot be written.
pub async fn seal_now(app: &Arc<App>) -> Result<Head, Error> {
    seal(app).await?;
    Witness::default().look(app, Duration::ZERO).await?;
    end(app).await
}

/// The end of the chain as it stands in the table.
///
/// # Errors
/// When the database fails.
pub async fn end(app: &Arc<App>) -> Result<Head, Error> {
    let (sequence, hash) = last(&app.db).await?;
    Ok(Head {
        sequence,
        hash,
        at: app.clock.now(),
    })
}

const LAST: &str = "SELECT sequence, hash FROM audit_log WHERE sequence IS NOT NULL \
                    ORDER BY sequence DESC LIMIT 1";

/// The number and the hash of the last row of the chain.
pub(super) async fn last(db: &Db) -> Result<(i64, [u8; 32]), Error> {
    let found = db.optional(Statement::raw(LAST, Vec::new())).await?;
    Ok(place(found))
}

/// A hash of another length is a falsified one; whatever follows it will not verify either.
fn place(found: Option<(i64, Option<Vec<u8>>)>) -> (i64, [u8; 32]) {
    let (sequence, hash) = found.unwrap_or((0, None));
    (
        sequence,
        hash.and_then(|h| h.try_into().ok()).unwrap_or(GENESIS),
    )
}

async fn seal(app: &Arc<App>) -> Result<(), Error> {
    let mut after = 0;
    loop {
        // Rows that wait have an index of their own; an idle look costs next to nothing.
        let waiting = Statement::raw(
            "SELECT id FROM audit_log WHERE sequence IS NULL AND id > $1 ORDER BY id LIMIT 1",
            vec![after.to_value()],
        );
        if app.db.optional::<(i64,)>(waiting).await?.is_none() {
            return Ok(());
        }
        let Some(batch) = unit::program(app, "audit-sealer", batch(after)).await? else {
            return Ok(());
        };
        if let Some(sequence) = batch.sealed_to {
            app.hub
                .publish(SEALED, sequence.to_string())
                .map_err(Error::internal)?;
        }
        after = batch.seen_to;
    }
}

struct Batch {
    /// The last id looked at.
    seen_to: i64,
    /// The number of the last row linked, if there was one.
    sealed_to: Option<i64>,
}

/// Links the next rows; `None` when another node is at it.
fn batch(after: i64) -> impl for<'a> Fn(&'a mut Cx) -> BoxFuture<'a, Result<Option<Batch>, Error>> {
    move |cx| {
        Box::pin(async move {
            if cx.dialect() == Dialect::Postgres {
                let lock = "SELECT pg_try_advisory_xact_lock($1)";
                let lock = Statement::raw(lock, vec![LOCK.to_value()]);
                let (alone,) = cx.tx()?.one::<(bool,)>(lock).await?;
                if !alone {
                    return Ok(None);
                }
            }
            let last = cx.tx()?.optional(Statement::raw(LAST, Vec::new())).await?;
            let (mut sequence, mut hash) = place(last);
            let found = waiting(cx, after).await?;
            let mut batch = Batch {
                seen_to: found.last().map_or(after, |row| row.id),
                sealed_to: None,
            };
            let (mut links, mut patients) = (Vec::new(), Vec::new());
            for found in found {
                let row = match found.row {
                    Ok(row) => row,
                    Err(DbError::UnknownKey(id)) => return Err(DbError::UnknownKey(id).into()),
                    Err(error) => {
                        // It was falsified before it was linked; verification names it. The others
                        // must not wait for it.
                        tracing::error!(id = found.id, %error, "an audit row cannot be read and is left out of the chain");
                        continue;
                    }
                };
                sequence += 1;
                let previous = hash;
                hash = chain(&previous, sequence, &Found::link(&row));
                links.push((found.id, sequence, hash, previous));
                patients.extend(
                    concerned(&row)
                        .into_iter()
                        .map(|patient| (patient, found.id)),
                );
            }
            if links.is_empty() {
                return Ok(Some(batch));
            }
            batch.sealed_to = Some(sequence);
            let mut linked = 0;
            for (some, power) in batches(&links) {
                let statement = link(cx.dialect(), some, power);
                linked += cx.tx()?.execute(statement).await?;
            }
            if linked != links.len() as u64 {
                return Err(Error::internal("audit rows were linked twice at a time"));
            }
            for (some, power) in batches(&patients) {
                let statement = index(cx.dialect(), some, power);
                cx.tx()?.execute(statement).await?;
            }
            Ok(Some(batch))
        })
    }
}

async fn waiting(cx: &mut Cx, after: i64) -> Result<Vec<Found>, Error> {
    let mut query = cx::select::<AuditLog>();
    query
        .and_where(column(AuditLog::TABLE, "sequence").is_null())
        .and_where(column(AuditLog::TABLE, "id").gt(after))
        .order_by((Alias::new(AuditLog::TABLE), Alias::new("id")), Order::Asc)
        .limit(BATCH as u64);
    let statement = Statement::build(cx.dialect(), &query).with_keys(cx.app.ring());
    Ok(cx.tx()?.all(statement).await?)
}

/// Places rows in the chain. A list of values has columns of these names on both databases; their types
/// must be said.
fn link(dialect: Dialect, links: &[(i64, i64, [u8; 32], [u8; 32])], power: usize) -> Statement {
    static TEXTS: Texts = Texts::new();
    let text = TEXTS.of(dialect, power, |rows| {
        let bytes = match dialect {
            Dialect::Sqlite => "blob",
            Dialect::Postgres => "bytea",
        };
        let kinds = ["bigint", "bigint", bytes, bytes];
        let values = places(rows, kinds.len(), |column, number| {
            format!("CAST(${number} AS {})", kinds[column])
        });
        format!(
            "UPDATE audit_log SET sequence = v.column2, hash = v.column3, previous_hash = v.column4 \
             FROM (VALUES {values}) AS v WHERE audit_log.id = v.column1 AND audit_log.sequence IS NULL"
        )
    });
    let values = links.iter().flat_map(|(id, sequence, hash, previous)| {
        [
            id.to_value(),
            sequence.to_value(),
            hash.as_slice().to_value(),
            previous.as_slice().to_value(),
        ]
    });
    Statement::raw(text, values.collect())
}

/// Whose data a row is about.
fn concerned(row: &AuditLog) -> BTreeSet<i64> {
    let listed = row.details.open().0.get("patients");
    let listed = listed.and_then(|list| list.as_array());
    listed
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_i64)
        .chain(row.patient)
        .collect()
}

fn index(dialect: Dialect, pairs: &[(i64, i64)], power: usize) -> Statement {
    static TEXTS: Texts = Texts::new();
    let text = TEXTS.of(dialect, power, |rows| {
        format!(
            "INSERT INTO audit_patient (patient, audit_log) VALUES {} ON CONFLICT DO NOTHING",
            places(rows, 2, |_, number| format!("${number}"))
        )
    });
    let values = pairs
        .iter()
        .flat_map(|(patient, row)| [patient.to_value(), row.to_value()]);
    Statement::raw(text, values.collect())
}

/// Watches the end of the chain and puts it on record in the anchor of this node.
#[derive(Default)]
struct Witness {
    /// The last number in the anchor, once it was read.
    anchored: Option<i64>,
    looked: Option<tokio::time::Instant>,
    complained: bool,
}

impl Witness {
    async fn look(&mut self, app: &Arc<App>, pause: Duration) -> Result<(), Error> {
        if self.looked.is_some_and(|looked| looked.elapsed() < pause) {
            return Ok(());
        }
        self.looked = Some(tokio::time::Instant::now());
        let head = end(app).await?;
        let (path, ring) = (app.settings.audit_anchor_path(), app.ring());
        let anchored = self.anchored;
        let done = tokio::task::spawn_blocking(move || {
            let anchored = match anchored {
                Some(sequence) => sequence,
                None => anchor::last(&path, &ring)?.map_or(-1, |last| last.head.sequence),
            };
            if head.sequence > anchored {
                anchor::append(&path, &ring.sign_head(head))?;
            }
            Ok::<_, std::io::Error>(anchored)
        });
        let anchored = done
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)?;
        if head.sequence < anchored && !std::mem::replace(&mut self.complained, true) {
            tracing::error!(
                anchored,
                found = head.sequence,
                "the audit trail is shorter than its anchor promises: rows were removed, or an old backup was restored beside a newer anchor"
            );
        }
        self.anchored = Some(Ord::max(anchored, head.sequence));
        Ok(())
    }
}
