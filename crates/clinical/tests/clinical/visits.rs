//! Beginning a visit, and vital signs of somebody of whom nobody wrote anything yet.

use serde_json::{Value as Json, json};
use testkit::{Caller, World};

/// A patient who has come and waits for the doctor.
struct Waiting {
    desk: Caller,
    doctor: Caller,
    nurse: Caller,
    patient: i64,
    appointment: i64,
}

impl Waiting {
    async fn of(world: &World) -> Waiting {
        let (desk, doctor, nurse) = (
            world.receptionist().await,
            world.doctor().await,
            world.nurse().await,
        );
        let patient = registered(&desk, "Jane").await;
        let now = world.app.zone.to_local(world.app.clock.now());
        let body = json!({
            "patient": patient, "doctor": doctor.id, "reason": "Cough",
            "date": now.date().to_string(), "time": now.time().strftime("%H:%M").to_string(),
        });
        let appointment = desk.post("appointments/", body).await.id();
        let check_in = format!("appointments/{appointment}/check_in/");
        desk.post(&check_in, json!({})).await.is(200);
        Waiting {
            desk,
            doctor,
            nurse,
            patient,
            appointment,
        }
    }

    async fn begin(&self, body: Json) -> testkit::Reply {
        let path = format!("patients/{}/begin_visit/", self.patient);
        self.doctor.post(&path, body).await
    }

    async fn measure(&self, body: Json) -> testkit::Reply {
        let path = format!("patients/{}/record_vitals/", self.patient);
        self.nurse.post(&path, body).await
    }

    async fn booked(&self) -> Json {
        let path = format!("appointments/{}/", self.appointment);
        self.desk.get(&path).await.is(200).clone()
    }
}

