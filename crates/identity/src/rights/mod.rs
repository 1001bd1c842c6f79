//! Who may do what: roles and their grants, keys of programs, and who acts for whom.

pub mod api_key;
pub mod decide_role_change;
pub mod delegate_access;
pub mod grant_rules;
pub mod grants;
pub mod role;
pub mod role_change_request;
pub mod roles;
