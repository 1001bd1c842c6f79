//! A table said once: fields, what is wrong with them, the envelope, a client's body.
//!
//! [`record!`] declares a table; a [`field::Field`] is a type whose values are valid wherever they exist. Nothing here
//! asks a database or knows who asks: rows and bodies come in, values and faults go out.

pub mod column;
pub mod error;
pub mod fault;
pub mod field;
pub mod record;

#[doc(hidden)]
pub use {db, schemars, seal, serde, serde_json, texts};
