//! Whether the records of anybody are confined to those who treat them.
//!
//! Row scopes ask the database whose records are confined. In nearly every hospital that is nobody's, and a
//! condition that holds for every row would still cost each list its plan and each keyed read its prepared
//! text. So scopes are told whether there is anybody at all ([`Grant::confined`](crate::access::Grant)), from
//! a copy that is at most [`FRESH`] old, like those of sessions and roles; usually the hub's news ends it at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use moka::sync::Cache;
use parking_lot::Mutex;

use crate::actor::Who;
use crate::app::App;
use crate::unit::Opening;
use db::Statement;
use outside::hub::Subscription;
use records::error::Error;

/// The oldest that the copy may get.
pub const FRESH: Duration = Duration::from_millis(900);
/// The topic on which it is told that records were confined, or are no longer.
pub const TOPIC: &str = "confinement:";

/// What a process knows of it.
pub struct Confinement {
    known: Cache<(), bool>,
    inbox: Mutex<Option<Subscription>>,
    /// Goes up with each piece of news: what was read before it is not kept.
    news: AtomicU64,
}

impl Default for Confinement {
    fn default() -> Self {
        Confinement {
            known: Cache::builder().max_capacity(1).time_to_live(FRESH).build(),
            inbox: Mutex::new(None),
            news: AtomicU64::new(0),
        }
    }
}

impl Confinement {
    /// Whether a unit of work has to mind it. The program itself works for everybody.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn binds(&self, app: &App, opening: &Opening) -> Result<bool, Error> {
        let Some(sql) = app.registry.confinement() else {
            return Ok(false);
        };
        if matches!(opening.actor.who, Who::Program(_)) {
            return Ok(false);
        }
        self.listen(app);
        if let Some(known) = self.known.get(&()) {
            return Ok(known);
        }
        let news = self.news.load(Ordering::Acquire);
        let found: Option<(i64,)> = app.db.optional(Statement::raw(sql, vec![])).await?;
        let found = found.is_some();
        if self.news.load(Ordering::Acquire) == news {
            self.known.insert((), found);
        }
        Ok(found)
    }

    /// Takes in what was told since the last look.
    fn listen(&self, app: &App) {
        let mut inbox = self.inbox.lock();
        let subscription = inbox.get_or_insert_with(|| app.hub.subscribe(TOPIC));
        while let Some(Some(_)) = subscription.recv().now_or_never() {
            self.news.fetch_add(1, Ordering::AcqRel);
            self.known.invalidate(&());
        }
    }
}
