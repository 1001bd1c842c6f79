//! Who is asking, and from where.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use uuid::Uuid;

use crate::access::Grants;

/// A caller.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who it is.
    pub who: Who,
    /// What they hold now.
    pub grants: Arc<Grants>,
    /// The language they chose: `en`, `fr` or `sw`.
    pub language: Option<&'static str>,
}

/// Who a caller is.
#[derive(Debug, Clone)]
pub enum Who {
    /// Nobody we know.
    Anonymous,
    /// The program itself, by the name of the job or command.
    Program(&'static str),
    /// A user.
    User(SignedIn),
}

/// A signed-in user.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user on whose behalf the request runs.
    pub id: i64,
    /// Their name, as audited.
    pub username: Arc<str>,
    /// Their role's id.
    pub role: Option<i64>,
    /// The session, unless they came with an API key.
    pub session: Option<Uuid>,
    /// The delegate who acts for that user, if somebody does.
    pub acting: Option<(i64, Arc<str>)>,
    /// Must choose a new password before anything else.
    pub must_change_password: bool,
}

impl Actor {
    /// Nobody we know.
    pub fn anonymous() -> Actor {
        Actor {
            who: Who::Anonymous,
            grants: Arc::default(),
            language: None,
        }
    }

    /// The program itself; it reaches every row.
    pub fn program(name: &'static str) -> Actor {
        Actor {
            who: Who::Program(name),
            grants: Arc::default(),
            language: None,
        }
    }

    /// The user, if one is signed in.
    pub fn user(&self) -> Option<&SignedIn> {
        match &self.who {
            Who::User(user) => Some(user),
            _ => None,
        }
    }

    /// Whether a user is at work here: for themselves, or in the name of another.
    pub fn is_done_by(&self, user: i64) -> bool {
        let me = self.user();
        me.is_some_and(|me| me.id == user) || self.delegate() == Some(user)
    }

    /// The user who acts in the name of another, if somebody does.
    pub fn delegate(&self) -> Option<i64> {
        let acting = self.user()?.acting.as_ref()?;
        Some(acting.0)
    }

    /// The user's id, if one is signed in.
    pub fn user_id(&self) -> Option<i64> {
        self.user().map(|user| user.id)
    }

    /// As audited: the user's name, the program's job, or nothing. A delegate comes first:
    /// `ann for doctor.bah`.
    pub fn name(&self) -> String {
        match &self.who {
            Who::Anonymous => String::new(),
            Who::Program(name) => format!("({name})"),
            Who::User(SignedIn {
                username,
                acting: Some((_, delegate)),
                ..
            }) => format!("{delegate} for {username}"),
            Who::User(user) => user.username.to_string(),
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Under which it is found in logs, audit and answers.
    pub request_id: String,
    /// The client's address, as far as trusted proxies tell.
    pub ip: Option<IpAddr>,
    /// What the client calls itself, cut to 255 characters.
    pub user_agent: String,
    /// The language the client asks for: `en`, `fr` or `sw`.
    pub language: &'static str,
    /// Method and declared path, such as `GET patients/{id}/`.
    pub route: Arc<str>,
}

/// What counts as one client's network: an IPv4 address, also when it is mapped into IPv6, and the /64 of
/// an IPv6 address, which is the smallest network that a customer gets and can walk through freely
/// (RFC 6177).
///
/// ```
/// use engine::actor::network;
///
/// let of = |text: &str| network(text.parse().unwrap()).to_string();
/// assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
/// assert_eq!(of("2001:db8:1:2::9"), of("2001:db8:1:2:ffff::1"));
/// assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
/// ```
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}
