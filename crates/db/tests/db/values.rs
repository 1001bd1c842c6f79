//! Every kind of value comes back as it went in; every constraint has the same name on both.
use crate::common::{TestDb, each, sql, with_config};
use db::{Db, DbError, Ddl, Dialect, Migration, Statement, ToValue, Value, migrate};
use futures_util::StreamExt;
use jiff::Timestamp;
use jiff::civil::{Date, Time, date, time};
use serde_json::json;
use uuid::Uuid;

const KINDS: &[Migration] = &[Migration {
    name: "0001_kinds",
    up: |ddl: &mut Ddl| {
        ddl.table("kinds", |t| {
            t.id();
            t.int("i").null();
            t.bool("b").null();
            t.double("f").null();
            t.text("s").null();
            t.bytes("y").null();
            t.uuid("u").null();
            t.timestamp("ts").null();
            t.date("d").null();
            t.time("t").null();
            t.json("j").null();
        });
    },
}];

type Kinds = (
    Option<i64>,
    Option<bool>,
    Option<f64>,
    Option<String>,
    Option<Vec<u8>>,
    Option<Uuid>,
    Option<Timestamp>,
    Option<Date>,
    Option<Time>,
    Option<serde_json::Value>,
);

async fn round_trip(db: &Db, k: Kinds) {
    let mut tx = db.begin().await.unwrap();
    let values = vec![
        k.0.to_value(),
        k.1.to_value(),
        k.2.to_value(),
        k.3.to_value(),
        k.4.to_value(),
        k.5.to_value(),
        k.6.to_value(),
        k.7.to_value(),
        k.8.to_value(),
        k.9.to_value(),
    ];
    let insert = "INSERT INTO kinds (i, b, f, s, y, u, ts, d, t, j) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    let (id,): (i64,) = tx.one(Statement::raw(insert, values)).await.unwrap();
    tx.commit().await.unwrap();
    let select = "SELECT i, b, f, s, y, u, ts, d, t, j FROM kinds WHERE id = $1";
    let found: Kinds = db
        .one(Statement::raw(select, vec![id.to_value()]))
        .await
        .unwrap();
    assert_eq!(found, k);
    // The same values find the row.
    let by_value = "SELECT count(*) FROM kinds WHERE id = $1 AND u = $2 AND ts = $3 AND d = $4";
    let values = vec![
        id.to_value(),
        k.5.to_value(),
        k.6.to_value(),
        k.7.to_value(),
    ];
    let (count,): (i64,) = db.one(Statement::raw(by_value, values)).await.unwrap();
    assert_eq!(count, i64::from(k.5.is_some()));
}

