//! What went on at the demo hospital in the last three months: visits with what follows from them, deliveries, stays,
//! bills. It is all done by the people whose work it is, on the days on which it was done.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::Clock;
use platform::app::App;
use platform::jobs;
use serde_json::{Value as Json, json};

use super::client::Client;
use super::house::{House, MEDICINES, deliver};
use crate::commands::Failure;

/// So long ago the hospital opened, in days.
pub(super) const SINCE: i64 = 84;
/// It is looked at every so many days.
const STEP: i64 = 3;
/// So many patients are seen on each of them.
const VISITS: usize = 3;
/// A delivery comes every so many of them.
const DELIVERY: usize = 7;

/// The complaint, the finding, the diagnosis with its code, the test that is ordered and its values, and the medicine,
/// by its place among [`MEDICINES`].
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Values,
    usize,
);
type Values = &'static [(&'static str, Value)];

#[derive(Clone, Copy)]
enum Value {
    Number(f64),
    Text(&'static str),
}

const CASES: &[Case] = &[
    (
        "Fever for three days",
        "Temperature high, no neck stiffness.",
        "Malaria, uncomplicated",
        "B54",
        "MRDT",
        &[
            ("MRDTPF", Value::Text("positive")),
            ("MRDTPAN", Value::Text("negative")),
        ],
        1,
    ),
    (
        "Headache in the mornings",
        "Blood pressure 162/98 twice.",
        "Hypertension",
        "I10",
        "K",
        &[("K", Value::Number(4.4))],
        2,
    ),
    (
        "Thirst, passing much water",
        "Well, no ketones.",
        "Type 2 diabetes",
        "E11.9",
        "GLUF",
        &[("GLUF", Value::Number(11.2))],
        3,
    ),
    (
        "Tired and short of breath",
        "Pale conjunctivae.",
        "Iron deficiency anaemia",
        "D50.9",
        "HB",
        &[("HGB", Value::Number(8.2))],
        5,
    ),
    (
        "Cough with fever",
        "Crackles at the right base.",
        "Pneumonia",
        "J18.9",
        "",
        &[],
        4,
    ),
    (
        "Burning pain after meals",
        "Abdomen soft.",
        "Gastritis",
        "K29.7",
        "",
        &[],
        6,
    ),
    (
        "Back pain after lifting",
        "No neurological deficit.",
        "Low back pain",
        "M54.5",
        "",
        &[],
        0,
    ),
];

/// The people at work, and what they work with.
pub(super) struct Past<'a> {
    pub(super) app: &'a Arc<App>,
    pub(super) clock: &'a Clock,
    pub(super) house: &'a House,
    pub(super) doctors: &'a [(Client, Json)],
    pub(super) reception: &'a Client,
    pub(super) nurse: &'a Client,
    pub(super) pharmacy: &'a Client,
    pub(super) lab: &'a Client,
    pub(super) cashier: &'a Client,
    /// Grown-up patients with their policies.
    pub(super) patients: Vec<(Json, Json)>,
}

/// Where the laboratory's tests stand in its catalogue.
struct Tests(Vec<(String, Json)>);

