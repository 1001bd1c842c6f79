//! A cashier, an admin, a doctor and a patient to try things with.

use contracts::Dispensed;
use jiff::Timestamp;
use kernel::{BuiltinRole, Money};
use platform::unit;
use serde_json::{Value as Json, json};
use testkit::{Caller, Reply, World};

pub(crate) struct Desk {
    pub(crate) admin: Caller,
    pub(crate) cashier: Caller,
    pub(crate) doctor: Caller,
    pub(crate) patient: i64,
}

pub(crate) async fn cashier(world: &World) -> Caller {
    world.caller(Some(BuiltinRole::Cashier)).await
}

pub(crate) async fn register(by: &Caller, name: &str) -> i64 {
    let body = json!({
        "first_name": name, "last_name": "Ceesay", "date_of_birth": "1990-01-01", "gender": "Female",
    });
    by.post("patients/", body).await.id()
}

impl Desk {
    pub(crate) async fn new(world: &World) -> Desk {
        let admin = world.admin().await;
        let patient = register(&admin, "Jane").await;
        Desk {
            cashier: cashier(world).await,
            doctor: world.doctor().await,
            patient,
            admin,
        }
    }

    /// A bill of the patient, with further fields; returns it.
    pub(crate) async fn bill(&self, more: Json) -> Json {
        let reply = self.try_bill(more).await;
        reply.is(201).clone()
    }

    pub(crate) async fn try_bill(&self, more: Json) -> Reply {
        let mut body = json!({ "patient": self.patient });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.cashier.post("bills/", body).await
    }

    /// The bill as it is now.
    pub(crate) async fn read(&self, bill: &Json) -> Json {
        let path = format!("bills/{}/", bill["id"]);
        self.cashier.get(&path).await.is(200).clone()
    }

    pub(crate) async fn pay(&self, bill: &Json, amount: f64) -> Reply {
        let path = format!("bills/{}/payments/", bill["id"]);
        self.cashier
            .post(&path, json!({ "amount": amount, "method": "Cash" }))
            .await
    }

    pub(crate) async fn policy(&self, more: Json) -> i64 {
        let mut body =
            json!({ "patient": self.patient, "provider": "Riders", "policy_number": "R-1" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.cashier.post("insurance/", body).await.is(201)["id"]
            .as_i64()
            .unwrap()
    }

    pub(crate) async fn service(&self, name: &str, price: f64, code: &str) -> i64 {
        let body = json!({ "name": name, "price": price, "code": code });
        self.admin.post("service-catalog/", body).await.is(201)["id"]
            .as_i64()
            .unwrap()
    }

    /// An encounter of the patient with the doctor.
    pub(crate) async fn encounter(&self) -> i64 {
        let body = json!({ "patient": self.patient, "notes": "Seen." });
        self.doctor.post("encounters/", body).await.is(201)["id"]
            .as_i64()
            .unwrap()
    }

    /// Fails the test unless the ledger, the bills and the daily sums say the same.
    pub(crate) async fn books_agree(&self) {
        let reply = self.admin.get("financial-reports/reconciliation/").await;
        for row in reply.is(200).as_array().unwrap() {
            assert_eq!(row["agrees"], true, "{row}");
        }
        let accounts = self
            .admin
            .get("financial-reports/trial_balance/")
            .await
            .is(200)
            .clone();
        let cents = |row: &Json, name: &str| (row[name].as_f64().unwrap() * 100.0).round() as i64;
        let sum = |name| {
            accounts
                .as_array()
                .unwrap()
                .iter()
                .map(|row| cents(row, name))
                .sum::<i64>()
        };
        assert_eq!(sum("debit"), sum("credit"));
        assert_eq!(sum("balance"), 0);
    }

    /// What an account of the ledger comes to.
    pub(crate) async fn account(&self, code: &str) -> f64 {
        let accounts = self
            .admin
            .get("financial-reports/trial_balance/")
            .await
            .is(200)
            .clone();
        let mut rows = accounts.as_array().unwrap().iter();
        rows.find(|row| row["code"] == code).unwrap()["balance"]
            .as_f64()
            .unwrap()
    }
}

/// A medication of so many cents that was dispensed.
pub(crate) fn dispensed(log: i64, patient: i64, encounter: Option<i64>, cents: i64) -> Dispensed {
    Dispensed {
        dispensing_log: log,
        patient,
        prescription: None,
        encounter,
        medication_item: 1,
        quantity: 10,
        amount: Money::from_minor(cents).unwrap(),
        at: Timestamp::UNIX_EPOCH,
    }
}

/// Lets a module have told of something.
pub(crate) async fn emit<E: contracts::Event + Clone>(world: &World, event: &E) {
    let event = event.clone();
    let told = unit::program(&world.app, "test", move |cx| {
        let event = event.clone();
        Box::pin(async move { cx.emit(&event) })
    });
    told.await.unwrap();
}
