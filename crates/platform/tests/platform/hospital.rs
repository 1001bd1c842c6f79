//! A small application on every database: guests with sealed names that are found by blind tags.

#![expect(clippy::unwrap_used, unreachable_pub, reason = "shared by test files")]

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use db::{Db, Ddl, FromRow, Migration, Statement, ToValue, Value};
use futures_util::future::BoxFuture;
use kernel::Clock;
use ops::boot::{Parts, boot};
use platform::app::{App, Door, Shared};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::Line;
use platform::http::call::Head;
use platform::mail::Mailer;
use platform::module::Module;
use platform::record::{Loaded, Meta};
use platform::seal::Sealed;
use platform::settings::Settings;
use platform::unit;

platform::record! {
    /// Somebody who stays.
    pub struct Guest in "guest" for id {
        client {
            /// Who.
            name: Sealed<Line<100>>,
            /// How often they came.
            visits: i64 = 0,
        }
        server {}
        hidden {}
    }
}

fn tables(ddl: &mut Ddl) {
    ddl.table("guest", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("visits");
    });
    ddl.table("guest_term", |t| {
        t.int("guest");
        t.int("generation");
        t.int("tag");
        t.primary_key(&["guest", "generation", "tag"]);
    });
}

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001",
    up: tables,
}];

pub fn modules() -> Vec<Module> {
    vec![
        Module::new("hotel")
            .migrations(MIGRATIONS)
            .table::<Guest>()
            .reindex(reindex),
    ]
}

fn reindex(cx: &mut Cx, after: i64) -> BoxFuture<'_, Result<Option<i64>, Error>> {
    Box::pin(async move {
        let ring = cx.app.ring();
        let rows = "SELECT id, uid, created_at, updated_at, version, sealed, visits FROM guest \
                    WHERE id > $1 ORDER BY id LIMIT 7";
        let rows = Statement::raw(rows, vec![after.to_value()]).with_keys(ring);
        let guests: Vec<Loaded<Guest>> = cx.unscoped("the index").all(rows).await?;
        for Loaded(guest) in &guests {
            index(cx, guest).await?;
        }
        Ok(guests.last().map(|Loaded(guest)| guest.meta.id))
    })
}

async fn index(cx: &mut Cx, guest: &Guest) -> Result<(), Error> {
    let clear = "DELETE FROM guest_term WHERE guest = $1";
    let clear = Statement::raw(clear, vec![guest.meta.id.to_value()]);
    cx.unscoped("the index").execute(clear).await?;
    for (generation, tag) in cx.app.ring().tags64("name", guest.name.open()) {
        let term = "INSERT INTO guest_term (guest, generation, tag) VALUES ($1, $2, $3)";
        let values = vec![
            guest.meta.id.to_value(),
            generation.to_value(),
            tag.to_value(),
        ];
        cx.unscoped("the index")
            .execute(Statement::raw(term, values))
            .await?;
    }
    Ok(())
}

struct ClosedDoor;

impl Door for ClosedDoor {
    fn enter<'a>(
        &'a self,
        _: &'a Arc<App>,
        _: &'a Head,
    ) -> BoxFuture<'a, Result<platform::actor::Actor, Error>> {
        Box::pin(async { Err(Error::denied()) })
    }
}

pub const MASTER: &str = "5e015e015e015e015e015e015e015e015e015e015e015e015e015e015e015e01";

pub fn settings(dir: &Path, database: &str) -> Settings {
    settings_with(dir, database, MASTER)
}

