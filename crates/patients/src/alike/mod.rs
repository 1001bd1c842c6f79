//! Records that may be the same person, and making them one.

pub(crate) mod candidates;
pub mod duplicates;
pub mod merge;
pub(crate) mod mergings;
pub(crate) mod moved;
