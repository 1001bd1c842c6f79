//! Pages as people without scripts use them, role by role.

mod account;
mod beds;
mod booking;
mod cash;
mod chart;
mod clinic;
mod desk;
mod emergency;
mod golden;
mod links;
mod people;
mod pharmacy;
mod roles;
mod same;
mod words;
mod workplace;

use serde_json::json;
use testkit::Caller;

/// Somebody who was born on New Year's Day of 1990; the id.
async fn registered(admin: &Caller, first: &str) -> i64 {
    let body = json!({
        "first_name": first, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
    });
    admin.post("patients/", body).await.id()
}
