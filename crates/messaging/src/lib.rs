//! Messages: reminders that reach the patient exactly once, and notices that reach the staff.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod appointment_news;
mod cleanup;
mod compliance_news;
mod critical_result;
pub mod delivery;
mod hear;
mod live;
mod migrations;
pub mod notification;
pub mod notify;
mod screens;

pub use notify::{Notice, notify};
pub use screens::screens;

use contracts::{CriticalResult, CriticalResultUnacknowledged, TaskAssigned};
use platform::module::Module;

use notification::{MarkAllRead, MarkRead, Notification};

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("messaging")
        .migrations(migrations::MIGRATIONS)
        .texts(platform::texts!("messaging"))
        .resource::<Notification>()
        .verb::<MarkRead>()
        .command::<MarkAllRead>()
        .socket(live::SOCKET)
        .job(cleanup::JOB)
        .on::<TaskAssigned>("notices", |cx, event| hear::task_assigned(cx, event))
        .on::<CriticalResult>("critical-result", |cx, event| {
            critical_result::stored(cx, event)
        })
        .on::<CriticalResultUnacknowledged>("critical-result-passed-on", |cx, event| {
            critical_result::passed_on(cx, event)
        });
    delivery::declare(appointment_news::declare(compliance_news::declare(module)))
}
