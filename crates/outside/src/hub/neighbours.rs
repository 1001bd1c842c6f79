//! Other processes on the same SQLite file, which no message reaches.
//!
//! Each process that serves or works keeps a file beside the database and touches it once a second. As long as
//! there is a fresh one of somebody else, subscribers are told once a second that they may have missed messages,
//! as on a PostgreSQL node that cannot listen: they look again by themselves.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::task::JoinHandle;

use super::Hub;

/// How often is looked.
const PAUSE: Duration = Duration::from_secs(1);
/// A process that did not touch its file for this long is gone, or stopped for a moment.
const FRESH: Duration = Duration::from_secs(5);
/// A file that was not touched for this long is left over.
const LEFT_OVER: Duration = Duration::from_secs(600);

/// The watch of one process; its file goes with it.
pub struct Neighbours {
    task: JoinHandle<()>,
    file: PathBuf,
}

impl Neighbours {
    /// Begins to watch for others on a database.
    pub fn watch(hub: Hub, database: &Path) -> Neighbours {
        let name = database.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!("{name}.node-");
        let file = database.with_file_name(format!("{prefix}{}", hub.inner.node.simple()));
        let own = file.clone();
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(PAUSE);
            let mut warned = false;
            loop {
                ticks.tick().await;
                match others(&own, &prefix) {
                    Ok(0) => {}
                    Ok(others) => {
                        hub.tell_reconnected();
                        if !std::mem::replace(&mut warned, true) {
                            tracing::warn!(
                                others,
                                "other processes work on this SQLite database; they are heard of once a second. PostgreSQL tells at once"
                            );
                        }
                    }
                    Err(error) => {
                        tracing::debug!(%error, "whether others work on this database is not known");
                    }
                }
            }
        });
        Neighbours { task, file }
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Touches the process's own file and counts the fresh ones of others.
fn others(own: &Path, prefix: &str) -> std::io::Result<usize> {
    std::fs::write(own, std::process::id().to_string())?;
    let now = std::fs::metadata(own)?.modified()?;
    let directory = own.parent().unwrap_or(Path::new("."));
    let mut found = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.path() == own || !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        // It may be removed at this moment.
        let Ok(touched) = entry.metadata().and_then(|data| data.modified()) else {
            continue;
        };
        match age(now, touched) {
            age if age < FRESH => found += 1,
            age if age > LEFT_OVER => std::fs::remove_file(entry.path())?,
            _ => {}
        }
    }
    Ok(found)
}

fn age(now: SystemTime, touched: SystemTime) -> Duration {
    now.duration_since(touched).unwrap_or_default()
}
