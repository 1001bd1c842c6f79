//! A page of a patient's timeline costs the same however many prescriptions the patient has.

use platform::db::Dialect;
use testkit::plans;

testkit::on_both! {
    async fn a_page_of_the_timeline_is_read_in_its_order(world: &World) {
        let db = &world.app.unguarded("test");
        let index = "prescription_patient_prescribed_at_idx";
        match db.dialect() {
            Dialect::Sqlite => {
                let page = "SELECT id FROM prescription WHERE voided_at IS NULL AND patient = ? AND prescribed_at IS NOT NULL \
                    ORDER BY prescribed_at DESC, id DESC LIMIT 51";
                let plan = plans::sqlite(db, page).await;
                // Nothing is sorted.
                assert_eq!(plan.len(), 1, "{plan:?}");
                assert!(plan[0].starts_with(&format!("SEARCH prescription USING INDEX {index} (patient=?")), "{plan:?}");
            }
            Dialect::Postgres => {
                let defined = plans::postgres_index(db, index).await;
                assert!(defined.ends_with("(patient, prescribed_at)"), "{defined}");
            }
        }
    }
}
