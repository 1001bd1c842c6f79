//! What identity keeps for the whole process: the password hasher, the token keys, and short-lived
//! copies of sessions, users, keys and grants.
//!
//! A copy is at most [`FRESH`] old, so that a revoked session is refused within a second even when
//! nodes cannot hear each other; usually the hub's news ends a copy at once. News is taken in at the
//! start of each look-up, before the copy is read, so that whoever is told "revoked" is refused by
//! the same node from then on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use kernel::BuiltinRole;
use moka::sync::Cache;
use parking_lot::{Mutex, RwLock};
use platform::access::Grants;
use platform::app::App;
use platform::error::Error;
use platform::hub::{Signal, Subscription};
use platform::seal::KeyRing;
use uuid::Uuid;

use crate::credential::password::{Hasher, HasherConfig, PasswordError};
use crate::credential::token::{Lifetimes, Tokens};
use crate::load;
use crate::verified::Verified;

/// The oldest that a copy may get.
pub const FRESH: Duration = Duration::from_millis(900);
/// Copies of one kind, at most.
const COPIES: u64 = 50_000;
/// What all topics begin with.
const TOPICS: &str = "identity:";
/// The topic of a change of grants.
pub const ROLES: &str = "identity:roles";
/// The topic of a change of API keys or delegations.
pub const ACCESS: &str = "identity:access";

/// The topic of a session.
pub fn session_topic(sid: Uuid) -> String {
    format!("identity:session:{sid}")
}

/// The topic of a user.
pub fn user_topic(id: i64) -> String {
    format!("identity:user:{id}")
}

/// A session as the door needs it.
#[derive(Debug, Clone)]
pub struct SessionState {
    /// Whose it is.
    pub user: i64,
    /// Until when it may be used.
    pub expires_at: Timestamp,
    /// It was ended.
    pub revoked: bool,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
}

/// A user as the door needs them.
#[derive(Debug, Clone)]
pub struct UserState {
    /// The `id` of the user.
    pub id: i64,
    /// Their name.
    pub username: Arc<str>,
    /// Their role; Admin's for a superuser.
    pub role: Option<i64>,
    /// Whether the user may sign in.
    pub is_active: bool,
    /// Must choose a new password first.
    pub must_change_password: bool,
    /// The language of what is written to them.
    pub language: &'static str,
}

/// An API key as the door needs it.
#[derive(Debug, Clone)]
pub struct KeyState {
    /// The key's id.
    pub id: i64,
    /// Whose rights it has.
    pub user: i64,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// What identity keeps for the whole process. Clones are the same.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    hasher: Hasher,
    tokens: RwLock<Option<(Arc<KeyRing>, Arc<Verified>)>>,
    sessions: Cache<Uuid, Option<Arc<SessionState>>>,
    users: Cache<i64, Option<Arc<UserState>>>,
    keys: Cache<String, Option<Arc<KeyState>>>,
    delegations: Cache<(i64, i64), bool>,
    grants: Cache<Option<i64>, Arc<Grants>>,
    touched: Cache<Uuid, ()>,
    inbox: Mutex<Option<Subscription>>,
    /// Goes up with each piece of news: what was read before it is not kept.
    news: AtomicU64,
}

fn cache<K, V>() -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder()
        .max_capacity(COPIES)
        .time_to_live(FRESH)
        .build()
}

/// Keeps a value that was read while nothing new was heard.
macro_rules! cached {
    ($self:ident, $app:ident, $cache:ident, $key:expr, $load:expr) => {{
        $self.listen($app);
        if let Some(found) = $self.0.$cache.get(&$key) {
            return Ok(found);
        }
        let news = $self.0.news.load(Ordering::Acquire);
        let loaded = $load;
        if $self.0.news.load(Ordering::Acquire) == news {
            $self.0.$cache.insert($key, loaded.clone());
        }
        Ok(loaded)
    }};
}

impl Identity {
    /// Prepares the hasher, which takes as long as one password.
    ///
    /// # Errors
    /// When the costs are out of range or there is no randomness.
    pub fn new(config: HasherConfig) -> Result<Identity, PasswordError> {
        Ok(Identity(Arc::new(Inner {
            hasher: Hasher::new(config)?,
            tokens: RwLock::new(None),
            sessions: cache(),
            users: cache(),
            keys: cache(),
            delegations: cache(),
            grants: cache(),
            touched: Cache::builder()
                .max_capacity(COPIES)
                .time_to_live(Duration::from_secs(60))
                .build(),
            inbox: Mutex::new(None),
            news: AtomicU64::new(0),
        })))
    }

    /// The one of this application.
    ///
    /// # Errors
    /// When the application was put together without it.
    pub fn of(app: &App) -> Result<Identity, Error> {
        Ok(Identity::clone(&*app.shared.get::<Identity>()?))
    }

