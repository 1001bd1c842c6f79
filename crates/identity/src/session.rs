//! Sessions: one for each login, until it is revoked or expires.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::{Blank, Ref};

use crate::user::User;

platform::record! {
    /// A login and what it led to. The row's `uid` is the `sid` of its tokens.
    pub struct Session in "session" {
        client {}
        server {
            /// Who signed in.
            user: Ref<User> = Ref::new(0),
            /// When a token of it was last used, to the minute.
            last_used_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// When it can no longer be refreshed.
            expires_at: Timestamp = Timestamp::UNIX_EPOCH,
            /// From where they signed in.
            ip_address: Blank<45> = Blank::default(),
            /// What the client called itself.
            user_agent: Blank<255> = Blank::default(),
            /// When it was ended by force or by logging out.
            revoked_at: Option<Timestamp> = None,
        }
        hidden {}
    }
}

impl Audited for Session {
    const NAME: &'static str = "Session";
}
