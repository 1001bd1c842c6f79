//! Walks the trail and names the first record that is not as it was written.
//!
//! Each row's MAC proves its content, the chain its place, the anchor that nothing was cut off the end
//! or linked anew. Reads in batches, so memory is bounded and writers are not held up; what is appended
//! meanwhile is verified too. Needs no running application.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::links::End;
use super::{AuditLog, anchor, indexed};
use crate::keys;
use db::{Db, DbError, FromRow, Row, Statement, ToValue, Value};
use outside::settings::Settings;
use records::error::Error;
use records::record::{Loaded, Record};
use seal::{GENESIS, KeyRing, SignedHead, chain};

pub use super::verdict::{Bad, Problem, Verdict};

/// Links with their rows, in the order of the chain.
pub(super) const LINKED: &str = "SELECT {row}, l.sequence, l.hash, l.audit_log FROM audit_link l \
     LEFT JOIN audit_log ON audit_log.id = l.audit_log \
     WHERE l.sequence >= $1 AND (l.sequence > $1 OR l.audit_log > $2) \
     ORDER BY l.sequence, l.audit_log LIMIT $3";
/// Rows without a link, in the order of ids.
pub(super) const UNLINKED: &str = "SELECT {row}, 0, audit_log.mac, audit_log.id FROM audit_log \
     LEFT JOIN audit_link l ON l.audit_log = audit_log.id \
     WHERE l.audit_log IS NULL AND audit_log.id > $1 AND audit_log.id <= $2 \
     ORDER BY audit_log.id LIMIT $3";
/// Rows, or ids of rows, looked at by one statement.
const BATCH: i64 = 500;
const WINDOW: i64 = 10_000;

/// A link with its row, or a row without a link, as it lies there, even when its envelope does not open.
struct Found {
    /// Its number in the chain.
    sequence: i64,
    hash: Vec<u8>,
    /// The id of its row, which may be gone.
    id: i64,
    row: Option<Result<AuditLog, DbError>>,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let after = AuditLog::columns().len();
        let there: Option<i64> = row.get(0)?;
        Ok(Found {
            sequence: row.get(after)?,
            hash: row.get(after + 1)?,
            id: row.get(after + 2)?,
            row: there.map(|_| Loaded::from_row(row).map(|Loaded(row)| row)),
        })
    }
}

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
    walk.index(true).await?;
    Ok(walk.finish())
}

