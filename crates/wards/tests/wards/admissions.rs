use serde_json::json;

use crate::{House, count};

testkit::on_both! {
    async fn an_admission_is_opened_and_closed_by_itself(world: &World) {
        let mut house = House::new(world).await;
        let body = json!({ "patient": house.patients[0], "bed": house.beds[0], "reason": "Fever" });
        let made = house.admin.post("admissions/", body).await;
        let row = made.is(201).clone();
        for (field, value) in [
            ("patient", json!(house.patients[0])), ("patient_id", json!(house.patients[0])), ("bed_id", json!(house.beds[0])),
            ("reason", json!("Fever")), ("discharged_at", json!(null)), ("discharge_summary", json!(null)), ("bed_days", json!(null)),
            ("patient_name", json!("Awa Bah")), ("bed_number", json!("W-1")), ("ward", json!(house.ward)), ("length_of_stay", json!(1)),
            ("admitted_by", json!(house.admin.id)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        assert_eq!(house.bed(0).await["status"], "occupied");
        house.pass(world, jiff::SignedDuration::from_hours(50)).await;
        let path = format!("admissions/{}/", made.id());
        let now = world.clock.now().to_string();
        let closed = house.admin.patch(&path, json!({ "discharged_at": now, "discharge_summary": "Well.\nBack in a week." })).await.is(200).clone();
        assert_eq!((&closed["discharge_summary"], &closed["bed_days"]), (&json!("Well.\nBack in a week."), &json!(2)));
        assert_eq!(house.bed(0).await["status"], "cleaning");
        house.admin.patch(&path, json!({ "discharged_at": null })).await.refuses(409, "state_conflict");
        // The summary may still be written.
        house.admin.patch(&path, json!({ "discharge_summary": "Malaria" })).await.is(200);
        assert_eq!(count(house.nurse.get("admissions/?open=true").await.is(200)), 0);
        assert_eq!(count(house.nurse.get("admissions/?open=false").await.is(200)), 1);
        assert_eq!(count(house.nurse.get(&format!("patients/{}/admissions/", house.patients[0])).await.is(200)), 1);
        world.settle().await;
    }

    /// Nobody leaves before coming, and a stay of one day counts a day.
    async fn a_stay_is_never_negative_and_never_nothing(world: &World) {
        let mut house = House::new(world).await;
        let day = world.app.zone.today(world.clock.now()).tomorrow().unwrap();
        let at = |time: &str| format!("{day}T{time}Z");
        let (ten, before, three) = (at("10:00:00"), at("09:59:00"), at("15:00:00"));
        let until_four: jiff::Timestamp = at("16:00:00").parse().unwrap();
        house.pass(world, until_four.duration_since(world.clock.now())).await;
        let body = json!({ "patient_id": house.patients[0], "admitted_at": ten });
        house.nurse.post(&house.verb(0, "assign_patient"), body).await.is(200);
        let leave = house.verb(0, "discharge_patient");
        house.nurse.post(&leave, json!({ "discharged_at": before })).await.complains_about("discharged_at");
        house.nurse.post(&leave, json!({ "discharged_at": at("16:30:00") })).await.complains_about("discharged_at");
        let left = house.nurse.post(&leave, json!({ "discharged_at": three })).await.is(200).clone();
        assert_eq!(left["bed_days"], 1);
        // The next patient cannot have been there before.
        house.nurse.post(&house.verb(0, "make_available"), json!({})).await.is(200);
        let early = json!({ "patient_id": house.patients[1], "admitted_at": at("14:00:00") });
        house.nurse.post(&house.verb(0, "assign_patient"), early).await.complains_about("admitted_at");
        world.settle().await;
    }

    async fn what_is_on_record_is_corrected_only_as_far_as_it_stays_true(world: &World) {
        let house = House::new(world).await;
        let id = house.assign(0, 0).await["admission"].as_i64().unwrap();
        let path = format!("admissions/{id}/");
        house.admin.patch(&path, json!({ "patient": house.patients[1] })).await.complains_about("patient");
        house.admin.patch(&path, json!({ "bed": house.beds[1] })).await.complains_about("bed");
        let hour = jiff::SignedDuration::from_hours(1);
        let earlier = world.clock.now().checked_sub(hour).unwrap().to_string();
        let later = world.clock.now().checked_add(hour).unwrap().to_string();
        house.admin.patch(&path, json!({ "admitted_at": later })).await.complains_about("admitted_at");
        house.admin.patch(&path, json!({ "admitted_at": earlier })).await.is(200);
        let stays = house.nurse.get(&format!("admissions/{id}/stays/")).await.is(200).clone();
        assert_eq!(stays[0]["started_at"], earlier);
        house.nurse.post(&house.verb(0, "transfer"), json!({ "to_bed": house.beds[1] })).await.is(200);
        let now = world.clock.now().to_string();
        house.admin.patch(&path, json!({ "admitted_at": now })).await.complains_about("admitted_at");
        world.settle().await;
    }

    async fn an_admission_by_mistake_is_voided_and_its_bed_is_free(world: &World) {
        let house = House::new(world).await;
        let id = house.assign(0, 0).await["admission"].as_i64().unwrap();
        house.nurse.delete(&format!("admissions/{id}/")).await.is(403);
        house.admin.delete(&format!("admissions/{id}/")).await.is(204);
        assert_eq!(house.bed(0).await["status"], "cleaning");
        assert_eq!(count(house.nurse.get("admissions/").await.is(200)), 0);
        assert_eq!(count(house.nurse.get("bed-stays/").await.is(200)), 0);
        // The patient can be admitted again; a closed admission stands.
        let id = house.assign(1, 0).await["admission"].as_i64().unwrap();
        house.nurse.post(&house.verb(1, "discharge_patient"), json!({})).await.is(200);
        house.admin.delete(&format!("admissions/{id}/")).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn the_bed_follows_the_person_when_records_are_merged(world: &World) {
        let house = House::new(world).await;
        let id = house.assign(0, 0).await["admission"].as_i64().unwrap();
        house.assign(1, 1).await;
        // Two open admissions cannot be of one person.
        let merge = format!("patients/{}/merge/", house.patients[0]);
        let both = house.desk.post(&merge, json!({ "into": house.patients[1] })).await;
        assert_eq!(both.refuses(409, "merge_conflict")["conflicts"], json!(["admissions"]));
        house.desk.post(&merge, json!({ "into": house.patients[2] })).await.is(200);
        assert_eq!(house.bed(0).await["assigned_patient"], house.patients[2]);
        let row = house.nurse.get(&format!("admissions/{id}/")).await.is(200).clone();
        assert_eq!(row["patient"], house.patients[2]);
        let stays = house.nurse.get(&format!("bed-stays/?patient={}", house.patients[2])).await.is(200).clone();
        assert_eq!(count(&stays), 1);
        // The record that was given up takes no new admission.
        house.nurse.post(&house.verb(2, "assign_patient"), json!({ "patient_id": house.patients[0] })).await.refuses(409, "state_conflict");
        house.nurse.post(&house.verb(0, "discharge_patient"), json!({})).await.is(200);
        world.settle().await;
    }

    async fn a_mistyped_year_of_admission_is_refused_and_a_wrong_day_put_right(world: &World) {
        let house = House::new(world).await;
        let newborn = json!({ "first_name": "Dodou", "last_name": "Bah", "date_of_birth": "2026-11-20", "gender": "Male" });
        let newborn = house.desk.post("patients/", newborn).await.id();
        let admit = async |patient: i64, at: &str| {
            let body = json!({ "patient": patient, "bed": house.beds[0], "admitted_at": at });
            house.admin.post("admissions/", body).await
        };
        admit(house.patients[0], "2016-11-23T07:00:00Z").await.complains_about("admitted_at");
        admit(house.patients[0], "2025-11-22T12:00:00Z").await.complains_about("admitted_at");
        admit(newborn, "2026-11-19T12:00:00Z").await.complains_about("admitted_at");
        let body = json!({ "patient_id": house.patients[0], "admitted_at": "2016-11-23T07:00:00Z" });
        house.nurse.post(&house.verb(0, "assign_patient"), body).await.complains_about("admitted_at");
        let made = admit(newborn, "2026-11-20T12:00:00Z").await;
        made.is(201);
        let path = format!("admissions/{}/", made.id());
        house.admin.patch(&path, json!({ "admitted_at": "2026-11-19T12:00:00Z" })).await.complains_about("admitted_at");
        let right = house.admin.patch(&path, json!({ "admitted_at": "2026-11-22T12:00:00Z" })).await;
        assert_eq!(right.is(200)["admitted_at"], "2026-11-22T12:00:00Z");
        world.settle().await;
    }
}
