//! A laboratory to try things in.

use serde_json::{Value as Json, json};
use testkit::{Caller, Reply, World};

/// A doctor, a technician, a patient and an open encounter.
pub(crate) struct Lab {
    pub(crate) doctor: Caller,
    pub(crate) tech: Caller,
    pub(crate) desk: Caller,
    pub(crate) patient: i64,
    pub(crate) encounter: i64,
}

impl Lab {
    /// Everyone signs in again.
    pub(crate) async fn later(&mut self, world: &World) {
        self.doctor = back(world, &self.doctor).await;
        self.tech = back(world, &self.tech).await;
        self.desk = back(world, &self.desk).await;
    }

    pub(crate) async fn new(world: &World) -> Lab {
        Lab::with(world, "1990-01-01", "Female").await
    }

    /// With a patient of this birth date and gender.
    pub(crate) async fn with(world: &World, born: &str, gender: &str) -> Lab {
        let desk = world.receptionist().await;
        let doctor = world.doctor().await;
        let tech = world.caller(Some(kernel::BuiltinRole::LabTechnician)).await;
        let body = json!({ "first_name": "Jane", "last_name": "Doe", "date_of_birth": born, "gender": gender });
        let patient = desk.post("patients/", body).await.id();
        let encounter = encounter(&doctor, patient).await;
        Lab {
            doctor,
            tech,
            desk,
            patient,
            encounter,
        }
    }

    /// The id of a test of the starter catalogue.
    pub(crate) async fn test(&self, code: &str) -> i64 {
        let path = format!("lab_tests/catalog/?test_code={code}");
        self.tech.get(&path).await.is(200)[0]["id"]
            .as_i64()
            .unwrap()
    }

    /// Orders tests of the catalogue; answers the order.
    pub(crate) async fn order(&self, codes: &[&str], change: Json) -> Json {
        let mut items = Vec::new();
        for code in codes {
            items.push(json!({ "lab_test_id": self.test(code).await, "notes_for_lab": "fasting" }));
        }
        let mut body = json!({ "encounter": self.encounter, "items": items });
        let change = change.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(change);
        self.doctor.post("lab_orders/", body).await.is(201).clone()
    }

    /// Enters values of one item of an order.
    pub(crate) async fn enter(&self, order: &Json, results: Json) -> Reply {
        let item = order["items"][0]["id"].clone();
        let results: Vec<Json> = results
            .as_array()
            .unwrap()
            .iter()
            .map(|result| {
                let mut result = result.clone();
                let object = result.as_object_mut().unwrap();
                object
                    .entry("lab_order_item")
                    .or_insert_with(|| item.clone());
                result
            })
            .collect();
        let path = format!("lab_orders/{}/add_results/", order["id"]);
        self.tech.put(&path, json!({ "results": results })).await
    }

    /// The order as it is now.
    pub(crate) async fn now(&self, order: &Json) -> Json {
        let path = format!("lab_orders/{}/", order["id"]);
        self.doctor.get(&path).await.is(200).clone()
    }

    /// A verb on the order by the doctor.
    pub(crate) async fn does(&self, who: &Caller, order: &Json, verb: &str) -> Reply {
        who.post(&format!("lab_orders/{}/{verb}/", order["id"]), json!({}))
            .await
    }
}

/// The same user, signed in again after the token has expired.
pub(crate) async fn back(world: &World, caller: &Caller) -> Caller {
    let path = format!("users/{}/", caller.id);
    let user = world.admin().await.get(&path).await.is(200).clone();
    let signed_in = world
        .sign_in(user["username"].as_str().unwrap(), testkit::PASSWORD)
        .await;
    let mut caller = caller.clone();
    caller.token = signed_in.token;
    caller
}

/// Opens an encounter; returns its id.
pub(crate) async fn encounter(doctor: &Caller, patient: i64) -> i64 {
    let body = json!({ "patient": patient, "notes": "Palpitations" });
    let made = doctor.post("encounters/", body).await;
    made.is(201);
    made.id()
}

/// How many rows a bare list has.
#[track_caller]
pub(crate) fn count(reply: &Reply) -> usize {
    reply.is(200).as_array().unwrap().len()
}
