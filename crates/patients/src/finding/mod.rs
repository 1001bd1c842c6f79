//! Finding a patient by what is known.

pub(crate) mod search;
pub(crate) mod terms;
