//! What goes on at the demo hospital: doctors' hours, today's patients at every stage, appointments to come, a
//! room and a device, tasks. The staff makes all of it, so every rule holds and every reminder is planned.

use jiff::civil::{Date, DateTime, Time, time};
use jiff::{Span, ToSpan};
use serde_json::{Value as Json, json};

use super::client::Client;
use crate::commands::Failure;

/// Who makes the days.
pub(super) struct Staff {
    pub(super) reception: Client,
    /// Each with their id.
    pub(super) doctors: Vec<(Client, Json)>,
    pub(super) nurse: Json,
}

/// How far an appointment of today has come.
#[derive(Clone, Copy)]
enum Stage {
    Seen,
    WithDoctor,
    Waiting,
    Missed,
    CalledOff,
    Expected,
}

use Stage::{CalledOff, Expected, Missed, Seen, Waiting, WithDoctor};

/// Today of each doctor, in order from the beginning of the hours.
const TODAY: &[Stage] = &[
    Seen, Seen, Missed, Seen, WithDoctor, Waiting, Waiting, CalledOff, Expected, Expected, Expected,
];

/// Doctors see patients every day, so that there is something to look at on any.
const OPENS: Time = time(8, 0, 0, 0);
const CLOSES: Time = time(17, 0, 0, 0);
const SLOT_MINUTES: i64 = 30;

/// So many days to come have appointments, so many for each doctor.
const DAYS: i64 = 5;
const A_DAY: usize = 4;

const REASONS: &[&str] = &[
    "Fever for three days",
    "Antenatal check",
    "Blood pressure",
    "Cough",
    "Wound dressing",
    "Diabetes review",
];

/// Makes today and the days after it.
pub(super) async fn fill(staff: &Staff, patients: &[Json], now: DateTime) -> Result<(), Failure> {
    let today = now.date();
    for (_, doctor) in &staff.doctors {
        for weekday in 0..7 {
            let hours = json!({
                "doctor": doctor, "weekday": weekday, "start": OPENS.to_string(), "end": CLOSES.to_string(),
                "slot_minutes": SLOT_MINUTES,
            });
            staff.reception.post("doctor-schedules/", hours).await?;
        }
    }
    // Nobody comes twice on a day: patients take turns, and there are more of them than a day has appointments.
    let mut turns = patients.iter().cycle();
    let mut book = async |doctor: &Json, day: Date, at: usize| -> Result<Json, Failure> {
        let visit = json!({
            "patient": turns.next(), "doctor": doctor, "date": day.to_string(), "time": slot(at).to_string(),
            "duration_minutes": SLOT_MINUTES, "reason": REASONS[at % REASONS.len()],
            // The demo begins at any time of day, and today's visits with its opening.
            "noted_afterwards": day == today && slot(at + 1) <= now.time(),
        });
        Ok(staff.reception.post("appointments/", visit).await?["id"].take())
    };
    // The first patient has an account, and so something to come.
    for days in 1..=DAYS {
        for (_, doctor) in &staff.doctors {
            for at in 0..A_DAY {
                book(doctor, after(today, days), at * 2 + 2).await?;
            }
        }
    }
    for (doctor, id) in &staff.doctors {
        for (at, stage) in TODAY.iter().enumerate() {
            let visit = book(id, today, at).await?;
            // Nobody has failed to come before it is time.
            let stage = match stage {
                Missed if slot(at) > now.time() => Expected,
                stage => *stage,
            };
            go_on(&staff.reception, doctor, &visit, stage).await?;
        }
    }
    rooms(staff, patients, today).await?;
    tasks(staff, patients, today).await
}

fn slot(at: usize) -> Time {
    let minutes = i64::try_from(at).unwrap_or_default() * SLOT_MINUTES;
    OPENS.saturating_add(Span::new().minutes(minutes))
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// Brings an appointment to a stage, as those do who press the buttons.
async fn go_on(
    reception: &Client,
    doctor: &Client,
    visit: &Json,
    stage: Stage,
) -> Result<(), Failure> {
    let steps: &[(&Client, &str)] = match stage {
        Seen => &[
            (reception, "check_in"),
            (doctor, "start"),
            (doctor, "complete"),
        ],
        WithDoctor => &[(reception, "check_in"), (doctor, "start")],
        Waiting => &[(reception, "check_in")],
        Missed => &[(reception, "no_show")],
        CalledOff => &[(reception, "cancel")],
        Expected => &[],
    };
    for (who, verb) in steps {
        who.post(&format!("appointments/{visit}/{verb}/"), json!({}))
            .await?;
    }
    Ok(())
}

async fn rooms(staff: &Staff, patients: &[Json], today: Date) -> Result<(), Failure> {
    for (name, kind, description, first) in [
        (
            "Theatre 1",
            "Operating Room",
            "Main building, ground floor",
            0,
        ),
        ("Ultrasound", "Equipment", "Room 4", 2),
    ] {
        let made = json!({ "name": name, "resource_type": kind, "description": description });
        let resource = staff.reception.post("resources/", made).await?;
        for days in 0..2_usize {
            let day = after(today, i64::try_from(days).unwrap_or_default());
            let booking = json!({
                "resource": resource["id"], "patient": patients.get(first + days),
                "start_time": format!("{day}T10:00:00Z"), "end_time": format!("{day}T11:30:00Z"),
                "purpose": "Planned examination",
            });
            staff.reception.post("resource-bookings/", booking).await?;
        }
    }
    Ok(())
}

/// Doctors give tasks to the nurse, and have some of their own.
async fn tasks(staff: &Staff, patients: &[Json], today: Date) -> Result<(), Failure> {
    for (n, (doctor, id)) in staff.doctors.iter().enumerate() {
        for (title, assignee, priority, due) in [
            ("Take blood pressure twice a day", &staff.nurse, "normal", 0),
            ("Call about the laboratory result", &staff.nurse, "high", 0),
            ("Write the letter of referral", id, "normal", 1),
        ] {
            let task = json!({
                "title": title, "assignee": assignee, "priority": priority,
                "related_patient": patients.get(n), "due_date": after(today, due).to_string(),
            });
            doctor.post("tasks/", task).await?;
        }
    }
    Ok(())
}
