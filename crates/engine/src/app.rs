//! The running application: what every request, job and command shares.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kernel::Clock;
use kernel::HospitalZone;

use crate::actor::Actor;
use crate::audit::reads::ReadAudit;
use crate::audit::sealer::AnchorTrouble;
use crate::call::Head;
use crate::changes::Changes;
use crate::confinement::Confinement;
use crate::counts::CountCache;
use crate::files::Files;
use crate::keys;
use crate::outage::Room;
use crate::registry::Registry;
use crate::totals::Totals;
use db::{Db, Dialect};
use outside::hub::Hub;
use outside::mail::Mailer;
use outside::outgoing::Outgoing;
use outside::settings::Settings;
use records::error::Error;
use seal::KeyRing;
use texts::{Text, Texts};

/// Tells who is asking. Implemented once, by `identity`.
pub trait Door: Send + Sync {
    /// The caller behind the request's credentials. Missing, expired, forged or revoked ones are a 401.
    fn enter<'a>(
        &'a self,
        app: &'a Arc<App>,
        head: &'a Head,
    ) -> BoxFuture<'a, Result<Actor, Error>>;

    /// The caller behind a ticket, which is used up: how a browser opens a socket. A door without tickets knows none.
    fn redeem<'a>(
        &'a self,
        _app: &'a Arc<App>,
        _ticket: &'a str,
    ) -> BoxFuture<'a, Result<Actor, Error>> {
        Box::pin(async { Err(nobody()) })
    }

    /// Whether a caller who came in earlier may stay, for connections that outlast their first request: 401 when their
    /// session ended. A door without sessions lets nobody stay.
    fn stay<'a>(
        &'a self,
        _app: &'a Arc<App>,
        _actor: &'a Actor,
    ) -> BoxFuture<'a, Result<Stay, Error>> {
        Box::pin(async { Err(nobody()) })
    }
}

fn nobody() -> Error {
    Error::refuse(
        kernel::Code::NotAuthenticated,
        Text::new("not-authenticated"),
    )
}

/// How long a caller may stay.
#[derive(Debug, Clone)]
pub struct Stay {
    /// Who they are now: their grants may have changed.
    pub actor: Arc<Actor>,
    /// When their session ends by itself.
    pub until: Timestamp,
    /// The hub's topics on which it is heard that it may have ended earlier.
    pub topics: Vec<String>,
}

/// What every request, job and command shares.
pub struct App {
    pub(crate) db: Db,
    /// The keys; swapped whole when they rotate.
    pub ring: ArcSwap<KeyRing>,
    /// The time.
    pub clock: Clock,
    /// The configuration.
    pub settings: Settings,
    /// Where the hospital's days begin and end.
    pub zone: HospitalZone,
    /// Translations.
    pub texts: Arc<Texts>,
    /// What the modules declare.
    pub registry: Arc<Registry>,
    /// Who is asking.
    pub door: Arc<dyn Door>,
    /// News between requests, sockets and nodes.
    pub hub: Hub,
    /// Which tables changed, for open pages.
    pub(crate) changes: Changes,
    /// Outgoing e-mail.
    pub mailer: Mailer,
    /// Outgoing HTTP.
    pub outgoing: Outgoing,
    /// Where files are kept.
    pub files: Files,
    /// Group commit of what was read.
    pub reads: ReadAudit,
    /// What is wrong with the anchor of the audit trail.
    pub anchor_trouble: AnchorTrouble,
    /// Whether the database had no room a moment ago.
    pub room: Room,
    /// Remembers which lists are longer than anybody counts.
    pub counts: CountCache,
    /// Remembers large totals for a moment.
    pub totals: Totals,
    /// Whether anybody's records are confined to those who treat them.
    pub(crate) confinement: Confinement,
    /// What modules keep for the whole process, by type.
    pub shared: Shared,
}

/// What an application is put together from.
pub struct Ingredients {
    /// The database, at this version.
    pub db: Db,
    /// Its keys.
    pub ring: KeyRing,
    /// The configuration.
    pub settings: Settings,
    /// The time.
    pub clock: Clock,
    /// What the modules declare.
    pub registry: Arc<Registry>,
    /// Who is asking.
    pub door: Arc<dyn Door>,
    /// Outgoing e-mail.
    pub mailer: Mailer,
    /// What modules keep for the whole process.
    pub shared: Shared,
}

impl App {
    /// Puts an application together, and starts what it cannot be without: the audit of reads, and the look for keys
    /// that another node rotated.
    ///
    /// # Errors
    /// When texts, time zone or the place of files are of no use.
    pub fn assemble(made: Ingredients) -> Result<Arc<App>, Error> {
        let zone = made.settings.time_zone.iana_name().unwrap_or("UTC");
        let app = Arc::new(App {
            zone: HospitalZone::new(zone).map_err(Error::internal)?,
            texts: made.registry.texts()?,
            db: made.db,
            ring: ArcSwap::from_pointee(made.ring),
            clock: made.clock,
            outgoing: Outgoing::new(made.settings.send_timeout),
            files: Files::open(&made.settings)?,
            settings: made.settings,
            registry: made.registry,
            door: made.door,
            hub: Hub::new(),
            changes: Changes::default(),
            mailer: made.mailer,
            reads: ReadAudit::default(),
            anchor_trouble: AnchorTrouble::default(),
            room: Room::default(),
            counts: CountCache::default(),
            totals: Totals::default(),
            confinement: Confinement::default(),
            shared: made.shared,
        });
        app.reads.start(&app);
        keys::watch(&app);
        Ok(app)
    }

    /// The database past units of work, and so past permissions, row scopes and the audit trail. Say why; the place
    /// and its reason stand in `docs/unscoped.txt`.
    pub fn unguarded(&self, _why: &'static str) -> &Db {
        &self.db
    }

    /// The dialect of the database.
    pub fn dialect(&self) -> Dialect {
        self.db.dialect()
    }

    /// Closes the database; nothing can be asked afterwards.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// The keys as they are now.
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.load_full()
    }
}

/// Values that a module keeps for the whole process, such as caches: one for each type.
#[derive(Default)]
pub struct Shared(HashMap<std::any::TypeId, Arc<dyn std::any::Any + Send + Sync>>);

impl Shared {
    /// Keeps a value under its type.
    pub fn put<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.insert(std::any::TypeId::of::<T>(), Arc::new(value));
    }

    /// The value of this type.
    ///
    /// # Errors
    /// An internal error when the module that keeps it is not part of the application.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>, Error> {
        self.0
            .get(&std::any::TypeId::of::<T>())
            .cloned()
            .and_then(|value| value.downcast().ok())
            .ok_or_else(|| {
                Error::internal(format!("nobody keeps a {}", std::any::type_name::<T>()))
            })
    }
}
