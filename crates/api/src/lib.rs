//! How a table, a verb, a report and a socket are declared, served and documented.

pub mod audit_chain;
pub mod chart;
pub mod csv;
pub mod docs_page;
pub mod http;
pub mod matrix;
pub mod module;
pub mod openapi;
pub mod report;
pub mod resource;
pub mod route;
mod socket;
pub mod verb;
pub mod xlsx;

#[doc(hidden)]
pub use {
    records::{fault, field, record},
    schemars, serde, serde_json,
};
