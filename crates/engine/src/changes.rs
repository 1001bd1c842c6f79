//! Which tables changed, told to open pages: names only, a little later, for many commits at once.
//!
//! A hint and nothing more: whoever hears it asks again, through their own permissions. It is no part of any
//! transaction, so that no commit waits for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::app::App;

/// The hub's topic; the payload is the tables' names with blanks between.
pub const TOPIC: &str = "changes:tables";

/// News is gathered for so long.
const PAUSE: Duration = Duration::from_millis(250);

/// Tables that changed and of which nobody was told yet.
#[derive(Default)]
pub struct Changes(Mutex<BTreeSet<&'static str>>);

impl Changes {
    /// Tells of the tables behind these kinds of records, with whatever else changes in the next moment.
    pub(crate) fn note(app: &Arc<App>, kinds: &BTreeSet<&'static str>) {
        let tables = app
            .registry
            .tables()
            .filter(|info| kinds.contains(info.name));
        let mut waiting = app.changes.0.lock();
        let first = waiting.is_empty();
        waiting.extend(tables.map(|info| info.table));
        if !first || waiting.is_empty() {
            return;
        }
        drop(waiting);
        let app = app.clone();
        tokio::spawn(async move {
            tokio::time::sleep(PAUSE).await;
            let tables = std::mem::take(&mut *app.changes.0.lock());
            let names: Vec<&str> = tables.into_iter().collect();
            if let Err(error) = app.hub.publish(TOPIC, names.join(" ")) {
                tracing::debug!(%error, "open pages were not told what changed");
            }
        });
    }
}
