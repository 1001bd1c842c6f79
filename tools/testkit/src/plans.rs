//! What a database's planner makes of a statement, and how an index is made.

use db::{Db, Statement, ToValue};

/// A statement about the database's own names, which cannot be bound; what is bound is 0.
#[must_use]
pub fn sql(text: &str) -> Statement {
    let bound = vec![0_i64.to_value(); text.matches('?').count()];
    let mut statement = Statement::raw("", bound);
    statement.sql = text.to_owned().into();
    statement
}

/// The steps in which SQLite answers a query; what is sorted is a step of its own.
pub async fn sqlite(db: &Db, query: &str) -> Vec<String> {
    let plan: Vec<(i64, i64, i64, String)> = db
        .all(sql(&format!("EXPLAIN QUERY PLAN {query}")))
        .await
        .expect("a query that SQLite understands");
    plan.into_iter().map(|(.., step)| step).collect()
}

/// How PostgreSQL says that an index is made. Its planner knows no size of an empty table, and would read it as a whole.
pub async fn postgres_index(db: &Db, index: &str) -> String {
    let defined = format!("SELECT pg_get_indexdef('{index}'::regclass)");
    let (defined,): (String,) = db.one(sql(&defined)).await.expect("an index");
    defined
}
