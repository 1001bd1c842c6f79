//! What is asked, written down for the load generator before it begins: a path or a body a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::civil::Date;
use serde_json::json;

use crate::Outcome;
use crate::calendar::{self, DOCTORS, FIRST_DOCTOR, MINUTES};
use crate::load::{Question, Scripts, THREADS};
use crate::names::Register;
use crate::person;
use crate::process::USER;
use crate::run::Plan;
use crate::subject::Stock;

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
