//! Laboratory: the catalogue of tests, orders, results with their flags, and critical values that reach a doctor.
//!
//! # Promises
//!
//! - Values are exact. A value at a limit of its range is normal; one at a critical limit is critical.
//! - A value in another unit is converted exactly or refused, never guessed; what was entered is kept.
//! - A quantity of a test has one current value, whoever enters it and however many at once: the database refuses a
//!   second one. A correction keeps the earlier value visible and needs a new review.
//! - A patient sees nothing of an order before a doctor has reviewed it.
//! - A critical value makes a task and an alert in the transaction that stores it, and goes on to others when nobody
//!   acknowledges it.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

pub mod add_items;
pub mod add_results;
mod called;
pub mod catalogue;
mod critical;
mod due;
mod entering;
mod escalate;
mod figures;
pub mod flag;
mod in_words;
pub mod items;
mod judging;
pub mod measured;
mod migrations;
pub mod naming;
mod on_duty;
pub mod order;
mod order_news;
pub mod order_verbs;
mod paper_report;
pub mod parameter;
pub mod range;
pub mod reference;
pub mod result;
mod reviewed;
mod screens;
mod seed;
mod starter;
pub mod state;
pub mod told;
pub mod turnaround;
pub mod units;
pub mod view;
pub mod withdrawn;
pub mod written;

pub use catalogue::LabTest;
pub use items::LabOrderItem;
pub use order::LabOrder;
pub use result::LabResultValue;
pub use screens::screens;
pub use state::LabOrderStatus;

use clinical::encounter::Encounter;
use parameter::LabParameter;
use patients::Patient;
use platform::access::{Access, Permission};
use platform::chart::{dated, newest};
use platform::module::Module;
use platform::operation::Operation;
use platform::resource::list;
use platform::route::Route;
use range::LabReferenceRange;

/// Orders in a patient's chart.
const IN_CHART: u64 = 50;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("laboratory")
        .migrations(migrations::MIGRATIONS)
        .seed(|cx| Box::pin(seed::seed(cx)))
        .resource::<LabTest>()
        .resource::<LabParameter>()
        .resource::<LabReferenceRange>()
        .resource::<LabOrder>()
        .route(paper_report::declare())
        .resource::<LabOrderItem>()
        .resource::<LabResultValue>()
        .verb::<add_items::AddItems>()
        .verb::<add_results::AddResults>()
        .verb::<told::Told>()
        .nested::<Encounter, LabOrder>("add_lab_order", "c")
        .nested::<Encounter, LabOrder>("lab_orders", "l")
        .nested::<Patient, LabOrder>("laborders", "l")
        .nested::<Patient, LabOrder>("lab_history", "l")
        .chart("lab_orders", |cx, patient| {
            Box::pin(newest::<LabOrder>(cx, patient, None, IN_CHART))
        })
        .timeline(|cx, asked| Box::pin(dated(cx, asked, LabOrder::order_date)))
        .route(portal())
        .route(withdrawn::route())
        .job(escalate::JOB)
        .texts(platform::texts!("laboratory"));
    figures::declare(order_verbs::declare(module))
}

fn portal() -> Operation {
    Route::get("patient-portal", "patient-portal/laborders/", |cx, call| {
        Box::pin(list::<LabOrder>(cx, call))
    })
    .may(
        Permission::new("patient-portal", "laborders"),
        Access::own("x"),
    )
    .patient_data()
    .answers_list::<LabOrder>()
    .summary("The caller's own laboratory orders that were reviewed, with their results")
    .done()
}
