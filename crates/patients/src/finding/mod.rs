//! Finding a patient by what is known.

pub(crate) mod exactly;
pub(crate) mod search;
pub(crate) mod terms;
