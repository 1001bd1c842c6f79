//! Login activity: every attempt to sign in.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::{Blank, Ref};

use crate::user::User;

platform::choice! {
    /// What came of an attempt to sign in.
    pub enum LoginStatus {
        /// They are in.
        Success = "success",
        /// Name or password was wrong, or the account is not active.
        Failed = "failed",
        /// Refused without a look at the password: too many failures before.
        Locked = "locked",
        /// The password was right, the second factor was not.
        SecondFactorFailed = "2fa_failed",
    }
}

platform::record! {
    /// An attempt to sign in.
    pub struct LoginActivity in "login_activity" {
        client {}
        server {
            /// Whose account it was; none when there is no such account.
            user: Option<Ref<User>> = None,
            /// When.
            timestamp: Timestamp = Timestamp::UNIX_EPOCH,
            /// From where.
            ip_address: Blank<45> = Blank::default(),
            /// What the client called itself.
            user_agent: Blank<255> = Blank::default(),
            /// What came of it.
            status: LoginStatus = LoginStatus::Failed,
        }
        hidden {}
    }
}

impl Audited for LoginActivity {
    const NAME: &'static str = "LoginActivity";
}
