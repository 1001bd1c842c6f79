//! How anything in Chelal is declared, guarded, stored, audited, sent and documented.
//!
//! The modules of a hospital (patients, pharmacy, wards, …) state *what* they are; this crate is the
//! *how* they share. It knows the words of the domain (`kernel`) and the events that cross borders
//! (`contracts`), and no module.
//!
//! There are three shapes, and no fourth: a [`resource`] is a table with list, create, retrieve, update
//! and delete; a [`verb`] is what else is done to a record or a resource; a [`route`] is what is neither. A [`module`] lists
//! them, and router, permissions, audit and API document follow from the list. A request is a straight
//! line through [`http`]: door, idempotency, permission, row scope, rule, write, commit, answer; the
//! transaction and its traces are the [`cx::Cx`] that [`mod@unit`] makes and commits.

pub mod access;
pub mod account;
pub mod actor;
pub mod alert;
pub mod app;
pub mod audit;
pub mod backup;
pub mod boot;
mod by_key;
pub mod changes;
pub mod chart;
pub mod confinement;
pub mod csv;
pub mod cx;
pub mod docs_page;
pub mod doctor;
pub mod figure;
pub mod files;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod matrix;
pub mod migrations;
pub mod module;
pub mod openapi;
pub mod operation;
pub mod outage;
pub mod outbox;
pub mod report;
pub mod resource;
pub mod route;
pub mod socket;
pub mod totals;
mod turn;
pub mod unit;
pub mod verb;
pub mod waiting;
pub mod xlsx;

pub use outside::{hub, mail, outgoing, settings};
pub use records::{choice, column, error, fault, field, record};
pub use ::texts::texts;
pub use ::{db, seal, texts};

pub use schemars;
pub use serde;
pub use serde_json;
