//! Delegation: what somebody lets another user do in their place.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::Ref;

use crate::user::User;

platform::record! {
    /// What a user lets a delegate do. It is live until it is revoked.
    pub struct DelegateAccess in "delegate_access" {
        client {
            /// Who may do it.
            delegate: Ref<User>,
            /// May change the user's schedule.
            can_manage_schedule: bool = false,
            /// May see what the user sees.
            can_view_data: bool = false,
            /// May act as the user, with both names on record.
            can_act_as_user: bool = false,
            /// No longer holds.
            revoked: bool = false,
        }
        server {
            /// In whose place.
            user: Ref<User> = Ref::new(0),
            /// Since when it no longer holds.
            revoked_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

impl Audited for DelegateAccess {
    const NAME: &'static str = "DelegateAccess";
}
