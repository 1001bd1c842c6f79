//! Migrations: once, in order, by one node at a time, and never edited.
use crate::common::{TestDb, each, sql, with_config};
use db::{Db, DbError, Ddl, Dialect, Migration, migrate, schema_dump};
use futures_util::future::join_all;

fn ward(ddl: &mut Ddl) {
    ddl.table("ward", |t| {
        t.standard();
        t.text("name").unique();
        t.bool("open").default(true);
        t.double("area").default(1.5).null();
        t.json("extra").default("{}");
    });
}

fn bed(ddl: &mut Ddl) {
    ddl.table("bed", |t| {
        t.id();
        t.int("ward_id").references("ward").cascade();
        t.one_of("status", &["free", "taken"]);
    });
    ddl.index("bed", &["ward_id"]);
    ddl.sql("INSERT INTO ward_count (n) SELECT count(*) FROM ward");
}

fn count(ddl: &mut Ddl) {
    ddl.table("ward_count", |t| {
        t.int("n");
    });
}

fn more(ddl: &mut Ddl) {
    ddl.add_columns("bed", |t| {
        t.text("note").null();
        t.int("old_ward_id").null().references("ward").set_null();
        t.one_of("colour", &["red", "blue"]).default("red");
    });
}

const WARD: Migration = Migration {
    name: "0001_ward",
    up: ward,
};
const COUNT: Migration = Migration {
    name: "0002_count",
    up: count,
};
const BED: Migration = Migration {
    name: "0001_bed",
    up: bed,
};
const MORE: Migration = Migration {
    name: "0002_more",
    up: more,
};

const LAST: Migration = Migration {
    name: "0003_last",
    up: |ddl| ddl.sql("ALTER TABLE bed ADD COLUMN last TEXT"),
};

