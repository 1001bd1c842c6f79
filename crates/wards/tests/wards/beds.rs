use serde_json::json;

use crate::{House, count};

testkit::on_both! {
    async fn a_bed_is_assigned_and_left_in_the_documented_shapes(world: &World) {
        let house = House::new(world).await;
        let assigned = house.assign(0, 0).await;
        assert_eq!((&assigned["status"], &assigned["bed"], &assigned["patient"]), (&json!("assigned"), &json!(house.beds[0]), &json!(house.patients[0])));
        let bed = house.bed(0).await;
        for (field, value) in [
            ("status", json!("occupied")), ("assigned_patient", json!(house.patients[0])), ("assigned_patient_id", json!(house.patients[0])),
            ("patient_name", json!("Awa Bah")), ("number", json!("W-1")), ("name", json!("W-1")),
        ] {
            assert_eq!(bed[field], value, "{field}");
        }
        assert!(bed["last_assigned"].is_string());
        let left = house.nurse.post(&house.verb(0, "discharge_patient"), json!({})).await.is(200).clone();
        assert_eq!((&left["status"], &left["bed"], &left["bed_days"]), (&json!("discharged"), &json!(house.beds[0]), &json!(1)));
        let bed = house.bed(0).await;
        assert_eq!((&bed["status"], &bed["assigned_patient"]), (&json!("cleaning"), &json!(null)));
        house.nurse.post(&house.verb(0, "discharge_patient"), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    /// After a discharge the bed is not assigned before it is clean.
    async fn a_bed_is_cleaned_before_it_is_assigned_again(world: &World) {
        let house = House::new(world).await;
        house.assign(0, 0).await;
        house.desk.post(&house.verb(0, "discharge_patient"), json!({})).await.is(200);
        let next = json!({ "patient_id": house.patients[1] });
        let refused = house.nurse.post(&house.verb(0, "assign_patient"), next.clone()).await;
        assert_eq!(refused.refuses(409, "bed_not_available")["status"], "cleaning");
        house.admin.patch(&format!("beds/{}/", house.beds[0]), json!({ "status": "available" })).await.is(200);
        house.nurse.post(&house.verb(0, "assign_patient"), next).await.is(200);
        world.settle().await;
    }

    async fn who_works_with_beds_says_that_one_is_clean(world: &World) {
        let house = House::new(world).await;
        house.assign(0, 0).await;
        house.nurse.post(&house.verb(0, "make_available"), json!({})).await.refuses(409, "bed_occupied");
        house.nurse.post(&house.verb(0, "discharge_patient"), json!({})).await.is(200);
        let bed = house.nurse.post(&house.verb(0, "make_available"), json!({})).await.is(200).clone();
        assert_eq!(bed["status"], "available");
        house.assign(0, 1).await;
        world.settle().await;
    }

    async fn the_state_of_a_bed_is_not_written_past_its_patient(world: &World) {
        let house = House::new(world).await;
        let path = format!("beds/{}/", house.beds[0]);
        house.admin.patch(&path, json!({ "status": "occupied" })).await.complains_about("status");
        house.admin.post("beds/", json!({ "number": "Y", "status": "occupied" })).await.complains_about("status");
        house.assign(0, 0).await;
        for status in ["available", "cleaning", "maintenance"] {
            house.admin.patch(&path, json!({ "status": status })).await.refuses(409, "bed_occupied");
        }
        // Other fields can be changed, and what is read-only is ignored.
        let bed = house.admin.patch(&path, json!({ "name": "W-9", "assigned_patient": null, "status": "occupied" })).await.is(200).clone();
        assert_eq!((&bed["number"], &bed["assigned_patient"]), (&json!("W-9"), &json!(house.patients[0])));
        world.settle().await;
    }

    async fn a_bed_takes_one_patient_and_a_patient_one_bed(world: &World) {
        let house = House::new(world).await;
        house.assign(0, 0).await;
        let other = json!({ "patient_id": house.patients[1] });
        house.nurse.post(&house.verb(0, "assign_patient"), other).await.refuses(409, "bed_occupied");
        let same = json!({ "patient": house.patients[0] });
        let refused = house.nurse.post(&house.verb(1, "assign_patient"), same).await;
        assert_eq!(refused.refuses(409, "already_admitted")["bed"], house.beds[0]);
        house.nurse.post(&house.verb(1, "assign_patient"), json!({})).await.complains_about("patient_id");
        house.nurse.post(&house.verb(1, "assign_patient"), json!({ "patient_id": 999_999 })).await.complains_about("patient");
        house.nurse.post("beds/999999/assign_patient/", json!({ "patient_id": house.patients[1] })).await.is(404);
        world.settle().await;
    }

    async fn a_patient_is_moved_and_the_admission_goes_on(world: &World) {
        let mut house = House::new(world).await;
        let admission = house.assign(0, 0).await["admission"].as_i64().unwrap();
        house.pass(world, jiff::SignedDuration::from_hours(3)).await;
        house.assign(1, 1).await;
        house.nurse.post(&house.verb(0, "transfer"), json!({ "to_bed": house.beds[1] })).await.refuses(409, "bed_occupied");
        house.nurse.post(&house.verb(0, "transfer"), json!({ "to_bed": house.beds[0] })).await.complains_about("to_bed");
        house.nurse.post(&house.verb(0, "transfer"), json!({ "to_bed": 999_999 })).await.complains_about("to_bed");
        house.nurse.post(&house.verb(2, "transfer"), json!({ "to_bed": house.beds[0] })).await.refuses(409, "state_conflict");
        let moved = house.nurse.post(&house.verb(0, "transfer"), json!({ "bed_id": house.beds[2] })).await.is(200).clone();
        assert_eq!((&moved["status"], &moved["bed"], &moved["admission"]), (&json!("transferred"), &json!(house.beds[2]), &json!(admission)));
        assert_eq!(house.bed(0).await["status"], "cleaning");
        assert_eq!(house.bed(2).await["assigned_patient"], house.patients[0]);
        let stays = house.nurse.get(&format!("admissions/{admission}/stays/?ordering=started_at")).await.is(200).clone();
        assert_eq!(count(&stays), 2);
        assert_eq!(stays[0]["ended_at"], stays[1]["started_at"]);
        assert_eq!(stays[1]["ended_at"], json!(null));
        let history = house.nurse.get(&format!("beds/{}/history/", house.beds[0])).await.is(200).clone();
        assert_eq!((count(&history), &history[0]["patient_name"]), (1, &json!("Awa Bah")));
        world.settle().await;
    }
}
