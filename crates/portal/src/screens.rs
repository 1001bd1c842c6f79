//! What a patient sees: the next visit, results, medicines, bills, messages, who looked at the record. Made for a
//! phone. Whose it is: the reader's own, or that of somebody for whom they stand in. And the hospital's side of the
//! messages.

mod access;
mod details;
mod home;
mod messages;
mod parts;
mod results;
mod team;

use kernel::BuiltinRole;
use platform::access::Permission;
use platform::resource::Resource;
use web::{Panel, Place, Screen, Screens};

use crate::message::SecureMessage;

/// What patients may and nobody else.
const PATIENT: Permission = Permission::new("appointments", "decline");

/// The module's screens and places.
pub fn screens() -> Screens {
    Screens::new("portal")
        .screen(
            Screen::new("/me", PATIENT, |cx, ask| Box::pin(home::show(cx, ask)))
                .patient_data()
                .watches(&[
                    "appointment",
                    "lab_order",
                    "prescription",
                    "bill",
                    "secure_message",
                ]),
        )
        .screen(
            Screen::new("/me/messages", PATIENT, |cx, ask| {
                Box::pin(messages::show(cx, ask))
            })
            .patient_data()
            .watches(&["secure_message"]),
        )
        .screen(
            Screen::new("/me/details", PATIENT, |cx, ask| {
                Box::pin(details::show(cx, ask))
            })
            .patient_data()
            .watches(&["patient"]),
        )
        .screen(
            Screen::new("/me/access", PATIENT, |cx, ask| {
                Box::pin(access::show(cx, ask))
            })
            .patient_data(),
        )
        .screen(
            Screen::new("/patients/{id}/messages", SecureMessage::READ, |cx, ask| {
                Box::pin(team::thread(cx, ask))
            })
            .patient_data()
            .watches(&["secure_message"]),
        )
        .panel(Panel::new(
            "patient-tabs",
            SecureMessage::READ,
            95,
            |_, ask, id| {
                let tab = patients::tab(ask, id, "messages", "portal-tab-messages");
                Box::pin(async move { Ok(Some(tab)) })
            },
        ))
        .panel(
            Panel::new("mine", SecureMessage::READ, 20, |cx, ask, me| {
                Box::pin(team::waiting(cx, ask, me))
            })
            .watches(&["secure_message"]),
        )
        .place(Place::new("nav-me", "/me", 'h', PATIENT, 5))
        .workplace(BuiltinRole::Patient, "/me")
}
