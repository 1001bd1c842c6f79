//! Walks the trail and names the first record that is not as it was written.
//!
//! Each row's MAC proves its content, the chain its place, the anchor that nothing was cut off the end
//! or linked anew. Reads in batches, so memory is bounded and writers are not held up; what is appended
//! meanwhile is verified too. Needs no running application.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sea_query::{Alias, Expr, ExprTrait, Order};

use super::row::Found;
use super::{AuditLog, anchor, sealer};
use crate::cx::{self, column};
use crate::db::{Db, Statement, ToValue};
use crate::error::Error;
use crate::keys;
use crate::record::Record;
use crate::seal::{GENESIS, KeyRing, SignedHead, chain};
use crate::settings::Settings;

pub use super::verdict::{Bad, Problem, Verdict};

const BATCH: u64 = 500;

/// Verifies the whole trail against the anchor file, or every `.log` file of the directory, at
/// `anchors`.
///
/// # Errors
/// When the database or an anchor cannot be read, or the keys cannot be opened. Falsified records are
/// no error but the [`Verdict`].
pub async fn verify(db: &Db, settings: &Settings, anchors: &Path) -> Result<Verdict, Error> {
    // What the anchors promise now was committed before; so it must be found below.
    let anchors = Anchors::open(anchors)?;
    let mut walk = Walk::new(db, settings, Some(anchors)).await?;
    walk.linked().await?;
    if walk.verdict.bad.is_none() {
        walk.waiting().await?;
    }
    Ok(walk.finish())
}

/// Verifies the last `rows` rows of the chain among themselves, without anchor: a quick look.
///
/// # Errors
/// As [`verify`].
pub async fn verify_tail(db: &Db, settings: &Settings, rows: i64) -> Result<Verdict, Error> {
    let mut walk = Walk::new(db, settings, None).await?;
    let (last, _) = sealer::last(db).await?;
    walk.verdict.last = Ord::max(last - rows, 0);
    if walk.verdict.last > 0 {
        let hash = walk.hash_of(walk.verdict.last).await?;
        walk.hash = hash.unwrap_or(GENESIS);
    }
    walk.linked().await?;
    if walk.verdict.bad.is_none() {
        walk.waiting().await?;
    }
    Ok(walk.finish())
}

/// The anchor files, each with the next head to be compared.
struct Anchors(Vec<(anchor::Lines, Option<SignedHead>)>);

impl Anchors {
    fn open(path: &Path) -> Result<Anchors, Error> {
        let files = anchor::files(path).map_err(Error::internal)?;
        let open = |file: &PathBuf| anchor::Lines::open(file).map(|lines| (lines, None));
        let opened: Result<_, _> = files.iter().map(open).collect();
        opened.map(Anchors).map_err(Error::internal)
    }
}

struct Walk<'a> {
    db: &'a Db,
    settings: &'a Settings,
    ring: Arc<KeyRing>,
    anchors: Option<Anchors>,
    /// The first bad line of an anchor; told when nothing worse is found.
    forged: Option<Problem>,
    /// The hash of the last row that was verified.
    hash: [u8; 32],
    verdict: Verdict,
}

