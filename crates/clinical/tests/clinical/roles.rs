//! Who sees what.

use kernel::BuiltinRole::{Cashier, LabTechnician, Pharmacist};
use serde_json::json;

use crate::support::{Room, count};

testkit::on_both! {
    async fn a_receptionist_sees_no_clinical_text(world: &World) {
        let room = Room::new(world).await;
        room.vitals(json!({ "heart_rate": 70 })).await.is(201);
        let one = format!("encounters/{}/", room.encounter);
        for path in [one.as_str(), "encounters/", &format!("encounters/?patient={}&limit=5", room.patient)] {
            let reply = room.desk.get(path).await;
            reply.is(200);
            let text = reply.text();
            for word in ["Cough", "Bronchitis", "J20", "chief_complaint", "\"notes\"", "diagnosis", "plan", "examination", "history"] {
                assert!(!text.contains(word), "{path} shows {word}: {text}");
            }
            assert!(text.contains("Jane Doe"));
        }
        // Nor can the diagnosis be guessed by filtering.
        assert_eq!(count(&room.desk.get("encounters/?diagnosis_code=J20.9").await), 0);
        assert_eq!(count(&room.desk.get("vitals/").await), 0);
        room.desk.patch(&one, json!({ "notes": "x" })).await.refuses(403, "permission_denied");
        room.desk.get(&format!("{one}addenda/")).await.is(200);
        world.settle().await;
    }

    async fn a_patient_sees_their_own_and_others_nothing(world: &World) {
        let room = Room::new(world).await;
        room.vitals(json!({ "heart_rate": 70 })).await.is(201);
        let patient = world.patient().await;
        let stranger = world.patient().await;
        room.desk.patch(&format!("patients/{}/", room.patient), json!({ "user": patient.id })).await.is(200);
        assert_eq!(patient.get("encounters/").await.is(200)[0]["diagnosis"], "Bronchitis");
        assert_eq!(count(&patient.get("vitals/").await), 1);
        patient.post(&format!("encounters/{}/add_vitals/", room.encounter), json!({ "heart_rate": 71 })).await.is(403);
        let (pharmacist, technician, cashier) =
            (world.caller(Some(Pharmacist)).await, world.caller(Some(LabTechnician)).await, world.caller(Some(Cashier)).await);
        for other in [&stranger, &pharmacist, &technician, &cashier] {
            assert_eq!(count(&other.get("encounters/").await), 0);
            assert_eq!(count(&other.get("vitals/").await), 0);
            other.get(&format!("encounters/{}/", room.encounter)).await.is(404);
            other.get(&format!("encounters/{}/vitals/", room.encounter)).await.is(404);
        }
        world.settle().await;
    }
}
