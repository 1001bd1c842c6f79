//! Who treats a patient, who may know of it, and who acts for them.

pub(crate) mod confinement;
pub mod consent;
pub mod link;
pub mod proxy;
pub(crate) mod scope;
