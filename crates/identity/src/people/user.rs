//! Users: the accounts of people who sign in, as they are kept.

use jiff::Timestamp;
use platform::app::App;
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
    /// The account of somebody who signs in. Staff see those of colleagues (the scope `assigned`); accounts of patients, and whoever else works for nobody here, only whoever may see all.
    pub struct User in "app_user" {
        client {
            /// The name to sign in with; unique, whatever its case.
            username: Line<150>,
            /// The address to sign in with and to write to; unique, whatever its case.
            email: Option<Line<254>>,
            /// Given name of the user.
            first_name: Blank<150>,
            /// Family name of the user.
            last_name: Blank<150>,
            /// The role, which gives the permissions; a user without one reaches only what is their own.
            role: Option<Ref<Role>> = None,
            /// Language of e-mails and notifications to the user.
            language_preference: UserLanguage = UserLanguage::English,
            /// Whether the user may sign in.
            is_active: bool = true,
            /// Phone number with its country code, such as `+254712345678`.
            phone: Option<Line<32>>,
        }
        server {
            /// Whether the user has every permission; such a user always has the role Admin.
            is_superuser: bool = false,
            /// Whether the user must choose a new password before anything else.
            must_change_password: bool = false,
            /// When the user last signed in, in UTC; null before the first time.
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
    kernel::lookalike::fold(name)
}

/// The language of people who chose none: the installation's.
pub(crate) fn usual_language(app: &App) -> UserLanguage {
    UserLanguage::from_text(app.settings.language).unwrap_or(UserLanguage::English)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_user_does_not_print_how_they_prove_who_they_are() {
        let mut user = crate::user_rules::blank("fatou").unwrap();
        user.password_hash = Some(Line::cut("$argon2id$secret"));
        let text = format!("{user:?}");
        assert!(
            text.contains("fatou") && !text.contains("argon2id"),
            "{text}"
        );
    }
}
