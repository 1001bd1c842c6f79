//! Readings on record before the answer leaves, committed together.
//!
//! One commit for each reading would make a busy ward wait for the disk a thousand times a second.
//! Requests hand their row to one task, which stores whatever has arrived in one statement and then
//! lets all of those answers go.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::AuditLog;
use super::row::{self, Stored};
use crate::app::App;
use db::DbError;
use records::error::Error;
use seal::KeyRing;

/// The most rows of one transaction.
const MOST: usize = 1000;

type Waiting = (Stored, oneshot::Sender<Result<(), DbError>>);

/// Stores the rows of concurrent readings together.
pub struct ReadAudit {
    queue: mpsc::Sender<Waiting>,
    waiting: parking_lot::Mutex<Option<mpsc::Receiver<Waiting>>>,
}

impl Default for ReadAudit {
    fn default() -> Self {
        let (queue, waiting) = mpsc::channel(10_000);
        ReadAudit {
            queue,
            waiting: parking_lot::Mutex::new(Some(waiting)),
        }
    }
}

impl ReadAudit {
    /// Starts the task; it ends when the application is dropped.
    pub fn start(&self, app: &Arc<App>) {
        if let Some(waiting) = self.waiting.lock().take() {
            tokio::spawn(run(Arc::downgrade(app), waiting));
        }
    }

    /// Returns when the row is durable.
    ///
    /// # Errors
    /// When it could not be stored; the answer must not leave then.
    pub(crate) async fn record(&self, ring: &KeyRing, row: AuditLog) -> Result<(), Error> {
        let (done, stored) = oneshot::channel();
        // Sealed here, by as many as ask: the task that stores them is one.
        let row = row.stored(ring)?;
        self.queue
            .send((row, done))
            .await
            .map_err(|_| Error::internal("the audit of readings has stopped"))?;
        match stored.await {
            Ok(Ok(())) => Ok(()),
            // The database is away, or full: 503, and the same may be asked again.
            Ok(Err(cause)) => Err(cause.into()),
            Err(_) => Err(Error::internal("the audit of readings has stopped")),
        }
    }
}

async fn run(app: std::sync::Weak<App>, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch: Vec<Waiting> = Vec::new();
    while waiting.recv_many(&mut batch, MOST).await > 0 {
        let Some(app) = app.upgrade() else { return };
        let (rows, done): (Vec<Stored>, Vec<_>) = batch.drain(..).unzip();
        let stored = store(&app, rows).await;
        for done in done {
            // A client that went away does not wait for its answer.
            let _ = done.send(stored.clone());
        }
    }
}

async fn store(app: &App, rows: Vec<Stored>) -> Result<(), DbError> {
    let mut statements = row::inserts(app.db.dialect(), rows);
    if statements.len() == 1
        && let Some(only) = statements.pop()
    {
        app.db.execute(only).await?;
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    for statement in statements {
        tx.execute(statement).await?;
    }
    tx.commit().await
}
