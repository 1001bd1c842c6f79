//! The door: who a request comes from, by token, cookie, key or ticket, and what is remembered of them.

pub mod door;
pub(crate) mod load;
pub(crate) mod secret_field;
pub mod session;
pub mod state;
pub mod ticket;
pub(crate) mod verified;
