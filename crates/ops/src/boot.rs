//! Puts the application together: database, schema, keys, modules.

use std::sync::Arc;
use std::time::Duration;

use kernel::Clock;
use tokio::task::JoinHandle;

use api::module::Module;
use db::migrate;
use db::{Db, DbUrl};
use engine::app::{App, Door, Ingredients, Shared};
use engine::audit::sealer;
use engine::keys;
use engine::registry::Registry;
use outside::hub::neighbours::Neighbours;
use outside::mail::Mailer;
use outside::settings::Settings;
use records::error::Error;
use seal::KeyRing;

/// How long the audit trail may take to be linked when the program stops.
const LAST_SEAL: Duration = Duration::from_secs(10);

/// What differs between the program and its tests.
pub struct Parts {
    /// The configuration.
    pub settings: Settings,
    /// The time.
    pub clock: Clock,
    /// Every module, as [`registry`] puts them together. It belongs to no database: many applications of a process may
    /// share one.
    pub registry: Arc<Registry>,
    /// Who is asking.
    pub door: Arc<dyn Door>,
    /// Outgoing e-mail.
    pub mailer: Mailer,
    /// What modules keep for the whole process.
    pub shared: Shared,
}

/// Connects, migrates, opens the keys, seeds, and starts what runs beside the requests.
///
/// # Errors
/// When the database cannot be reached or migrated, or the keys cannot be opened.
pub async fn boot(parts: Parts) -> Result<Arc<App>, Error> {
    let db = Db::connect(&parts.settings.db_config()).await?;
    migrate(&db, &parts.registry.migrations()).await?;
    let ring = keys::unlock(&db, &parts.settings, parts.clock.now()).await?;
    let app = assemble(parts, db, ring)?;
    Registry::seed(&app).await?;
    Ok(app)
}

/// The same on a database as it stands: nothing is migrated, made or seeded. For commands that must not
/// change what they are run on, such as a backup before an upgrade.
///
/// # Errors
/// When there is no database, or its keys cannot be opened.
pub async fn attach(parts: Parts) -> Result<Arc<App>, Error> {
    if let DbUrl::Sqlite(path) = &parts.settings.database
        && !path.exists()
    {
        return Err(Error::internal(format!(
            "there is no database at {}; set CHELAL_DATA_DIR or DATABASE_URL to where it is",
            path.display()
        )));
    }
    let db = Db::connect(&parts.settings.db_config()).await?;
    let ring = keys::load(&db, &parts.settings).await?;
    assemble(parts, db, ring)
}

/// The given modules, lower ones first, after the platform's own.
pub fn registry(modules: impl IntoIterator<Item = Module>) -> Arc<Registry> {
    let own = std::iter::once(crate::migrations::module());
    Arc::new(Registry::new(own.chain(modules).collect()))
}

fn assemble(parts: Parts, db: Db, ring: KeyRing) -> Result<Arc<App>, Error> {
    App::assemble(Ingredients {
        db,
        ring,
        settings: parts.settings,
        clock: parts.clock,
        registry: parts.registry,
        door: parts.door,
        mailer: parts.mailer,
        shared: parts.shared,
    })
}

/// What runs beside the requests in a process that serves, and in no test that does not ask for it.
pub struct Beside {
    sealer: JoinHandle<()>,
    link: Option<JoinHandle<()>>,
    neighbours: Option<Neighbours>,
}

impl Beside {
    /// Starts the sealer of the audit trail and, on PostgreSQL, the link to the other nodes.
    ///
    /// # Errors
    /// When the certificates to check the database server with cannot be read.
    pub fn start(app: &Arc<App>) -> Result<Beside, Error> {
        let link = app.settings.database.listener()?.map(|(server, tls)| {
            // A pooler cannot keep a connection that listens.
            let server = app.settings.db_direct.as_deref().cloned().unwrap_or(server);
            app.hub.connect_postgres(server, tls)
        });
        let neighbours = match &app.settings.database {
            DbUrl::Sqlite(file) => Some(Neighbours::watch(app.hub.clone(), file)),
            DbUrl::Postgres { .. } => None,
        };
        Ok(Beside {
            sealer: sealer::start(app),
            neighbours,
            link,
        })
    }

    /// Links and anchors what the last requests left in the audit trail, then ends.
    pub async fn stop(self, app: &Arc<App>) {
        self.sealer.abort();
        // Aborted in the middle of a transaction it rolls back; the next sealer does it again.
        let _ = self.sealer.await;
        match tokio::time::timeout(LAST_SEAL, sealer::seal_now(app)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(
                ?error,
                "the audit trail could not be linked; the next start does it"
            ),
            Err(_) => tracing::error!(
                "the audit trail could not be linked in time; the next start does it"
            ),
        }
        drop(self.neighbours);
        if let Some(link) = self.link {
            link.abort();
        }
    }
}
