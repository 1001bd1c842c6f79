//! The patient's side as clients see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod access_log;
mod feedback;
mod invite;
mod messages;
mod proxies;

use kernel::BuiltinRole::Patient;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

/// A patient with an account, a doctor who treats them, and others.
pub(crate) struct Side {
    pub(crate) admin: Caller,
    pub(crate) desk: Caller,
    pub(crate) doctor: Caller,
    pub(crate) nurse: Caller,
    pub(crate) jane: Caller,
    pub(crate) patient: i64,
}

impl Side {
    pub(crate) async fn new(world: &World) -> Side {
        let (admin, desk) = (world.admin().await, world.receptionist().await);
        let doctor = world.doctor().await;
        let patient = register(&desk, "Jane", "1990-01-01").await;
        let jane = account(world, &admin, patient).await;
        let body = json!({ "patient": patient, "doctor": doctor.id, "date": "2026-11-26", "time": "10:00" });
        desk.post("appointments/", body).await.is(201);
        Side {
            nurse: world.nurse().await,
            admin,
            desk,
            doctor,
            jane,
            patient,
        }
    }

    /// Jane's thread as somebody sees it.
    pub(crate) async fn thread(&self, of: &Caller) -> Vec<Json> {
        list(of, &format!("patients/{}/messages/", self.patient)).await
    }

    pub(crate) async fn says(&self, who: &Caller, text: &str) -> Json {
        let path = format!("patients/{}/messages/", self.patient);
        let body = json!({ "subject": "About you", "message": text });
        who.post(&path, body).await.is(201).clone()
    }
}

pub(crate) async fn register(desk: &Caller, name: &str, born: &str) -> i64 {
    let body = json!({
        "first_name": name, "last_name": "Doe", "date_of_birth": born, "gender": "Female",
    });
    let made = desk.post("patients/", body).await;
    made.is(201);
    made.id()
}

/// A new account that is the patient's.
pub(crate) async fn account(world: &World, admin: &Caller, patient: i64) -> Caller {
    let caller = world.caller(Some(Patient)).await;
    let path = format!("patients/{patient}/");
    admin
        .patch(&path, json!({ "user": caller.id }))
        .await
        .is(200);
    caller
}

pub(crate) async fn list(who: &Caller, path: &str) -> Vec<Json> {
    who.get(path).await.is(200).as_array().unwrap().clone()
}

/// What somebody was told, the newest first.
pub(crate) async fn told(world: &World, who: &Caller) -> Vec<String> {
    world.settle().await;
    let rows = list(who, "notifications/?type=message").await;
    rows.iter()
        .map(|row| row["message"].as_str().unwrap().to_owned())
        .collect()
}
