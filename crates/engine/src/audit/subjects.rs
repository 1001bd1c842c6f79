//! Which rows of the trail are about whom or what: `audit_posting(segment, subject, audit_log)`.
//!
//! An index that every reading would have to keep in order, at a place as random as patients come, would
//! cost more than the reading. So the trail is cut into segments of as many ids, and each gets its
//! postings once it is full: sorted, and appended at the end of the table. A question looks into each
//! segment once (a busy hospital fills two thousand a year) and reads through the last, unfinished one.
//!
//! A subject is a number: the id of a patient or of the object. What kind of thing it is, the row itself
//! tells; the postings only say where to look.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use sea_query::{Condition, Expr};

use super::batch::{Texts, batches, places};
use super::indexed;
use super::links::End;
use crate::app::App;
use crate::outage;
use crate::unit;
use db::{Db, Dialect, Statement, ToValue};
use records::error::Error;

/// Ids of a segment.
pub(super) const SEGMENT: i64 = 16_384;
/// Rows read at a time: a list of a thousand patients is one of them.
pub(super) const ROWS: i64 = 512;
/// Postings of one transaction: milliseconds of SQLite's writer.
const POSTINGS: usize = 512;
/// For each moment of work so many of rest: nobody waits for the index, and whoever reads or writes meanwhile
/// is to have the processors and the writer.
const REST: u32 = 3;
/// How often is looked for a full segment.
const PAUSE: Duration = Duration::from_secs(1);

/// The rows that are about a patient (`patient`), or about an object of this id. The number stands in the
/// text: what it is joined with decides how PostgreSQL plans.
pub(super) fn condition(dialect: Dialect, filter: &str, number: i64) -> Condition {
    let about = |row: &str| {
        if filter == "object_id" {
            format!("{row}.object_id = {number}")
        } else {
            format!("({row}.patient = {number} OR {row}.patients LIKE '%,{number},%')")
        }
    };
    let candidates = format!(
        "SELECT p.audit_log FROM audit_segment s CROSS JOIN audit_posting p \
         WHERE p.segment = s.id AND p.subject = {number} \
         UNION ALL SELECT t.id FROM audit_log t \
         WHERE t.id > (SELECT coalesce(max(id), 0) * {SEGMENT} FROM audit_segment) AND {}",
        about("t")
    );
    let among = match dialect {
        Dialect::Sqlite => format!(r#""audit_log"."id" IN ({candidates})"#),
        // As an array it is worked out first and looked up by key; as a set it might be tried on each
        // row of the trail, the newest first.
        Dialect::Postgres => format!(r#""audit_log"."id" = ANY (ARRAY({candidates}))"#),
    };
    Condition::all()
        .add(Expr::cust(among))
        .add(Expr::cust(about("audit_log")))
}

/// Builds segments as they become full, until the application is dropped.
pub(super) async fn run(app: Weak<App>) {
    let mut ticks = tokio::time::interval(PAUSE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(app) = app.upgrade() else { return };
        if let Err(error) = build(&app).await {
            outage::log("the audit trail could not be indexed", &error);
        }
    }
}

/// Builds every segment that is full and linked. What it writes is the same whoever writes it, so two
/// nodes at it do no harm, and one that was interrupted begins again.
///
/// # Errors
/// When the database fails.
pub(super) async fn build(app: &Arc<App>) -> Result<(), Error> {
    let newest = "SELECT coalesce(max(id), 0) FROM audit_segment";
    let (built,) = app.db.one::<(i64,)>(Statement::raw(newest, vec![])).await?;
    let linked = End::of(&app.db).await?.row;
    for segment in built + 1..=linked / SEGMENT {
        let (mut after, to) = ((segment - 1) * SEGMENT, segment * SEGMENT);
        loop {
            let rows = about(&app.db, after, to, ROWS).await?;
            let Some((last, ..)) = rows.last() else { break };
            after = *last;
            let postings = postings(segment, &rows);
            for some in postings.chunks(POSTINGS) {
                let began = Instant::now();
                store(app, some.into()).await?;
                tokio::time::sleep(began.elapsed() * REST).await;
            }
        }
        let done = "INSERT INTO audit_segment (id) VALUES ($1) ON CONFLICT DO NOTHING";
        let done = Statement::raw(done, vec![segment.to_value()]);
        app.db.execute(done).await?;
    }
    Ok(())
}

pub(super) type About = (i64, Option<i64>, Option<i64>, String);

pub(super) const ABOUT: &str = "SELECT id, object_id, patient, patients FROM audit_log \
                                WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3";

/// Rows with whom or what they are about.
pub(super) async fn about(db: &Db, after: i64, to: i64, most: i64) -> Result<Vec<About>, Error> {
    let statement = Statement::raw(
        ABOUT,
        vec![after.to_value(), to.to_value(), most.to_value()],
    );
    Ok(db.all(statement).await?)
}

/// Segment, subject and row, in the order of the table's key.
fn postings(segment: i64, rows: &[About]) -> Vec<[i64; 3]> {
    let mut postings: Vec<[i64; 3]> = rows
        .iter()
        .flat_map(|(row, object, patient, patients)| {
            let subjects = indexed::subjects(*object, *patient, patients);
            subjects.into_iter().map(|subject| [segment, subject, *row])
        })
        .collect();
    postings.sort_unstable();
    postings.dedup();
    postings
}

async fn store(app: &Arc<App>, postings: Arc<[[i64; 3]]>) -> Result<(), Error> {
    unit::program(app, "audit-index", move |cx| {
        let postings = postings.clone();
        Box::pin(async move {
            for (some, power) in batches(&postings) {
                let statement = insert(cx.dialect(), some, power);
                cx.tx()?.execute(statement).await?;
            }
            Ok(())
        })
    })
    .await
}

fn insert(dialect: Dialect, postings: &[[i64; 3]], power: usize) -> Statement {
    static TEXTS: Texts = Texts::new();
    let text = TEXTS.of(dialect, power, |rows| {
        format!(
            "INSERT INTO audit_posting (segment, subject, audit_log) VALUES {} ON CONFLICT DO NOTHING",
            places(rows, 3, |_, number| format!("${number}"))
        )
    });
    let values = postings.iter().flatten().map(ToValue::to_value);
    Statement::raw(text, values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_posted_once_under_each_of_its_subjects() {
        let rows = [
            (7, Some(3), Some(3), String::new()),
            (8, None, None, ",9,3,".to_owned()),
            (9, Some(1), None, String::new()),
            (10, None, None, String::new()),
        ];
        assert_eq!(
            postings(1, &rows),
            [[1, 1, 9], [1, 3, 7], [1, 3, 8], [1, 9, 8]]
        );
    }
}
