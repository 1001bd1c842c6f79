//! Several doctors prescribe for one patient in the same moment.

use kernel::BuiltinRole::Pharmacist;
use serde_json::json;
use testkit::races::at_once;
use tokio::task::JoinSet;

use crate::prescriptions::of;
use crate::support::{Room, encounter};

testkit::on_both! {
    async fn of_ten_who_prescribe_the_same_at_once_one_succeeds(world: &World) {
        let room = Room::new(world).await;
        let doctor = room.doctor.over(world.listen().await);
        let mut sent = JoinSet::new();
        for _ in 0..10 {
            // Encounters of their own: no lock of the encounter keeps them apart.
            let encounter = encounter(&room.doctor, room.patient).await;
            let body = of(&room, "Paracetamol", json!({ "encounter": encounter }));
            sent.spawn(doctor.request("POST", "prescriptions/").json(&body).send());
        }
        let replies = sent.join_all().await;
        let made = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(made, 1);
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            reply.refuses(409, "override_reason_required");
        }
        world.settle().await;
    }

    async fn a_medicine_stays_what_was_prescribed(world: &World) {
        let room = Room::new(world).await;
        let doctor = room.doctor.over(world.listen().await);
        let pharmacist = world.caller(Some(Pharmacist)).await.over(world.listen().await);
        let mut patients = Vec::new();
        for name in ["Awa", "Lamin", "Fatou"] {
            let body = json!({ "first_name": name, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Other" });
            patients.push(room.desk.post("patients/", body).await.id());
        }
        for round in 0..8 {
            let body = json!({ "name": "Paracetamol", "form": "Tablet", "strength": format!("{} mg", 500 + round) });
            let item = pharmacist.post("medications/", body).await.id();
            let mut requests = Vec::new();
            for patient in &patients {
                let body = json!({ "encounter": encounter(&room.doctor, *patient).await, "medication_item": item, "dosage": "1 tablet", "frequency": "twice daily", "duration": "2 days", "override_reason": "Kept on" });
                requests.push(doctor.request("POST", "prescriptions/").json(&body));
            }
            let other = json!({ "strength": format!("{} mg", 100 + round) });
            requests.insert(1, pharmacist.request("PATCH", &format!("medications/{item}/")).json(&other));
            let replies = at_once(requests).await;
            let is = pharmacist.get(&format!("medications/{item}/")).await.is(200)["strength"].clone();
            for reply in replies.iter().filter(|reply| reply.json.get("dosage").is_some()) {
                let called = reply.is(201)["medication_name"].as_str().unwrap();
                assert_eq!(called, format!("Paracetamol {}", is.as_str().unwrap()), "{:?}", replies.iter().map(|reply| reply.text()).collect::<Vec<_>>());
            }
            assert!(replies.iter().all(|reply| [200, 201, 409].contains(&reply.status.as_u16())));
        }
        world.settle().await;
    }
}
