//! Who belongs to which organization.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::{Blank, Ref};

use crate::organization::Organization;
use crate::user::User;

platform::record! {
    /// A user's place in an organization; one for each pair.
    pub struct OrganizationMembership in "organization_membership" {
        client {
            /// Who.
            user: Ref<User>,
            /// Where.
            organization: Ref<Organization>,
            /// As what, in the organization's own words.
            role: Blank<100>,
            /// Manages the organization's members.
            is_admin: bool = false,
        }
        server {
            /// Since when.
            joined_at: Timestamp = Timestamp::UNIX_EPOCH,
        }
        hidden {}
    }
}

impl Audited for OrganizationMembership {
    const NAME: &'static str = "OrganizationMembership";
}
