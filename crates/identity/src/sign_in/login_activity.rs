//! Login activity: every attempt to sign in.

use jiff::Timestamp;
use kernel::{BuiltinRole, Reach};
use platform::access::{Access, Grant, Scope};
use platform::cx::{Cx, column};
use platform::error::Error;
use platform::field::{Blank, Ref};
use platform::http::call::{Call, yes_or_no};
use platform::record::Column;
use platform::record::Record;
use platform::resource::{Resource, Said};
use sea_query::{Condition, ExprTrait};

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
            /// The user whose account it was; null when there is no such account.
            user: Option<Ref<User>> = None,
            /// When the attempt was made, in UTC.
            timestamp: Timestamp = Timestamp::UNIX_EPOCH,
            /// Address that the attempt came from.
            ip_address: Blank<45> = Blank::default(),
            /// The client's `User-Agent`.
            user_agent: Blank<255> = Blank::default(),
            /// Whether the attempt succeeded, or why it did not.
            status: LoginStatus = LoginStatus::Failed,
        }
        hidden {}
    }
}

/// Who sees what: everybody their own attempts, Admins all, with `?user=` or `?all=true`.
impl Resource for LoginActivity {
    const PATH: &'static str = "login-activity";
    const VERBS: &'static str = "r";
    const FILTERS: &'static [Column<Self>] = &[
        LoginActivity::status,
        LoginActivity::timestamp,
        LoginActivity::user,
    ];
    const OWN_FILTERS: &'static [&'static str] = &["all"];
    const FILTERS_FIND: &'static [(&'static str, &'static str)] = &[(
        "all",
        "Everybody's sign-ins (`true`), for those who may see them; one's own otherwise.",
    )];
    const ORDERING: &'static [Column<Self>] = &[LoginActivity::timestamp];
    const LIST: &'static [Column<Self>] = &[
        LoginActivity::timestamp,
        LoginActivity::user,
        LoginActivity::status,
        LoginActivity::ip_address,
        LoginActivity::user_agent,
    ];
    type Extra = ();

    fn access() -> Access {
        Access::own("r").reach(BuiltinRole::Admin, "r", Reach::All)
    }

    fn called(&self) -> Vec<Said> {
        vec![
            Said::Choice("status", self.status.as_str()),
            Said::words(&self.ip_address),
        ]
    }

    /// One's own, also for those who may see everybody's and do not ask for others.
    fn usual_rows(cx: &Cx, call: &Call) -> Option<Condition> {
        let asked = ["user", "all"].iter().any(|name| {
            let given = call.query(name).map(str::trim);
            given.is_some_and(|text| !text.is_empty() && text != "false")
        });
        if asked {
            return None;
        }
        let mine = column(Self::TABLE, "user").eq(cx.grant().user);
        Some(Condition::all().add(mine))
    }

    fn filter(_cx: &Cx, name: &str, value: &str) -> Result<Condition, Error> {
        yes_or_no(name, value)?;
        Ok(Condition::all())
    }

    fn scope(grant: &Grant) -> Scope {
        match grant.reach {
            Reach::All => Scope::All,
            _ => Scope::Where(Condition::all().add(column(Self::TABLE, "user").eq(grant.user))),
        }
    }
}
