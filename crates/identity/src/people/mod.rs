//! Accounts: what people are called, what belongs to them, and how it ends.

pub(crate) mod account_report;
pub(crate) mod account_rules;
pub mod accounts;
pub(crate) mod affairs;
pub(crate) mod belongings;
pub(crate) mod cleanup;
pub mod close_account;
pub mod download_data;
pub(crate) mod figures;
pub mod mail;
pub(crate) mod names;
pub mod organization;
pub mod organization_membership;
pub mod preference;
pub mod profile;
pub mod shown;
pub mod user;
pub(crate) mod user_routes;
pub(crate) mod user_rules;
pub mod users;
