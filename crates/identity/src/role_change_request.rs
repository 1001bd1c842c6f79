//! Requests for another role, decided by an Admin.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::{Blank, Ref};

use crate::role::Role;
use crate::user::User;

platform::choice! {
    /// Where a request stands.
    pub enum RequestStatus {
        /// Nobody decided yet.
        Pending = "pending",
        /// The role was given.
        Approved = "approved",
        /// It was not.
        Rejected = "rejected",
    }
}

platform::record! {
    /// Somebody asks for another role.
    pub struct RoleChangeRequest in "role_change_request" {
        client {
            /// The role asked for.
            requested_role: Ref<Role>,
            /// Why.
            reason: Blank<2000>,
        }
        server {
            /// Who asks.
            user: Ref<User> = Ref::new(0),
            /// Where it stands.
            status: RequestStatus = RequestStatus::Pending,
            /// What the Admin answered.
            admin_response: Blank<2000> = Blank::default(),
            /// Who decided.
            reviewed_by: Option<Ref<User>> = None,
            /// When.
            reviewed_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

impl Audited for RoleChangeRequest {
    const NAME: &'static str = "RoleChangeRequest";
}
