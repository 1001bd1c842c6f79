//! The laboratory through the public API, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod catalogue;
mod corrections;
mod critical;
mod orders;
mod portal;
mod races;
mod results;
mod roles;
mod scale;
mod socket;
mod support;
mod turnaround;
