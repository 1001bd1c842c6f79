//! What is asked, written down for the load generator before it begins: a path or a body a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::civil::Date;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::Outcome;
use crate::calendar::{self, DOCTORS, FIRST_DOCTOR, MINUTES};
use crate::load::{Scripts, THREADS};
use crate::names::Register;
use crate::person;
use crate::process::USER;
use crate::question::Question;
use crate::run::Plan;
use crate::shelf::MEDICATIONS;
use crate::subject::Stock;
use crate::thick::PATIENT;

/// Texts to search for, and people to register.
const MANY: usize = 2000;
/// So many appointments a second a thread can make before its slots run out.
const FAST: usize = 12_500;

/// Writes the lines of every question, for any size of its subject.
pub(crate) fn write(
    directory: &Path,
    plan: &Plan,
    seed: u64,
    today: Date,
    password: &str,
) -> Outcome<Scripts> {
    let mut scripts = Scripts {
        directory: Path::new(env!("CARGO_MANIFEST_DIR")).join("wrk"),
        lines: directory.to_owned(),
        part: 0,
    };
    let login = json!({ "username": USER, "password": password }).to_string();
    save(&scripts, Question::Login, [login])?;
    let doctors = FIRST_DOCTOR..FIRST_DOCTOR + DOCTORS;
    for question in plan.questions.iter().copied() {
        match question {
            Question::Login => {}
            Question::Retrieve => save(&scripts, question, ["/api/patients/1/"])?,
            Question::List => save(&scripts, question, ["/api/patients/?limit=50"])?,
            Question::Search => {
                let texts = person::searches(&Register::new(), seed, MANY);
                let path = |text: &String| format!("/api/patients/?search={}", encode(text));
                save(&scripts, question, texts.iter().map(path))?;
            }
            Question::Create => {
                let people = person::run(&Register::new(), seed ^ 0xC0FFEE, 0, MANY, MANY);
                save(
                    &scripts,
                    question,
                    people.iter().map(|person| person.body()),
                )?;
            }
            Question::Queue => {
                let path = format!("/api/appointments/queue/?date={today}");
                save(&scripts, question, [path])?;
            }
            Question::Upcoming => {
                let path = "/api/appointments/?upcoming=true&limit=50";
                save(&scripts, question, [path])?;
            }
            Question::Availability | Question::Day => {
                let below = match question {
                    Question::Day => "",
                    _ => "availability/",
                };
                let days = calendar::ahead(today).flat_map(|date| {
                    let path = move |doctor| {
                        format!("/api/appointments/{below}?doctor={doctor}&date={date}")
                    };
                    doctors.clone().map(path)
                });
                save(&scripts, question, days)?;
            }
            Question::Book => scripts.part = book(&scripts, plan, today)?,
            Question::Dispense => save(&scripts, question, dispenses(seed))?,
            asked => save(&scripts, question, paths(asked, today, seed))?,
        }
    }
    Ok(scripts)
}

/// Appointments to be made, in lines of the same length: a part for single requests, then one for each thread of each
/// turn. Answers the length of a part.
fn book(scripts: &Scripts, plan: &Plan, today: Date) -> Outcome<usize> {
    let patients = Stock::APPOINTMENTS_PATIENTS;
    let part = FAST * usize::try_from(plan.seconds.max(1))?;
    let parts = 1 + plan.turns() * THREADS;
    let mut length = 0;
    let bodies = calendar::free(today, patients, parts * part).map(|free| {
        let body = format!(
            r#"{{"patient":{:5},"doctor":{:2},"date":"{}","time":"{}","duration_minutes":{MINUTES},"reason":"Follow-up"}}"#,
            free.patient, free.doctor, free.date, free.time
        );
        length = body.len() + 1;
        body
    });
    save(scripts, Question::Book, bodies)?;
    Ok(part * length)
}

/// Of the reports at the sizes that they are used at, the thick chart, and pages.
fn paths(question: Question, today: Date, seed: u64) -> Vec<String> {
    let one = |path: &str| vec![path.to_owned()];
    let chart = |end: &str| vec![format!("/api/patients/{PATIENT}/{end}")];
    match question {
        Question::Chart => chart("chart/"),
        Question::Timeline => chart("timeline/"),
        // The first days of sixty months.
        Question::StockAsOf => (0..60)
            .map(|ago| today.saturating_sub(jiff::Span::new().months(ago)))
            .map(|day| format!("/api/medications/stock_as_of/?date={day}"))
            .collect(),
        Question::Consumption => one("/api/medications/consumption_patterns/"),
        Question::Expiring => one("/api/medications/near_expiry/?days=90"),
        Question::BelowLevel => one("/api/medications/below_reorder_level/"),
        Question::Suggestions => one("/api/medications/reorder_suggestions/"),
        Question::Ageing => one("/api/financial-reports/receivables_aging/"),
        Question::Insurers => one("/api/financial-reports/insurer_balances/"),
        Question::ByDoctor => one("/api/financial-reports/revenue_by_doctor/"),
        Question::ByService => one("/api/financial-reports/revenue_by_service/"),
        Question::TrialBalance => one("/api/financial-reports/trial_balance/"),
        Question::ByPayer => one("/api/financial-reports/payer_mix/"),
        Question::DailyCash => vec![format!(
            "/api/financial-reports/daily_cash/?start={}",
            today.saturating_sub(jiff::Span::new().months(1))
        )],
        Question::PagePatients => one("/patients/"),
        Question::PageChart => (1000..3000).map(|id| format!("/patients/{id}/")).collect(),
        Question::PageDesk => one("/desk"),
        Question::PagePharmacy => one("/pharmacy"),
        Question::PagePicker => person::searches(&Register::new(), seed, MANY)
            .iter()
            .map(|text| format!("/pick/patients?q={}", encode(text)))
            .collect(),
        _ => Vec::new(),
    }
}

/// What is dispensed to whom: one unit of any medication to any patient.
fn dispenses(seed: u64) -> impl Iterator<Item = serde_json::Value> {
    let mut rng = SmallRng::seed_from_u64(seed);
    (0..MANY * 10).map(move |_| {
        json!({
            "patient": rng.random_range(2..=Stock::HOSPITAL_PATIENTS),
            "medication_item": rng.random_range(1..=MEDICATIONS),
            "quantity": 1,
            // Where something speaks against it.
            "override_reason": "Agreed with the prescriber",
        })
    })
}

fn save<T: std::fmt::Display>(
    scripts: &Scripts,
    question: Question,
    lines: impl IntoIterator<Item = T>,
) -> Outcome<()> {
    let mut file = BufWriter::new(File::create(scripts.of(question))?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    Ok(file.flush()?)
}

/// A text as a query parameter's value.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => (byte as char).to_string(),
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
