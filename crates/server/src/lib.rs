//! The only crate that knows all the others: the list of modules, the web server and the commands.
//!
//! [`build`] makes the whole application, layers included; `chelal serve` and the tests use the same
//! one. What surrounds a request (ids, logs, limits, timeouts, CORS) is put on in [`web`], once.

pub mod commands;
pub mod listen;
mod logging;
pub mod modules;
pub mod tls;
pub mod web;

use std::sync::Arc;

use axum::Router;
use ops::boot::{Parts, boot};
use platform::app::App;
use platform::error::Error;

/// Boots the application and puts its web server together.
///
/// `parts.registry` holds what [`modules::modules`] lists; a test may add a module of its own.
///
/// # Errors
/// As [`boot`]: when the database cannot be reached or migrated, or the keys cannot be opened.
pub async fn build(mut parts: Parts) -> Result<(Arc<App>, Router), Error> {
    parts.shared.put(web::Lifecycle::default());
    let app = boot(parts).await?;
    let router = web::router(&app)?;
    Ok((app, router))
}
