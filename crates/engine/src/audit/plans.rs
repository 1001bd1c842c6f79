//! The statements that a busy hospital runs all the time find their rows by a key, whatever the statistics say.
//!
//! Statistics that were gathered while a table was nearly empty made the sealer start at the first row of the
//! trail on each pass.

use jiff::Timestamp;

use super::{links, subjects, verify};
use crate::jobs;
use db::{Db, DbConfig, Dialect, Statement, ToValue, migrate};

/// One row in each table, and one or all rows for each key of an index.
const HOSTILE: [&str; 3] = ["1", "1 1 1 1 1", "1000 1000 1000 1000 1000"];

/// Every statement whose plan must not depend on statistics.
fn statements() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.replace("{row}", "audit_log.sealed");
    let of_patient = sea_query::Query::select()
        .column(("audit_log", "id"))
        .from("audit_log")
        .cond_where(subjects::condition(Dialect::Sqlite, "patient", 7))
        .order_by(("audit_log", "id"), sea_query::Order::Desc)
        .limit(50)
        .to_string(sea_query::SqliteQueryBuilder);
    let due = jobs::lease::claimable(Dialect::Sqlite, Timestamp::UNIX_EPOCH, 16);
    vec![
        ("the end of the chain", text(links::END)),
        ("rows to link", text(links::WAITING)),
        ("rows to index", text(subjects::ABOUT)),
        ("rows of a patient", of_patient),
        ("links to verify", text(verify::LINKED)),
        ("rows without a link", text(verify::UNLINKED)),
        ("jobs that are due", due.sql.into_owned()),
    ]
}

async fn opened(dir: &std::path::Path) -> Db {
    let config = DbConfig::parse("sqlite://plans.db", dir).unwrap();
    Db::connect(&config).await.unwrap()
}

/// The steps of a plan that look at every row of a table that grows.
async fn scans(db: &Db, sql: &str) -> Vec<String> {
    // A plan does not depend on what is bound: `SQLITE_DBCONFIG_ENABLE_QPSG`.
    let places = sql.matches(['$', '?']).count();
    let places = if sql.contains("$3") { 3 } else { places };
    let mut statement = Statement::raw("", vec![1_i64.to_value(); places]);
    statement.sql = format!("EXPLAIN QUERY PLAN {sql}").into();
    let steps: Vec<(i64, i64, i64, String)> = db.all(statement).await.unwrap();
    let steps = steps.into_iter().map(|(.., step)| step);
    // Who asks for the end only reads a key backwards; sorting would read all of it. Segments are a few thousand
    // rows that a question about a patient goes through.
    let bad = if sql == links::END {
        "USE TEMP B-TREE"
    } else {
        "SCAN"
    };
    steps
        .filter(|step| step.starts_with(bad))
        .filter(|step| !step.contains("SCAN s") && !step.contains("CONSTANT"))
        .collect()
}

async fn run(db: &Db, sql: String) {
    let mut tx = db.begin().await.unwrap();
    tx.batch(sql).await.unwrap();
    tx.commit().await.unwrap();
}

/// Says so of every table and index, as the planner of the next connection will believe.
async fn pretend(db: &Db, says: &str) {
    let sql = format!(
        "ANALYZE sqlite_schema; DELETE FROM sqlite_stat1; \
         INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT name, NULL, '{says}' FROM sqlite_schema WHERE type = 'table'; \
         INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT tbl_name, name, '{says}' FROM sqlite_schema WHERE type = 'index'"
    );
    // `ANALYZE` of a table makes the table of statistics.
    run(db, "ANALYZE job".to_owned()).await;
    run(db, sql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_statistics_make_no_scan() {
    let dir = tempfile::tempdir().unwrap();
    let db = opened(dir.path()).await;
    migrate(&db, &[("platform", ops::migrations::MIGRATIONS)])
        .await
        .unwrap();
    run(
        &db,
        "INSERT INTO job_schedule VALUES ('plans', 0)".to_owned(),
    )
    .await;
    db.close().await;
    let mut harmful = 0;
    for says in HOSTILE {
        let db = opened(dir.path()).await;
        pretend(&db, says).await;
        // What is believed where nothing is done against it.
        run(
            &db,
            "ANALYZE sqlite_schema; CREATE TABLE changed (id INTEGER); DROP TABLE changed"
                .to_owned(),
        )
        .await;
        // Asking is what makes a connection look at the schema again.
        let jobs = Statement::raw("SELECT id FROM job", vec![]);
        assert!(db.all::<(i64,)>(jobs).await.unwrap().is_empty());
        for (_, sql) in statements() {
            harmful += scans(&db, &sql).await.len();
        }
        db.close().await;
        let db = opened(dir.path()).await;
        for (name, sql) in statements() {
            let scans = scans(&db, &sql).await;
            assert_eq!(scans, Vec::<String>::new(), "{name}, {says:?}: {sql}");
        }
        db.close().await;
    }
    assert!(harmful > 0, "the statistics of this test are harmless");
}
