//! How anything in Chelal is declared, guarded, stored, audited, sent and documented.
//!
//! The modules of a hospital (patients, pharmacy, wards, …) state *what* they are; this crate is the *how* they share.
//! It knows the words of the domain (`kernel`) and the events that cross borders (`contracts`), and no module.

pub mod seal;
