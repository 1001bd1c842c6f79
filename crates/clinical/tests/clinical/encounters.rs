//! `encounters/`, signing and addenda.

use serde_json::json;

use crate::support::{Room, count};

testkit::on_both! {
    async fn an_encounter_is_written_read_and_changed(world: &World) {
        let room = Room::new(world).await;
        let one = format!("encounters/{}/", room.encounter);
        let row = room.doctor.get(&one).await;
        row.is(200);
        for (field, value) in [
            ("patient", json!(room.patient)), ("patient_id", json!(room.patient)), ("doctor", json!(room.doctor.id)),
            ("patient_name", json!("Jane Doe")), ("doctor_name", json!("Fatou Ceesay")), ("status", json!("open")),
            ("diagnosis_code", json!("J20.9")), ("notes", json!("Cough for three days")), ("chief_complaint", json!("")),
            ("appointment", json!(null)), ("appointment_date", json!(null)), ("signed_at", json!(null)),
        ] {
            assert_eq!(row.json[field], value, "{field}");
        }
        let changed = room.doctor.patch(&one, json!({ "treatment_plan": "Rest", "doctor": null })).await;
        assert_eq!(changed.is(200)["treatment_plan"], "Rest");
        assert_eq!(changed.json["doctor"], room.doctor.id);
        assert_eq!(count(&room.doctor.get(&format!("encounters/?patient={}&status=open", room.patient)).await), 1);
        assert_eq!(count(&room.doctor.get("encounters/?diagnosis_code=j20.9").await), 1);
        // A moment is asked for by the hospital's days as well.
        for (query, found) in [
            ("encounter_date__gte=2026-11-23&encounter_date__lte=2026-11-23", 1), ("encounter_date__gte=2026-11-24", 0),
            ("encounter_date__lte=2026-11-22", 0), ("created_at__gte=2026-11-23", 1), ("created_at__lte=2026-11-22", 0),
        ] {
            assert_eq!(count(&room.doctor.get(&format!("encounters/?{query}")).await), found, "{query}");
        }
        room.doctor.get("encounters/?encounter_date__gte=2026-11-31").await.complains_about("encounter_date__gte");
        world.settle().await;
    }

    /// How many there are, that there is none of what was asked for, and that something is recorded already are told
    /// without a row being shown.
    async fn what_is_told_without_showing_a_row_is_on_record(world: &World) {
        let room = Room::new(world).await;
        let admin = world.admin().await;
        let trail = async || {
            let rows = admin.get(&format!("audit_logs/?patient={}&user={}&action=view", room.patient, room.doctor.id)).await;
            count(&rows)
        };
        let path = format!("encounters/?patient={}", room.patient);
        let before = trail().await;
        let counted = room.doctor.get(&format!("{path}&diagnosis_code=J20.9&limit=1&offset=100")).await;
        assert_eq!((&counted.is(200)["count"], &counted.json["results"]), (&json!(1), &json!([])));
        assert_eq!(trail().await, before + 1);
        assert_eq!(count(&room.doctor.get(&format!("{path}&diagnosis_code=B20")).await), 0);
        assert_eq!(trail().await, before + 2);
        let condition = json!({ "patient": room.patient, "name": "Asthma" });
        room.doctor.post("medical_conditions/", condition.clone()).await.is(201);
        let written = trail().await;
        room.doctor.post("medical_conditions/", condition).await.refuses(409, "already_recorded");
        assert_eq!(trail().await, written + 1);
        // That a patient has nothing of a kind is told as well.
        assert_eq!(count(&room.doctor.get(&format!("referrals/?patient={}", room.patient)).await), 0);
        assert_eq!(trail().await, written + 2);
        world.settle().await;
    }

    /// Who signs is who did it: nobody signs, or adds to what is signed, in another's name.
    async fn nobody_signs_in_anothers_name(world: &World) {
        let room = Room::new(world).await;
        let body = json!({ "delegate": room.nurse.id, "can_act_as_user": true });
        room.doctor.post("delegateaccess/", body).await.is(201);
        let visit = format!("encounters/{}/", room.encounter);
        let acting = |path: &str, body: serde_json::Value| {
            let doctor = room.doctor.id.to_string();
            room.nurse.request("POST", &format!("{visit}{path}/")).header("x-act-as", &doctor).json(&body).send()
        };
        acting("sign", json!({})).await.refuses(403, "permission_denied");
        room.doctor.post(&format!("{visit}sign/"), json!({})).await.is(200);
        acting("addenda", json!({ "text": "Not by me" })).await.refuses(403, "permission_denied");
        world.settle().await;
    }

    async fn what_is_wrong_is_said_by_field(world: &World) {
        let room = Room::new(world).await;
        let try_with = async |change: serde_json::Value| {
            let mut body = json!({ "patient": room.patient, "notes": "x" });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            room.doctor.post("encounters/", body).await
        };
        try_with(json!({ "notes": "" })).await.complains_about("notes");
        try_with(json!({ "patient": 999_999 })).await.complains_about("patient");
        try_with(json!({ "doctor": room.nurse.id })).await.complains_about("doctor");
        try_with(json!({ "diagnosis_code": "malaria" })).await.complains_about("diagnosis_code");
        try_with(json!({ "encounter_date": "2099-01-01T00:00:00Z" })).await.complains_about("encounter_date");
        // What the program keeps is not the client's to write.
        let made = try_with(json!({ "status": "signed", "signed_by": room.doctor.id })).await;
        assert_eq!(made.is(201)["status"], "open");
        room.nurse.post("encounters/", json!({ "patient": room.patient, "notes": "x" })).await.refuses(403, "permission_denied");
        let moved = room.doctor.patch(&format!("encounters/{}/", room.encounter), json!({ "patient": 999_999 })).await;
        moved.complains_about("patient");
        world.settle().await;
    }

    async fn a_signed_encounter_is_final(world: &World) {
        let room = Room::new(world).await;
        let vitals = room.vitals(json!({ "heart_rate": 70 })).await;
        vitals.is(201);
        let one = format!("encounters/{}/", room.encounter);
        let other = world.doctor().await;
        let signed = other.post(&format!("{one}sign/"), json!({})).await;
        assert_eq!(signed.is(200)["status"], "signed");
        assert_eq!(signed.json["signed_by"], other.id, "who signed is who did");
        assert!(signed.json["signed_at"].is_string());

        room.doctor.post(&format!("{one}sign/"), json!({})).await.refuses(409, "encounter_signed");
        room.doctor.patch(&one, json!({ "notes": "Something else" })).await.refuses(409, "encounter_signed");
        room.doctor.delete(&one).await.refuses(409, "encounter_signed");
        assert_eq!(room.doctor.get(&one).await.is(200)["notes"], "Cough for three days");
        // Written back as it was read, it is the same version.
        let same = room.doctor.put(&one, room.doctor.get(&one).await.json).await;
        assert_eq!(same.is(200)["version"], signed.json["version"]);

        // B01: a form for a signed encounter. B02: its vitals.
        let refused = room.nurse.post(&format!("{one}add_vitals/"), json!({ "systolic_bp": 120, "diastolic_bp": 80 })).await;
        refused.refuses(409, "encounter_signed");
        assert_eq!(count(&room.doctor.get(&format!("vitals/?encounter={}", room.encounter)).await), 1);
        let pulse = format!("vitals/{}/", vitals.id());
        room.doctor.patch(&pulse, json!({ "heart_rate": 170 })).await.refuses(409, "encounter_signed");
        room.doctor.delete(&pulse).await.refuses(409, "encounter_signed");
        assert_eq!(room.doctor.get(&pulse).await.is(200)["heart_rate"], 70);

        let added = room.doctor.post(&format!("{one}addenda/"), json!({ "text": "X-ray was clear" })).await;
        assert_eq!(added.is(201)["author"], room.doctor.id);
        assert_eq!(added.json["patient"], room.patient);
        let addenda = room.nurse.get(&format!("{one}addenda/")).await;
        assert_eq!(count(&addenda), 1);
        assert_eq!(addenda.json[0]["text"], "X-ray was clear");
        assert_eq!(addenda.json[0]["author_name"], "Fatou Ceesay");
        room.doctor.patch(&format!("encounter-addenda/{}/", added.id()), json!({ "text": "y" })).await.is(405);
        world.settle().await;
    }

    async fn signing_can_complete_the_appointment(world: &World) {
        let room = Room::new(world).await;
        let booking = json!({ "patient": room.patient, "doctor": room.doctor.id, "date": "2026-11-23", "time": "10:00" });
        let appointment = room.desk.post("appointments/", booking).await.id();
        let admin = world.admin().await;
        let made = admin.post("encounters/", json!({ "patient": room.patient, "appointment": appointment, "notes": "x" })).await;
        assert_eq!(made.is(201)["doctor"], room.doctor.id, "the appointment's doctor");
        assert_eq!(made.json["appointment_date"], "2026-11-23");
        assert_eq!(made.json["appointment_time"], "10:00:00");
        let sign = format!("encounters/{}/sign/", made.id());
        room.doctor.post(&sign, json!({ "complete_appointment": true })).await.is(200);
        let booked = format!("appointments/{appointment}/");
        assert_eq!(room.desk.get(&booked).await_status().await, "completed");

        // All or nothing: an appointment that cannot be completed leaves the encounter open.
        let later = json!({ "patient": room.patient, "doctor": room.doctor.id, "date": "2027-05-28", "time": "10:00" });
        let cancelled = room.desk.post("appointments/", later).await.id();
        let made = room.doctor.post("encounters/", json!({ "patient": room.patient, "appointment": cancelled, "notes": "x" })).await.id();
        room.desk.post(&format!("appointments/{cancelled}/cancel/"), json!({})).await.is(200);
        let refused = room.doctor.post(&format!("encounters/{made}/sign/"), json!({ "complete_appointment": true })).await;
        refused.refuses(409, "state_conflict");
        assert_eq!(room.doctor.get(&format!("encounters/{made}/")).await.is(200)["status"], "open");
        let without = room.doctor.post(&format!("encounters/{}/sign/", room.encounter), json!({ "complete_appointment": true })).await;
        without.complains_about("complete_appointment");
        world.settle().await;
    }

    async fn an_encounter_that_others_depend_on_stays(world: &World) {
        let room = Room::new(world).await;
        let vitals = room.vitals(json!({ "weight": 70 })).await.id();
        let one = format!("encounters/{}/", room.encounter);
        let refused = room.doctor.delete(&one).await;
        assert_eq!(refused.refuses(409, "in_use")["dependents"], json!(["vitals"]));
        room.doctor.delete(&format!("vitals/{vitals}/")).await.is(204);
        room.doctor.delete(&one).await.is(204);
        room.doctor.get(&one).await.is(404);
        world.settle().await;
    }
}

/// Shorter asserts on one field.
trait Status {
    async fn await_status(self) -> serde_json::Value;
}

impl<F: Future<Output = testkit::Reply>> Status for F {
    async fn await_status(self) -> serde_json::Value {
        self.await.is(200)["status"].clone()
    }
}
