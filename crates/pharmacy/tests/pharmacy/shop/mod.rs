//! A pharmacist, a patient and some medicine to try things with.

use kernel::BuiltinRole;
use platform::cx::values;
use platform::db::Statement;
use platform::unit;
use serde_json::{Value as Json, json};
use testkit::{Caller, Reply, World};

/// The hospital's day on which every world begins.
pub(crate) const TODAY: &str = "2026-11-23";
pub(crate) const YESTERDAY: &str = "2026-11-22";
pub(crate) const SOON: &str = "2026-12-10";
pub(crate) const LATE: &str = "2028-01-31";

pub(crate) struct Shop {
    pub(crate) pharmacist: Caller,
    pub(crate) patient: i64,
}

impl Shop {
    pub(crate) async fn new(world: &World) -> Shop {
        let desk = world.receptionist().await;
        let jane = json!({
            "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
        });
        let patient = desk.post("patients/", jane).await.id();
        Shop {
            pharmacist: world.caller(Some(BuiltinRole::Pharmacist)).await,
            patient,
        }
    }

    pub(crate) async fn medication(&self, name: &str, change: Json) -> i64 {
        let mut body = json!({ "name": name });
        extend(&mut body, change);
        let reply = self.pharmacist.post("medications/", body).await;
        reply.is(201);
        reply.id()
    }

    pub(crate) async fn batch(&self, item: i64, number: &str, expiry: &str, quantity: i64) -> i64 {
        let mut body = batch(item, number, expiry, quantity);
        // What has expired already is received into quarantine only, and released, as if it had expired on the shelf.
        let expired = expiry < TODAY;
        if expired {
            body["status"] = json!("quarantined");
        }
        let reply = self.pharmacist.post("stock-batches/", body).await;
        reply.is(201);
        if expired {
            let path = format!("stock-batches/{}/", reply.id());
            let released = json!({ "status": "active" });
            self.pharmacist.patch(&path, released).await.is(200);
        }
        reply.id()
    }

    pub(crate) async fn dispense(&self, item: i64, quantity: i64, change: Json) -> Reply {
        let mut body = json!({ "patient_id": self.patient, "quantity": quantity });
        extend(&mut body, change);
        self.pharmacist
            .post(&format!("medications/{item}/dispense/"), body)
            .await
    }

    pub(crate) async fn adjust(&self, change: Json) -> Reply {
        let mut body = json!({ "reason": "Broken packaging" });
        extend(&mut body, change);
        self.pharmacist.post("stock-adjustments/", body).await
    }

    /// The quantity of a batch.
    pub(crate) async fn holds(&self, batch: i64) -> i64 {
        let reply = self
            .pharmacist
            .get(&format!("stock-batches/{batch}/"))
            .await;
        let row = reply.is(200);
        assert_eq!(row["quantity"], row["current_quantity"]);
        row["current_quantity"].as_i64().unwrap()
    }

    /// The quantity of a medication over all batches.
    pub(crate) async fn total(&self, item: i64) -> i64 {
        let reply = self.pharmacist.get(&format!("medications/{item}/")).await;
        reply.is(200)["total_quantity"].as_i64().unwrap()
    }

    pub(crate) async fn supplier(&self, name: &str) -> i64 {
        let reply = self
            .pharmacist
            .post("suppliers/", json!({ "name": name }))
            .await;
        reply.is(201);
        reply.id()
    }
}

pub(crate) fn batch(item: i64, number: &str, expiry: &str, quantity: i64) -> Json {
    json!({
        "medication_item": item, "batch_number": number, "expiry_date": expiry, "quantity_received": quantity,
        "cost_price_per_unit": 0.5, "selling_price_per_unit": 1.25,
    })
}

pub(crate) fn extend(body: &mut Json, change: Json) {
    body.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
}

/// `(batch_number, quantity_dispensed)` of the logs of a dispense.
pub(crate) fn taken(reply: &Reply) -> Vec<(String, i64)> {
    let logs = reply.json["logs"].as_array().unwrap().iter();
    logs.map(|log| {
        (
            log["batch_number"].as_str().unwrap().to_owned(),
            log["quantity_dispensed"].as_i64().unwrap(),
        )
    })
    .collect()
}

pub(crate) fn list(reply: &Reply) -> Vec<Json> {
    reply.is(200).as_array().unwrap().clone()
}

/// What does not agree with the ledger.
pub(crate) async fn differences(world: &World) -> Vec<ledger::Difference> {
    let found = unit::program(&world.app, "test", |cx| {
        Box::pin(ledger::differences::<pharmacy::stock_movement::Stock>(cx))
    });
    found.await.unwrap()
}

/// Changes the database behind the program's back.
pub(crate) async fn tamper(
    world: &World,
    sql: &'static str,
    id: i64,
) -> Result<u64, platform::error::Error> {
    unit::program(&world.app, "test", move |cx| {
        Box::pin(async move {
            cx.unscoped("a test breaks something on purpose")
                .untraced()
                .execute(Statement::raw(sql, values([&id])))
                .await
        })
    })
    .await
}
