//! The person: name, birth, numbers, ways to be reached.

pub(crate) mod birth;
pub(crate) mod contact;
pub(crate) mod figures;
pub(crate) mod identifier;
pub(crate) mod names;
pub mod patient;
pub mod patients;
