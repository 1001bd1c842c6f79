//! How somebody likes the program to look and to reach them.

use platform::cx::Audited;
use platform::field::{Blank, List, Ref};

use crate::user::{User, UserLanguage};

platform::choice! {
    /// A way to reach a user.
    pub enum Channel {
        /// In the program.
        InApp = "in_app",
        /// By e-mail.
        Email = "email",
        /// By text message.
        Sms = "sms",
    }
}

platform::record! {
    /// A user's preferences; one row for each user.
    pub struct Preference in "preference" {
        client {
            /// The look, in the client's own words.
            theme: Blank<50>,
            /// The language of the pages; the user's own when none.
            language: Option<UserLanguage>,
            /// How to reach them.
            notification_channels: List<Channel> = List(vec![Channel::InApp]),
        }
        server {
            /// Whose they are.
            user: Ref<User> = Ref::new(0),
        }
        hidden {}
    }
}

impl Audited for Preference {
    const NAME: &'static str = "Preference";
}
