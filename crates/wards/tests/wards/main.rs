//! `wards/`, `beds/`, `admissions/` as clients see them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod admissions;
mod beds;
mod people;
mod print;
mod races;
mod reports;
mod wards;

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

/// A ward with beds, people who work there, and patients.
pub(crate) struct House {
    pub(crate) admin: Caller,
    pub(crate) nurse: Caller,
    pub(crate) desk: Caller,
    pub(crate) ward: i64,
    pub(crate) beds: Vec<i64>,
    pub(crate) patients: Vec<i64>,
}

impl House {
    pub(crate) async fn new(world: &World) -> House {
        let (admin, nurse, desk) = (
            world.admin().await,
            world.nurse().await,
            world.receptionist().await,
        );
        let ward = admin
            .post("wards/", json!({ "name": "Women", "capacity": 4 }))
            .await;
        ward.is(201);
        let ward = ward.id();
        let mut beds = Vec::new();
        for number in ["W-1", "W-2", "W-3"] {
            let bed = admin
                .post("beds/", json!({ "ward": ward, "number": number }))
                .await;
            bed.is(201);
            beds.push(bed.id());
        }
        let mut patients = Vec::new();
        for name in ["Awa", "Binta", "Coumba"] {
            let body = json!({
                "first_name": name, "last_name": "Bah", "date_of_birth": "1980-02-03", "gender": "Female",
            });
            patients.push(desk.post("patients/", body).await.id());
        }
        House {
            admin,
            nurse,
            desk,
            ward,
            beds,
            patients,
        }
    }

    /// Time passes, and people sign in again: tokens do not last that long.
    pub(crate) async fn pass(&mut self, world: &World, time: SignedDuration) {
        world.pass(time);
        self.admin = world.admin().await;
        self.nurse = world.nurse().await;
        self.desk = world.receptionist().await;
    }

    /// Puts a patient into a bed; both by their place in the lists.
    pub(crate) async fn assign(&self, bed: usize, patient: usize) -> Json {
        let path = format!("beds/{}/assign_patient/", self.beds[bed]);
        let reply = self
            .nurse
            .post(&path, json!({ "patient_id": self.patients[patient] }))
            .await;
        reply.is(200).clone()
    }

    pub(crate) async fn bed(&self, bed: usize) -> Json {
        self.nurse
            .get(&format!("beds/{}/", self.beds[bed]))
            .await
            .is(200)
            .clone()
    }

    pub(crate) fn verb(&self, bed: usize, verb: &str) -> String {
        format!("beds/{}/{verb}/", self.beds[bed])
    }
}

pub(crate) fn count(list: &Json) -> usize {
    list.as_array().unwrap().len()
}
