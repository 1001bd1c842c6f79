//! Who sees and does what.

use kernel::BuiltinRole;
use serde_json::json;

use crate::support::{Desk, register};

testkit::on_both! {
    async fn roles_do_what_they_may(world: &World) {
        let desk = Desk::new(world).await;
        let bill = desk.bill(json!({ "total_amount": 100 })).await;
        desk.pay(&bill, 10.0).await.is(201);
        let one = format!("bills/{}/", bill["id"]);
        let body = json!({ "patient": desk.patient, "total_amount": 1 });
        let policy = json!({ "patient": desk.patient, "provider": "x", "policy_number": "1" });
        let receptionist = world.receptionist().await;
        receptionist.get(&one).await.is(200);
        receptionist.post("bills/", body.clone()).await.is(403);
        receptionist.post("insurance/", policy.clone()).await.is(201);
        desk.doctor.get(&one).await.is(200);
        desk.doctor.post("bills/", body.clone()).await.is(403);
        for role in [BuiltinRole::Nurse, BuiltinRole::Pharmacist, BuiltinRole::LabTechnician] {
            let caller = world.caller(Some(role)).await;
            for list in ["bills/", "payments/", "bill-items/", "insurance/", "insurance-claims/", "refund-requests/", "cash-sessions/"] {
                assert_eq!(caller.get(list).await.is(200), &json!([]), "{role} {list}");
            }
            caller.get(&one).await.is(404);
            caller.post("bills/", body.clone()).await.is(403);
            caller.post("insurance/", policy.clone()).await.is(403);
            caller.get("financial-reports/daily_cash/").await.is(403);
        }
        desk.cashier.delete(&one).await.is(403);
    }

    async fn a_patient_sees_their_own_bills_only(world: &World) {
        let desk = Desk::new(world).await;
        let patient = world.patient().await;
        desk.admin.patch(&format!("patients/{}/", desk.patient), json!({ "user": patient.id })).await.is(200);
        let other = register(&desk.admin, "Awa").await;
        let own = desk.bill(json!({ "total_amount": 100 })).await;
        desk.pay(&own, 10.0).await.is(201);
        let foreign = desk.cashier.post("bills/", json!({ "patient": other, "total_amount": 1 })).await.is(201).clone();
        for list in ["bills/".to_owned(), "patient-portal/bills/".to_owned(), format!("patients/{}/bills/", desk.patient)] {
            let found = patient.get(&list).await.is(200).clone();
            assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &own["id"]), "{list}");
        }
        patient.get(&format!("bills/{}/", foreign["id"])).await.is(404);
        patient.get(&format!("patients/{other}/bills/")).await.is(404);
        assert_eq!(patient.get("payments/").await.is(200).as_array().unwrap().len(), 1);
        patient.post(&format!("bills/{}/payments/", own["id"]), json!({ "amount": 1 })).await.is(403);
        assert_eq!(patient.get("dashboard/").await.is(200)["open_bills"], 1);
        // Reading is on record, by the patient.
        let seen = world.audit_of("Bill").await;
        assert!(seen.iter().any(|row| row.patient == Some(desk.patient)));
        // Staff see all of them.
        assert_eq!(desk.cashier.get("patient-portal/bills/").await.is(200), &json!([]));
    }
}