async fn registered(desk: &Caller, first: &str) -> i64 {
    let body = json!({ "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
    desk.post("patients/", body).await.id()
}

testkit::on_both! {
    async fn a_visit_begins_once_with_its_appointment(world: &World) {
        let waiting = Waiting::of(world).await;
        let begun = waiting.begin(json!({})).await;
        let shown = begun.is(201);
        for (field, value) in [
            ("patient", json!(waiting.patient)), ("appointment", json!(waiting.appointment)), ("doctor", json!(waiting.doctor.id)),
            ("chief_complaint", json!("Cough")), ("notes", json!("")), ("status", json!("open")),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        assert_eq!(waiting.booked().await["status"], "in_progress");
        let named = json!({ "appointment": waiting.appointment });
        for body in [json!({}), named] {
            assert_eq!(waiting.begin(body).await.id(), begun.id());
        }
        // Signed, it is over: the next one is another.
        let sign = format!("encounters/{}/sign/", begun.id());
        waiting.doctor.post(&sign, json!({ "treatment_plan": "Rest", "complete_appointment": true })).await.is(200);
        let next = waiting.begin(json!({})).await;
        assert_ne!(next.id(), begun.id());
        assert_eq!(next.is(201)["appointment"], json!(null), "that one is completed");
        world.settle().await;
    }

    async fn a_visit_is_refused_where_it_cannot_be(world: &World) {
        let waiting = Waiting::of(world).await;
        let other = registered(&waiting.desk, "Awa").await;
        let path = format!("patients/{other}/begin_visit/");
        let wrong = waiting.doctor.post(&path, json!({ "appointment": waiting.appointment })).await;
        wrong.complains_about("appointment");
        waiting.doctor.post("patients/999999/begin_visit/", json!({})).await.refuses(404, "not_found");
        waiting.nurse.post(&path, json!({})).await.refuses(403, "permission_denied");
        let cancel = format!("appointments/{}/cancel/", waiting.appointment);
        waiting.desk.post(&cancel, json!({})).await.is(200);
        waiting.begin(json!({ "appointment": waiting.appointment })).await.refuses(409, "state_conflict");
        let listed = waiting.doctor.get(&format!("encounters/?patient={}", waiting.patient)).await;
        assert_eq!(listed.is(200), &json!([]), "nothing half done");
        world.settle().await;
    }

    async fn what_a_nurse_measured_is_the_doctors_visit(world: &World) {
        let waiting = Waiting::of(world).await;
        let other = json!({ "systolic_bp": "120", "diastolic_bp": 80, "patient": 999_999 });
        waiting.measure(other).await.complains_about("patient");
        let taken = waiting.measure(json!({ "systolic_bp": "120", "diastolic_bp": 80, "patient": waiting.patient })).await;
        assert_eq!(taken.is(201)["systolic_bp"], 120);
        assert_eq!(taken.json["patient"], waiting.patient);
        assert_eq!(waiting.booked().await["status"], "checked_in", "measuring is no visit");
        let again = waiting.measure(json!({ "heart_rate": 71 })).await;
        assert_eq!(again.is(201)["encounter"], taken.json["encounter"]);
        let begun = waiting.begin(json!({})).await;
        assert_eq!(begun.is(201)["id"], taken.json["encounter"]);
        assert_eq!(begun.json["chief_complaint"], "Cough");
        waiting.measure(json!({})).await.complains_about("non_field_errors");
        waiting.measure(json!({ "temperature": 98.6 })).await.complains_about("temperature");
        waiting.desk.post(&format!("patients/{}/record_vitals/", waiting.patient), json!({ "heart_rate": 70 })).await
            .refuses(403, "permission_denied");
        world.settle().await;
    }

    async fn whose_visit_it_is_follows_from_who_saw_the_patient(world: &World) {
        let waiting = Waiting::of(world).await;
        let lone = registered(&waiting.desk, "Awa").await;
        let measure = format!("patients/{lone}/record_vitals/");
        // Brought in at night: whoever measures stands for the visit, until a doctor takes it over.
        let own = waiting.nurse.post(&measure, json!({ "weight": 60 })).await;
        own.is(201);
        let encounter = format!("encounters/{}/", own.json["encounter"]);
        assert_eq!(waiting.doctor.get(&encounter).await.is(200)["doctor"], waiting.nurse.id);
        let begun = waiting.doctor.post(&format!("patients/{lone}/begin_visit/"), json!({})).await;
        assert_eq!((&begun.is(201)["id"], &begun.json["doctor"]), (&own.json["encounter"], &json!(waiting.doctor.id)));
        let measured = waiting.nurse.post(&measure, json!({ "heart_rate": 80 })).await;
        assert_eq!(measured.is(201)["encounter"], own.json["encounter"]);
        // Nobody wrote anything: a colleague who begins takes it over.
        let colleague = world.doctor().await;
        let begun = colleague.post(&format!("patients/{lone}/begin_visit/"), json!({})).await;
        assert_eq!((&begun.is(201)["id"], &begun.json["doctor"]), (&own.json["encounter"], &json!(colleague.id)));
        colleague.patch(&encounter, json!({ "notes": "Seen" })).await.is(200);
        let mine = waiting.doctor.post(&format!("patients/{lone}/begin_visit/"), json!({})).await;
        assert_ne!(mine.is(201)["id"], own.json["encounter"], "what a colleague wrote stays theirs");
        world.settle().await;
    }

    async fn the_last_words_are_signed_with_the_note(world: &World) {
        let waiting = Waiting::of(world).await;
        let desk_visit = waiting.begin(json!({})).await;
        let version = desk_visit.is(201)["version"].clone();
        let one = format!("encounters/{}/", desk_visit.id());
        waiting.doctor.patch(&one, json!({ "chief_complaint": "" })).await.is(200);
        let sign = format!("{one}sign/");
        waiting.doctor.post(&sign, json!({})).await.complains_about("chief_complaint");
        waiting.doctor.post(&sign, json!({ "diagnosis_code": "cough" })).await.complains_about("diagnosis_code");
        let stale = waiting.doctor.request("POST", &sign).header("if-match", &format!("\"{version}\""));
        stale.json(&json!({ "diagnosis": "Flu" })).send().await.refuses(412, "stale_version");
        assert_eq!(waiting.doctor.get(&one).await.is(200)["status"], "open");
        let signed = waiting.doctor.post(&sign, json!({ "diagnosis": "Flu", "diagnosis_code": "j11.1", "status": "open" })).await;
        assert_eq!((&signed.is(200)["status"], &signed.json["diagnosis"], &signed.json["diagnosis_code"]), (&json!("signed"), &json!("Flu"), &json!("J11.1")));
        world.settle().await;
    }
}
