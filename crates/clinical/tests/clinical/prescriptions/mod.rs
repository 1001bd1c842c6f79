//! Prescriptions and the safety of medicines through the public API, on both databases.

mod checks;
mod pack_cases;
mod prescribing;
mod races;
mod renewing;
mod report;
use crate::support::Room;
use serde_json::{Value as Json, json};
use testkit::Reply;

/// The body of a prescription, with changes laid over.
fn of(room: &Room, name: &str, change: Json) -> Json {
    let mut body = json!({
        "encounter": room.encounter, "medication_name": name, "dosage": "1 tablet", "frequency": "3 times a day",
    });
    body.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    body
}

/// Prescribes as the doctor.
async fn prescribe(room: &Room, name: &str, change: Json) -> Reply {
    room.doctor
        .post("prescriptions/", of(room, name, change))
        .await
}

/// The patient said that there is no allergy.
async fn asked(room: &Room) {
    let path = format!("patients/{}/", room.patient);
    let none = json!({ "known_allergies": "none" });
    room.doctor.patch(&path, none).await.is(200);
}

/// Records an allergy.
async fn allergic(room: &Room, substance: &str, change: Json) {
    let mut body = json!({ "patient": room.patient, "substance": substance });
    body.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    room.doctor.post("allergies/", body).await.is(201);
}
