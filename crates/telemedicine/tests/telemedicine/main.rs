//! `telemedicine/sessions/`, join links, the page and the socket, as clients see them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod browser;
mod following;
mod links;
mod people;
mod races;
mod sessions;
mod sockets;

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Caller, Node, World};

/// A doctor and a patient with an account, an appointment of the two, and the people around them.
pub(crate) struct Practice {
    pub(crate) admin: Caller,
    pub(crate) desk: Caller,
    pub(crate) doctor: Caller,
    pub(crate) patient: Caller,
    /// The patient's record.
    pub(crate) record: i64,
    pub(crate) appointment: i64,
}

/// When the appointments of tests begin.
pub(crate) const TEN: &str = "2026-11-24T10:00:00Z";

impl Practice {
    pub(crate) async fn new(world: &World) -> Practice {
        let (admin, desk) = (world.admin().await, world.receptionist().await);
        let (doctor, patient) = (world.doctor().await, world.patient().await);
        let record = record_of(&admin, Some(&patient)).await;
        let appointment = book(&desk, record, &doctor, "10:00").await;
        Practice {
            admin,
            desk,
            doctor,
            patient,
            record,
            appointment,
        }
    }

    /// The session of the appointment, made by the front desk.
    pub(crate) async fn session(&self) -> i64 {
        let made = self.desk.post(SESSIONS, self.body()).await;
        made.is(201);
        made.id()
    }

    pub(crate) fn body(&self) -> Json {
        json!({ "appointment": self.appointment, "scheduled_start": TEN })
    }

    pub(crate) fn at(&self) -> String {
        format!("appointments/{}/", self.appointment)
    }

    /// The same people at another application on the same database.
    pub(crate) fn at_node(&self, node: &Node) -> Practice {
        Practice {
            admin: node.as_signed_in(&self.admin),
            desk: node.as_signed_in(&self.desk),
            doctor: node.as_signed_in(&self.doctor),
            patient: node.as_signed_in(&self.patient),
            record: self.record,
            appointment: self.appointment,
        }
    }

    /// Time passes, and people stay signed in.
    pub(crate) fn pass(&self, world: &World, minutes: i64) {
        world.pass(SignedDuration::from_mins(minutes));
    }
}

pub(crate) const SESSIONS: &str = "telemedicine/sessions/";

pub(crate) fn join_info(session: i64) -> String {
    format!("{SESSIONS}{session}/join_info/")
}

pub(crate) fn end(session: i64) -> String {
    format!("{SESSIONS}{session}/end/")
}

/// A patient's record, with their account if they have one.
pub(crate) async fn record_of(admin: &Caller, account: Option<&Caller>) -> i64 {
    let body = json!({
        "first_name": "Awa", "last_name": "Bah", "date_of_birth": "1980-02-03", "gender": "Female",
        "user": account.map(|account| account.id),
    });
    let made = admin.post("patients/", body).await;
    made.is(201);
    made.id()
}

pub(crate) async fn book(desk: &Caller, patient: i64, doctor: &Caller, time: &str) -> i64 {
    let body =
        json!({ "patient": patient, "doctor": doctor.id, "date": "2026-11-24", "time": time });
    let made = desk.post("appointments/", body).await;
    made.is(201);
    made.id()
}

/// A caller's own link to a session.
pub(crate) async fn link(caller: &Caller, session: i64, role: &str) -> String {
    let info = caller.get(&join_info(session)).await;
    let url = info.is(200)[format!("join_url_{role}")]
        .as_str()
        .map(str::to_owned);
    url.unwrap_or_else(|| panic!("no link for {role}: {}", info.text()))
}

/// The path and query of an address.
pub(crate) fn path_of(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    format!("/{}", rest.split_once('/').unwrap().1)
}

/// The sealed part of a link.
pub(crate) fn letter_of(url: &str) -> String {
    url.split_once("link=").unwrap().1.to_owned()
}

/// Whether a list has so many entries.
pub(crate) fn count(list: &Json) -> usize {
    list.as_array().unwrap().len()
}
