//! `check_drug_allergy/`, `check_drug_interaction/`, `check_safety/`.

use serde_json::{Value as Json, json};

use crate::prescriptions::{allergic, prescribe};
use crate::support::Room;

testkit::on_both! {
    async fn an_allergy_check_answers_as_the_contract_shows(world: &World) {
        let room = Room::new(world).await;
        allergic(&room, "Penicillin", json!({})).await;
        let ask = |name: &'static str| {
            let (doctor, patient) = (room.doctor.clone(), room.patient);
            async move { doctor.post("prescriptions/check_drug_allergy/", json!({ "patient_id": patient, "medication_name": name })).await }
        };
        let found = ask("Amoxicillin").await;
        let found = found.is(200);
        assert_eq!((&found["alert"], &found["severity"], &found["outcome"]), (&json!(true), &json!("severe"), &json!("found")));
        assert!(found["message"].as_str().unwrap().contains("Penicillin"));
        assert!(!found["reason"].as_str().unwrap().is_empty());

        let nothing = ask("Azithromycin").await;
        let nothing = nothing.is(200);
        assert_eq!((&nothing["alert"], &nothing["severity"], &nothing["reason"]), (&json!(false), &Json::Null, &Json::Null));
        assert_eq!(nothing["outcome"], "nothing_found");
        assert_eq!(nothing["allergies_recorded"], 1);

        let unknown = ask("Amoxyzillin").await;
        let unknown = unknown.is(200);
        assert_eq!((&unknown["alert"], &unknown["severity"], &unknown["outcome"]), (&json!(true), &json!("unknown"), &json!("could_not_check")));
        assert!(unknown["message"].as_str().unwrap().contains("Amoxyzillin"));

        let nobody = json!({ "patient_id": 987_654, "medication_name": "Amoxicillin" });
        room.doctor.post("prescriptions/check_drug_allergy/", nobody).await.is(404);
        room.doctor.post("prescriptions/check_drug_allergy/", json!({})).await.complains_about("medication_name");
        let body = json!({ "patient_id": room.patient, "medication_name": "Amoxicillin" });
        room.desk.post("prescriptions/check_drug_allergy/", body).await.is(403);
        world.settle().await;
    }

    async fn an_interaction_check_answers_as_the_contract_shows(world: &World) {
        let doctor = world.doctor().await;
        let ask = |names: Json| {
            let doctor = doctor.clone();
            async move { doctor.post("prescriptions/check_drug_interaction/", json!({ "medications": names })).await }
        };
        let found = ask(json!(["Warfarin", "Aspirin"])).await;
        let pair = &found.is(200)["interactions"][0];
        let mut drugs: Vec<&str> = pair["drugs"].as_array().unwrap().iter().map(|drug| drug.as_str().unwrap()).collect();
        drugs.sort_unstable();
        assert_eq!(drugs, ["Aspirin", "Warfarin"]);
        assert_eq!(pair["severity"], "severe");
        assert!(!pair["effect"].as_str().unwrap().is_empty() && !pair["source"].as_str().unwrap().is_empty());

        let nothing = ask(json!(["Amoxicillin", "Paracetamol"])).await;
        let nothing = nothing.is(200);
        assert_eq!((&nothing["interactions"], &nothing["could_not_check"], &nothing["outcome"]), (&json!([]), &json!([]), &json!("nothing_found")));

        let unknown = ask(json!(["Warfain", "Aspirin"])).await;
        let unknown = unknown.is(200);
        assert_eq!(unknown["outcome"], "could_not_check");
        assert_eq!(unknown["could_not_check"][0]["nearest"][0], "warfarin");

        let twice = ask(json!(["Paracetamol", "Panadol"])).await;
        let twice = twice.is(200);
        assert_eq!((&twice["interactions"], &twice["duplicates"][0]["severity"]), (&json!([]), &json!("severe")));
        // Two medicines that have two ingredients in common double each other once.
        let both = ask(json!(["Co-trimoxazole", "Septrin"])).await;
        let both = both.is(200)["duplicates"].as_array().unwrap().clone();
        assert_eq!(both.len(), 1, "{both:?}");
        for named in both[0]["ingredients"].as_array().unwrap() {
            let named = named.as_str().unwrap();
            assert!(named.contains("sulfamethoxazole") && named.contains("trimethoprim"), "{named}");
        }

        for wrong in [json!([]), json!("Warfarin"), json!([""]), json!(vec!["x"; 51])] {
            ask(wrong).await.complains_about("medications");
        }
        world.settle().await;
    }

    async fn a_question_before_prescribing_considers_what_is_recorded_and_what_is_stated(world: &World) {
        let room = Room::new(world).await;
        prescribe(&room, "Warfarin", json!({})).await.is(201);
        let body = json!({ "medication_name": "Flagyl", "patient_id": room.patient, "allergies": ["metronidazole"] });
        let answer = room.doctor.post("prescriptions/check_safety/", body).await;
        let answer = answer.is(200);
        assert_eq!(answer["override_reason_required"], true);
        let mut kinds: Vec<&str> = answer["alerts"].as_array().unwrap().iter().map(|alert| alert["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["allergy", "interaction"]);
        assert_eq!(answer["ingredients"], json!(["metronidazole"]));
        world.settle().await;
    }
}
