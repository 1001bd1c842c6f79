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
pub mod credential;
mod entry;
mod migrations;
mod people;
mod rights;
mod routes;
mod sign_in;

pub use belongings::end_entrusted;
pub use bootstrap::{create_superuser, setup_link};
pub use door::{IdentityDoor, door};
pub use entry::{door, session, state, ticket};
pub(crate) use entry::{load, verified};
pub use names::{done_before, may_name, names};
pub(crate) use people::{
    account_report, account_rules, affairs, belongings, cleanup, figures, names, user_routes,
    user_rules,
};
pub use people::{
    accounts, close_account, download_data, mail, organization, organization_membership,
    preference, profile, shown, user, users,
};
pub use rights::{
    api_key, decide_role_change, delegate_access, grant_rules, grants, role, role_change_request,
    roles,
};
pub use sign_in::{
    bootstrap, guess, invite, login, login_activity, passwords, register, two_factor,
};
pub(crate) use sign_in::{credential_routes, everywhere, proof, two_factor_routes};
pub use user_rules::{as_oneself, in_person};

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
