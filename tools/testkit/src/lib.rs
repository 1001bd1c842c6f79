//! A whole application in process, for tests that read like the specification.
//!
//! [`World`] starts the real modules on a fresh database with a clock that tests move. [`on_both!`] runs
//! a test on SQLite and, where there is one, on PostgreSQL. Callers are typed: `world.doctor()` is
//! somebody who signed in with the role Doctor.
//!
//! [`Browser`] is a real browser for tests of pages, a [`visitor`] one without scripts, in process.
//!
//! A world fails its test when a job was left behind: what a request promised for later must have
//! been looked at, with [`World::settle`].
//!
//! ```no_run
//! use serde_json::json;
//! testkit::on_both! {
//!     async fn a_receptionist_registers_a_patient(world: &World) {
//!         let receptionist = world.receptionist().await;
//!         let patient = receptionist.post("patients/", json!({ "first_name": "Fatou" })).await;
//!         patient.is(400);
//!     }
//! }
//! # fn main() {}
//! ```
#![expect(
    clippy::expect_used,
    reason = "a test has no better answer than to stop with the cause"
)]

mod base;
mod browser;
mod client;
pub mod plans;
mod process;
pub mod races;
pub mod visitor;
mod world;

pub use base::Base;
pub use browser::{Browser, Page};
pub use client::{Caller, Reply, Request, Unanswered};
pub use process::{Installation, Process, SUPERUSER};
pub use test_postgres as postgres;
pub use world::{MASTER_KEY, MORNING, Node, PASSWORD, World, run, run_two};

/// Declares tests that run on every database.
///
/// Each becomes a module with the tests `sqlite` and `postgres`.
#[macro_export]
macro_rules! on_both {
    ($( $(#[$meta:meta])* async fn $name:ident($world:ident: &World) $body:block )*) => { $(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "a test may need none of its file's names")]
            use super::*;

            async fn given($world: &$crate::World) $body

            #[test]
            fn sqlite() {
                $crate::run($crate::Base::Sqlite, |world| Box::pin(given(world)));
            }

            #[test]
            fn postgres() {
                $crate::run($crate::Base::Postgres, |world| Box::pin(given(world)));
            }
        }
    )* };
}
