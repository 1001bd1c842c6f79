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
pub mod accounts;
pub mod api_key;
pub mod credential;
mod credential_routes;
pub mod delegate_access;
pub mod door;
pub mod grants;
pub mod guess;
mod load;
pub mod login;
pub mod decide_role_change;
pub mod login_activity;
pub mod mail;
mod migrations;
pub mod organization;
pub mod organization_membership;
pub mod passwords;
pub mod preference;
pub mod role;
pub mod role_change_request;
mod secret_field;
pub mod session;
pub mod shown;
pub mod state;
pub mod two_factor;
mod two_factor_routes;
pub mod user;

use platform::module::Module;

use api_key::ApiKey;
use delegate_access::DelegateAccess;
use login_activity::LoginActivity;
use organization::Organization;
use organization_membership::OrganizationMembership;
use preference::Preference;
use role::Role;
use role_change_request::RoleChangeRequest;
use session::Session;
use two_factor::TwoFactor;
use user::User;

/// The module's table of contents.
pub fn module() -> Module {
    Module::new("identity")
        .migrations(migrations::MIGRATIONS)
        .resource::<Role>()
        .action::<decide_role_change::Approve>()
        .action::<decide_role_change::Reject>()
        .table::<User>("User")
        .table::<Session>("Session")
        .table::<TwoFactor>("TwoFactor")
        .table::<ApiKey>("ApiKey")
        .resource::<LoginActivity>()
        .resource::<RoleChangeRequest>()
        .resource::<DelegateAccess>()
        .table::<Preference>("Preference")
        .resource::<Organization>()
        .resource::<OrganizationMembership>()
}
