//! What people of each role do all day, as requests to the API.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use kernel::BuiltinRole::{self, Cashier, Doctor, LabTechnician, Nurse, Pharmacist};
use rand::RngExt;
use rand::rngs::SmallRng;
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};

use crate::Outcome;
use crate::calendar::{Free, MINUTES};
use crate::shelf::MEDICATIONS;

/// The day's work, which people hand to each other.
pub(crate) struct Day {
    pub(crate) base: String,
    pub(crate) client: Client,
    pub(crate) patients: usize,
    pub(crate) today: Date,
    /// The test that doctors order.
    pub(crate) test: i64,
    /// The mean of what somebody does between two requests.
    pub(crate) pause: Duration,
    /// What is typed to find patients.
    pub(crate) searches: Vec<String>,
    /// Slots that nobody has yet, each given away once.
    pub(crate) free: Vec<Free>,
    pub(crate) booked: AtomicUsize,
    /// Bills that are owed: the first and how far the next is.
    pub(crate) debts: (usize, usize),
    pub(crate) paid: AtomicUsize,
    /// Encounters that are open.
    pub(crate) waiting: Mutex<VecDeque<i64>>,
    /// Orders with their test.
    pub(crate) ordered: Mutex<VecDeque<(i64, i64)>>,
    /// Prescriptions with patient and medication.
    pub(crate) prescribed: Mutex<VecDeque<(i64, usize, usize)>>,
}

