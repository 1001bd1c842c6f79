//! `prescriptions/{id}/renew/`.

use serde_json::{Value as Json, json};

use crate::prescriptions::{allergic, prescribe};
use crate::support::{Room, encounter};

testkit::on_both! {
    async fn a_renewal_takes_the_place_of_the_earlier_prescription(world: &World) {
        let room = Room::new(world).await;
        let first = prescribe(&room, "Paracetamol", json!({ "quantity": 20, "duration": "5 days" })).await.id();
        let renewed = room.doctor.post(&format!("prescriptions/{first}/renew/"), json!({ "quantity": 10 })).await;
        let renewed = renewed.is(201);
        assert_eq!(renewed["renewed_from"], first);
        assert_eq!((&renewed["quantity"], &renewed["duration"], &renewed["status"]), (&json!(10), &json!("5 days"), &json!("Active")));
        assert_eq!(room.doctor.get(&format!("prescriptions/{first}/")).await.is(200)["status"], "Completed");
        world.settle().await;
    }

    async fn a_renewal_needs_an_open_encounter_of_the_same_patient(world: &World) {
        let room = Room::new(world).await;
        let first = prescribe(&room, "Paracetamol", json!({})).await.id();
        let path = format!("prescriptions/{first}/renew/");
        room.doctor.post(&format!("encounters/{}/sign/", room.encounter), json!({})).await.is(200);
        room.doctor.post(&path, json!({})).await.refuses(409, "encounter_signed");
        let other = Room::new(world).await;
        room.doctor.post(&path, json!({ "encounter": other.encounter })).await.complains_about("encounter");
        let next = encounter(&room.doctor, room.patient).await;
        assert_eq!(room.doctor.post(&path, json!({ "encounter": next })).await.is(201)["encounter"], next);
        world.settle().await;
    }

    async fn what_was_learnt_since_is_asked_about(world: &World) {
        let room = Room::new(world).await;
        let first = prescribe(&room, "Amoxicillin", json!({})).await.id();
        allergic(&room, "Penicillin", json!({})).await;
        let path = format!("prescriptions/{first}/renew/");
        room.doctor.post(&path, json!({})).await.refuses(409, "override_reason_required");
        assert_eq!(room.doctor.get(&format!("prescriptions/{first}/")).await.is(200)["status"], "Active");
        room.doctor.post(&path, json!({ "override_reason": "Rash was measles" })).await.is(201);
        world.settle().await;
    }

    async fn what_becomes_known_later_is_told_and_keeps_a_visit_from_being_signed(world: &World) {
        let room = Room::new(world).await;
        let first = prescribe(&room, "Enalapril", json!({})).await.id();
        let told = async || {
            world.settle().await;
            let alerts = room.nurse.get("alerts/?unread=true").await;
            let all = alerts.is(200)["results"].as_array().unwrap().clone();
            let said = all.iter().map(|alert| alert["message"].as_str().unwrap().to_owned());
            said.filter(|said| said.contains("became known since")).collect::<Vec<_>>()
        };
        assert_eq!(told().await, [""; 0]);
        room.vitals(json!({ "heart_rate": 80, "pregnant": true })).await.is(201);
        let said = told().await;
        assert!(said.len() == 1 && said[0].starts_with("Enalapril, prescribed on"), "{said:?}");
        let sign = format!("encounters/{}/sign/", room.encounter);
        let refused = room.doctor.post(&sign, json!({})).await;
        refused.refuses(409, "override_reason_required");
        assert_eq!(refused.json["prescription"], first);
        let reason = json!({ "override_reason": "Nothing else is at hand" });
        room.doctor.patch(&format!("prescriptions/{first}/"), reason).await.is(200);
        room.doctor.post(&sign, json!({})).await.is(200);
        world.settle().await;
    }

    async fn two_records_that_become_one_have_their_medicines_compared(world: &World) {
        let (room, twin) = (Room::new(world).await, Room::new(world).await);
        prescribe(&room, "Warfarin", json!({})).await.is(201);
        prescribe(&twin, "Metronidazole", json!({})).await.is(201);
        room.desk.post(&format!("patients/{}/merge/", twin.patient), json!({ "into": room.patient })).await.is(200);
        world.settle().await;
        let alerts = room.nurse.get("alerts/?unread=true").await;
        let since = |alert: &&Json| alert["message"].as_str().unwrap().contains("became known since");
        assert_eq!(alerts.is(200)["results"].as_array().unwrap().iter().filter(since).count(), 1, "{}", alerts.json);
        world.settle().await;
    }

    async fn what_was_cancelled_is_not_renewed(world: &World) {
        let room = Room::new(world).await;
        let first = prescribe(&room, "Amoxicillin", json!({ "status": "Cancelled" })).await.id();
        room.doctor.post(&format!("prescriptions/{first}/renew/"), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }
}