async fn values_of(TestDb { db, .. }: TestDb) {
    migrate(&db, &[("test", KINDS)]).await.unwrap();
    let micros = |m| Timestamp::from_microsecond(m).unwrap();
    round_trip(
        &db,
        (
            Some(i64::MIN),
            Some(true),
            Some(-0.1),
            Some("naïve 'quoted' $1 ? ไทย".to_owned()),
            Some(vec![0, 255, 1]),
            Some(Uuid::from_u128(0x1234_5678_9abc_def0)),
            Some(micros(-1)),
            Some(date(1899, 2, 28)),
            Some(time(23, 59, 59, 0)),
            Some(json!({"a": [1, null, "ü"], "b": {"c": true}})),
        ),
    )
    .await;
    round_trip(
        &db,
        (
            Some(i64::MAX),
            Some(false),
            Some(1e300),
            Some(String::new()),
            Some(vec![]),
            Some(Uuid::nil()),
            Some(micros(4_102_444_800_123_456)),
            Some(date(9999, 12, 31)),
            Some(time(0, 0, 0, 0)),
            Some(json!(null)),
        ),
    )
    .await;
    round_trip(
        &db,
        (None, None, None, None, None, None, None, None, None, None),
    )
    .await;

    // NULL of any kind fits any column.
    for null in [
        Value::String(None),
        Value::BigInt(None),
        Value::Bool(None),
        Value::Bytes(None),
    ] {
        let all = vec![null; 10];
        let insert = "INSERT INTO kinds (i, b, f, s, y, u, ts, d, t, j) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        assert_eq!(db.execute(Statement::raw(insert, all)).await, Ok(1));
    }
    // sum() of bigint is numeric on PostgreSQL; avg() has a fraction.
    db.execute(sql("DELETE FROM kinds")).await.unwrap();
    for i in [40_000_i64, -7, 9_000] {
        let insert = "INSERT INTO kinds (i, f) VALUES ($1, $2)";
        let values = vec![i.to_value(), 0.5.to_value()];
        db.execute(Statement::raw(insert, values)).await.unwrap();
    }
    let (sum, average): (i64, f64) = db
        .one(sql("SELECT sum(i), avg(f) FROM kinds"))
        .await
        .unwrap();
    assert_eq!((sum, average), (48_993, 0.5));
    // What is among no values is nothing, and no error.
    let mut none = sea_query::Query::select();
    none.column("i")
        .from("kinds")
        .and_where(sea_query::ExprTrait::is_in(
            sea_query::Expr::col("i"),
            Vec::<i64>::new(),
        ));
    let none = Statement::build(db.dialect(), &none);
    assert_eq!(db.all::<(i64,)>(none).await, Ok(Vec::new()));
    // A placeholder may be used twice and out of order.
    let twice = "SELECT CAST($2 AS TEXT), CAST($1 AS BIGINT), CAST($2 AS TEXT)";
    let values = vec![5_i64.to_value(), "x".to_value()];
    let found: (String, i64, String) = db.one(Statement::raw(twice, values)).await.unwrap();
    assert_eq!(found, ("x".to_owned(), 5, "x".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_round_trip() {
    each(values_of).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_round_trip_without_statement_cache() {
    with_config(
        |c| (c.statement_cache, c.pool_size) = (false, 1),
        |t| async {
            let db = t.db.clone();
            values_of(t).await;
            if db.dialect() == Dialect::Postgres {
                // All on one session, so that what is left over would show.
                let left =
                    "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%kinds%'";
                for _ in 0..20 {
                    assert_eq!(db.one::<(i64,)>(sql(left)).await, Ok((0,)), "nothing stays");
                }
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn misfits_are_errors_with_a_name() {
    each(|TestDb { db, .. }| async move {
        migrate(&db, &[("test", KINDS)]).await.unwrap();
        let insert = |column: &str, value: Value| {
            let mut statement = Statement::raw("", vec![value]);
            statement.sql = format!("INSERT INTO kinds ({column}) VALUES ($1)").into();
            db.execute(statement)
        };
        for (column, value) in [
            ("i", "twelve".to_value()),
            ("y", "text".to_value()),
            ("i", vec![1_u8].to_value()),
            ("s", vec![1_u8].to_value()),
            ("i", Value::BigUnsigned(Some(u64::MAX))),
            ("i", Value::Char(Some('x'))),
        ] {
            let result = insert(column, value.clone()).await;
            assert!(
                matches!(result, Err(DbError::Value(_))),
                "{column} {value:?}: {result:?}"
            );
        }
        if db.dialect() == Dialect::Postgres {
            for (column, value) in [
                ("d", "2026-02-30".to_value()),
                ("u", vec![1_u8].to_value()),
                ("b", 2_i64.to_value()),
                ("ts", i64::MIN.to_value()),
                ("j", "{".to_value()),
            ] {
                let result = insert(column, value.clone()).await;
                assert!(
                    matches!(result, Err(DbError::Value(_))),
                    "{column} {value:?}: {result:?}"
                );
            }
        }
        let wrong = db
            .execute(Statement::raw("DELETE FROM kinds WHERE i = $1", vec![]))
            .await;
        assert!(matches!(wrong, Err(DbError::Value(_))), "{wrong:?}");
        assert_eq!(
            db.execute(sql("INSERT INTO kinds (s) VALUES ('x')")).await,
            Ok(1)
        );
        let misread = db.one::<(i64,)>(sql("SELECT s FROM kinds")).await;
        assert!(
            matches!(&misread, Err(DbError::Decode(e)) if e.contains("column 0 (s)")),
            "{misread:?}"
        );
        let null = db.one::<(i64,)>(sql("SELECT i FROM kinds")).await;
        assert!(matches!(null, Err(DbError::Decode(_))), "{null:?}");
        let none = db
            .one::<(i64,)>(sql("SELECT i FROM kinds WHERE i = 1"))
            .await;
        assert!(matches!(none, Err(DbError::Decode(_))), "{none:?}");
        let missing = db
            .one::<(Option<i64>, i64)>(sql("SELECT i FROM kinds"))
            .await;
        assert!(matches!(missing, Err(DbError::Decode(_))), "{missing:?}");
        let syntax = db.one::<(i64,)>(sql("SELEC")).await;
        assert!(matches!(syntax, Err(DbError::Other(_))), "{syntax:?}");
    })
    .await;
}

const CONSTRAINED: &[Migration] = &[Migration {
    name: "0001_bed",
    up: |ddl: &mut Ddl| {
        ddl.table("ward", |t| {
            t.standard();
            t.text("name").unique();
        });
        ddl.table("bed", |t| {
            t.id();
            t.int("ward_id").references("ward");
            t.text("code");
            t.one_of("status", &["free", "it's taken"]).default("free");
            t.int("stock").default(0_i64);
            t.int("from_day").default(0_i64);
            t.int("to_day").default(0_i64);
            t.check("bed_stock_positive", "stock >= 0");
            t.unique(&["ward_id", "code"]);
        });
        ddl.index("bed", &["ward_id"]);
        ddl.unique_index(
            "bed_taken_idx",
            "bed",
            &["ward_id"],
            Some("status = 'it''s taken'"),
        );
        ddl.sql("CREATE UNIQUE INDEX bed_stock_idx ON bed (abs(stock)) WHERE stock > 6");
        ddl.sql_for(
            "CREATE TRIGGER bed_overlap BEFORE INSERT ON bed
             WHEN EXISTS (SELECT 1 FROM bed WHERE ward_id = NEW.ward_id AND NEW.to_day > 0
                          AND from_day < NEW.to_day AND to_day > NEW.from_day)
             BEGIN SELECT RAISE(ABORT, 'constraint:bed_no_overlap'); END",
            "CREATE EXTENSION IF NOT EXISTS btree_gist;
             ALTER TABLE bed ADD CONSTRAINT bed_no_overlap
             EXCLUDE USING gist (ward_id WITH =, int8range(from_day, to_day) WITH &&)
             WHERE (to_day > 0)",
        );
    },
}];

#[tokio::test(flavor = "multi_thread")]
async fn constraints_have_the_same_names() {
    each(|TestDb { db, .. }| async move {
        migrate(&db, &[("test", CONSTRAINED)]).await.unwrap();
        let ward = |id: i64, name: &str| {
            let sql = "INSERT INTO ward (id, uid, name, created_at, updated_at) \
                       VALUES ($1, $2, $3, $4, $5)";
            let now = Timestamp::UNIX_EPOCH.to_value();
            let uid = Uuid::from_u128(u128::from(id.unsigned_abs())).to_value();
            db.execute(Statement::raw(
                sql,
                vec![id.to_value(), uid, name.to_value(), now.clone(), now],
            ))
        };
        assert_eq!(ward(1, "A").await, Ok(1));
        let unique = |constraint: &str| {
            Err(DbError::Unique {
                constraint: constraint.to_owned(),
            })
        };
        assert_eq!(ward(2, "A").await, unique("ward_name_key"));
        assert_eq!(ward(1, "B").await, unique("ward_pkey"));
        assert_eq!(ward(-1, "B").await, unique("ward_uid_key"));
        assert_eq!(ward(2, "B").await, Ok(1));

        let run = |text| db.execute(sql(text));
        assert_eq!(
            run("INSERT INTO bed (ward_id, code) VALUES (1, 'x')").await,
            Ok(1)
        );
        assert_eq!(
            run("INSERT INTO bed (ward_id, code) VALUES (1, 'x')").await,
            unique("bed_ward_id_code_key")
        );
        assert_eq!(
            run("INSERT INTO bed (ward_id, code, stock) VALUES (2, 'k', 7), (2, 'l', 7)").await,
            unique("bed_stock_idx")
        );
        assert_eq!(run("UPDATE bed SET status = 'it''s taken'").await, Ok(1));
        assert_eq!(
            run("INSERT INTO bed (ward_id, code, status) VALUES (1, 'y', 'it''s taken')").await,
            unique("bed_taken_idx")
        );
        let check = |name: &str| {
            Err(DbError::Check {
                constraint: name.to_owned(),
            })
        };
        assert_eq!(
            run("UPDATE bed SET stock = -1").await,
            check("bed_stock_positive")
        );
        assert_eq!(
            run("UPDATE bed SET status = 'gone'").await,
            check("bed_status_check")
        );
        assert_eq!(
            run("UPDATE bed SET code = NULL").await,
            Err(DbError::NotNull {
                column: "code".to_owned()
            })
        );
        let orphan = run("INSERT INTO bed (ward_id, code) VALUES (99, 'z')").await;
        assert!(
            matches!(&orphan, Err(DbError::ForeignKey { constraint })
            if constraint.as_deref().is_none_or(|c| c == "bed_ward_id_fkey")),
            "{orphan:?}"
        );
        let parent = run("DELETE FROM ward WHERE id = 1").await;
        assert!(
            matches!(parent, Err(DbError::ForeignKey { .. })),
            "{parent:?}"
        );
        let overlap = "INSERT INTO bed (ward_id, code, from_day, to_day) VALUES (2, 'o', 1, 5)";
        assert_eq!(run(overlap).await, Ok(1));
        assert_eq!(
            run("INSERT INTO bed (ward_id, code, from_day, to_day) VALUES (2, 'p', 4, 9)").await,
            Err(DbError::Exclusion {
                constraint: "bed_no_overlap".to_owned()
            })
        );
        assert_eq!(
            run("INSERT INTO bed (ward_id, code, from_day, to_day) VALUES (2, 'p', 5, 9)").await,
            Ok(1)
        );
        assert_eq!(run("DELETE FROM bed").await, Ok(3));
        assert_eq!(run("DELETE FROM bed").await, Ok(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_of_every_length() {
    each(|TestDb { db, .. }| async move {
        db.execute(sql("CREATE TABLE n (i BIGINT)")).await.unwrap();
        db.execute(sql(
            "INSERT INTO n WITH RECURSIVE c(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL \
             SELECT i + 1 FROM c WHERE i < 10000) SELECT i FROM c",
        ))
        .await
        .unwrap();
        let select = || sql("SELECT i FROM n ORDER BY i");
        let expected: Vec<(i64,)> = (1..=10_000).map(|i| (i,)).collect();
        assert_eq!(db.all::<(i64,)>(select()).await.unwrap(), expected);
        assert_eq!(db.few::<(i64,)>(select()).await.unwrap(), expected);
        let streamed: Vec<_> = db.stream::<(i64,)>(select()).collect().await;
        assert_eq!(
            streamed.into_iter().collect::<Result<Vec<_>, _>>().unwrap(),
            expected
        );
        let several = db.optional::<(i64,)>(select()).await;
        assert!(matches!(several, Err(DbError::Decode(_))), "{several:?}");
        // Streams given up half way, more often than there are connections.
        for _ in 0..50 {
            let some: Vec<_> = db.stream::<(i64,)>(select()).take(3).collect().await;
            assert_eq!(some, [Ok((1,)), Ok((2,)), Ok((3,))]);
        }
        let failing: Vec<_> = db.stream::<(String,)>(select()).collect().await;
        assert!(
            matches!(failing.as_slice(), [Err(DbError::Decode(_))]),
            "{failing:?}"
        );
        // Built by sea-query, with a limit that it binds as an unsigned number.
        let query = sea_query::Query::select()
            .column("i")
            .from("n")
            .and_where(sea_query::ExprTrait::gt(sea_query::Expr::col("i"), 10))
            .order_by("i", sea_query::Order::Asc)
            .limit(2)
            .take();
        let built = Statement::build(db.dialect(), &query);
        assert_eq!(db.few::<(i64,)>(built).await, Ok(vec![(11,), (12,)]));
    })
    .await;
}
