//! The program as a whole: its commands, its interface to clients, its nodes, and what holds for every resource.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod across;
mod alike;
mod api_words;
mod audit;
mod commands;
mod conventions;
mod coverage;
mod crash;
mod damaged;
mod delivery;
mod files;
mod generated;
mod import;
mod leaks;
mod merged;
mod nodes;
mod papers;
mod races;
mod reasons;
mod refusals;
mod rotation;
mod sealed;
mod slow_clients;
mod sockets;
mod units;
mod web;
mod withheld;
