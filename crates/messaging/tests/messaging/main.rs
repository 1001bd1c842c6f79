//! Notifications, the answers to them and what people wish to be told, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod appointment_notifications;
mod common;
mod notifications;
mod wishes;
