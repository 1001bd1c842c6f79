//! A desk, a doctor and a patient to try things with.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value as Json, json};
use testkit::{Caller, World};

/// The day on which things are tried.
pub(crate) const DAY: &str = "2027-05-27";

pub(crate) struct Ward {
    pub(crate) desk: Caller,
    pub(crate) doctor: i64,
    pub(crate) patient: i64,
    named: AtomicU32,
}

impl Ward {
    pub(crate) async fn new(world: &World) -> Ward {
        let desk = world.receptionist().await;
        let doctor = world.doctor().await.id;
        let jane = json!({
            "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
        });
        let patient = desk.post("patients/", jane).await.id();
        Ward {
            desk,
            doctor,
            patient,
            named: AtomicU32::new(0),
        }
    }

    /// The same on [`DAY`], at a time of the clock: outcomes are recorded when they are known.
    pub(crate) async fn on_the_day(world: &World, time: &str) -> Ward {
        let then: jiff::Timestamp = format!("{DAY}T{time}:00Z").parse().unwrap();
        world.pass(then.duration_since(world.clock.now()));
        Ward::new(world).await
    }

    /// Registers somebody else.
    pub(crate) async fn another_patient(&self) -> i64 {
        let number = self.named.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "first_name": format!("Awa{number}"), "last_name": "Bah", "date_of_birth": "1980-02-03", "gender": "Female",
        });
        self.desk.post("patients/", body).await.id()
    }

    /// The body of an appointment on [`DAY`], with changes laid over.
    pub(crate) fn at(&self, time: &str, change: Json) -> Json {
        let mut body =
            json!({ "patient": self.patient, "doctor": self.doctor, "date": DAY, "time": time });
        let change = change.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(change);
        body
    }

    /// Makes one; returns its id.
    pub(crate) async fn book(&self, time: &str, change: Json) -> i64 {
        let reply = self.desk.post("appointments/", self.at(time, change)).await;
        reply.is(201);
        reply.id()
    }
}

/// The ids of a list, in its order.
pub(crate) fn ids(list: &Json) -> Vec<i64> {
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| row["id"].as_i64().unwrap()).collect()
}
