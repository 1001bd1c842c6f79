//! `prescriptions/{id}/renew/`.

use serde_json::json;

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

    async fn what_was_cancelled_is_not_renewed(world: &World) {
        let room = Room::new(world).await;
        let first = prescribe(&room, "Amoxicillin", json!({ "status": "Cancelled" })).await.id();
        room.doctor.post(&format!("prescriptions/{first}/renew/"), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }
}
