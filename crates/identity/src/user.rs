//! Users: the accounts of people who sign in.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::{Blank, Line, Ref};

use crate::role::Role;

platform::choice! {
    /// A language that texts exist in.
    pub enum UserLanguage {
        /// English.
        English = "en",
        /// French.
        French = "fr",
        /// Swahili.
        Swahili = "sw",
    }
}

platform::record! {
    /// The account of somebody who signs in.
    pub struct User in "app_user" {
        client {
            /// The name to sign in with; unique, whatever its case.
            username: Line<150>,
            /// The address to sign in with and to write to; unique, whatever its case.
            email: Option<Line<254>>,
            /// Given name.
            first_name: Blank<150>,
            /// Family name.
            last_name: Blank<150>,
            /// What they may do; without one, only what concerns themselves.
            role: Option<Ref<Role>> = None,
            /// The language of what is written to them.
            language_preference: UserLanguage = UserLanguage::English,
            /// May sign in.
            is_active: bool = true,
            /// A number to call, with its country code.
            phone: Option<Line<32>>,
        }
        server {
            /// Has every right; always of the role Admin.
            is_superuser: bool = false,
            /// Must choose a new password before anything else.
            must_change_password: bool = false,
            /// When they last signed in.
            last_login: Option<Timestamp> = None,
        }
        hidden {
            /// The username as compared: folded.
            username_fold: Line<150> = Line::cut(""),
            /// The e-mail address as compared: folded.
            email_fold: Option<Line<254>> = None,
            /// The password's hash; none until the invitation is accepted.
            password_hash: Option<Line<512>> = None,
        }
    }
}

impl Audited for User {
    const NAME: &'static str = "User";
}

impl User {
    /// The full name, or the username of somebody who gave none.
    pub fn display_name(&self) -> String {
        let full = format!("{} {}", &*self.first_name, &*self.last_name);
        match full.trim() {
            "" => self.username.to_string(),
            full => full.to_owned(),
        }
    }
}

/// A username or e-mail address as it is compared: normalised (NFKC) and in lower case.
///
/// ```
/// assert_eq!(identity::user::fold(" Fatou.Bah@Hospital.GM "), "fatou.bah@hospital.gm");
/// ```
pub fn fold(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.trim()
        .nfkc()
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}