fn names(applied: &[db::Applied]) -> Vec<String> {
    applied
        .iter()
        .map(|a| format!("{}/{}", a.module, a.name))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn applied_once_and_in_order() {
    each(|TestDb { db, .. }| async move {
        let first = migrate(&db, &[("wards", &[WARD, COUNT]), ("beds", &[BED])])
            .await
            .unwrap();
        assert_eq!(
            names(&first),
            ["wards/0001_ward", "wards/0002_count", "beds/0001_bed"]
        );
        let all: &[(&str, &[Migration])] = &[("wards", &[WARD, COUNT]), ("beds", &[BED, MORE])];
        assert_eq!(names(&migrate(&db, all).await.unwrap()), ["beds/0002_more"]);
        assert_eq!(names(&migrate(&db, all).await.unwrap()), [""; 0]);
        assert_eq!(
            db.one::<(i64,)>(sql("SELECT count(*) FROM ward_count"))
                .await,
            Ok((1,))
        );
        assert_eq!(
            db.one::<(i64,)>(sql("SELECT count(*) FROM schema_migration"))
                .await,
            Ok((4,))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_may_start_at_once() {
    each(|TestDb { db, config, .. }| async move {
        let nodes = (0..6).map(|_| {
            let config = config.clone();
            tokio::spawn(async move {
                let db = Db::connect(&config).await.unwrap();
                let applied =
                    migrate(&db, &[("wards", &[WARD, COUNT]), ("beds", &[BED, MORE])]).await;
                db.close().await;
                applied.unwrap().len()
            })
        });
        let applied: usize = join_all(nodes).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(applied, 4, "each by exactly one node");
        assert_eq!(
            db.one::<(i64,)>(sql("SELECT count(*) FROM ward_count"))
                .await,
            Ok((1,))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edited_and_unknown_migrations_are_refused() {
    each(|TestDb { db, .. }| async move {
        migrate(&db, &[("wards", &[WARD, COUNT])]).await.unwrap();
        let edited = Migration {
            name: "0002_count",
            up: |ddl| {
                ddl.table("ward_count", |t| {
                    t.int("m");
                })
            },
        };
        let result = migrate(&db, &[("wards", &[WARD, edited]), ("beds", &[BED])]).await;
        assert!(
            matches!(&result, Err(DbError::Other(e))
            if e.contains("wards/0002_count") && e.contains("must not be edited")),
            "{result:?}"
        );
        let result = migrate(&db, &[("wards", &[WARD]), ("beds", &[BED])]).await;
        assert!(
            matches!(&result, Err(DbError::Other(e))
            if e.contains("wards/0002_count") && e.contains("newer version")),
            "{result:?}"
        );
        let result = migrate(&db, &[("wards", &[WARD, COUNT, COUNT])]).await;
        assert!(
            matches!(&result, Err(DbError::Other(e)) if e.contains("twice")),
            "{result:?}"
        );
        assert_eq!(
            db.one::<(i64,)>(sql("SELECT count(*) FROM schema_migration"))
                .await,
            Ok((2,))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_migration_leaves_nothing_behind() {
    each(|TestDb { db, .. }| async move {
        let failing = Migration {
            name: "0003_fails",
            up: |ddl| {
                ddl.sql("CREATE TABLE half (n BIGINT)");
                ddl.sql("INSERT INTO nowhere VALUES (1)");
            },
        };
        let result = migrate(&db, &[("wards", &[WARD, COUNT, failing])]).await;
        assert!(
            matches!(&result, Err(DbError::Other(e)) if e.contains("wards/0003_fails")),
            "{result:?}"
        );
        assert!(
            db.one::<(i64,)>(sql("SELECT count(*) FROM half"))
                .await
                .is_err()
        );
        assert_eq!(
            db.one::<(i64,)>(sql("SELECT count(*) FROM schema_migration"))
                .await,
            Ok((2,))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dump_shows_the_schema() {
    with_config(
        |c| c.pool_size = 2,
        |TestDb { db, .. }| async move {
            let sets: &[(&str, &[Migration])] =
                &[("wards", &[WARD, COUNT]), ("beds", &[BED, MORE])];
            migrate(&db, sets).await.unwrap();
            db.execute(sql(
                "CREATE UNIQUE INDEX bed_note_idx ON bed (note) WHERE status = 'taken'",
            ))
            .await
            .unwrap();
            let dump = schema_dump(&db).await.unwrap();
            assert_eq!(dump, schema_dump(&db).await.unwrap());
            for expected in [
                "bed_ward_id_fkey",
                "ON DELETE CASCADE",
                "bed_ward_id_idx",
                "bed_note_idx",
                "uid",
                "ward_uid_key",
                "ward_name_key",
                "bed_status_check",
                "bed_colour_check",
                "schema_migration",
                "bed_old_ward_id_fkey",
            ] {
                assert!(dump.contains(expected), "{expected} is missing:\n{dump}");
            }
            match db.dialect() {
                Dialect::Sqlite => {
                    assert!(dump.contains("\"created_at\" INTEGER NOT NULL"), "{dump}");
                    assert_eq!(dump.matches("STRICT").count(), 4, "{dump}");
                }
                Dialect::Postgres => {
                    for expected in [
                        "  id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY",
                        "  created_at timestamp with time zone NOT NULL",
                        "  uid uuid NOT NULL",
                        "  open boolean NOT NULL DEFAULT true",
                        "  extra jsonb NOT NULL DEFAULT '{}'::jsonb",
                    ] {
                        assert!(dump.contains(expected), "{expected} is missing:\n{dump}");
                    }
                }
            }
        },
    )
    .await;
}

/// A cached statement that selects `*` outlives a change of its table.
#[tokio::test(flavor = "multi_thread")]
async fn statements_survive_a_change_of_their_table() {
    each(|TestDb { db, .. }| async move {
        migrate(&db, &[("wards", &[WARD, COUNT]), ("beds", &[BED])])
            .await
            .unwrap();
        for _ in 0..20 {
            db.all::<(i64,)>(sql("SELECT * FROM bed")).await.unwrap();
        }
        migrate(&db, &[("wards", &[WARD, COUNT]), ("beds", &[BED, MORE])])
            .await
            .unwrap();
        for _ in 0..20 {
            let outside = db.few::<(i64,)>(sql("SELECT * FROM bed")).await;
            assert_eq!(outside, Ok(vec![]));
        }
        migrate(
            &db,
            &[("wards", &[WARD, COUNT]), ("beds", &[BED, MORE, LAST])],
        )
        .await
        .unwrap();
        for _ in 0..20 {
            let rows = db
                .transaction::<_, DbError>(|tx| {
                    Box::pin(tx.all::<(i64,)>(sql("SELECT * FROM bed")))
                })
                .await;
            assert_eq!(rows, Ok(vec![]));
        }
    })
    .await;
}
