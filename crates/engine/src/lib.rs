//! Who asks, over which rows, in one transaction that leaves its traces; and what modules declare.
//!
//! A [`cx::Cx`] is the only way to a table, and is made and committed in [`mod@unit`]. What the layers above may do with it
//! besides, to serve declarations, is in [`inside`]; modules do not see that.

pub mod access;
pub mod account;
pub mod actor;
pub mod alert;
pub mod app;
pub mod audit;
mod by_key;
pub mod call;
pub mod changes;
pub mod chart;
pub mod confinement;
pub mod counts;
pub mod cx;
pub mod declared;
pub mod figure;
pub mod files;
pub mod idempotency;
pub mod inside;
pub mod jobs;
pub mod keys;
pub mod operation;
pub mod outage;
pub mod outbox;
pub mod proof;
pub mod registry;
pub mod resource;
pub mod socket;
mod strict_json;
pub mod totals;
mod turn;
pub mod unit;
pub mod waiting;
