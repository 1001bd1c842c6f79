//! From the socket to an operation and back.

pub mod call;
mod limit;
pub mod origin;
mod refusal;
mod refusals;
mod router;
mod serve;
mod strict_json;

pub use refusal::refusal;
pub use router::router;
pub use serve::respond;
pub(crate) use serve::{described, finish};
