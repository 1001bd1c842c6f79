//! Many want the same bed in the same moment, each on a connection of their own.

use serde_json::json;
use testkit::races::{at_once, counted};
use testkit::{Caller, World};

async fn patients(desk: &Caller, many: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for n in 0..many {
        let body = json!({
            "first_name": format!("Awa{n}"), "last_name": "Bah", "date_of_birth": "1980-02-03", "gender": "Female",
        });
        ids.push(desk.post("patients/", body).await.id());
    }
    ids
}

async fn beds(admin: &Caller, many: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for n in 0..many {
        ids.push(
            admin
                .post("beds/", json!({ "number": format!("B-{n}") }))
                .await
                .id(),
        );
    }
    ids
}

async fn over_the_wire(world: &World) -> (Caller, Vec<i64>, Vec<i64>) {
    let desk = world.receptionist().await;
    let beds = beds(&world.admin().await, 6).await;
    let patients = patients(&desk, 10).await;
    (desk.clone().over(world.listen().await), beds, patients)
}

testkit::on_both! {
    async fn one_bed_is_given_once(world: &World) {
        let (desk, beds, patients) = over_the_wire(world).await;
        let path = format!("beds/{}/assign_patient/", beds[0]);
        let requests = (0..50).map(|n| desk.request("POST", &path).json(&json!({ "patient_id": patients[n % 10] }))).collect();
        let replies = at_once(requests).await;
        let counts = counted(&replies);
        assert_eq!(counts["200"], 1, "{counts:?}");
        // The winner's own other requests may hear that the patient is admitted already.
        assert!(counts.keys().all(|key| ["200", "409 bed_occupied", "409 already_admitted"].contains(&key.as_str())), "{counts:?}");
        assert_eq!(desk.get("admissions/?open=true").await.is(200).as_array().unwrap().len(), 1);
        assert_eq!(desk.get("bed-stays/").await.is(200).as_array().unwrap().len(), 1);
        world.settle().await;
    }

    async fn one_patient_gets_one_bed(world: &World) {
        let (desk, beds, patients) = over_the_wire(world).await;
        let requests = (0..48).map(|n| {
            desk.request("POST", &format!("beds/{}/assign_patient/", beds[n % 6])).json(&json!({ "patient_id": patients[0] }))
        }).collect();
        let counts = counted(&at_once(requests).await);
        assert_eq!(counts["200"], 1, "{counts:?}");
        assert!(counts.keys().all(|key| ["200", "409 bed_occupied", "409 already_admitted"].contains(&key.as_str())), "{counts:?}");
        let occupied = desk.get("beds/?status=occupied").await.is(200).clone();
        assert_eq!(occupied.as_array().unwrap().len(), 1);
        world.settle().await;
    }

    async fn a_patient_leaves_once(world: &World) {
        let (desk, beds, patients) = over_the_wire(world).await;
        let bed = format!("beds/{}", beds[0]);
        desk.post(&format!("{bed}/assign_patient/"), json!({ "patient_id": patients[0] })).await.is(200);
        let requests = (0..30).map(|n| {
            if n % 2 == 0 {
                desk.request("POST", &format!("{bed}/discharge_patient/")).json(&json!({}))
            } else {
                desk.request("POST", &format!("{bed}/transfer/")).json(&json!({ "to_bed": beds[1 + n % 5] }))
            }
        }).collect();
        let counts = counted(&at_once(requests).await);
        assert_eq!(counts["200"], 1, "{counts:?}");
        assert!(counts.keys().all(|key| ["200", "409 state_conflict"].contains(&key.as_str())), "{counts:?}");
        world.settle().await;
    }

    async fn two_who_swap_beds_do_not_wait_for_each_other(world: &World) {
        let (desk, beds, patients) = over_the_wire(world).await;
        for n in 0..2 {
            desk.post(&format!("beds/{}/assign_patient/", beds[n]), json!({ "patient_id": patients[n] })).await.is(200);
        }
        // Each to the other's bed, and both to the same free one.
        let requests = (0..40).map(|n| {
            let to = [beds[1 - n % 2], beds[2]][n / 2 % 2];
            desk.request("POST", &format!("beds/{}/transfer/", beds[n % 2])).json(&json!({ "to_bed": to }))
        }).collect();
        let counts = counted(&at_once(requests).await);
        assert_eq!(counts["200"], 1, "{counts:?}");
        assert!(counts.keys().all(|key| key.starts_with("200") || key.starts_with("409 ")), "{counts:?}");
        let occupied = desk.get("beds/?status=occupied").await.is(200).clone();
        assert_eq!(occupied.as_array().unwrap().len(), 2);
        world.settle().await;
    }
}
