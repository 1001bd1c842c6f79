//! Readings on record before the answer leaves, committed together.
//!
//! One commit for each reading would make a busy ward wait for the disk a thousand times a second.
//! Requests hand their row to one task, which stores whatever has arrived in one statement and then
//! lets all of those answers go.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{AuditLog, row};
use crate::app::App;
use crate::error::Error;

/// The most rows of one statement: PostgreSQL binds at most 65,535 values.
const MOST: usize = 1000;

type Waiting = (AuditLog, oneshot::Sender<Result<(), String>>);

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
    pub(crate) async fn record(&self, app: &Arc<App>, row: AuditLog) -> Result<(), Error> {
        if !app.settings.read_audit {
            return Ok(());
        }
        let (done, stored) = oneshot::channel();
        self.queue
            .send((row, done))
            .await
            .map_err(|_| Error::internal("the audit of readings has stopped"))?;
        match stored.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(Error::internal(cause)),
            Err(_) => Err(Error::internal("the audit of readings has stopped")),
        }
    }
}

async fn run(app: std::sync::Weak<App>, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch: Vec<Waiting> = Vec::new();
    while waiting.recv_many(&mut batch, MOST).await > 0 {
        let Some(app) = app.upgrade() else { return };
        let (rows, done): (Vec<AuditLog>, Vec<_>) = batch.drain(..).unzip();
        let stored = match row::insert(app.db.dialect(), &app.ring(), &rows) {
            Ok(statement) => app
                .db
                .execute(statement)
                .await
                .map(|_| ())
                .map_err(|error| error.to_string()),
            Err(error) => Err(format!("{error:?}")),
        };
        for done in done {
            // A client that went away does not wait for its answer.
            let _ = done.send(stored.clone());
        }
    }
}
