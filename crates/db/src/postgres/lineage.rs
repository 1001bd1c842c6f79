//! Which history of the database this node has written to.
//!
//! Each promotion of a standby begins a new timeline. A primary that was cut off and comes back leads an
//! older one: what the promoted server acknowledged is unknown to it. A node therefore remembers the highest
//! timeline that it met, beyond its restart in a file of the data directory, and uses no server on a lower
//! one, nor, while it runs, one of another cluster.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

/// A cluster and how often a standby of it was promoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lineage {
    /// Chosen when the cluster was made, and shared by its standbys.
    cluster: String,
    timeline: u32,
}

/// Answers the cluster and the name of the current WAL segment, whose first eight digits are the timeline.
pub(super) const ASK: &str = "SELECT system_identifier::text, pg_walfile_name(pg_current_wal_lsn()) FROM pg_control_system()";

impl Lineage {
    pub(super) fn read(cluster: &str, segment: &str) -> Option<Lineage> {
        let timeline = u32::from_str_radix(segment.get(..8)?, 16).ok()?;
        Some(Lineage {
            cluster: cluster.to_owned(),
            timeline,
        })
    }

    fn parse(line: &str) -> Option<Lineage> {
        let (cluster, timeline) = line.trim().split_once(' ')?;
        Some(Lineage {
            cluster: cluster.to_owned(),
            timeline: timeline.parse().ok()?,
        })
    }
}

/// What may follow on what is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// The same history.
    Same,
    /// A later one: connections that were opened before lead to a former primary.
    Newer,
    /// Not to be used, and why.
    Refused(String),
}

/// What this node knows. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    highest: Option<Lineage>,
    file: Option<PathBuf>,
    refused: Option<String>,
}

impl Known {
    /// What the file says; another cluster than the file's is believed at the start, since a database may be
    /// moved while nothing runs.
    pub(super) fn from_file(file: Option<&Path>) -> Known {
        Known(Arc::new(Mutex::new(State {
            highest: None,
            file: file.map(Path::to_owned),
            refused: None,
        })))
    }

    /// Compares a server with what is known.
    pub(super) fn meet(&self, found: &Lineage) -> Met {
        let mut state = self.0.lock();
        let remembered = state.highest.clone().or_else(|| {
            let text = std::fs::read_to_string(state.file.as_deref()?).ok()?;
            Lineage::parse(&text).filter(|known| known.cluster == found.cluster)
        });
        let met = compare(remembered.as_ref(), found);
        match &met {
            Met::Refused(why) => state.refused = Some(why.clone()),
            Met::Same | Met::Newer => {
                state.refused = None;
                if state.highest.as_ref() != Some(found) {
                    state.highest = Some(found.clone());
                    state.write();
                }
            }
        }
        met
    }

    /// Why the last server was refused, while that is so.
    pub(super) fn refused(&self) -> Option<String> {
        self.0.lock().refused.clone()
    }
}

impl State {
    fn write(&self) {
        let (Some(file), Some(known)) = (&self.file, &self.highest) else {
            return;
        };
        let line = format!("{} {}\n", known.cluster, known.timeline);
        if let Err(error) = std::fs::write(file, line) {
            tracing::warn!(%error, file = %file.display(), "the database's timeline could not be remembered beyond a restart");
        }
    }
}

fn compare(known: Option<&Lineage>, found: &Lineage) -> Met {
    let Some(known) = known else {
        return Met::Same;
    };
    if known.cluster != found.cluster {
        return Met::Refused(format!(
            "this server belongs to the cluster {}, and the data is in the cluster {}",
            found.cluster, known.cluster
        ));
    }
    match found.timeline.cmp(&known.timeline) {
        std::cmp::Ordering::Equal => Met::Same,
        std::cmp::Ordering::Greater => Met::Newer,
        std::cmp::Ordering::Less => Met::Refused(format!(
            "this server is on timeline {}, and timeline {} was written to: it is a former primary that does not know what was acknowledged since",
            found.timeline, known.timeline
        )),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn lineage(cluster: &str, timeline: u32) -> Lineage {
        Lineage::read(cluster, &format!("{timeline:08X}0000000000000001")).unwrap()
    }

    #[test]
    fn a_former_primary_is_refused_and_a_promoted_standby_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("timeline");
        let known = Known::from_file(Some(&file));
        assert_eq!(known.meet(&lineage("7", 3)), Met::Same);
        assert_eq!(known.meet(&lineage("7", 17)), Met::Newer);
        let refused = known.meet(&lineage("7", 3));
        assert!(
            matches!(&refused, Met::Refused(why) if why.contains("timeline 3") && why.contains("timeline 17")),
            "{refused:?}"
        );
        assert!(known.refused().is_some());
        assert!(matches!(known.meet(&lineage("8", 20)), Met::Refused(_)));
        assert_eq!(known.meet(&lineage("7", 17)), Met::Same);
        assert_eq!(known.refused(), None);

        let restarted = Known::from_file(Some(&file));
        assert!(matches!(restarted.meet(&lineage("7", 16)), Met::Refused(_)));
        let moved = Known::from_file(Some(&file));
        assert_eq!(
            moved.meet(&lineage("9", 1)),
            Met::Same,
            "moved while stopped"
        );
    }
}
