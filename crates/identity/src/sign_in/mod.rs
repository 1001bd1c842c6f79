//! How people prove who they are: signing in, second factors, passwords, invitations, and what slows guessing down.

pub mod bootstrap;
pub(crate) mod credential_routes;
pub(crate) mod everywhere;
pub mod guess;
pub mod invite;
pub mod login;
pub mod login_activity;
pub mod passwords;
pub(crate) mod proof;
pub mod register;
pub mod two_factor;
pub(crate) mod two_factor_routes;
