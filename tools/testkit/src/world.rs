//! A hospital of its own for each test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use futures_util::future::BoxFuture;
use identity::state::Identity;
use identity::user::{User, UserLanguage};
use jiff::{SignedDuration, Timestamp};
use kernel::{BuiltinRole, Clock};
use ops::boot::{self, Parts};
use platform::app::{App, Shared};
use platform::audit::AuditLog;
use platform::cx::{column, select};
use platform::db::{Dialect, Statement, ToValue};
use platform::field::{Blank, Line, Ref};
use platform::mail::{Mail, Mailer, Outbox};
use platform::module::{Module, Registry};
use platform::operation::Operation;
use platform::record::Meta;
use platform::settings::Settings;
use platform::unit;
use sea_query::{ExprTrait, Order};
use server::listen::{self, Limits};
use tokio::net::TcpListener;

use crate::base::{Base, Fresh};
use crate::client::{Caller, Way};

/// The password of every user that a world makes.
pub const PASSWORD: &str = "Kora and balafon 1965";

/// The moment at which every world begins: a Monday morning.
pub const MORNING: &str = "2026-11-23T08:00:00Z";

/// The master key of every world, as configured.
pub const MASTER_KEY: &str = "5e015e015e015e015e015e015e015e015e015e015e015e015e015e015e015e01";

/// The modules, put together once for all worlds of a process: it takes longer than most tests.
static REGISTRY: LazyLock<Arc<Registry>> =
    LazyLock::new(|| boot::registry(server::modules::modules()));

/// A running application on a database of its own.
pub struct World {
    /// The application.
    pub app: Arc<App>,
    /// The whole web server, without sockets.
    pub router: Router,
    /// The time, which stands still until the test moves it.
    pub clock: Clock,
    outbox: Outbox,
    users: AtomicU32,
    fresh: Fresh,
}

/// Another application on a world's database: see [`World::node`].
pub struct Node {
    /// The application.
    pub app: Arc<App>,
    /// The whole web server, without sockets.
    pub router: Router,
}

impl Node {
    /// Serves on a socket until the test ends; see [`Caller::over`].
    pub async fn listen(&self) -> SocketAddr {
        listen_with(self.router.clone()).await
    }

    /// Runs everything that is due, and what that makes due.
    pub async fn settle(&self) {
        settle(&self.app).await;
    }

    /// Somebody who did not sign in.
    pub fn anonymous(&self) -> Caller {
        Caller {
            way: Way::Here(self.router.clone()),
            token: None,
            id: 0,
        }
    }

    /// Somebody who signed in elsewhere, here.
    pub fn as_signed_in(&self, caller: &Caller) -> Caller {
        Caller {
            way: Way::Here(self.router.clone()),
            ..caller.clone()
        }
    }
}

async fn listen_with(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    let never = std::future::pending();
    tokio::spawn(listen::serve(listener, router, Limits::default(), never));
    address
}

async fn settle(app: &Arc<App>) {
    while platform::jobs::run_due(app)
        .await
        .expect("jobs that can be run")
        > 0
    {}
}

/// Runs a test in a world of its own; where there is no PostgreSQL, its tests pass without one.
pub fn run(base: Base, test: impl for<'w> FnOnce(&'w World) -> BoxFuture<'w, ()>) {
    let Some(fresh) = Fresh::new(base, schema_key(), prepare) else {
        return;
    };
    runtime().block_on(async {
        let world = World::start(fresh).await;
        test(&world).await;
        world.finish().await;
    });
}