/// Verifies the last `rows` rows of the chain among themselves, without anchor: a quick look.
///
/// # Errors
/// As [`verify`].
pub async fn verify_tail(db: &Db, settings: &Settings, rows: i64) -> Result<Verdict, Error> {
    let mut walk = Walk::new(db, settings, None).await?;
    let last = End::of(db).await?.sequence;
    walk.verdict.last = Ord::max(last - rows, 0);
    if walk.verdict.last > 0 {
        let hash = walk.hash_of(walk.verdict.last).await?;
        walk.hash = hash.unwrap_or(GENESIS);
    }
    walk.linked().await?;
    if walk.verdict.bad.is_none() {
        walk.waiting().await?;
    }
    walk.index(false).await?;
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
        // Any number an attacker may have given comes before or after; (number, id) tells links apart
        // whatever became of the keys.
        let (mut at, mut id) = (self.verdict.last, i64::MAX);
        if at == 0 {
            (at, id) = (i64::MIN, 0);
        }
        loop {
            let rows = self
                .batch(LINKED, vec![at.to_value(), id.to_value(), BATCH.to_value()])
                .await?;
            let Some(last) = rows.last() else { break };
            (at, id) = (last.sequence, last.id);
            for row in &rows {
                if self.row(row).await? {
                    return Ok(());
                }
            }
        }
        self.cut().await
    }

    async fn batch(&mut self, text: &str, values: Vec<Value>) -> Result<Vec<Found>, Error> {
        let mut statement = Statement::raw("", values);
        statement.sql = text.replace("{row}", AuditLog::selection()).into();
        let rows: Vec<Found> = self
            .db
            .all(statement.clone().with_keys(self.ring.clone()))
            .await?;
        let lacks_key = |found: &Found| matches!(&found.row, Some(Err(error)) if error.lacks_key());
        if !rows.iter().any(lacks_key) {
            return Ok(rows);
        }
        self.reload().await?;
        Ok(self.db.all(statement.with_keys(self.ring.clone())).await?)
    }

    /// Verifies the next row of the chain; returns whether something is wrong.
    async fn row(&mut self, found: &Found) -> Result<bool, Error> {
        let expected = self.verdict.last + 1;
        let (sequence, id) = (found.sequence, found.id);
        if sequence > expected {
            return Ok(self.bad(Some(expected), None, Problem::Removed));
        }
        if sequence < expected {
            return Ok(self.bad(Some(sequence), Some(id), Problem::Inserted));
        }
        let row = match &found.row {
            None => return Ok(self.bad(Some(sequence), Some(id), Problem::Removed)),
            Some(Err(_)) => return Ok(self.bad(Some(sequence), Some(id), Problem::Changed)),
            Some(Ok(row)) => row,
        };
        if !self.authentic(row).await? {
            return Ok(self.bad(Some(sequence), Some(id), Problem::Changed));
        }
        let mac = &row.mac.0;
        // Links were first made over the row's text and its MAC.
        let links = || [mac.clone(), [row.canonical(), mac.clone()].concat()].into_iter();
        let mut hashes = links().map(|link| chain(&self.hash, sequence, &link));
        let Some(hash) = hashes.find(|hash| found.hash == hash) else {
            return Ok(self.bad(Some(sequence), Some(id), Problem::Reordered));
        };
        self.hash = hash;
        self.verdict.last = sequence;
        self.verdict.linked += 1;
        self.heads(id).await
    }

    /// Compares the index with the rows it is made of.
    async fn index(&mut self, deep: bool) -> Result<(), Error> {
        if self.verdict.bad.is_none() {
            let linked = End::of(self.db).await?.row;
            if let Some(segment) = indexed::first_bad(self.db, linked, deep).await? {
                self.bad(None, None, Problem::Index { segment });
            }
        }
        Ok(())
    }

    /// The MAC covers what a row says. When it was stored and changed is the same moment, and it was never
    /// changed.
    async fn authentic(&mut self, row: &AuditLog) -> Result<bool, Error> {
        let said = row.timestamp.as_microsecond();
        let meta = &row.meta;
        let moments = [meta.created_at, meta.updated_at];
        if meta.version != 1 || moments.iter().any(|at| at.as_microsecond() != said) {
            return Ok(false);
        }
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
            "SELECT hash FROM audit_link WHERE sequence = $1",
            vec![sequence.to_value()],
        );
        let found = self.db.optional::<(Vec<u8>,)>(statement).await?;
        Ok(found.and_then(|(hash,)| hash.try_into().ok()))
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
        let newest = Statement::raw("SELECT coalesce(max(id), 0) FROM audit_log", vec![]);
        let (newest,) = self.db.one::<(i64,)>(newest).await?;
        let mut after = 0;
        while after < newest {
            let rows = self
                .batch(
                    UNLINKED,
                    vec![
                        after.to_value(),
                        (after + WINDOW).to_value(),
                        BATCH.to_value(),
                    ],
                )
                .await?;
            for found in &rows {
                let authentic = match &found.row {
                    Some(Ok(row)) => self.authentic(row).await?,
                    _ => false,
                };
                if !authentic {
                    self.bad(None, Some(found.id), Problem::Changed);
                    return Ok(());
                }
                self.verdict.waiting += 1;
            }
            after = match rows.last() {
                Some(last) if rows.len() as i64 == BATCH => last.id,
                _ => after + WINDOW,
            };
        }
        Ok(())
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
