//! A page of a patient's timeline costs the same however many prescriptions the patient has.
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
    async fn a_page_of_the_timeline_is_read_in_its_order(world: &World) {
        let db = &world.app.unguarded("test");
        let index = "prescription_patient_prescribed_at_idx";
        match db.dialect() {
            Dialect::Sqlite => {
                let page = "SELECT id FROM prescription WHERE voided_at IS NULL AND patient = ? AND prescribed_at IS NOT NULL \
                    ORDER BY prescribed_at DESC, id DESC LIMIT 51";
                let plan: Vec<(i64, i64, i64, String)> =
                    db.all(sql(&format!("EXPLAIN QUERY PLAN {page}"))).await.unwrap();
                let plan: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
                // Nothing is sorted.
                assert_eq!(plan.len(), 1, "{plan:?}");
                assert!(plan[0].starts_with(&format!("SEARCH prescription USING INDEX {index} (patient=?")), "{plan:?}");
            }
            // Its planner knows no size of an empty table, and would read it as a whole.
            Dialect::Postgres => {
                let defined = format!("SELECT pg_get_indexdef('{index}'::regclass)");
                let (defined,): (String,) = db.one(sql(&defined)).await.unwrap();
                assert!(defined.ends_with("(patient, prescribed_at)"), "{defined}");
            }
        }
    }
}