impl<'a> Walk<'a> {
    async fn new(
        db: &'a Db,
        settings: &'a Settings,
        anchors: Option<Anchors>,
    ) -> Result<Walk<'a>, Error> {
        let mut walk = Walk {
            db,
            settings,
            ring: Arc::new(keys::load(db, settings).await?),
            anchors,
            forged: None,
            hash: GENESIS,
            verdict: Verdict::default(),
        };
        let files = walk.anchors.as_ref().map_or(0, |anchors| anchors.0.len());
        for file in 0..files {
            walk.pull(file)?;
        }
        Ok(walk)
    }

    /// Another process may have rotated the keys since.
    async fn reload(&mut self) -> Result<(), Error> {
        self.ring = Arc::new(keys::load(self.db, self.settings).await?);
        Ok(())
    }

    async fn linked(&mut self) -> Result<(), Error> {
        // Any number an attacker may have given comes before or after; (number, id) is unique whatever
        // became of the index.
        let (mut at, mut id) = (self.verdict.last, i64::MAX);
        if at == 0 {
            (at, id) = (i64::MIN, 0);
        }
        loop {
            let rows = self
                .batch(
                    column(AuditLog::TABLE, "sequence").gte(at).and(
                        column(AuditLog::TABLE, "sequence").gt(at).or(column(
                            AuditLog::TABLE,
                            "id",
                        )
                        .gt(id)),
                    ),
                    &["sequence", "id"],
                )
                .await?;
            let Some(last) = rows.last() else { break };
            (at, id) = (last.sequence.unwrap_or(at), last.id);
            for row in &rows {
                if self.row(row).await? {
                    return Ok(());
                }
            }
        }
        self.cut().await
    }

    async fn batch(&mut self, which: Expr, order: &[&'static str]) -> Result<Vec<Found>, Error> {
        let mut query = cx::select::<AuditLog>();
        query.and_where(which).limit(BATCH);
        for name in order {
            query.order_by((Alias::new(AuditLog::TABLE), Alias::new(*name)), Order::Asc);
        }
        let statement = Statement::build(self.db.dialect(), &query);
        let rows: Vec<Found> = self
            .db
            .all(statement.clone().with_keys(self.ring.clone()))
            .await?;
        if !rows.iter().any(Found::lacks_key) {
            return Ok(rows);
        }
        self.reload().await?;
        Ok(self.db.all(statement.with_keys(self.ring.clone())).await?)
    }

    /// Verifies the next row of the chain; returns whether something is wrong.
    async fn row(&mut self, found: &Found) -> Result<bool, Error> {
        let expected = self.verdict.last + 1;
        let sequence = found.sequence.unwrap_or(0);
        if sequence > expected {
            return Ok(self.bad(Some(expected), None, Problem::Removed));
        }
        if sequence < expected {
            return Ok(self.bad(Some(sequence), Some(found.id), Problem::Inserted));
        }
        let follows = found.previous_hash.as_deref() == Some(&self.hash[..]);
        let link = found.row.as_ref().ok().map(Found::link);
        let hash = link.map(|link| chain(&self.hash, sequence, &link));
        let consistent = hash.is_some_and(|hash| found.hash.as_deref() == Some(&hash[..]));
        let problem = match (self.authentic(found).await?, follows, consistent) {
            (true, true, true) => None,
            (true, ..) => Some(Problem::Reordered),
            // Somebody edited a row and left its links, or wrote one and linked it.
            (false, true, false) => Some(Problem::Changed),
            (false, ..) => Some(Problem::Inserted),
        };
        if let Some(problem) = problem {
            return Ok(self.bad(Some(sequence), Some(found.id), problem));
        }
        self.hash = hash.unwrap_or(GENESIS);
        self.verdict.last = sequence;
        self.verdict.linked += 1;
        self.heads(found.id).await
    }

    async fn authentic(&mut self, found: &Found) -> Result<bool, Error> {
        let Ok(row) = &found.row else {
            return Ok(false);
        };
        let canonical = row.canonical();
        if self.ring.verify_audit(&canonical, &row.mac.0) {
            return Ok(true);
        }
        self.reload().await?;
        Ok(self.ring.verify_audit(&canonical, &row.mac.0))
    }

    /// Compares what the anchors say about rows up to the one just verified.
    async fn heads(&mut self, id: i64) -> Result<bool, Error> {
        let files = self.anchors.as_ref().map_or(0, |anchors| anchors.0.len());
        for file in 0..files {
            while let Some(signed) = self.next_head(file) {
                let (sequence, promised) = (signed.head.sequence, signed.head.hash);
                if sequence > self.verdict.last {
                    break;
                }
                // Processes that share a file may have overtaken each other.
                let known = if sequence == self.verdict.last {
                    Some(self.hash)
                } else {
                    self.hash_of(sequence).await?
                };
                if sequence > 0 && known != Some(promised) {
                    let id = (sequence == self.verdict.last).then_some(id);
                    return Ok(self.bad(Some(sequence), id, Problem::Relinked));
                }
                self.pull(file)?;
            }
        }
        Ok(false)
    }

    async fn hash_of(&self, sequence: i64) -> Result<Option<[u8; 32]>, Error> {
        let statement = Statement::raw(
            "SELECT hash FROM audit_log WHERE sequence = $1",
            vec![sequence.to_value()],
        );
        let found = self.db.optional::<(Option<Vec<u8>>,)>(statement).await?;
        Ok(found.and_then(|(hash,)| hash?.try_into().ok()))
    }

    fn next_head(&self, file: usize) -> Option<SignedHead> {
        let anchors = self.anchors.as_ref()?;
        anchors.0.get(file).and_then(|(_, head)| *head)
    }

    /// Reads an anchor's next authentic head. A signature under a key made a moment ago is known: the
    /// keys were loaded after the file was opened.
    fn pull(&mut self, file: usize) -> Result<(), Error> {
        let Some((lines, next)) = self.anchors.as_mut().and_then(|a| a.0.get_mut(file)) else {
            return Ok(());
        };
        *next = None;
        while let Some(line) = lines.next().map_err(Error::internal)? {
            match line {
                anchor::Line::Head(head) if self.ring.verify_head(&head) => {
                    let highest = Ord::max(self.verdict.anchored.unwrap_or(0), head.head.sequence);
                    self.verdict.anchored = Some(highest);
                    // The head of the empty chain promises no row.
                    if head.head.sequence > 0 {
                        *next = Some(head);
                        break;
                    }
                }
                anchor::Line::Head(_) | anchor::Line::Unreadable => {
                    self.forged.get_or_insert_with(|| Problem::AnchorForged {
                        file: lines.path.clone(),
                        line: lines.number,
                    });
                }
            }
        }
        Ok(())
    }

    /// What the anchors promise beyond the last row.
    async fn cut(&mut self) -> Result<(), Error> {
        let mut promised = 0;
        let files = self.anchors.as_ref().map_or(0, |anchors| anchors.0.len());
        for file in 0..files {
            while let Some(signed) = self.next_head(file) {
                promised = Ord::max(promised, signed.head.sequence);
                self.pull(file)?;
            }
        }
        if promised > self.verdict.last {
            self.bad(
                Some(self.verdict.last + 1),
                None,
                Problem::CutTail { promised },
            );
        }
        Ok(())
    }

    /// Rows that are not linked yet have their MAC.
    async fn waiting(&mut self) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let waits = column(AuditLog::TABLE, "sequence").is_null();
            let next = column(AuditLog::TABLE, "id").gt(after);
            let rows = self.batch(waits.and(next), &["id"]).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id;
            for row in &rows {
                if !self.authentic(row).await? {
                    self.bad(None, Some(row.id), Problem::Changed);
                    return Ok(());
                }
                self.verdict.waiting += 1;
            }
        }
    }

    fn bad(&mut self, sequence: Option<i64>, id: Option<i64>, problem: Problem) -> bool {
        self.verdict.bad = Some(Bad {
            sequence,
            id,
            problem,
        });
        true
    }

    fn finish(mut self) -> Verdict {
        if self.verdict.bad.is_none() {
            let missing = self.anchors.is_some_and(|anchors| anchors.0.is_empty());
            let problem = match self.forged {
                Some(forged) => Some(forged),
                None if missing && self.verdict.linked > 0 => Some(Problem::AnchorMissing),
                None => None,
            };
            self.verdict.bad = problem.map(|problem| Bad {
                sequence: None,
                id: None,
                problem,
            });
        }
        self.verdict
    }
}