pub fn settings_with(dir: &Path, database: &str, master: &str) -> Settings {
    let pairs = [
        ("CHELAL_DATA_DIR", dir.display().to_string()),
        ("DATABASE_URL", database.to_owned()),
        ("CHELAL_MASTER_KEY", master.to_owned()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    Settings::from_pairs(pairs).unwrap().settings
}

pub async fn open(settings: Settings) -> Arc<App> {
    open_with(settings, Clock::system(), modules()).await
}

pub async fn open_with(settings: Settings, clock: Clock, modules: Vec<Module>) -> Arc<App> {
    boot(Parts {
        settings,
        clock,
        registry: ops::boot::registry(modules),
        door: Arc::new(ClosedDoor),
        mailer: Mailer::Off,
        shared: Shared::default(),
    })
    .await
    .unwrap()
}

pub struct World {
    pub app: Arc<App>,
    pub url: String,
    pub dir: PathBuf,
}

impl World {
    pub fn anchor(&self) -> PathBuf {
        self.app.settings.audit_anchor_path()
    }

    pub fn db(&self) -> &Db {
        self.app.unguarded("test")
    }

    /// Another node on the same database, with a data directory of its own.
    pub async fn node(&self, name: &str) -> Arc<App> {
        open(self.node_settings(name)).await
    }

    pub fn node_settings(&self, name: &str) -> Settings {
        let dir = self.dir.join(name);
        std::fs::create_dir_all(&dir).unwrap();
        let url = match self.url.strip_prefix("sqlite://") {
            Some(file) => format!("sqlite://{}", self.dir.join(file).display()),
            None => self.url.clone(),
        };
        settings(&dir, &url)
    }

    pub async fn run(&self, sql: &'static str, values: Vec<Value>) -> u64 {
        self.db()
            .execute(Statement::raw(sql, values))
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub async fn rows<T: FromRow>(&self, sql: &'static str) -> Vec<T> {
        self.db()
            .all(Statement::raw(sql, Vec::new()))
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        self.rows::<(i64,)>(sql).await[0].0
    }

    /// What an attacker with the rights of the tables' owner does first.
    pub async fn drop_guards(&self) {
        let statements: &[&'static str] = if self.url.starts_with("sqlite") {
            &[
                "DROP TRIGGER audit_log_no_delete",
                "DROP TRIGGER audit_log_no_change",
                "DROP TRIGGER audit_link_no_delete",
                "DROP TRIGGER audit_link_no_change",
            ]
        } else {
            &[
                "DROP TRIGGER audit_log_guard ON audit_log",
                "DROP TRIGGER audit_log_guard_truncate ON audit_log",
                "DROP TRIGGER audit_link_guard ON audit_link",
                "DROP TRIGGER audit_link_guard_truncate ON audit_link",
            ]
        };
        for sql in statements {
            self.run(sql, vec![]).await;
        }
    }
}

pub async fn add_guest(app: &Arc<App>, name: &str) -> i64 {
    let name = name.to_owned();
    unit::program(app, "test", move |cx| {
        let name = name.clone();
        Box::pin(async move {
            let mut guest = Guest {
                meta: Meta::unstored(),
                name: Sealed::new(Line::cut(&name)),
                visits: 0,
            };
            cx.insert(&mut guest).await?;
            index(cx, &guest).await?;
            Ok(guest.meta.id)
        })
    })
    .await
    .unwrap()
}

/// Counts a visit, and seals the row with it.
pub async fn visit(app: &Arc<App>, id: i64) {
    unit::program(app, "test", move |cx| {
        Box::pin(async move {
            let mut query = platform::cx::select::<Guest>();
            query.and_where(sea_query::ExprTrait::eq(Guest::id, id));
            if cx.dialect() == db::Dialect::Postgres {
                query.lock(sea_query::LockType::Update);
            }
            let before: Guest = cx.unscoped("test").record(query).await?.unwrap();
            let mut guest = before.clone();
            guest.visits += 1;
            cx.update(&mut guest, &before).await
        })
    })
    .await
    .unwrap();
}

pub async fn name_of(app: &Arc<App>, id: i64) -> String {
    unit::read(app, &unit::Opening::program("test"), move |cx| {
        Box::pin(async move {
            let mut query = platform::cx::select::<Guest>();
            query.and_where(sea_query::ExprTrait::eq(Guest::id, id));
            let guest: Guest = cx.unscoped("test").record(query).await?.unwrap();
            Ok(guest.name.open().to_string())
        })
    })
    .await
    .unwrap()
}

/// Runs a test on a fresh application on each database.
pub async fn each<F: Future<Output = ()>>(test: impl Fn(World) -> F) {
    let dir = tempfile::tempdir().unwrap();
    run(&test, dir.path(), "sqlite://test.db".to_owned()).await;
    let Some(server) = test_postgres::server() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let url = server.create_database("platform_audit");
    run(&test, dir.path(), url.clone()).await;
    server.drop_database(&url);
}

async fn run<F: Future<Output = ()>>(test: &impl Fn(World) -> F, dir: &Path, url: String) {
    let app = open(settings(dir, &url)).await;
    let db = app.unguarded("test").clone();
    test(World {
        app,
        url,
        dir: dir.to_owned(),
    })
    .await;
    db.close().await;
}
