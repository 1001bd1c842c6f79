//! Who somebody is, and how they prove it.
//!
//! The crate's lowest layer is [`credential`]: passwords, one-time codes, recovery codes, signed
//! tokens, API keys and the rule that slows guessing down. Nothing in there touches a database,
//! the network or the clock: rows and the current time are arguments, so every rule is tested as
//! a table of cases.
//!
//! # Promises
//!
//! - An unknown user and a wrong password cost the same work and give the same answer.
//! - A secret is never stored in a form that can be used: passwords are Argon2id, API keys and
//!   recovery codes are SHA-256 of high-entropy random values, TOTP secrets are handed to the
//!   caller to seal.
//! - Secrets are wiped from memory when dropped and print as `[redacted]`.
//! - A login storm is bounded in memory and in threads; the excess is told to come back
//!   ([`credential::password::PasswordError::Busy`]).
mod account_report;
mod account_rules;
pub mod accounts;
mod affairs;
pub mod api_key;
mod belongings;
pub mod bootstrap;
mod cleanup;
pub mod close_account;
pub mod credential;
mod credential_routes;
pub mod decide_role_change;
pub mod delegate_access;
pub mod door;
pub mod download_data;
mod everywhere;
mod figures;
pub mod grant_rules;
pub mod grants;
pub mod guess;
pub mod invite;
mod load;
pub mod login;
pub mod login_activity;
pub mod mail;
mod migrations;
mod names;
pub mod organization;
pub mod organization_membership;
pub mod passwords;
pub mod preference;
pub mod profile;
mod proof;
pub mod register;
pub mod role;
pub mod role_change_request;
mod routes;
mod secret_field;
pub mod session;
pub mod shown;
pub mod state;
pub mod ticket;
pub mod two_factor;
mod two_factor_routes;
pub mod user;
mod user_routes;
mod user_rules;
mod verified;

pub use belongings::end_entrusted;
pub use bootstrap::{create_superuser, setup_link};
pub use door::{IdentityDoor, door};
pub use names::{may_name, names};

use platform::module::Module;

use api_key::ApiKey;
use role::Role;
use session::Session;
use two_factor::TwoFactor;
use user::User;

/// The module's table of contents.
pub fn module() -> Module {
    let module = Module::new("identity")
        .migrations(migrations::MIGRATIONS)
        .seed(|cx| Box::pin(grants::seed(cx)))
        .texts(platform::texts!("identity"))
        .resource::<Role>()
        .resource::<User>()
        .resource::<Session>()
        .resource::<ApiKey>()
        .table::<TwoFactor>()
        .job(mail::JOB)
        .job(cleanup::JOB);
    let module = account_report::declare(figures::declare(module));
    affairs::declare(ticket::add(routes::add(module)))
}
