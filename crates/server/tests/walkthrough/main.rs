//! `docs/walkthroughs/`, executed: what stands there is what was asked and answered just now.
//!
//! Set `CHELAL_TEST_WRITE` to anything to write the files instead of comparing them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod doctors_day;
mod front_desk;
mod house;
mod page;
mod patient_journey;
mod patients_month;
mod pharmacists_day;
