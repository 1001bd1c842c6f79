//! The only crate that knows all the others: the list of modules, the web server and the commands.
//!
//! [`build`] makes the whole application, layers included; `chelal serve` and the tests use the same
//! one. What surrounds a request (ids, logs, limits, timeouts, CORS) is put on in [`web`], once.

pub mod api;
pub mod commands;
pub mod modules;
pub mod web;

use std::sync::Arc;

use axum::Router;
use identity::credential::password::HasherConfig;
use kernel::Clock;
use platform::app::{App, Shared};
use platform::boot;
use platform::error::Error;
use platform::mail::Mailer;
use platform::module::Module;
use platform::settings::Settings;

/// What differs between the program and its tests.
pub struct Parts {
    /// The configuration.
    pub settings: Settings,
    /// The time.
    pub clock: Clock,
    /// Outgoing e-mail.
    pub mailer: Mailer,
    /// What a password costs to check.
    pub hasher: HasherConfig,
}

/// Boots the application of every module and puts its web server together.
///
/// # Errors
/// When the database cannot be reached or migrated, the keys cannot be opened, or the hashing costs are
/// out of range.
pub async fn build(parts: Parts) -> Result<(Arc<App>, Router), Error> {
    build_of(parts, modules::modules()).await
}

/// As [`build`], of other modules: how a test brings one of its own.
///
/// # Errors
/// As [`build`].
pub async fn build_of(parts: Parts, modules: Vec<Module>) -> Result<(Arc<App>, Router), Error> {
    let mut shared = Shared::default();
    let door = identity::door::door(parts.hasher, &mut shared).map_err(Error::internal)?;
    shared.put(web::Lifecycle::default());
    let app = boot::boot(boot::Parts {
        settings: parts.settings,
        clock: parts.clock,
        modules,
        door,
        mailer: parts.mailer,
        shared,
    })
    .await?;
    let router = web::router(&app)?;
    Ok((app, router))
}
