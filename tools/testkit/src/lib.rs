//! What the tests of every crate share.
//!
//! Tests reach PostgreSQL through [`postgres::server`], which needs no set-up on a machine
//! that has PostgreSQL's programs.

pub mod postgres;
