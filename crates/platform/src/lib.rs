//! How anything in Chelal is declared, guarded, stored, audited, sent and documented.
//!
//! The modules of a hospital (patients, pharmacy, wards, …) state *what* they are; the crates behind this one are the
//! *how* they share. This one has no code: it is what a module may use of them.
//!
//! There are three shapes, and no fourth: a [`resource`] is a table with list, create, retrieve, update
//! and delete; a [`verb`] is what else is done to a record or a resource; a [`route`] is what is neither. A [`module`] lists
//! them, and router, permissions, audit and API document follow from the list. A request is a straight
//! line through [`http`]: door, idempotency, permission, row scope, rule, write, commit, answer; the
//! transaction and its traces are the [`cx::Cx`] that [`mod@unit`] makes and commits.

pub use ::{outside::hub, texts};
pub use ::texts::texts;
pub use api::{csv, docs_page, http, input, matrix, openapi, report, resource, route, verb, xlsx};
pub use engine::{
    access, account, actor, alert, app, audit, changes, confinement, cx, figure, files, jobs,
    operation, outage, outbox, proof, socket, totals, unit,
};
pub use outside::{mail, outgoing, settings};
pub use records::{choice, column, error, fault, field, record};

/// A patient's chart and timeline.
pub mod chart {
    pub use api::chart::{dated, newest};
    pub use engine::chart::*;
}

/// Statements, values and schema changes. Connections and transactions are not among them: rows are reached through a
/// [`Cx`](crate::cx::Cx).
pub mod db {
    pub use ::db::{
        Cell, Damage, DbError, Ddl, Decode, Dialect, FromRow, Migration, NoOverlap, Row, Statement,
        TableDdl, ToValue, Value,
    };
}

/// A crate's table of contents, and all of them together.
pub mod module {
    pub use api::module::Module;
    pub use engine::declared::*;
    pub use engine::registry::Registry;
}

/// Sealed fields, and the keys of this process for what is sealed by hand.
pub mod seal {
    pub use ::seal::{Aad, Envelope, KeyRing, SealError, Sealed};
}

pub use schemars;
pub use serde;
pub use serde_json;
