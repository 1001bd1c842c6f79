//! Units of work: where a [`Cx`] is made, and where everything it did is committed, in exactly one
//! place.
//!
//! A writing unit is one transaction. Its audit rows, its events and its idempotent reply are stored
//! with it; news is told after the commit. Serialization failures are retried here and nowhere else,
//! so the work must be repeatable: it only touches the database, through its `Cx`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use kernel::Reach;

use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::audit::{self, owed::Owed};
use crate::changes::Changes;
use crate::cx::{Cx, Seen};
use crate::keys;
use crate::outbox;
use db::{DbError, Dialect, Retryable, Statement, ToValue};
use records::error::Error;

const ATTEMPTS: u32 = 5;

/// Who opens a unit, from where, and how far their permission goes.
#[derive(Clone)]
pub struct Opening {
    /// Who.
    pub actor: Arc<Actor>,
    /// From where.
    pub origin: Arc<Origin>,
    /// How far the opened permission goes.
    pub reach: Reach,
}

impl Opening {
    /// The program itself, by the name of a job or command.
    pub fn program(name: &'static str) -> Opening {
        Opening {
            actor: Arc::new(Actor::program(name)),
            origin: Arc::new(Origin {
                route: name.into(),
                language: "en",
                ..Origin::default()
            }),
            reach: Reach::All,
        }
    }

    fn cx(&self, app: &Arc<App>, confined: bool, fresh_keys: bool) -> Cx {
        Cx {
            app: app.clone(),
            actor: self.actor.clone(),
            origin: self.origin.clone(),
            reach: self.reach,
            now: app.clock.now(),
            confined,
            tx: None,
            last: Vec::new(),
            audit: Vec::new(),
            owed: Owed::default(),
            seen: Seen::default(),
            events: Vec::new(),
            notes: Vec::new(),
            after: Vec::new(),
            prepared: crate::call::Prepared::default(),
            damaged: Vec::new(),
            fresh_keys,
        }
    }
}

/// Work inside a unit.
pub trait Work<T>: for<'a> Fn(&'a mut Cx) -> BoxFuture<'a, Result<T, Error>> + Sync {}
impl<T, F: for<'a> Fn(&'a mut Cx) -> BoxFuture<'a, Result<T, Error>> + Sync> Work<T> for F {}

/// Reads, without a transaction. What was seen is on record before this returns.
///
/// # Errors
/// What the work answers, or when the reading cannot be put on record.
pub async fn read<T>(app: &Arc<App>, opening: &Opening, work: impl Work<T>) -> Result<T, Error> {
    let confined = app.confinement.binds(app, opening).await?;
    let mut cx = opening.cx(app, confined, false);
    let done = match work(&mut cx).await {
        // Another node rotated the keys a moment ago.
        Err(Error::Db(error)) if error.lacks_key() => {
            keys::reload(app).await?;
            cx = opening.cx(app, confined, true);
            work(&mut cx).await
        }
        done => done,
    };
    // A refusal may name records as well; what failed otherwise shows nothing.
    if matches!(&done, Err(error) if !matches!(error, Error::Refused(_))) {
        return done;
    }
    if app.settings.read_audit
        && let Some(row) = audit::seen(&mut cx)
    {
        app.reads.record(&app.ring(), row).await?;
    }
    done
}

/// Puts on record what was refused, by itself.
pub async fn refused(
    app: &Arc<App>,
    opening: &Opening,
    entry: audit::AuditEntry,
) -> Result<(), Error> {
    // Nothing is read here.
    let row = audit::alone(&opening.cx(app, false, false), entry);
    app.reads.record(&app.ring(), row).await
}

/// Writes, in one transaction.
///
/// # Errors
/// What the work answers; nothing is stored then.
pub async fn write<T>(app: &Arc<App>, opening: &Opening, work: impl Work<T>) -> Result<T, Error> {
    let (mut attempt, mut fresh_keys) = (0, false);
    loop {
        attempt += 1;
        match once(app, opening, &work, fresh_keys).await {
            // Another node rotated the keys a moment ago.
            Err(Error::Db(error)) if error.lacks_key() && !fresh_keys => {
                keys::reload(app).await?;
                fresh_keys = true;
            }
            Err(error) if error.retryable() && attempt < ATTEMPTS => {
                let jitter = rand::random_range(1..=10u64);
                tokio::time::sleep(Duration::from_millis(jitter << attempt)).await;
            }
            done => return done,
        }
    }
}

/// Writes as the program itself.
///
/// # Errors
/// As [`write()`].
pub async fn program<T>(
    app: &Arc<App>,
    name: &'static str,
    work: impl Work<T>,
) -> Result<T, Error> {
    write(app, &Opening::program(name), work).await
}

async fn once<T>(
    app: &Arc<App>,
    opening: &Opening,
    work: &impl Work<T>,
    fresh_keys: bool,
) -> Result<T, Error> {
    let confined = app.confinement.binds(app, opening).await?;
    let mut cx = opening.cx(app, confined, fresh_keys);
    cx.tx = Some(app.db.begin().await?);
    let done = match work(&mut cx).await {
        Ok(done) => done,
        Err(error) => {
            if let Some(tx) = cx.tx.take() {
                tx.rollback().await?;
            }
            // Nothing was stored, and yet a refusal may have named records.
            if matches!(error, Error::Refused(_))
                && app.settings.read_audit
                && let Some(row) = audit::seen(&mut cx)
            {
                app.reads.record(&app.ring(), row).await?;
            }
            return Err(error);
        }
    };
    let kinds: BTreeSet<&'static str> = cx.audit.iter().map(|entry| entry.object_type).collect();
    let app = cx.app.clone();
    let rows = audit::written(&mut cx)?;
    audit::store(&mut cx, rows)?;
    outbox::store(&mut cx)?;
    tell_other_nodes(&mut cx)?;
    // Whoever asked may leave at any moment; from here on it ends all the same, so that nothing is committed
    // of which nobody hears.
    tokio::spawn(end(cx)).await.map_err(Error::internal)??;
    Changes::note(&app, &kinds);
    Ok(done)
}

/// Commits, and tells of it.
async fn end(cx: Cx) -> Result<(), DbError> {
    if let Some(tx) = cx.tx {
        tx.finish(cx.last).await?;
    }
    for (topic, payload) in cx.notes {
        cx.app.hub.publish_here(&topic, payload);
    }
    for work in cx.after {
        tokio::spawn(work);
    }
    Ok(())
}

/// On PostgreSQL the other nodes hear the news when, and only when, the transaction commits.
fn tell_other_nodes(cx: &mut Cx) -> Result<(), Error> {
    if cx.dialect() != Dialect::Postgres {
        return Ok(());
    }
    for (topic, payload) in cx.notes.clone() {
        let (sql, values) = cx
            .app
            .hub
            .notify_statement(&topic, &payload)
            .map_err(Error::internal)?;
        let values = values.iter().map(ToValue::to_value).collect();
        cx.last.push(Statement::raw(sql, values));
    }
    Ok(())
}
