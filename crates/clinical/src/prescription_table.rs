//! The table of prescriptions.

use platform::db::Ddl;

use crate::prescription::{PrescriptionStatus, SafetyOutcome};

pub(crate) fn prescriptions(ddl: &mut Ddl) {
    ddl.table("prescription", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("encounter").references("encounter");
        t.int("medication_item")
            .null()
            .references("medication_item");
        t.int("quantity").null();
        t.text("status");
        t.int("patient").references("patient");
        t.int("prescribed_by").null().references("app_user");
        t.timestamp("prescribed_at");
        t.int("quantity_dispensed");
        t.int("renewed_from").null().references("prescription");
        t.text("safety_outcome");
        t.text("safety_pack");
        t.int("medication_key");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
        t.one_of("status", PrescriptionStatus::VALUES);
        t.one_of("safety_outcome", SafetyOutcome::VALUES);
        t.check(
            "prescription_quantity_check",
            "quantity BETWEEN 1 AND 100000",
        );
        t.check(
            "prescription_quantity_dispensed_check",
            "quantity_dispensed >= 0 AND (quantity IS NULL OR quantity_dispensed <= quantity)",
        );
    });
    ddl.index("prescription", &["patient", "id"]);
    ddl.index("prescription", &["encounter", "id"]);
    ddl.index("prescription", &["status", "id"]);
    ddl.index("prescription", &["medication_item"]);
    ddl.index("prescription", &["prescribed_by", "prescribed_at"]);
    ddl.index("prescription", &["prescribed_at", "medication_key"]);
    ddl.index("prescription", &["renewed_from"]);
}