/// Runs a test in two worlds that are equal until it tells them apart: on databases of their own, at the same time of day.
pub fn run_two(base: Base, test: impl for<'w> FnOnce(&'w World, &'w World) -> BoxFuture<'w, ()>) {
    let fresh = || Fresh::new(base, schema_key(), prepare);
    let (Some(one), Some(other)) = (fresh(), fresh()) else {
        return;
    };
    runtime().block_on(async {
        let (one, other) = (World::start(one).await, World::start(other).await);
        test(&one, &other).await;
        one.finish().await;
        other.finish().await;
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Changes with whatever shapes a prepared database.
pub(crate) fn schema_key() -> &'static str {
    static KEY: LazyLock<String> = LazyLock::new(hashed_schema);
    &KEY
}

fn hashed_schema() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let registry = &*REGISTRY;
    let mut hasher = DefaultHasher::new();
    for (module, migrations) in registry.migrations() {
        for migration in migrations {
            let mut ddl = platform::db::Ddl::new(Dialect::Postgres);
            (migration.up)(&mut ddl);
            (module, migration.name, ddl.statements()).hash(&mut hasher);
        }
    }
    format!("{:?}", registry.permissions).hash(&mut hasher);
    format!("world_{:016x}", hasher.finish())
}

/// Migrates and seeds a database, and closes it.
pub(crate) fn prepare(url: &str, dir: &Path) {
    let (url, dir) = (url.to_owned(), dir.to_owned());
    // A thread of its own: the caller may already be inside a runtime.
    let prepared = std::thread::spawn(move || {
        runtime().block_on(async {
            let parts = parts(&url, &dir, Clock::fixed(morning()), Mailer::Off);
            let (app, _) = server::build(parts)
                .await
                .expect("a database that can be prepared");
            app.close().await;
        });
    });
    prepared.join().expect("a prepared database");
}

fn morning() -> Timestamp {
    MORNING.parse().expect("a constant that is a timestamp")
}

fn parts(url: &str, dir: &Path, clock: Clock, mailer: Mailer) -> Parts {
    parts_with(url, dir, clock, Some(mailer), &[])
}

/// With further settings, which also choose the mailer where none is given.
fn parts_with(
    url: &str,
    dir: &Path,
    clock: Clock,
    mailer: Option<Mailer>,
    further: &[(&str, &str)],
) -> Parts {
    let pairs = [
        ("DATABASE_URL", url.to_owned()),
        ("CHELAL_DATA_DIR", dir.display().to_string()),
        ("CHELAL_MASTER_KEY", MASTER_KEY.to_owned()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    let further = further
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let pairs = pairs.into_iter().chain(further);
    let settings = Settings::from_pairs(pairs)
        .expect("settings that can be read")
        .settings;
    // What a real login costs on purpose would make a suite of thousands of them wait for minutes.
    let hasher = identity::credential::password::HasherConfig {
        memory_kib: 64,
        passes: 1,
        ..Default::default()
    };
    let mut shared = Shared::default();
    let door = identity::door::door(hasher, &mut shared).expect("hashing costs that are in range");
    // Nobody waits half a minute to see a socket closed.
    shared.put(platform::socket::Limits {
        patience: Duration::from_secs(1),
        ping: Duration::from_secs(1),
        idle: Duration::from_secs(3),
        recheck: Duration::from_millis(300),
        ..Default::default()
    });
    Parts {
        mailer: mailer.unwrap_or_else(|| Mailer::from_settings(&settings)),
        settings,
        clock,
        registry: REGISTRY.clone(),
        door,
        shared,
    }
}

impl World {
    async fn start(fresh: Fresh) -> World {
        let clock = Clock::fixed(morning());
        let (mailer, outbox) = Mailer::capture();
        let parts = parts(&fresh.url, fresh.dir.path(), clock.clone(), mailer);
        let (app, router) = server::build(parts)
            .await
            .expect("an application that starts");
        World {
            app,
            router,
            clock,
            outbox,
            users: AtomicU32::new(0),
            fresh,
        }
    }

    /// The directory of the database, the keys and the anchor of the audit chain.
    pub fn dir(&self) -> &Path {
        self.fresh.dir.path()
    }

    /// The database's address.
    pub fn database_url(&self) -> &str {
        &self.fresh.url
    }

    /// Lets time pass.
    pub fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// Every operation that the modules declare.
    pub fn operations(&self) -> Vec<Arc<Operation>> {
        self.app.registry.operations().to_vec()
    }

    /// Somebody who did not sign in.
    pub fn anonymous(&self) -> Caller {
        Caller {
            way: Way::Here(self.router.clone()),
            token: None,
            id: 0,
        }
    }

    /// Serves on a socket until the test ends; see [`Caller::over`].
    pub async fn listen(&self) -> SocketAddr {
        listen_with(self.router.clone()).await
    }

    /// Somebody who signed in with a role, or with none; each call makes another user.
    pub async fn caller(&self, role: Option<BuiltinRole>) -> Caller {
        let number = self.users.fetch_add(1, Ordering::Relaxed);
        let name = role.map_or("guest".to_owned(), |role| {
            role.name().replace(' ', "").to_lowercase()
        });
        let username = format!("{name}{number}");
        let id = self.user(&username, role).await;
        self.sign_in(&username, PASSWORD).await.with_id(id)
    }

    /// Stores a user who can sign in with [`PASSWORD`]; returns the id.
    pub async fn user(&self, username: &str, role: Option<BuiltinRole>) -> i64 {
        let identity = Identity::of(&self.app).expect("identity is part of the application");
        let hash = identity
            .hasher()
            .hash(PASSWORD.to_owned())
            .await
            .expect("a password that can be hashed");
        let address = Line::cut(&format!("{username}@hospital.example"));
        let user = User {
            meta: Meta::unstored(),
            username: Line::cut(username),
            email: Some(address.clone()),
            first_name: Blank::cut("Fatou"),
            last_name: Blank::cut("Ceesay"),
            role: role.map(|role| Ref::new(role.id())),
            language_preference: UserLanguage::English,
            is_active: true,
            phone: None,
            is_superuser: false,
            must_change_password: false,
            last_login: None,
            username_fold: Line::cut(username),
            email_fold: Some(address),
            password_hash: Some(Line::cut(&hash)),
        };
        let stored = unit::program(&self.app, "test", move |cx| {
            let mut user = user.clone();
            Box::pin(async move {
                cx.insert(&mut user).await?;
                Ok(user.meta.id)
            })
        });
        stored.await.expect("a user that can be stored")
    }

    /// Signs in as anybody would.
    pub async fn sign_in(&self, username: &str, password: &str) -> Caller {
        self.anonymous().sign_in(username, password).await
    }

    /// Somebody with the role Admin.
    pub async fn admin(&self) -> Caller {
        self.caller(Some(BuiltinRole::Admin)).await
    }

    /// Somebody with the role Doctor.
    pub async fn doctor(&self) -> Caller {
        self.caller(Some(BuiltinRole::Doctor)).await
    }

    /// Somebody with the role Receptionist.
    pub async fn receptionist(&self) -> Caller {
        self.caller(Some(BuiltinRole::Receptionist)).await
    }

    /// Somebody with the role Nurse.
    pub async fn nurse(&self) -> Caller {
        self.caller(Some(BuiltinRole::Nurse)).await
    }

    /// Somebody with the role Patient.
    pub async fn patient(&self) -> Caller {
        self.caller(Some(BuiltinRole::Patient)).await
    }

    /// E-mails sent so far, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.outbox.mails()
    }

    /// The outbox, for tests that make sending fail.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Runs everything that is due, and what that makes due.
    pub async fn settle(&self) {
        settle(&self.app).await;
    }

    /// Another application at work on the same database at the same time of day, with further settings.
    /// Its e-mails go where they say.
    pub async fn node(&self, settings: &[(&str, &str)]) -> Node {
        self.node_with(settings, Vec::new()).await
    }

    /// As [`World::node`], with further modules.
    pub async fn node_with(&self, settings: &[(&str, &str)], modules: Vec<Module>) -> Node {
        let (url, dir) = (&self.fresh.url, self.fresh.dir.path());
        let mut parts = parts_with(url, dir, self.clock.clone(), None, settings);
        if !modules.is_empty() {
            parts.registry = boot::registry(server::modules::modules().into_iter().chain(modules));
        }
        let (app, router) = server::build(parts)
            .await
            .expect("an application that starts");
        Node { app, router }
    }

    /// The audit rows of a kind of record, oldest first.
    pub async fn audit_of(&self, object_type: &str) -> Vec<AuditLog> {
        let object_type = object_type.to_owned();
        let rows = unit::program(&self.app, "test", move |cx| {
            let mut query = select::<AuditLog>();
            query
                .and_where(column("audit_log", "object_type").eq(object_type.clone()))
                .order_by("id", Order::Asc);
            Box::pin(async move {
                cx.unscoped("a test looks at everything")
                    .records(query)
                    .await
            })
        });
        rows.await.expect("an audit trail that can be read")
    }

    /// The columns of a table, as the database knows them.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        let sql = match self.app.dialect() {
            Dialect::Sqlite => "SELECT name FROM pragma_table_info($1)",
            Dialect::Postgres => {
                "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1 AND table_schema = current_schema()"
            }
        };
        let rows = self
            .app
            .unguarded("test")
            .all::<(String,)>(Statement::raw(sql, vec![table.to_value()]))
            .await;
        rows.expect("a catalogue that can be read")
            .into_iter()
            .map(|(name,)| name)
            .collect()
    }

    /// Fails the test when work was left behind that is due.
    async fn finish(self) {
        let left = platform::jobs::unfinished(&self.app)
            .await
            .expect("jobs that can be counted");
        let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
        for job in &left {
            *kinds.entry(job.kind.to_string()).or_default() += 1;
        }
        assert!(
            left.is_empty(),
            "left behind, call world.settle(): {kinds:?}"
        );
        self.app.close().await;
    }
}
