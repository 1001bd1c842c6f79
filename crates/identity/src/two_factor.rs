//! Second factors: what somebody has, besides the password they know.

use jiff::Timestamp;
use platform::cx::Audited;
use platform::field::{Line, Ref};
use platform::seal::Sealed;

use crate::user::User;

platform::choice! {
    /// What kind of second factor it is.
    pub enum FactorKind {
        /// An authenticator app.
        Totp = "totp",
        /// A passkey.
        Passkey = "passkey",
    }
}

platform::record! {
    /// A user's second factor; it counts once it is confirmed. Recovery codes are rows of
    /// `recovery_code`.
    pub struct TwoFactor in "two_factor" {
        client {}
        server {
            /// Whose it is; one for each user.
            user: Ref<User> = Ref::new(0),
            /// What it is.
            kind: FactorKind = FactorKind::Totp,
            /// When the first code proved that it works.
            confirmed_at: Option<Timestamp> = None,
        }
        hidden {
            /// The shared secret in base 32.
            secret: Sealed<Line<200>> = Sealed::new(Line::cut("")),
            /// The last time step whose code was used: it and earlier ones are refused.
            last_used_step: Option<i64> = None,
        }
    }
}

impl Audited for TwoFactor {
    const NAME: &'static str = "TwoFactor";
}
