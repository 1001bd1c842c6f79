//! Verifies the index of the trail: a segment that claims to be indexed must be, and completely, or rows about a
//! patient would be found by nobody while the chain is intact.
//!
//! What the index should hold is worked out from the rows, which their MACs prove, and compared with what it
//! holds: by the number of entries and by a sum of their hashes, so that neither has to be kept in memory.

use aws_lc_rs::digest;

use super::row::ids_in;
use super::subjects::{ROWS, SEGMENT, about};
use db::{Db, Statement, ToValue};
use records::error::Error;

/// Entries read at a time.
const BATCH: i64 = 5_000;

/// The first segment that is not what the rows say. `linked` is the id of the last row that has its place in the
/// chain; no later row may be part of an indexed segment. `deep` compares every entry.
pub(super) async fn first_bad(db: &Db, linked: i64, deep: bool) -> Result<Option<i64>, Error> {
    let (count, lowest, highest): (i64, i64, i64) = db
        .one(Statement::raw(
            "SELECT count(*), coalesce(min(id), 1), coalesce(max(id), 0) FROM audit_segment",
            Vec::new(),
        ))
        .await?;
    if lowest != 1 || highest != count || highest.saturating_mul(SEGMENT) > linked {
        let claimed = linked / SEGMENT + 1;
        return Ok(Some(if lowest == 1 {
            Ord::min(highest, claimed)
        } else {
            lowest
        }));
    }
    let from = if deep { 1 } else { Ord::max(highest, 1) };
    for segment in from..=highest {
        if expected(db, segment).await? != found(db, segment).await? {
            return Ok(Some(segment));
        }
    }
    Ok(None)
}

/// A set of entries: their number, and a sum over their hashes, in which their order does not show.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    entries: u64,
    hashes: [u64; 4],
}

impl Sum {
    fn add(&mut self, subject: i64, row: i64) {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&subject.to_be_bytes());
        bytes[8..].copy_from_slice(&row.to_be_bytes());
        let hash = digest::digest(&digest::SHA256, &bytes);
        self.entries += 1;
        for (sum, part) in self.hashes.iter_mut().zip(hash.as_ref().chunks_exact(8)) {
            let part = part
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte));
            *sum = sum.wrapping_add(part);
        }
    }
}

async fn expected(db: &Db, segment: i64) -> Result<Sum, Error> {
    let mut sum = Sum::default();
    let (mut after, to) = ((segment - 1) * SEGMENT, segment * SEGMENT);
    loop {
        let rows = about(db, after, to, ROWS).await?;
        let Some((last, ..)) = rows.last() else { break };
        after = *last;
        for (row, object, patient, patients) in &rows {
            for subject in subjects(*object, *patient, patients) {
                sum.add(subject, *row);
            }
        }
    }
    Ok(sum)
}

async fn found(db: &Db, segment: i64) -> Result<Sum, Error> {
    let mut sum = Sum::default();
    let mut after = (i64::MIN, i64::MIN);
    loop {
        let statement = Statement::raw(
            "SELECT subject, audit_log FROM audit_posting \
             WHERE segment = $1 AND subject >= $2 AND (subject > $2 OR audit_log > $3) \
             ORDER BY subject, audit_log LIMIT $4",
            vec![
                segment.to_value(),
                after.0.to_value(),
                after.1.to_value(),
                BATCH.to_value(),
            ],
        );
        let entries: Vec<(i64, i64)> = db.all(statement).await?;
        let Some(last) = entries.last() else {
            return Ok(sum);
        };
        after = *last;
        for (subject, row) in &entries {
            sum.add(*subject, *row);
        }
    }
}

/// Whom or what a row is about, each once.
pub(super) fn subjects(object: Option<i64>, patient: Option<i64>, patients: &str) -> Vec<i64> {
    let mut subjects: Vec<i64> = object
        .into_iter()
        .chain(patient)
        .chain(ids_in(patients))
        .collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}
