//! What was used is summed along an index alone, whose entries are as many as there were movements in the time asked for.

use platform::db::Dialect;
use testkit::plans;

testkit::on_both! {
    async fn consumption_reads_no_movement_itself(world: &World) {
        let db = &world.app.unguarded("test");
        let index = "stock_movement_kind_at_stock_batch_medication_item_delta_idx";
        match db.dialect() {
            Dialect::Sqlite => {
                let used = "SELECT stock_batch, SUM(delta) FROM stock_movement \
                    WHERE kind = 'dispense' AND at >= ? AND at < ? GROUP BY stock_batch";
                let plan = plans::sqlite(db, used).await;
                let first = format!("SEARCH stock_movement USING COVERING INDEX {index} (kind=? AND at>? AND at<?)");
                assert_eq!(plan[0], first);
            }
            Dialect::Postgres => {
                let defined = plans::postgres_index(db, index).await;
                assert!(defined.ends_with("(kind, at, stock_batch, medication_item, delta)"), "{defined}");
            }
        }
    }
}
