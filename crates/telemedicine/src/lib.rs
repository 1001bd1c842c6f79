//! Telemedicine: video calls between a patient and their doctor, for an appointment.
//!
//! # Promises
//!
//! - An appointment has one session at most, whoever writes and however many at once.
//! - Exactly two people meet: the appointment's doctor, signed in, and its patient. Whoever else knows the room, or
//!   has a link that was altered, is too old, or belongs to a session that ended, stays outside.
//! - The patient waits until the doctor is there.
//! - The session follows its appointment: it moves, is called off and ends with it, and opens again when the
//!   appointment is given another time.
//! - What is said stays between the two: pictures and sound go from browser to browser, chat and signalling pass
//!   through the server sealed, and nothing of it is stored.
//!
//! # How a call comes about
//!
//! `telemedicine/sessions/{id}/join_info/` gives each participant a link of their own. It opens a page,
//! whose script opens the socket with the link as its letter, and exchanges with the other side what WebRTC
//! needs. With `CHELAL_VIDEO_BASE_URL` the link leads to an outside service instead.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod end;
mod follow;
mod ice;
mod join_info;
mod link;
mod live;
mod meeting;
mod migrations;
mod outside;
mod page;
mod participant;
mod pieces;
pub mod session;

pub use participant::Role;
pub use session::TelemedicineSession;

use contracts::{AppointmentBooked, AppointmentCancelled, AppointmentCompleted, AppointmentMoved};
use platform::module::Module;

/// The name under which the module hears of appointments.
const NAME: &str = "telemedicine";

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("telemedicine")
        .migrations(migrations::MIGRATIONS)
        .texts(platform::texts!("telemedicine"))
        .resource::<TelemedicineSession>()
        .verb::<end::End>()
        .route(join_info::route())
        .socket_by_letter(live::SOCKET, live::letter)
        .on::<AppointmentBooked>(NAME, |cx, told| {
            Box::pin(follow::follow(cx, told.appointment))
        })
        .on::<AppointmentMoved>(NAME, |cx, told| {
            Box::pin(follow::follow(cx, told.appointment))
        })
        .on::<AppointmentCancelled>(NAME, |cx, told| {
            Box::pin(follow::follow(cx, told.appointment))
        })
        .on::<AppointmentCompleted>(NAME, |cx, told| {
            Box::pin(follow::follow(cx, told.appointment))
        });
    page::declare(module)
}
