//! The formulary: what the hospital prescribes and keeps, and what is known about its safety.
//!
//! [`safety`] is the drug-safety engine. It works offline, from a knowledge pack that is compiled into the program.

pub mod safety;
