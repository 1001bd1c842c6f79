//! From the socket to an operation and back.

pub use engine::call;
mod entered;
mod limit;
pub mod origin;
mod refusal;
mod refusals;
mod router;
mod serve;
mod unknown;

pub use entered::Entered;
pub use refusal::refusal;
pub use router::router;
pub(crate) use serve::finish;
pub use serve::{described, respond};
