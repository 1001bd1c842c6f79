//! `break-glass/`, `breaches/`, `access-reviews/`, and who is still shown what, as clients see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod breaches;
mod break_glass;
mod consent;
mod watch;

use kernel::BuiltinRole;
use patients::CareSource;
use platform::jobs::{Job, enqueue};
use platform::unit;
use serde_json::{Value as Json, json};
use testkit::{Caller, PASSWORD, World};

pub(crate) fn somebody(first: &str, last: &str) -> Json {
    json!({ "first_name": first, "last_name": last, "date_of_birth": "1980-02-03", "gender": "Female" })
}

pub(crate) async fn register(desk: &Caller, first: &str, last: &str) -> i64 {
    let reply = desk.post("patients/", somebody(first, last)).await;
    reply.is(201);
    reply.id()
}

/// The user treats the patient from now on.
pub(crate) async fn treats(world: &World, user: i64, patient: i64) {
    let done = unit::program(&world.app, "test", move |cx| {
        Box::pin(async move {
            let since = [(user, cx.now())];
            patients::take_into_care(cx, patient, &since, CareSource::Assigned).await
        })
    });
    done.await.unwrap();
}

/// Runs a job that otherwise runs by itself, and what follows from it.
pub(crate) async fn job(world: &World, kind: &'static str) {
    let queued = unit::program(&world.app, "test", move |cx| {
        Box::pin(async move { enqueue(cx, vec![Job::now(kind, json!(null))]) })
    });
    queued.await.unwrap();
    world.settle().await;
}

/// What the patient says of the use of their data.
pub(crate) fn word(patient: i64, given: bool) -> Json {
    json!({ "patient": patient, "consent_type": "data_processing", "given": given })
}

/// A hospital where doctors reach only patients in their care.
pub(crate) async fn assigned(admin: &Caller) {
    let role = format!("roles/{}/", BuiltinRole::Doctor.id());
    let scopes = json!({ "scopes": { "patients": "assigned", "allergies": "assigned" } });
    admin.patch(&role, scopes).await.is(200);
}

/// Signs in again: sessions do not last as long as the clock is turned.
pub(crate) async fn again(world: &World, caller: &Caller, username: &str) -> Caller {
    let mut signed_in = world.sign_in(username, PASSWORD).await;
    signed_in.id = caller.id;
    signed_in
}

pub(crate) async fn ids(caller: &Caller, path: &str) -> Vec<i64> {
    let rows = caller.get(path).await;
    let rows = rows.is(200).as_array().unwrap();
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}