impl Past<'_> {
    /// Lives through the weeks until this moment, at which the clock then stands.
    pub(super) async fn live(&self, until: Timestamp) -> Result<(), Failure> {
        let tests = self.tests().await?;
        let steps = usize::try_from(SINCE / STEP).unwrap_or_default();
        for step in 0..steps {
            let back = (SINCE - i64::try_from(step).unwrap_or_default() * STEP) * 24;
            self.clock.set(until - SignedDuration::from_hours(back));
            self.renew().await?;
            self.day(step, &tests).await?;
        }
        self.clock.set(until);
        self.renew().await?;
        self.admit(steps, 0).await?;
        self.admit(steps, 1).await?;
        self.settle().await
    }

    /// Tokens are short-lived, and three days pass at a time.
    async fn renew(&self) -> Result<(), Failure> {
        let doctors = self.doctors.iter().map(|(client, _)| client);
        let others = [
            self.reception,
            self.nurse,
            self.pharmacy,
            self.lab,
            self.cashier,
        ];
        for client in doctors.chain(others) {
            client.renew().await?;
        }
        Ok(())
    }

    /// Lets everything happen that follows by itself, such as charges.
    async fn settle(&self) -> Result<(), Failure> {
        while jobs::run_due(self.app).await? > 0 {}
        Ok(())
    }

    async fn tests(&self) -> Result<Tests, Failure> {
        let mut found = Vec::new();
        for code in ["MRDT", "K", "GLUF", "HB"] {
            let path = format!("lab_tests/catalog/?test_code={code}");
            let listed = self.lab.get(&path).await?;
            found.push((code.to_owned(), listed[0]["id"].clone()));
        }
        Ok(Tests(found))
    }

    fn today(&self) -> Date {
        self.app.zone.today(self.clock.now())
    }

    async fn day(&self, step: usize, tests: &Tests) -> Result<(), Failure> {
        if step.is_multiple_of(DELIVERY) {
            let months = if step == DELIVERY { 4 } else { 20 };
            let expires = self.today().saturating_add(months.months());
            deliver(self.pharmacy, self.house, step / DELIVERY + 1, expires).await?;
        }
        let drawer = json!({ "drawer": "Front", "opening_float": 500 });
        let drawer = self.cashier.post("cash-sessions/", drawer).await?["id"].take();
        for visit in 0..VISITS {
            self.visit(step * VISITS + visit, tests).await?;
        }
        if step.is_multiple_of(4) {
            self.admit(step, 0).await?;
        }
        if step % 4 == 1 {
            self.discharge().await?;
        }
        self.settle().await?;
        let cash = self.collect(step).await?;
        let body = json!({ "counted_amount": 500.0 + cash });
        self.cashier
            .post(&format!("cash-sessions/{drawer}/count/"), body)
            .await?;
        Ok(())
    }

    /// A patient is seen: encounter, vitals, a test with its result and review, a medicine, signed and dispensed.
    async fn visit(&self, n: usize, tests: &Tests) -> Result<(), Failure> {
        let (patient, _) = &self.patients[n * 5 % self.patients.len()];
        let (doctor, _) = &self.doctors[n % self.doctors.len()];
        let (complaint, finding, diagnosis, code, test, values, medicine) = CASES[n % CASES.len()];
        let body = json!({ "patient": patient, "chief_complaint": complaint, "notes": finding });
        let encounter = doctor.post("encounters/", body).await?["id"].take();
        let swing = i64::try_from(n % 9).unwrap_or_default();
        let body = json!({
            "systolic_bp": 112 + swing * 5, "diastolic_bp": 70 + swing * 3, "heart_rate": 68 + swing * 4,
            "respiratory_rate": 14 + swing % 5, "oxygen_saturation": 97, "weight": 55 + swing * 3,
            "temperature": if code == "B54" { 38.7 } else { 36.8 },
        });
        self.nurse
            .post(&format!("encounters/{encounter}/add_vitals/"), body)
            .await?;
        if !test.is_empty() {
            let order = self.order(doctor, &encounter, test, tests).await?;
            self.result(&order, values).await?;
            doctor
                .post(&format!("lab_orders/{}/review/", order["id"]), json!({}))
                .await?;
        }
        let prescription = self.prescribe(doctor, &encounter, medicine).await?;
        let body = json!({ "diagnosis": diagnosis, "diagnosis_code": code, "treatment_plan": "Explained; come back if worse." });
        doctor
            .patch(&format!("encounters/{encounter}/"), body)
            .await?;
        doctor
            .post(&format!("encounters/{encounter}/sign/"), json!({}))
            .await?;
        // Now and then somebody does not come to the pharmacy.
        if n % 11 != 10 {
            self.dispense(&prescription, medicine).await?;
        }
        Ok(())
    }

    async fn order(
        &self,
        doctor: &Client,
        encounter: &Json,
        test: &str,
        tests: &Tests,
    ) -> Result<Json, Failure> {
        let id = tests
            .0
            .iter()
            .find(|(code, _)| code == test)
            .map(|(_, id)| id);
        let body = json!({ "encounter": encounter, "items": [{ "lab_test_id": id }] });
        doctor.post("lab_orders/", body).await
    }

    async fn result(&self, order: &Json, values: Values) -> Result<(), Failure> {
        self.lab
            .post(&format!("lab_orders/{}/collect/", order["id"]), json!({}))
            .await?;
        let item = &order["items"][0]["id"];
        let results: Vec<Json> = values
            .iter()
            .map(|(name, value)| match value {
                Value::Number(number) => json!({ "lab_order_item": item, "parameter_name": name, "value_numeric": number }),
                Value::Text(text) => json!({ "lab_order_item": item, "parameter_name": name, "value_text": text }),
            })
            .collect();
        let path = format!("lab_orders/{}/add_results/", order["id"]);
        self.lab.put(&path, json!({ "results": results })).await?;
        Ok(())
    }

    async fn prescribe(
        &self,
        doctor: &Client,
        encounter: &Json,
        medicine: usize,
    ) -> Result<Json, Failure> {
        let (.., (dosage, frequency, duration, quantity)) = MEDICINES[medicine];
        let body = json!({
            "encounter": encounter, "medication_item": self.house.medicines[medicine], "dosage": dosage,
            "frequency": frequency, "duration": duration, "quantity": quantity,
        });
        let made = doctor
            .despite(
                "prescriptions/",
                body,
                "Discussed with the patient; no alternative at hand",
            )
            .await?;
        Ok(made["id"].clone())
    }

    async fn dispense(&self, prescription: &Json, medicine: usize) -> Result<(), Failure> {
        let (.., (_, _, _, quantity)) = MEDICINES[medicine];
        let path = format!("medications/{}/dispense/", self.house.medicines[medicine]);
        let body = json!({ "prescription_id": prescription, "quantity": quantity });
        self.pharmacy
            .despite(&path, body, "The doctor was called and confirms")
            .await?;
        Ok(())
    }

    /// Bed days are for those who are not in hospital yet: the n-th of the step.
    async fn admit(&self, step: usize, n: usize) -> Result<(), Failure> {
        let (patient, _) = &self.patients[(step * 3 + n * 2 + 1) % self.patients.len()];
        let free = self.nurse.get("beds/?status=available").await?;
        let body = json!({ "patient_id": patient, "reason": "Needs fluids and observation" });
        let path = format!("beds/{}/assign_patient/", free[0]["id"]);
        self.nurse.post(&path, body).await?;
        Ok(())
    }

    async fn discharge(&self) -> Result<(), Failure> {
        let occupied = self.nurse.get("beds/?status=occupied").await?;
        for bed in occupied.as_array().into_iter().flatten() {
            let body = json!({ "discharge_summary": "Recovered with fluids and rest. Control in two weeks." });
            let path = format!("beds/{}/discharge_patient/", bed["id"]);
            self.nurse.post(&path, body).await?;
            self.nurse
                .post(&format!("beds/{}/make_available/", bed["id"]), json!({}))
                .await?;
        }
        Ok(())
    }

    /// The cashier opens what has gathered; most patients pay, some in part, some later. Answers what came in cash.
    async fn collect(&self, step: usize) -> Result<f64, Failure> {
        let drafts = self.cashier.get("bills/?status=Draft").await?;
        let mut cash = 0.0;
        for (n, bill) in drafts.as_array().into_iter().flatten().enumerate() {
            let policy = self
                .patients
                .iter()
                .find(|(patient, _)| *patient == bill["patient"]);
            let policy = policy.map_or(Json::Null, |(_, policy)| policy.clone());
            if !policy.is_null() {
                let path = format!("bills/{}/", bill["id"]);
                self.cashier
                    .patch(&path, json!({ "insurance": policy }))
                    .await?;
            }
            let path = format!("bills/{}/open/", bill["id"]);
            let opened = self.cashier.post(&path, json!({})).await?;
            if !policy.is_null() {
                self.claim(&bill["id"], step).await?;
            }
            let due = opened["balance_due"].as_f64().unwrap_or_default();
            let share = [1.0, 1.0, 0.5, 1.0, 0.0][(step + n) % 5];
            let amount = (due * share * 100.0).round() / 100.0;
            if amount > 0.0 {
                let body = json!({ "amount": amount, "method": "Cash" });
                self.cashier
                    .post(&format!("bills/{}/payments/", bill["id"]), body)
                    .await?;
                cash += amount;
            }
        }
        Ok((cash * 100.0).round() / 100.0)
    }

    /// Insurers pay what they were asked for a while ago.
    async fn claim(&self, bill: &Json, step: usize) -> Result<(), Failure> {
        let claim = self
            .cashier
            .post("insurance-claims/", json!({ "bill": bill }))
            .await?;
        let path = |verb: &str| format!("insurance-claims/{}/{verb}/", claim["id"]);
        self.cashier.post(&path("submit"), json!({})).await?;
        if step < 18 {
            let body = json!({ "paid_amount": claim["amount"], "reference": format!("RH-{}", 7000 + step) });
            self.cashier.post(&path("remittance"), body).await?;
        }
        Ok(())
    }

    /// Today in the laboratory: a result that cannot wait, and an order that is still to be taken.
    pub(super) async fn today_in_the_laboratory(&self) -> Result<(), Failure> {
        let tests = self.tests().await?;
        let (doctor, _) = &self.doctors[0];
        for (n, critical) in [(4, true), (6, false)] {
            let (patient, _) = &self.patients[n % self.patients.len()];
            let body = json!({ "patient": patient, "chief_complaint": "Weak legs", "notes": "Reflexes slow." });
            let encounter = doctor.post("encounters/", body).await?["id"].take();
            let order = self.order(doctor, &encounter, "K", &tests).await?;
            if critical {
                self.result(&order, &[("K", Value::Number(7.1))]).await?;
            }
        }
        self.settle().await
    }
}
