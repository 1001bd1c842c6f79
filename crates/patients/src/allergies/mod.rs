//! What a patient must not be given.

pub mod allergy;
pub(crate) mod allergy_list;
pub(crate) mod none_known;