/// How long a request took, by what it was for.
pub(crate) type Took = (&'static str, Duration);

/// Somebody at work.
pub(crate) struct Worker<'a> {
    pub(crate) day: &'a Day,
    pub(crate) role: BuiltinRole,
    pub(crate) token: String,
    pub(crate) rng: SmallRng,
    pub(crate) took: Vec<Took>,
    /// What counts was asked between these.
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

impl Worker<'_> {
    /// One piece of work.
    pub(crate) async fn work(&mut self) -> Outcome<()> {
        match self.role {
            Doctor => self.see().await,
            Nurse => self.measure().await,
            LabTechnician => self.enter().await,
            Pharmacist => self.dispense().await,
            Cashier => self.take_payment().await,
            _ => self.receive().await,
        }
    }

    /// Whether the day is over.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Between half and one and a half of the usual pause.
    pub(crate) async fn pause(&mut self) {
        let share = self.rng.random_range(0.5..1.5);
        tokio::time::sleep(self.day.pause.mul_f64(share)).await;
    }

    async fn ask(
        &mut self,
        what: &'static str,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Outcome<Json> {
        let url = format!("{}/api/{path}", self.day.base);
        let mut request = self
            .day
            .client
            .request(method, url)
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let began = Instant::now();
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if began >= self.from && began < self.until {
            self.took.push((what, began.elapsed()));
        }
        if !status.is_success() {
            return Err(format!("{what}: {path}: {status} {text}").into());
        }
        let json = serde_json::from_str(&text)?;
        self.pause().await;
        Ok(json)
    }

    async fn get(&mut self, what: &'static str, path: &str) -> Outcome<Json> {
        self.ask(what, Method::GET, path, None).await
    }

    async fn post(&mut self, what: &'static str, path: &str, body: Json) -> Outcome<Json> {
        self.ask(what, Method::POST, path, Some(body)).await
    }

    /// Anybody but the one with the thick chart.
    fn patient(&mut self) -> usize {
        self.rng.random_range(2..=self.day.patients)
    }

    /// The desk finds a patient and books.
    async fn receive(&mut self) -> Outcome<()> {
        let day = self.day;
        let text = &day.searches[self.rng.random_range(0..day.searches.len())];
        let text = text.replace(' ', "+");
        self.get("desk: search", &format!("patients/?search={text}&limit=20"))
            .await?;
        let slot = day.booked.fetch_add(1, Ordering::Relaxed);
        let free = day.free.get(slot).ok_or("all slots are given away")?;
        self.get("desk: open patient", &format!("patients/{}/", free.patient))
            .await?;
        let body = json!({
            "patient": free.patient, "doctor": free.doctor, "date": free.date.to_string(),
            "time": free.time.to_string(), "duration_minutes": MINUTES, "reason": "Follow-up",
        });
        self.post("desk: book", "appointments/", body).await?;
        Ok(())
    }

    /// A nurse takes vital signs of whoever waits.
    async fn measure(&mut self) -> Outcome<()> {
        let path = format!("appointments/queue/?date={}", self.day.today);
        self.get("nurse: queue", &path).await?;
        let Some(encounter) = next(&self.day.waiting) else {
            return Ok(());
        };
        let body = json!({
            "systolic_bp": self.rng.random_range(105..140), "diastolic_bp": self.rng.random_range(60..85),
            "heart_rate": self.rng.random_range(60..90), "temperature": 36.8, "respiratory_rate": 15,
            "oxygen_saturation": 98,
        });
        let path = format!("encounters/{encounter}/add_vitals/");
        self.post("nurse: vitals", &path, body).await?;
        Ok(())
    }

    /// A doctor reads the chart, writes, prescribes and signs. Of every other patient the encounter stays open.
    async fn see(&mut self) -> Outcome<()> {
        let patient = self.patient();
        self.get("doctor: chart", &format!("patients/{patient}/chart/"))
            .await?;
        let body = json!({
            "patient": patient, "chief_complaint": "Headache", "diagnosis": "Essential hypertension",
            "diagnosis_code": "I10", "notes": "Headache in the morning for a week, no fever, no vomiting.",
            "treatment_plan": "Treatment as prescribed, comes again in a month.",
        });
        let encounter = id(&self.post("doctor: encounter", "encounters/", body).await?)?;
        let medication = self.rng.random_range(1..=MEDICATIONS);
        let body = json!({
            "encounter": encounter, "medication_item": medication, "dosage": "1 tablet", "frequency": "once a day",
            "duration": "10 days", "override_reason": "The benefit is greater than the risk",
        });
        let prescription = id(&self
            .post("doctor: prescribe", "prescriptions/", body)
            .await?)?;
        give(&self.day.prescribed, (prescription, patient, medication));
        if self.rng.random_ratio(1, 2) {
            let body =
                json!({ "encounter": encounter, "items": [{ "lab_test_id": self.day.test }] });
            let order = self.post("doctor: order test", "lab_orders/", body).await?;
            let item = id(&order["items"][0])?;
            give(&self.day.ordered, (id(&order)?, item));
        }
        if self.rng.random_ratio(1, 2) {
            give(&self.day.waiting, encounter);
        } else {
            let path = format!("encounters/{encounter}/sign/");
            self.post("doctor: sign", &path, json!({})).await?;
        }
        Ok(())
    }

    /// The laboratory looks at what is ordered, and enters a value.
    async fn enter(&mut self) -> Outcome<()> {
        self.get("laboratory: orders", "lab_orders/?status=Ordered&limit=20")
            .await?;
        let Some((order, item)) = next(&self.day.ordered) else {
            return Ok(());
        };
        let value = f64::from(self.rng.random_range(120..150)) / 10.0;
        let body = json!({ "results": [{
            "lab_order_item": item, "parameter_name": "Haemoglobin", "value_numeric": value, "units": "g/dL",
        }] });
        let path = format!("lab_orders/{order}/add_results/");
        self.ask("laboratory: result", Method::PUT, &path, Some(body))
            .await?;
        Ok(())
    }

    /// The pharmacy opens a patient's prescriptions and dispenses one.
    async fn dispense(&mut self) -> Outcome<()> {
        let Some((prescription, patient, medication)) = next(&self.day.prescribed) else {
            self.get("pharmacy: medications", "medications/?limit=20")
                .await?;
            return Ok(());
        };
        let path = format!("patients/{patient}/prescriptions/");
        self.get("pharmacy: prescriptions", &path).await?;
        let body = json!({
            "prescription": prescription, "medication_item": medication, "quantity": 10,
            "override_reason": "Agreed with the prescriber",
        });
        self.post("pharmacy: dispense", "dispensing-logs/", body)
            .await?;
        Ok(())
    }

    /// The cashier opens a bill and takes what is owed.
    async fn take_payment(&mut self) -> Outcome<()> {
        let (first, step) = self.day.debts;
        let bill = first + step * self.day.paid.fetch_add(1, Ordering::Relaxed);
        let shown = self.get("cashier: bill", &format!("bills/{bill}/")).await?;
        let body = json!({ "bill": bill, "amount": shown["balance_due"], "method": "Cash" });
        self.post("cashier: pay", "payments/", body).await?;
        Ok(())
    }
}

fn id(json: &Json) -> Outcome<i64> {
    let id = json["id"].as_i64();
    id.ok_or_else(|| format!("an answer without an id: {json}").into())
}

fn next<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue.lock().ok()?.pop_front()
}

fn give<T>(queue: &Mutex<VecDeque<T>>, what: T) {
    if let Ok(mut queue) = queue.lock() {
        queue.push_back(what);
    }
}
