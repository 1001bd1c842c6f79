//! What was used is summed along an index alone, whose entries are as many as there were movements in the time asked for.
#![expect(clippy::unwrap_used, reason = "tests")]

use platform::db::{Dialect, Statement, ToValue};

/// A statement about the database's own names, which cannot be bound; what is bound is 0.
fn sql(text: &str) -> Statement {
    let bound = vec![0_i64.to_value(); text.matches('?').count()];
    let mut statement = Statement::raw("", bound);
    statement.sql = text.to_owned().into();
    statement
}

testkit::on_both! {
    async fn consumption_reads_no_movement_itself(world: &World) {
        let db = &world.app.unguarded("test");
        let index = "stock_movement_kind_at_stock_batch_medication_item_delta_idx";
        match db.dialect() {
            Dialect::Sqlite => {
                let used = "SELECT stock_batch, SUM(delta) FROM stock_movement \
                    WHERE kind = 'dispense' AND at >= ? AND at < ? GROUP BY stock_batch";
                let plan: Vec<(i64, i64, i64, String)> =
                    db.all(sql(&format!("EXPLAIN QUERY PLAN {used}"))).await.unwrap();
                let first = format!("SEARCH stock_movement USING COVERING INDEX {index} (kind=? AND at>? AND at<?)");
                assert_eq!(plan[0].3, first);
            }
            // Its planner knows no size of an empty table, and would read it as a whole.
            Dialect::Postgres => {
                let defined = format!("SELECT pg_get_indexdef('{index}'::regclass)");
                let (defined,): (String,) = db.one(sql(&defined)).await.unwrap();
                assert!(defined.ends_with("(kind, at, stock_batch, medication_item, delta)"), "{defined}");
            }
        }
    }
}
