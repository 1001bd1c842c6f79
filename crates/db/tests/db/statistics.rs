//! The planner learns how tables are filled, on every connection, and only when that has changed.
use crate::common::{TestDb, each, sql};
use db::{Db, Dialect, Statement, ToValue, gather_statistics};

/// By what index the visits to come are found, on a connection that reads and is kept.
async fn found_by(db: &Db, from: i64) -> String {
    let ask = format!("SELECT id FROM visit WHERE status = 'open' AND starts_at >= {from}");
    let said = |text: String| {
        let mut statement = sql("");
        statement.sql = text.into();
        statement
    };
    // Asking is what makes a connection look at the schema again; telling how it would ask is not.
    let found: Vec<(i64,)> = db.all(said(ask.clone())).await.unwrap();
    assert!(!found.is_empty());
    let plan = db.all(said(format!("EXPLAIN QUERY PLAN {ask}"))).await;
    let plan: Vec<(i64, i64, i64, String)> = plan.unwrap();
    plan[0].3.clone()
}

async fn fill(db: &Db, from: i64, to: i64) {
    let fill = "WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) \
                INSERT INTO visit (id, status, starts_at) SELECT i, CASE i % 200 WHEN 0 THEN 'open' ELSE 'done' END, i FROM n";
    let values = vec![from.to_value(), (to - 1).to_value()];
    db.execute(Statement::raw(fill, values)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_planner_learns_how_a_table_is_filled() {
    each(|TestDb { db, .. }| async move {
        // PostgreSQL gathers its own.
        if db.dialect() == Dialect::Postgres {
            assert_eq!(gather_statistics(&db).await, Ok(0));
            return;
        }
        // Given a table of which nothing is known.
        for text in [
            "CREATE TABLE visit (id INTEGER PRIMARY KEY, status TEXT NOT NULL, starts_at INTEGER NOT NULL)",
            "CREATE INDEX by_start ON visit (starts_at) WHERE status = 'open'",
            "CREATE INDEX by_status ON visit (status, id)",
        ] {
            db.execute(sql(text)).await.unwrap();
        }
        assert_eq!(gather_statistics(&db).await, Ok(0), "it is empty");
        fill(&db, 0, 20_000).await;
        assert!(found_by(&db, 19_000).await.contains("by_status"), "by the look of it");
        // Then it is the index that holds few of many.
        assert_eq!(gather_statistics(&db).await, Ok(1));
        assert!(found_by(&db, 19_001).await.contains("by_start"));
        // And nothing is gathered again before the table is another one.
        assert_eq!(gather_statistics(&db).await, Ok(0));
        fill(&db, 20_000, 30_000).await;
        assert_eq!(gather_statistics(&db).await, Ok(0));
        fill(&db, 30_000, 300_000).await;
        assert_eq!(gather_statistics(&db).await, Ok(1));
        let left = "SELECT count(*) FROM sqlite_schema WHERE name = 'statistics_changed'";
        assert_eq!(db.one::<(i64,)>(sql(left)).await, Ok((0,)));
    })
    .await;
}
