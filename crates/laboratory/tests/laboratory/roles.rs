//! Who may do what in the laboratory, and what is on record of it.

use kernel::BuiltinRole::{
    self, Admin, Cashier, Doctor, LabTechnician, Nurse, Pharmacist, Receptionist,
};
use serde_json::json;

use crate::support::{Lab, count};

const STAFF: [BuiltinRole; 7] = [
    Admin,
    Doctor,
    Receptionist,
    Nurse,
    Pharmacist,
    LabTechnician,
    Cashier,
];

testkit::on_both! {
    async fn roles_read_and_write_what_the_matrix_says(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        let value = lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200)["created"][0]["id"].clone();
        let admin = world.admin().await;
        for role in STAFF {
            let caller = world.caller(Some(role)).await;
            let reads = matches!(role, Admin | Doctor | Nurse | LabTechnician);
            let writes = matches!(role, Admin | Doctor | LabTechnician);
            assert_eq!(count(&caller.get("lab_orders/").await), usize::from(reads), "{role:?}");
            assert_eq!(count(&caller.get("lab_result_values/").await), usize::from(reads), "{role:?}");
            caller.get(&format!("lab_orders/{}/", order["id"])).await.is(if reads { 200 } else { 404 });
            caller.get(&format!("lab_result_values/{value}/")).await.is(if reads { 200 } else { 404 });
            let body = json!({ "encounter": lab.encounter, "test_name": "CRP" });
            let made = caller.post("lab_orders/", body).await;
            made.is(if writes { 201 } else { 403 });
            if writes {
                let path = format!("lab_orders/{}/", made.id());
                caller.patch(&path, json!({ "priority": "urgent" })).await.is(200);
                if role != Admin {
                    caller.delete(&path).await.is(403);
                }
                admin.delete(&path).await.is(204);
            }
            let collects = lab.does(&caller, &order, "collect").await;
            collects.is(if writes { 409 } else { 403 });
            let reviews = lab.does(&caller, &order, "review").await;
            reviews.is(match role {
                // The first who may does it, the others come too late.
                Admin => 200,
                Doctor => 409,
                _ => 403,
            });
            assert_eq!(count(&caller.get("lab_tests/catalog/?test_code=K").await), 1, "{role:?}");
            let test = json!({ "test_code": format!("T{role:?}"), "test_name": "T", "specimen_type": "x", "department": "x" });
            let keeps = matches!(role, Admin | LabTechnician);
            caller.post("lab_tests/catalog/", test).await.is(if keeps { 201 } else { 403 });
        }
        world.anonymous().get("lab_orders/").await.is(401);
        world.settle().await;
    }

    async fn reads_and_writes_are_on_record_with_the_patient(world: &World) {
        let lab = Lab::new(world).await;
        let order = lab.order(&["K"], json!({})).await;
        lab.enter(&order, json!([{ "parameter_name": "K", "value_numeric": 4.1 }])).await.is(200);
        lab.now(&order).await;
        for kind in ["LabOrder", "LabOrderItem", "LabResultValue"] {
            let rows = world.audit_of(kind).await;
            assert!(!rows.is_empty(), "{kind}");
            let of_patient = |row: &platform::audit::AuditLog| row.patient == Some(lab.patient);
            assert!(rows.iter().all(of_patient), "{kind}");
        }
        world.settle().await;
    }

    async fn what_is_written_about_a_patient_is_sealed(world: &World) {
        let lab = Lab::new(world).await;
        let marker = "Zanzibarmarker";
        let order = lab.order(&["FILM"], json!({ "test_name": marker, "specimen_type": marker, "result_details": marker })).await;
        lab.enter(&order, json!([{ "parameter_name": "Blood film report", "value_text": marker, "correction_reason": marker }])).await.is(200);
        for table in ["lab_order", "lab_order_item", "lab_result_value"] {
            let columns = world.columns(table).await;
            for column in ["test_name", "specimen_type", "result_details", "notes_for_lab", "value_text", "correction_reason"] {
                assert!(!columns.iter().any(|name| name == column), "{table}.{column}");
            }
        }
        world.settle().await;
    }
}
