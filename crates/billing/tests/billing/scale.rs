//! What is owed is read along indexes that hold nothing else, so that settled bills cost nothing.

use platform::db::Dialect;
use testkit::plans;

testkit::on_both! {
    async fn debts_are_read_without_the_bills_that_are_settled(world: &World) {
        let db = &world.app.unguarded("test");
        let insurers = "SELECT i.provider, COUNT(b.insurance), SUM(b.insurance_amount), SUM(b.insurance_paid_amount) FROM bill AS b \
            JOIN insurance_detail AS i ON i.id = b.insurance \
            WHERE b.insurance_amount > b.insurance_paid_amount AND b.status NOT IN ('Draft', 'Void') GROUP BY i.provider";
        let ageing = "SELECT SUM(outstanding) FROM bill WHERE outstanding > 0 AND age_from >= ?";
        for (index, statement, defined) in [
            ("bill_insurer_due_idx", insurers, "WHERE (insurance_amount > insurance_paid_amount)"),
            ("bill_outstanding_idx", ageing, "WHERE (outstanding > 0)"),
        ] {
            match db.dialect() {
                Dialect::Sqlite => {
                    let plan = plans::sqlite(db, statement).await;
                    let used = format!("COVERING INDEX {index}");
                    assert!(plan.iter().any(|step| step.contains(&used)), "{plan:?}");
                }
                Dialect::Postgres => {
                    let found = plans::postgres_index(db, index).await;
                    assert!(found.ends_with(defined), "{found}");
                }
            }
        }
    }
}
