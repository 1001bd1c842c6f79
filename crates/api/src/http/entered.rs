//! Callers whom the program let in by itself before it asks an operation.

use std::sync::Arc;

use engine::actor::Actor;

/// A caller who came in by another door, such as a page's session, and was let in by the code that puts this
/// among a request's extensions. Nothing that comes over the network can: extensions are no part of HTTP.
///
/// The operation is asked in this caller's name as if they had shown a token: permission, scope, audit,
/// idempotency and limits are the same.
#[derive(Debug, Clone)]
pub struct Entered(pub Arc<Actor>);
