//! Many want the same in the same moment, each on a connection of their own.

use crate::support::{Room, encounter};
use serde_json::json;
use testkit::races::at_once;
use testkit::{Reply, Request};

fn with(replies: &[Reply], status: u16) -> usize {
    replies
        .iter()
        .filter(|reply| reply.status == status)
        .count()
}

testkit::on_both! {
    async fn fifty_signatures_are_one(world: &World) {
        let room = Room::new(world).await;
        let doctor = room.doctor.over(world.listen().await);
        let sign = format!("encounters/{}/sign/", room.encounter);
        let replies = at_once((0..50).map(|_| doctor.request("POST", &sign).json(&json!({}))).collect()).await;
        assert_eq!(with(&replies, 200), 1);
        let refused: Vec<&Reply> = replies.iter().filter(|reply| reply.status != 200).collect();
        assert!(refused.iter().all(|reply| reply.json["code"] == "encounter_signed"), "{:?}", refused[0].text());
        let signings = world.audit_of("Encounter").await.into_iter().filter(|row| row.action.as_str() == "edit");
        assert_eq!(signings.count(), 1);
        world.settle().await;
    }

    async fn no_vitals_slip_into_a_signed_encounter(world: &World) {
        let room = Room::new(world).await;
        let doctor = room.doctor.over(world.listen().await);
        for _ in 0..5 {
            let id = encounter(&room.doctor, room.patient).await;
            let path = |name: &str| format!("encounters/{id}/{name}/");
            let mut requests: Vec<Request> = (0..12)
                .map(|n| doctor.request("POST", &path("add_vitals")).json(&json!({ "heart_rate": 60 + n })))
                .collect();
            requests.insert(6, doctor.request("POST", &path("sign")).json(&json!({})));
            let replies = at_once(requests).await;
            assert_eq!(with(&replies, 200), 1);
            let stored = with(&replies, 201);
            assert_eq!(stored + with(&replies, 409), 12, "each is stored before the signature or refused");
            let list = room.doctor.get(&format!("vitals/?encounter={id}")).await;
            assert_eq!(list.is(200).as_array().unwrap().len(), stored);
            // Nothing was stored after the signature.
            let signed = room.doctor.get(&format!("encounters/{id}/")).await.json["signed_at"].as_str().unwrap().to_owned();
            assert!(!signed.is_empty());
        }
        world.settle().await;
    }

    async fn the_same_condition_is_recorded_once(world: &World) {
        let room = Room::new(world).await;
        let doctor = room.doctor.over(world.listen().await);
        let body = json!({ "patient": room.patient, "name": "Hypertension", "code": "I10" });
        let replies = at_once((0..20).map(|_| doctor.request("POST", "medical_conditions/").json(&body)).collect()).await;
        assert_eq!(with(&replies, 201), 1);
        assert!(replies.iter().filter(|reply| reply.status != 201).all(|reply| reply.json["code"] == "already_recorded"));
        world.settle().await;
    }

    async fn whoever_begins_a_visit_begins_the_same(world: &World) {
        let room = Room::new(world).await;
        let body = json!({ "first_name": "Awa", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
        let awa = room.desk.post("patients/", body).await.id();
        let now = world.app.zone.to_local(world.app.clock.now());
        let booking = json!({
            "patient": awa, "doctor": room.doctor.id,
            "date": now.date().to_string(), "time": now.time().strftime("%H:%M").to_string(),
        });
        room.desk.post("appointments/", booking).await.is(201);
        let address = world.listen().await;
        let (doctor, nurse) = (room.doctor.over(address), room.nurse.over(address));
        let mut requests = Vec::new();
        for n in 0..15 {
            requests.push(doctor.request("POST", &format!("patients/{awa}/begin_visit/")).json(&json!({})));
            requests.push(nurse.request("POST", &format!("patients/{awa}/record_vitals/")).json(&json!({ "heart_rate": 60 + n })));
        }
        let replies = at_once(requests).await;
        assert_eq!(with(&replies, 201), 30, "{:?}", replies.iter().find(|reply| reply.status != 201).map(Reply::text));
        let list = room.doctor.get(&format!("encounters/?patient={awa}")).await;
        assert_eq!(list.is(200).as_array().unwrap().len(), 1);
        let taken = room.doctor.get(&format!("vitals/?patient={awa}")).await;
        assert_eq!(taken.is(200).as_array().unwrap().len(), 15);
        world.settle().await;
    }
}
