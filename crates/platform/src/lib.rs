//! How anything in the house is declared, guarded, stored, audited and sent.
//!
//! [`db`] is the bottom: the one door to the database. Everything above it speaks in rows,
//! statements and transactions that mean the same on SQLite and on PostgreSQL.

pub mod db;
