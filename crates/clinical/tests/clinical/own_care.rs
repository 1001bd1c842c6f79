//! A doctor who reaches only patients in their care gives themselves no lasting access to another's record.

use kernel::BuiltinRole::Doctor;
use serde_json::json;
use testkit::{Caller, World};

use crate::support::Room;

/// A doctor of this name whose role reaches only patients in their care.
async fn confined(world: &World, name: &str) -> Caller {
    let scopes = [
        "patients",
        "encounters",
        "tasks",
        "allergies",
        "medical_conditions",
        "vaccinations",
        "appointments",
    ];
    let scopes: serde_json::Map<_, _> = scopes
        .iter()
        .map(|path| ((*path).to_owned(), json!("assigned")))
        .collect();
    let role = format!("roles/{}/", Doctor.id());
    let admin = world.admin().await;
    admin
        .patch(&role, json!({ "scopes": scopes }))
        .await
        .is(200);
    let id = world.user(name, Some(Doctor)).await;
    let mut doctor = world.sign_in(name, testkit::PASSWORD).await;
    doctor.id = id;
    doctor
}

async fn sees(doctor: &Caller, patient: i64) -> bool {
    doctor.get(&format!("patients/{patient}/")).await.status == 200
}

/// After the end of the day the doctor signs in again.
async fn next_day(world: &World, name: &str) -> Caller {
    world.pass(jiff::SignedDuration::from_hours(25));
    world.sign_in(name, testkit::PASSWORD).await
}

testkit::on_both! {
    async fn a_visit_of_a_stranger_opens_the_record_until_the_end_of_the_day_and_is_asked_about(world: &World) {
        let room = Room::new(world).await;
        let doctor = confined(world, "drwalkin").await;
        assert!(!sees(&doctor, room.patient).await);
        // Given somebody who walks in and is seen at once,
        let body = json!({ "patient": room.patient, "notes": "Walked in with chest pain" });
        let visit = doctor.post("encounters/", body.clone()).await;
        assert_eq!(visit.is(201)["own_visit"], true);
        assert!(sees(&doctor, room.patient).await);
        world.settle().await;
        // then a person is asked, once, and the record closes with the day.
        doctor.post("encounters/", body).await.is(201);
        world.settle().await;
        let admin = world.admin().await;
        let asked = admin.get("access-reviews/?open=true").await.is(200).clone();
        assert_eq!(asked.as_array().unwrap().len(), 1, "{asked}");
        assert_eq!((&asked[0]["user"], &asked[0]["patient"], &asked[0]["reasons"]), (&json!(doctor.id), &json!(room.patient), &json!("own_visit")));
        let doctor = next_day(world, "drwalkin").await;
        assert!(!sees(&doctor, room.patient).await);
        assert_eq!(doctor.get("encounters/").await.is(200), &json!([]));
        // Found right by another person, the patient is the doctor's.
        let admin = world.admin().await;
        let decide = format!("access-reviews/{}/decide/", asked[0]["id"]);
        admin.post(&decide, json!({ "verdict": "justified" })).await.is(200);
        assert!(sees(&doctor, room.patient).await);
        let again = json!({ "patient": room.patient, "notes": "Better" });
        assert_eq!(doctor.post("encounters/", again).await.is(201)["own_visit"], false);
        world.settle().await;
    }

    async fn nobody_learns_a_day_of_birth_by_trying(world: &World) {
        let room = Room::with(world, "1990-01-01", "Female").await;
        let before = |patient: i64| json!({ "patient": patient, "notes": "Seen at home", "encounter_date": "1989-12-31T12:00:00Z" });
        room.doctor.post("encounters/", before(room.patient)).await.complains_about("encounter_date");
        // Given a doctor who may not read the record, because of their role or of what the patient wants
        let doctor = confined(world, "drcurious").await;
        assert!(!sees(&doctor, room.patient).await);
        doctor.post("encounters/", before(room.patient)).await.is(201);
        // then the visit stands, as any of a stranger, and opens the record: what was wrong is said from now on.
        doctor.post("encounters/", before(room.patient)).await.complains_about("encounter_date");
        world.settle().await;
    }

    /// Who wants only those who treat them to read their record has said so to everybody: a visit of a stranger opens it for
    /// that day, a person is asked, and a visit that is taken back closes it.
    async fn a_record_that_was_confined_is_not_opened_for_good_by_oneself(world: &World) {
        let room = Room::new(world).await;
        let no = json!({ "patient": room.patient, "consent_type": "data_processing", "given": false });
        room.desk.post("consents/", no).await.is(201);
        world.settle().await;
        world.user("drother", Some(Doctor)).await;
        let other = world.sign_in("drother", testkit::PASSWORD).await;
        assert!(!sees(&other, room.patient).await);
        let body = json!({ "patient": room.patient, "notes": "Passing by" });
        let visit = other.post("encounters/", body.clone()).await;
        assert_eq!(visit.is(201)["own_visit"], true);
        assert!(sees(&other, room.patient).await);
        other.delete(&format!("encounters/{}/", visit.id())).await.is(204);
        assert!(!sees(&other, room.patient).await);
        other.post("encounters/", body).await.is(201);
        world.settle().await;
        let admin = world.admin().await;
        let asked = admin.get("access-reviews/?open=true").await;
        assert!(asked.is(200).as_array().unwrap().iter().any(|row| row["reasons"] == "own_visit" && row["patient"] == room.patient));
        // Who treats the patient already needs nothing of the kind.
        let again = json!({ "patient": room.patient, "notes": "Better" });
        assert_eq!(room.doctor.post("encounters/", again).await.is(201)["own_visit"], false);
        let other = next_day(world, "drother").await;
        assert!(!sees(&other, room.patient).await);
        world.settle().await;
    }

    async fn what_somebody_else_recorded_of_the_doctor_lasts(world: &World) {
        let room = Room::new(world).await;
        let doctor = confined(world, "drasked").await;
        let body = json!({ "patient": room.patient, "notes": "Seen by Dr Asked", "doctor": doctor.id });
        let admin = world.admin().await;
        assert_eq!(admin.post("encounters/", body).await.is(201)["own_visit"], false);
        assert!(sees(&doctor, room.patient).await);
        let doctor = next_day(world, "drasked").await;
        assert!(sees(&doctor, room.patient).await);
        world.settle().await;
    }

    async fn what_is_recorded_of_a_stranger_is_no_secret_that_a_refusal_tells(world: &World) {
        let room = Room::new(world).await;
        let known = json!({ "patient": room.patient, "substance": "Penicillin" });
        room.doctor.post("allergies/", known.clone()).await.is(201);
        let condition = json!({ "patient": room.patient, "name": "HIV disease", "code": "B20" });
        room.doctor.post("medical_conditions/", condition.clone()).await.is(201);
        let doctor = confined(world, "drcurious").await;
        // What is there already and what is not are refused alike.
        for (path, body) in [
            ("allergies/", known),
            ("allergies/", json!({ "patient": room.patient, "substance": "Latex" })),
            ("medical_conditions/", condition),
            ("medical_conditions/", json!({ "patient": room.patient, "name": "Asthma", "code": "J45" })),
            ("vaccinations/", json!({ "patient": room.patient, "vaccine_name": "BCG", "date_administered": "2020-01-01" })),
            ("tasks/", json!({ "title": "Look", "related_patient": room.patient })),
            ("tasks/", json!({ "title": "Look", "related_patient": room.patient, "assignee": doctor.id })),
        ] {
            doctor.post(path, body).await.refuses(403, "permission_denied");
        }
        assert!(!sees(&doctor, room.patient).await);
        world.settle().await;
    }
}
