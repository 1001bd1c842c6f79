//! Two records that were one for a while, and are two again.

use serde_json::{Value as Json, json};
use testkit::Caller;

async fn registered(desk: &Caller, first: &str, known: &str) -> i64 {
    let body = json!({
        "first_name": first, "last_name": "Jobe", "date_of_birth": "1980-03-04", "gender": "Female",
        "known_allergies": known, "contact_info": "+2207834351",
    });
    desk.post("patients/", body).await.id()
}

async fn whose(caller: &Caller, path: &str) -> Json {
    caller.get(path).await.is(200)["patient"].clone()
}

/// Whether aspirin is found to go ill with what somebody takes.
async fn bleeds(doctor: &Caller, patient: i64) -> bool {
    let question = json!({ "patient_id": patient, "medication_name": "Aspirin" });
    let answer = doctor.post("prescriptions/check_safety/", question).await;
    let alerts = answer.is(200)["alerts"].as_array().unwrap();
    alerts.iter().any(|alert| alert["kind"] == "interaction")
}

testkit::on_both! {
    /// A wrong merging is undone because these are two people: what was recorded meanwhile goes back with what it is about.
    async fn what_was_recorded_while_two_were_one_goes_back_with_its_visit(world: &World) {
        let (desk, doctor, lab) = (world.receptionist().await, world.doctor().await, world.caller(Some(kernel::BuiltinRole::LabTechnician)).await);
        let (stays, goes) = (registered(&desk, "Awa", "").await, registered(&desk, "Hawa", "").await);
        let visit = doctor.post("encounters/", json!({ "patient": goes, "notes": "Dizzy" })).await.id();
        let tests = doctor.get("lab_tests/catalog/?search=potassium").await;
        let test = tests.is(200)[0]["id"].clone();
        let order = doctor.post("lab_orders/", json!({ "encounter": visit, "items": [{ "lab_test_id": test }] })).await.is(201).clone();
        desk.post(&format!("patients/{stays}/merge/"), json!({ "duplicate": goes, "reason": "One card" })).await.is(200);

        let results = json!({ "results": [{ "lab_order_item": order["items"][0]["id"], "parameter_name": "Potassium", "value_numeric": 7.7 }] });
        let result = lab.put(&format!("lab_orders/{}/add_results/", order["id"]), results).await;
        let result = result.is(200)["created"][0]["id"].clone();
        let drug = json!({ "encounter": visit, "medication_name": "Warfarin", "dosage": "5 mg", "frequency": "once daily" });
        let prescribed = doctor.post("prescriptions/", drug).await.id();
        let vitals = doctor.post(&format!("encounters/{visit}/add_vitals/"), json!({ "heart_rate": 70 })).await.id();
        world.settle().await;
        assert!(bleeds(&doctor, stays).await);
        let alert = doctor.get("alerts/?unread=true").await.is(200)["results"][0]["id"].clone();
        let alarm = doctor.get("tasks/?assignee=me&source=cds").await.is(200)[0].clone();
        assert_eq!((&alarm["source_type"], &alarm["source_id"]), (&json!("LabResultValue"), &result));
        // A visit that began meanwhile is of the record that stays.
        let own = doctor.post("encounters/", json!({ "patient": stays, "notes": "Cough" })).await.id();

        let back = desk.post(&format!("patients/{goes}/unmerge/"), json!({})).await;
        back.is(200);
        for path in [
            format!("encounters/{visit}/"), format!("lab_orders/{}/", order["id"]), format!("lab_result_values/{result}/"),
            format!("prescriptions/{prescribed}/"), format!("vitals/{vitals}/"), format!("alerts/{alert}/"),
        ] {
            assert_eq!(whose(&doctor, &path).await, goes, "{path}: {}", back.text());
        }
        assert_eq!(whose(&doctor, &format!("encounters/{own}/")).await, stays);
        let alarm = doctor.get(&format!("tasks/{}/", alarm["id"])).await;
        assert_eq!(alarm.is(200)["related_patient"], goes);
        assert!(bleeds(&doctor, goes).await && !bleeds(&doctor, stays).await);
        world.settle().await;
    }

    /// An old number answers for nobody: what the person has and takes is in the record that stays.
    async fn a_record_that_was_given_up_is_not_checked_against(world: &World) {
        let (desk, doctor) = (world.receptionist().await, world.doctor().await);
        let (stays, goes) = (registered(&desk, "Awa", "").await, registered(&desk, "Hawa", "Penicillin").await);
        desk.patch(&format!("patients/{goes}/"), json!({ "contact_preference": "none" })).await.is(200);
        desk.post(&format!("patients/{stays}/merge/"), json!({ "duplicate": goes, "reason": "" })).await.is(200);
        let question = |patient: i64| json!({ "patient_id": patient, "medication_name": "Amoxicillin" });
        for check in ["check_drug_allergy", "check_safety"] {
            let path = format!("prescriptions/{check}/");
            let refused = doctor.post(&path, question(goes)).await;
            refused.refuses(409, "state_conflict");
            assert_eq!(refused.json["merged_into"], stays, "{check}");
            assert_ne!(doctor.post(&path, question(stays)).await.is(200)["outcome"], "nothing_found", "{check}");
        }
        // Who wants no messages has said so in either record, until they are two again.
        let wants = async || desk.get(&format!("patients/{stays}/")).await.is(200)["contact_preference"].clone();
        assert_eq!(wants().await, "none");
        desk.post(&format!("patients/{goes}/unmerge/"), json!({})).await.is(200);
        assert_eq!(wants().await, "both");
        world.settle().await;
    }
}
