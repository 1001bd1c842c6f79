//! What is owed is read along indexes that hold nothing else, so that settled bills cost nothing.

use platform::db::Dialect;
use testkit::plans;

testkit::on_both! {
    async fn debts_are_read_without_the_bills_that_are_settled(world: &World) {
        let db = &world.app.unguarded("test");
        let insurers = "SELECT i.provider, COUNT(b.id), SUM(b.insurance_amount) FROM bill AS b \
            JOIN insurance_detail AS i ON i.id = b.insurance \
            WHERE b.outstanding > 0 AND b.insurance_amount > b.insurance_paid_amount GROUP BY i.provider";
        let ageing = "SELECT SUM(outstanding) FROM bill WHERE outstanding > 0 AND age_from >= ?";
        let index = "bill_outstanding_idx";
        for statement in [insurers, ageing] {
            match db.dialect() {
                Dialect::Sqlite => {
                    let plan = plans::sqlite(db, statement).await;
                    assert!(plan.iter().any(|step| step.contains(&format!("INDEX {index}"))), "{plan:?}");
                }
                Dialect::Postgres => {
                    let found = plans::postgres_index(db, index).await;
                    assert!(found.ends_with("WHERE (outstanding > 0)"), "{found}");
                }
            }
        }
    }
}
