//! API keys: how programs sign in, with their owner's rights.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::{Line, Ref};

use crate::user::User;

platform::record! {
    /// A key by which a program acts with its owner's rights.
    pub struct ApiKey in "api_key" {
        client {
            /// What it is for.
            name: Line<100>,
            /// Works.
            is_active: bool = true,
        }
        server {
            /// Whose rights it has.
            user: Ref<User> = Ref::new(0),
            /// When it was last used, to the minute.
            last_used_at: Option<Timestamp> = None,
        }
        hidden {
            /// The key's SHA-256.
            hash: Line<64> = Line::cut(""),
            /// The key with all but its end hidden.
            masked: Line<32> = Line::cut(""),
        }
    }
}

impl Audited for ApiKey {
    const NAME: &'static str = "ApiKey";
}
