//! Numbers the rows of the trail and links them, one sealer at a time over all nodes.
//!
//! A row is linked within a second of its commit, in the order of ids. After the commit the end of the
//! chain is signed and appended to the [anchor](mod@super::anchor). A crash in between costs
//! nothing: every node compares its anchor with the chain's end once a second, whoever sealed it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::links::{self, End};
use super::{anchor, subjects};
use crate::app::App;
use crate::outage;
use crate::unit;
use records::error::Error;
use seal::Head;

/// The most rows of one transaction.
const BATCH: i64 = 1000;
/// How often the sealer looks for rows.
const PAUSE: Duration = Duration::from_millis(500);
/// Heads are appended at most this often.
const ANCHOR_PAUSE: Duration = Duration::from_secs(1);
/// The topic on which subscribers hear how far the chain has come; the payload is the number of its
/// last row.
pub const SEALED: &str = "audit:sealed";

/// Starts the sealer of this process, and the index of `subjects`; they end when the application is
/// dropped, or by `abort`.
pub fn start(app: &Arc<App>) -> JoinHandle<()> {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        futures_util::future::join(run(app.clone()), subjects::run(app)).await;
    })
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
            outage::log("the audit anchor could not be written", &error);
        }
        if let Err(error) = seal(&app).await {
            outage::log("the audit trail could not be linked", &error);
        }
        if let Err(error) = witness.look(&app, ANCHOR_PAUSE).await {
            outage::log("the audit anchor could not be written", &error);
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
    let end = End::of(&app.db).await?;
    Ok(Head {
        sequence: end.sequence,
        hash: end.hash,
        at: app.clock.now(),
    })
}

/// Links the rows that are there at this moment. They are read beside the transaction that links them,
/// which on SQLite nobody can write meanwhile.
async fn seal(app: &Arc<App>) -> Result<(), Error> {
    let mut end = End::of(&app.db).await?;
    if links::waiting(&app.db, end.row, i64::MAX, 1)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let Some(complete) = links::complete(&app.db).await? else {
        return Ok(());
    };
    loop {
        let rows: Arc<[_]> = links::waiting(&app.db, end.row, complete, BATCH)
            .await?
            .into();
        if rows.is_empty() {
            return Ok(());
        }
        let appended = unit::program(app, "audit-sealer", move |cx| {
            let rows = rows.clone();
            Box::pin(async move { links::append(cx, end, &rows).await })
        });
        // Another node is at it, or was.
        let Some(last) = appended.await? else {
            return Ok(());
        };
        app.hub
            .publish(SEALED, last.sequence.to_string())
            .map_err(Error::internal)?;
        end = last;
    }
}

/// What is wrong with the anchor of this process, for those who look after the installation. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct AnchorTrouble(Arc<parking_lot::Mutex<Trouble>>);

/// The parts of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Since when it cannot be written.
    pub unwritable: Option<Timestamp>,
    /// The anchor promises this many rows, of which so many are found; since when that was seen.
    pub shorter: Option<(i64, i64, Timestamp)>,
}

impl AnchorTrouble {
    /// As it is now.
    #[must_use]
    pub fn now(&self) -> Trouble {
        *self.0.lock()
    }

    /// Notes whether the anchor could be written.
    fn wrote(&self, written: bool, now: Timestamp) {
        let mut trouble = self.0.lock();
        trouble.unwritable = match written {
            true => None,
            false => trouble.unwritable.or(Some(now)),
        };
    }

    fn compared(&self, anchored: i64, found: i64, now: Timestamp) {
        let mut trouble = self.0.lock();
        let since = trouble.shorter.map_or(now, |(.., since)| since);
        trouble.shorter = (found < anchored).then_some((anchored, found, since));
    }
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
        let done = done.await.map_err(Error::internal)?;
        app.anchor_trouble.wrote(done.is_ok(), app.clock.now());
        let anchored = done.map_err(Error::internal)?;
        app.anchor_trouble
            .compared(anchored, head.sequence, app.clock.now());
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
