//! A consulting room to try things in.

use serde_json::{Value as Json, json};
use testkit::{Caller, World};

/// A desk, a doctor, a nurse, a patient and an open encounter.
pub(crate) struct Room {
    pub(crate) desk: Caller,
    pub(crate) doctor: Caller,
    pub(crate) nurse: Caller,
    pub(crate) patient: i64,
    pub(crate) encounter: i64,
}

impl Room {
    pub(crate) async fn new(world: &World) -> Room {
        Room::with(world, "1990-01-01", "Female").await
    }

    /// With a patient of this birth date and gender.
    pub(crate) async fn with(world: &World, born: &str, gender: &str) -> Room {
        let (desk, doctor, nurse) = (
            world.receptionist().await,
            world.doctor().await,
            world.nurse().await,
        );
        let body = json!({ "first_name": "Jane", "last_name": "Doe", "date_of_birth": born, "gender": gender });
        let patient = desk.post("patients/", body).await.id();
        let encounter = encounter(&doctor, patient).await;
        Room {
            desk,
            doctor,
            nurse,
            patient,
            encounter,
        }
    }

    /// Records vital signs as the doctor.
    pub(crate) async fn vitals(&self, body: Json) -> testkit::Reply {
        self.doctor
            .post(&format!("encounters/{}/add_vitals/", self.encounter), body)
            .await
    }
}

/// Opens an encounter; returns its id.
pub(crate) async fn encounter(doctor: &Caller, patient: i64) -> i64 {
    let body = json!({ "patient": patient, "notes": "Cough for three days", "diagnosis": "Bronchitis", "diagnosis_code": "j20.9" });
    let made = doctor.post("encounters/", body).await;
    made.is(201);
    made.id()
}

/// How many rows a bare list has.
#[track_caller]
pub(crate) fn count(reply: &testkit::Reply) -> usize {
    reply.is(200).as_array().unwrap().len()
}
