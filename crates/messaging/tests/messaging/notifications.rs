//! `notifications/`: who is told what, and what they may do with it.

use futures_util::future::join_all;
use messaging::notification::NotificationType;
use messaging::{Notice, notify};
use platform::db::Statement;
use platform::texts::Text;
use platform::unit;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

async fn tell(world: &World, user: i64, title: &str) -> Option<i64> {
    let notice = Notice {
        user,
        kind: NotificationType::Task,
        text: Text::new("notice-task-assigned").with("title", title),
        related: Some(("Task", 1)),
        patient: None,
    };
    let stored = unit::program(&world.app, "test", move |cx| {
        let notice = notice.clone();
        Box::pin(async move { notify(cx, notice).await })
    });
    stored.await.unwrap()
}

async fn ids(caller: &Caller, query: &str) -> Vec<i64> {
    let list = caller.get(&format!("notifications/{query}")).await;
    let rows = list.is(200).as_array().unwrap().clone();
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

testkit::on_both! {
    async fn a_user_reads_their_own(world: &World) {
        let (doctor, nurse) = (world.doctor().await, world.nurse().await);
        let first = tell(world, doctor.id, "Round").await.unwrap();
        let second = tell(world, doctor.id, "Letter").await.unwrap();
        let other = tell(world, nurse.id, "Dressing").await.unwrap();
        assert_eq!(tell(world, 999_999, "Nobody").await, None);

        let shown = doctor.get(&format!("notifications/{first}/")).await;
        let row = shown.is(200).clone();
        for (field, value) in [
            ("user", json!(doctor.id)), ("user_id", json!(doctor.id)), ("message", json!("You were given a task: Round")),
            ("type", json!("task")), ("is_read", json!(false)), ("related_object", json!("Task:1")), ("read_at", json!(null)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        doctor.get(&format!("notifications/{other}/")).await.refuses(404, "not_found");
        doctor.post(&format!("notifications/{other}/mark_read/"), json!({})).await.refuses(404, "not_found");
        doctor.post("notifications/", json!({})).await.refuses(405, "method_not_allowed");

        let read = doctor.post(&format!("notifications/{first}/mark_read/"), json!({})).await;
        assert_eq!(*read.is(200), json!({ "status": "marked as read" }));
        assert_eq!(doctor.get(&format!("notifications/{first}/")).await.is(200)["is_read"], true);
        assert_eq!(ids(&doctor, "").await, [second, first]);
        assert_eq!(ids(&doctor, "?unread=true").await, [second]);
        assert_eq!(ids(&doctor, "?is_read=true").await, [first]);
        assert_eq!(ids(&doctor, "?type=system").await, Vec::<i64>::new());
        assert_eq!(ids(&doctor, &format!("?since={first}")).await, [second]);
        assert_eq!(ids(&doctor, "?since=2026-11-23T08:00:00Z&ordering=id").await, [first, second]);
        doctor.get("notifications/?since=lately").await.complains_about("since");
        doctor.get("notifications/?unread=perhaps").await.complains_about("unread");

        let all = doctor.post("notifications/mark_all_read/", json!({})).await;
        assert_eq!(*all.is(200), json!({ "status": "marked as read", "count": 1 }));
        assert_eq!(ids(&doctor, "?unread=true").await, Vec::<i64>::new());
        assert_eq!(ids(&nurse, "?unread=true").await, [other]);

        let again = doctor.patch(&format!("notifications/{first}/"), json!({ "is_read": false, "message": "forged" })).await;
        assert_eq!((&again.is(200)["is_read"], &again.json["read_at"]), (&json!(false), &json!(null)));
        assert_eq!(again.json["message"], "You were given a task: Round");
        doctor.delete(&format!("notifications/{first}/")).await.is(204);
        assert_eq!(ids(&doctor, "").await, [second]);
    }

    async fn texts_are_sealed_and_in_the_readers_language(world: &World) {
        let nurse = world.nurse().await;
        nurse.patch("users/me/", json!({ "language_preference": "fr" })).await.is(200);
        let id = tell(world, nurse.id, "Pansement").await.unwrap();
        let shown = nurse.get(&format!("notifications/{id}/")).await;
        assert_eq!(shown.is(200)["message"], "Une tâche vous a été confiée : Pansement");
        let stored: Vec<(Vec<u8>,)> = world.app.unguarded("test").all(Statement::raw("SELECT sealed FROM notification", vec![])).await.unwrap();
        assert!(!String::from_utf8_lossy(&stored[0].0).contains("Pansement"));
    }

    async fn whoever_is_given_a_task_is_told(world: &World) {
        let (doctor, nurse) = (world.doctor().await, world.nurse().await);
        let task = doctor.post("tasks/", json!({ "title": "Blood count", "assignee": nurse.id })).await.id();
        doctor.post("tasks/", json!({ "title": "For myself", "assignee": "me" })).await.is(201);
        world.settle().await;
        assert_eq!(ids(&doctor, "").await, Vec::<i64>::new());
        let list = nurse.get("notifications/").await;
        let rows: &Vec<Json> = list.is(200).as_array().unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["message"], "You were given a task: Blood count");
        assert_eq!(rows[0]["related_object"], format!("Task:{task}"));
        // The same assignee again is no news; another one is, unless the task was done meanwhile.
        doctor.patch(&format!("tasks/{task}/"), json!({ "assignee": nurse.id, "priority": "high" })).await.is(200);
        let other = world.nurse().await;
        doctor.patch(&format!("tasks/{task}/"), json!({ "assignee": other.id })).await.is(200);
        doctor.patch(&format!("tasks/{task}/"), json!({ "status": "cancelled" })).await.is(200);
        world.settle().await;
        assert_eq!((ids(&nurse, "").await.len(), ids(&other, "").await.len()), (1, 0));
    }

    async fn doctors_are_told_of_their_appointments(world: &World) {
        let (desk, doctor) = (world.receptionist().await, world.doctor().await);
        let patient = json!({ "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
        let patient = desk.post("patients/", patient).await.id();
        let body = json!({ "patient": patient, "doctor": doctor.id, "date": "2027-05-27", "time": "10:00" });
        let made = desk.post("appointments/", body).await;
        made.is(201);
        let one = format!("appointments/{}/", made.id());
        world.settle().await;
        desk.patch(&one, json!({ "time": "11:30" })).await.is(200);
        world.settle().await;
        desk.patch(&one, json!({ "status": "cancelled" })).await.is(200);
        world.settle().await;
        let list = doctor.get("notifications/?type=appointment&ordering=id").await;
        let rows: &Vec<Json> = list.is(200).as_array().unwrap();
        let said: Vec<&str> = rows.iter().map(|row| row["message"].as_str().unwrap()).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("New appointment: Jane Doe, ") && said[0].contains("10:00"), "{said:?}");
        assert!(said[1].starts_with("Appointment moved: Jane Doe, ") && said[1].contains("11:30"), "{said:?}");
        assert!(said[2].starts_with("Appointment cancelled: Jane Doe, "), "{said:?}");
        assert_eq!((&rows[0]["patient"], &rows[0]["related_object"]), (&json!(patient), &json!(format!("Appointment:{}", made.id()))));
    }

    async fn what_is_seen_has_nothing_missing_before_it(world: &World) {
        let nurse = world.nurse().await;
        let titles: Vec<String> = (0..200).map(|number| format!("Task {number}")).collect();
        let telling = join_all(titles.iter().map(|title| tell(world, nurse.id, title)));
        let (mut seen, mut last) = (Vec::new(), 0);
        let watching = async {
            while seen.len() < titles.len() {
                let more = ids(&nurse, &format!("?since={last}&ordering=id")).await;
                last = more.last().copied().unwrap_or(last);
                seen.extend(more);
            }
        };
        let (mut stored, ()) = tokio::join!(telling, watching);
        stored.sort_unstable();
        assert_eq!(stored, seen.into_iter().map(Some).collect::<Vec<_>>());
    }

    async fn old_ones_are_removed_the_read_ones_first(world: &World) {
        let days = |days: i64| jiff::SignedDuration::from_hours(24 * days);
        let id = world.user("modou", Some(kernel::BuiltinRole::Doctor)).await;
        // Tokens do not last as long.
        let doctor = || world.sign_in("modou", testkit::PASSWORD);
        let read = tell(world, id, "Round").await.unwrap();
        let unread = tell(world, id, "Letter").await.unwrap();
        doctor().await.post(&format!("notifications/{read}/mark_read/"), json!({})).await.is(200);
        world.pass(days(90));
        world.settle().await;
        assert_eq!(ids(&doctor().await, "").await, [unread, read]);
        let later = tell(world, id, "Dressing").await.unwrap();
        world.pass(days(1));
        world.settle().await;
        assert_eq!(ids(&doctor().await, "").await, [later, unread]);
        world.pass(days(365 - 91));
        world.settle().await;
        assert_eq!(ids(&doctor().await, "").await, [later, unread]);
        world.pass(days(1));
        world.settle().await;
        assert_eq!(ids(&doctor().await, "").await, [later]);
        let removed: Vec<_> = world.audit_of("Notification").await.into_iter().filter(|row| row.action.as_str() == "delete").collect();
        assert_eq!(removed.len(), 2);
        assert_eq!((&removed[0].details.open().0, removed[0].user), (&json!({ "read": 1 }), None));
        assert_eq!(removed[1].details.open().0, json!({ "unread": 1 }));
    }

    async fn more_than_go_at_once_go_all_the_same(world: &World) {
        let id = world.doctor().await.id;
        let many = unit::program(&world.app, "test", move |cx| Box::pin(async move {
            for _ in 0..1_100 {
                let text = Text::new("notice-task-assigned").with("title", "Round");
                notify(cx, Notice { user: id, kind: NotificationType::Task, text, related: None, patient: None }).await?;
            }
            Ok(())
        }));
        many.await.unwrap();
        world.pass(jiff::SignedDuration::from_hours(24 * 366));
        world.settle().await;
        let (left,): (i64,) = world.app.unguarded("test").one(Statement::raw("SELECT count(*) FROM notification", vec![])).await.unwrap();
        assert_eq!(left, 0);
        let removed = world.audit_of("Notification").await.into_iter().filter(|row| row.action.as_str() == "delete");
        assert_eq!(removed.count(), 2);
    }
}
