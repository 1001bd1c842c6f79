//! A booking costs the same however many appointments there are: what it looks at is one entry of an index, and it writes
//! into no index that it has no use for.

use crate::common::Ward;
use db::{Db, Dialect};
use serde_json::json;
use testkit::plans::sql;

/// How many entries an index of appointments has, counted by the database itself.
async fn entries(db: &Db, index: &str) -> i64 {
    db.execute(sql("ANALYZE appointment")).await.unwrap();
    let count = match db.dialect() {
        // The first of the numbers in `stat`.
        Dialect::Sqlite => {
            format!("SELECT CAST(stat AS INTEGER) FROM sqlite_stat1 WHERE idx = '{index}'")
        }
        Dialect::Postgres => {
            format!("SELECT reltuples::bigint FROM pg_class WHERE oid = '{index}'::regclass")
        }
    };
    db.one::<(i64,)>(sql(&count)).await.unwrap().0
}

testkit::on_both! {
    async fn only_who_has_come_has_an_entry_among_the_queue_numbers(world: &World) {
        let ward = Ward::on_the_day(world, "09:00").await;
        let mut made = Vec::new();
        for minute in 10..30 {
            made.push(ward.book(&format!("10:{minute}"), json!({ "duration_minutes": 1 })).await);
        }
        for id in &made[..3] {
            ward.desk.post(&format!("appointments/{id}/check_in/"), json!({})).await.is(200);
        }
        let db = &world.app.unguarded("test");
        assert_eq!(entries(db, "appointment_date_doctor_idx").await, 20);
        assert_eq!(entries(db, "appointment_queue_number_key").await, 3);
        world.settle().await;
    }

    async fn the_look_for_an_overlap_is_one_entry_of_the_index_of_its_rule(world: &World) {
        let db = &world.app.unguarded("test");
        // PostgreSQL asks the index of its exclusion constraint by itself.
        if db.dialect() == Dialect::Sqlite {
            let ward = Ward::new(world).await;
            for minute in 10..30 {
                ward.book(&format!("10:{minute}"), json!({ "duration_minutes": 1 })).await;
            }
            // Before the planner knows the table, and then.
            for known in [false, true] {
                if known {
                    db.execute(sql("ANALYZE")).await.unwrap();
                }
                for (rule, key) in [("appointment_doctor_excl", "doctor"), ("appointment_patient_excl", "patient")] {
                    for event in ["insert", "update"] {
                        let trigger = format!("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = '{rule}_{event}'");
                        let (trigger,): (String,) = db.one(sql(&trigger)).await.unwrap();
                        let look = trigger.split_once("WHERE (").unwrap().1.rsplit_once(") >").unwrap().0;
                        let bound = ["NEW.id", "NEW.\"doctor\"", "NEW.\"patient\"", "NEW.\"ends_at\""];
                        let look = bound.iter().fold(look.to_owned(), |look, name| look.replace(name, "?"));
                        let plan: Vec<(i64, i64, i64, String)> =
                            db.all(sql(&format!("EXPLAIN QUERY PLAN {look}"))).await.unwrap();
                        let plan: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
                        let expected = format!("SEARCH appointment USING INDEX {rule}_idx ({key}=? AND starts_at<?)");
                        assert_eq!(plan, [expected], "{rule}_{event}, known: {known}");
                    }
                }
            }
            world.settle().await;
        }
    }
}
