//! The drug-safety engine and its knowledge pack.

mod additions;
mod cases;
mod doses;
mod routes;