    /// Hashes and verifies passwords.
    pub fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    /// Issues and verifies tokens under the key ring as it is now.
    ///
    /// # Errors
    /// When the settings' lifetimes are out of range.
    pub fn tokens(&self, app: &App) -> Result<Arc<Tokens>, Error> {
        Ok(self.verified(app)?.tokens().clone())
    }

    /// The same, with the access tokens that were good a moment ago.
    pub(crate) fn verified(&self, app: &App) -> Result<Arc<Verified>, Error> {
        let ring = app.ring();
        if let Some((known, tokens)) = &*self.0.tokens.read()
            && Arc::ptr_eq(known, &ring)
        {
            return Ok(tokens.clone());
        }
        let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
        let lifetimes = Lifetimes {
            access: seconds(app.settings.access_lifetime),
            refresh: seconds(app.settings.refresh_lifetime),
            ..Lifetimes::default()
        };
        let previous: Vec<&[u8]> = ring
            .token_secrets()
            .skip(1)
            .map(|(_, secret)| &secret.bytes()[..])
            .collect();
        let tokens = Tokens::new(ring.token_secret().bytes(), &previous, lifetimes)
            .map_err(Error::internal)?;
        let tokens = Arc::new(Verified::new(tokens));
        *self.0.tokens.write() = Some((ring.clone(), tokens.clone()));
        Ok(tokens)
    }

    /// A session, at most [`FRESH`] old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, app: &App, sid: Uuid) -> Result<Option<Arc<SessionState>>, Error> {
        cached!(self, app, sessions, sid, load::session(app, sid).await?)
    }

    /// A user, at most [`FRESH`] old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user(&self, app: &App, id: i64) -> Result<Option<Arc<UserState>>, Error> {
        cached!(self, app, users, id, load::user(app, id).await?)
    }

    /// A working API key by its hash, at most [`FRESH`] old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key(&self, app: &App, hash: String) -> Result<Option<Arc<KeyState>>, Error> {
        cached!(
            self,
            app,
            keys,
            hash.clone(),
            load::key(app, hash.clone()).await?
        )
    }

    /// Whether a delegate may act as a user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn may_act_as(&self, app: &App, delegate: i64, user: i64) -> Result<bool, Error> {
        cached!(
            self,
            app,
            delegations,
            (delegate, user),
            load::delegation(app, delegate, user).await?
        )
    }

    /// What a role's holders may do, at most [`FRESH`] old; without a role, what everybody may.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grants(&self, app: &App, role: Option<i64>) -> Result<Arc<Grants>, Error> {
        cached!(
            self,
            app,
            grants,
            role,
            Arc::new(load::grants(app, role).await?)
        )
    }

    /// Whether the last use is to be written down: once a minute for each session or key.
    pub(crate) fn touch(&self, what: Uuid, last: Option<Timestamp>, now: Timestamp) -> bool {
        let due = last.is_none_or(|last| now.duration_since(last).as_secs() >= 60);
        due && self.0.touched.entry(what).or_insert(()).is_fresh()
    }

    /// Takes in what was told since the last look.
    fn listen(&self, app: &App) {
        let mut inbox = self.0.inbox.lock();
        let subscription = inbox.get_or_insert_with(|| app.hub.subscribe(TOPICS));
        while let Some(Some(signal)) = subscription.recv().now_or_never() {
            self.0.news.fetch_add(1, Ordering::AcqRel);
            match signal {
                Signal::Message(message) => self.forget(&message.topic[TOPICS.len()..]),
                Signal::Lagged(_) | Signal::Reconnected => self.forget(""),
            }
        }
    }

    fn forget(&self, what: &str) {
        let inner = &self.0;
        match what.split_once(':') {
            Some(("session", sid)) => {
                if let Ok(sid) = sid.parse::<Uuid>() {
                    inner.sessions.invalidate(&sid);
                }
            }
            Some(("user", id)) => {
                if let Ok(id) = id.parse::<i64>() {
                    inner.users.invalidate(&id);
                }
            }
            _ if what == "roles" => inner.grants.invalidate_all(),
            _ if what == "access" => {
                inner.keys.invalidate_all();
                inner.delegations.invalidate_all();
            }
            _ => {
                inner.sessions.invalidate_all();
                inner.users.invalidate_all();
                inner.keys.invalidate_all();
                inner.delegations.invalidate_all();
                inner.grants.invalidate_all();
            }
        }
    }
}

/// The role that counts: a superuser is an Admin.
pub fn effective_role(role: Option<i64>, is_superuser: bool) -> Option<i64> {
    if is_superuser {
        Some(BuiltinRole::Admin.id())
    } else {
        role
    }
}
