//! The protection of patients' data: emergencies in which a record is opened, breaches, and accesses without a
//! reason.
//!
//! # Promises
//!
//! - A clinician never waits for permission in an emergency: they say why, see that one record for a limited
//!   time, and an Admin is told at once and must judge, never whoever opened it.
//! - When that time ends, or an Admin ends it, nothing is left open: row scopes ask the database each time.
//! - The deadline of a breach is worked out once, reminded of in time, and a late notice says why.
//! - Whose records a breach concerns follows from the audit trail and not from memory.
//! - Every opened record is looked at by rules that the hospital sets, a bounded number of rows at a time; what
//!   they find is a question for a person, not a verdict.
//!
//! Which rows a caller reaches is decided by [`patients::reach`]; this crate only writes what that asks.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        reason = "a failed test should stop where it failed"
    )
)]

mod affected;
mod alerts;
pub mod breach;
pub mod break_glass;
mod emergency_find;
mod migrations;
mod own_care;
mod people;
pub mod public_figure;
pub mod reading_limit;
mod readings;
mod reminders;
pub mod review;
pub mod rule;
mod screens;
mod watch;

use platform::module::Module;

pub use screens::screens;

use affected::AffectedRecord;
use breach::Breach;
use break_glass::BreakGlass;
use contracts::TookIntoOwnCare;
use public_figure::PublicFigure;
use reading_limit::ReadingLimit;
use review::AccessReview;
use rule::AccessRule;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("compliance")
        .migrations(migrations::MIGRATIONS)
        .resource::<BreakGlass>()
        .command::<emergency_find::Find>()
        .verb::<break_glass::End>()
        .verb::<break_glass::Review>()
        .resource::<Breach>()
        .resource::<AffectedRecord>()
        .nested::<Breach, AffectedRecord>("affected", "l")
        .resource::<AccessRule>()
        .resource::<ReadingLimit>()
        .on::<TookIntoOwnCare>("compliance", |cx, event| {
            Box::pin(own_care::list(cx, event))
        })
        .resource::<PublicFigure>()
        .resource::<AccessReview>()
        .verb::<review::Decide>()
        .job(affected::JOB)
        .job(reminders::JOB)
        .job(watch::JOB)
        .alerts(|cx, wanted| Box::pin(alerts::raised(cx, wanted)))
        .texts(platform::texts!("compliance"))
}
