//! What the tests of every crate share.

pub use test_postgres as postgres;
