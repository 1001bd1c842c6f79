//! Backups are made under a working hospital and restored on an empty machine.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::hospital::{
    MASTER, MIGRATIONS, World, add_guest, each, modules, name_of, open, settings, settings_with,
};
use base64::Engine;
use db::{Ddl, Migration, Statement};
use ops::backup::{Documents, Manifest, backup, restore};
use platform::audit::sealer;
use platform::error::Error;
use platform::module::Module;
use platform::settings::Settings;

/// An empty place of the same kind of database.
struct Place {
    dir: PathBuf,
    url: String,
}

impl Place {
    fn new(world: &World, name: &str) -> Place {
        let dir = world.dir.join(name);
        std::fs::create_dir_all(&dir).unwrap();
        let url = if world.url.starts_with("sqlite") {
            "sqlite://restored.db".to_owned()
        } else {
            test_postgres::server().unwrap().create_database(name)
        };
        Place { dir, url }
    }

    fn settings(&self) -> Settings {
        settings(&self.dir, &self.url)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.url.starts_with("postgres") {
            test_postgres::server().unwrap().drop_database(&self.url);
        }
    }
}

async fn make(world: &World, out: &Path) -> Manifest {
    backup(
        world.db(),
        &world.app.settings,
        &Documents::carried(&world.app),
        now(),
        out,
    )
    .await
    .unwrap()
}

async fn refused(out: &Path, settings: &Settings, modules: Vec<Module>) -> String {
    match restore(out, settings, now(), modules).await {
        Err(Error::Internal(error)) => error.to_string(),
        Err(other) => format!("{other:?}"),
        Ok(_) => panic!("was restored"),
    }
}

fn now() -> jiff::Timestamp {
    kernel::Clock::system().now()
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_restored_whole() {
    each(|world| async move {
        for n in 0..30 {
            add_guest(&world.app, &format!("Guest {n}")).await;
        }
        sealer::seal_now(&world.app).await.unwrap();
        let sealing = sealer::start(&world.app);
        let app = Arc::clone(&world.app);
        let writing = tokio::spawn(async move {
            for n in 30.. {
                add_guest(&app, &format!("Guest {n}")).await;
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(1300)).await;
        let out = world.dir.join("hospital.backup");
        let manifest = make(&world, &out).await;
        writing.abort();
        sealing.abort();
        assert_eq!(manifest.version, env!("CARGO_PKG_VERSION"));

        // Neither the master key nor what was sealed.
        let bytes = std::fs::read(&out).unwrap();
        let key: Vec<u8> = (0..32)
            .map(|n| if n % 2 == 0 { 0x5e } else { 0x01 })
            .collect();
        let base64 = base64::engine::general_purpose::STANDARD.encode(&key);
        assert!(!find(&bytes, MASTER.as_bytes()));
        assert!(!find(&bytes, &key));
        assert!(!find(&bytes, base64.as_bytes()));
        assert!(!find(&bytes, b"Guest 7"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&out).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // Nothing is left beside it, and nothing is replaced.
        let left = std::fs::read_dir(&world.dir).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        let ours = left
            .iter()
            .filter(|name| name.to_string_lossy().starts_with("hospital.backup"));
        assert_eq!(ours.count(), 1, "{left:?}");
        let again = backup(
            world.db(),
            &world.app.settings,
            &Documents::LeftOut,
            now(),
            &out,
        )
        .await;
        assert!(again.is_err());

        let place = Place::new(&world, "restored");
        let restored = restore(&out, &place.settings(), now(), modules())
            .await
            .unwrap();
        assert!(restored.audit.is_intact(), "{}", restored.audit);
        assert_eq!((restored.migrated, restored.anchor_moved_to), (0, None));

        let app = open(place.settings()).await;
        let count = |sql| {
            let app = &app;
            async move {
                let rows: Vec<(i64,)> = app.unguarded("test").all(Statement::raw(sql, vec![])).await.unwrap();
                rows[0].0
            }
        };
        // One moment of the database: a guest, their terms and their audit row, or none of them.
        let guests = count("SELECT count(*) FROM guest").await;
        assert!(guests >= 30);
        assert_eq!(count("SELECT count(*) FROM guest_term").await, guests);
        let created = "SELECT count(*) FROM audit_log WHERE action = 'create'";
        assert_eq!(count(created).await, guests);
        assert_eq!(
            restored.audit.linked + restored.audit.waiting,
            u64::try_from(guests).unwrap()
        );
        // The first that was written here says so.
        let noted = "SELECT count(*) FROM audit_log WHERE action = 'other' AND object_type = 'Backup' \
                     AND username = '(restore)' AND id = (SELECT max(id) FROM audit_log)";
        assert_eq!(count(noted).await, 1);
        assert_eq!(name_of(&app, 8).await, "Guest 7");
        // Search finds, numbering goes on, the guards stand, the chain continues.
        let (generation, tag) = app.ring().search_tag64("name", "Guest 7");
        let hit = Statement::raw(
            "SELECT guest FROM guest_term WHERE generation = $1 AND tag = $2",
            vec![
                db::ToValue::to_value(&generation),
                db::ToValue::to_value(&tag),
            ],
        );
        assert_eq!(app.unguarded("test").all::<(i64,)>(hit).await.unwrap(), [(8,)]);
        assert!(add_guest(&app, "New").await > guests);
        let delete = Statement::raw("DELETE FROM audit_log", vec![]);
        assert!(app.unguarded("test").execute(delete).await.is_err());
        sealer::seal_now(&app).await.unwrap();
        let anchor = app.settings.audit_anchor_path();
        let verdict = platform::audit::verify::verify(app.unguarded("test"), &app.settings, &anchor);
        assert!(verdict.await.unwrap().is_intact());

        // Not a second time.
        let text = refused(&out, &place.settings(), modules()).await;
        assert!(
            text.contains("exists") || text.contains("not empty"),
            "{text}"
        );
        app.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_or_a_damaged_archive_changes_nothing() {
    each(|world| async move {
        add_guest(&world.app, "Guest").await;
        sealer::seal_now(&world.app).await.unwrap();
        let out = world.dir.join("hospital.backup");
        make(&world, &out).await;
        let place = Place::new(&world, "refused");

        let other = settings_with(&place.dir, &place.url, &"a70c".repeat(16));
        let text = refused(&out, &other, modules()).await;
        assert!(text.contains("sealed under master key"), "{text}");

        let bytes = std::fs::read(&out).unwrap();
        let damaged = world.dir.join("damaged.backup");
        for at in [520, bytes.len() / 2] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            std::fs::write(&damaged, &changed).unwrap();
            let text = refused(&damaged, &place.settings(), modules()).await;
            assert!(text.contains("is not a whole backup"), "{at}: {text}");
        }
        for length in [0, 512, bytes.len() / 2, bytes.len() - 4096] {
            std::fs::write(&damaged, &bytes[..length]).unwrap();
            let text = refused(&damaged, &place.settings(), modules()).await;
            assert!(text.contains("is not a whole backup"), "{length}: {text}");
        }
        let left: Vec<_> = std::fs::read_dir(&place.dir).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        // The place is still good for the archive as it was.
        restore(&out, &place.settings(), now(), modules())
            .await
            .unwrap();
    })
    .await;
}

const NEWER: &[Migration] = &[
    MIGRATIONS[0],
    Migration {
        name: "0002_room",
        up: room,
    },
];

fn room(ddl: &mut Ddl) {
    ddl.add_columns("guest", |t| {
        t.text("room").default("none".to_owned());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn older_archives_are_migrated_and_newer_ones_refused() {
    each(|world| async move {
        add_guest(&world.app, "Guest").await;
        sealer::seal_now(&world.app).await.unwrap();
        let out = world.dir.join("hospital.backup");
        make(&world, &out).await;

        let newer = || {
            vec![
                Module::new("hotel")
                    .migrations(NEWER)
                    .table::<crate::hospital::Guest>(),
            ]
        };
        let place = Place::new(&world, "newer");
        // An anchor that lies there is somebody's evidence.
        let anchor = place.settings().audit_anchor_path();
        std::fs::write(&anchor, "evidence\n").unwrap();
        let restored = restore(&out, &place.settings(), now(), newer())
            .await
            .unwrap();
        assert_eq!(restored.migrated, 1);
        assert!(restored.audit.is_intact());
        let moved = restored.anchor_moved_to.unwrap();
        assert_eq!(std::fs::read_to_string(moved).unwrap(), "evidence\n");
        assert!(std::fs::read_to_string(&anchor).unwrap().starts_with("1 "));

        let db = db::Db::connect(&place.settings().db_config())
            .await
            .unwrap();
        let rooms = Statement::raw("SELECT room FROM guest", vec![]);
        assert_eq!(
            db.all::<(String,)>(rooms).await.unwrap(),
            [("none".to_owned(),)]
        );
        let second = world.dir.join("newer.backup");
        backup(&db, &place.settings(), &Documents::LeftOut, now(), &second)
            .await
            .unwrap();
        db.close().await;

        let older = Place::new(&world, "older");
        let text = refused(&second, &older.settings(), modules()).await;
        assert!(text.contains("hotel/0002_room"), "{text}");
        restore(&second, &older.settings(), now(), newer())
            .await
            .unwrap();
    })
    .await;
}
