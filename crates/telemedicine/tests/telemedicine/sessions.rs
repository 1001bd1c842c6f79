//! Shapes and rules.

use serde_json::json;

use crate::{Practice, SESSIONS, TEN, book, end, join_info, record_of};

testkit::on_both! {
    async fn a_session_is_made_shown_and_ended(world: &World) {
        let practice = Practice::new(world).await;
        let made = practice.desk.post(SESSIONS, practice.body()).await;
        let row = made.is(201).clone();
        for (field, value) in [
            ("appointment", json!(practice.appointment)), ("appointment_id", json!(practice.appointment)),
            ("patient", json!(practice.record)), ("patient_id", json!(practice.record)),
            ("doctor", json!(practice.doctor.id)), ("scheduled_start", json!(TEN)), ("scheduled_end", json!(null)),
            ("is_active", json!(true)), ("ended_at", json!(null)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        let id = made.id();
        assert_eq!(made.header("location"), format!("/api/{SESSIONS}{id}/"));
        // Exactly these keys, and a participant's link only for themselves.
        let info = practice.doctor.get(&join_info(id)).await.is(200).clone();
        let mut keys: Vec<&String> = info.as_object().unwrap().keys().collect();
        keys.sort();
        assert_eq!(keys, ["join_url_doctor", "join_url_patient", "video_room_id"]);
        assert!(info["join_url_doctor"].as_str().unwrap().contains("?role=doctor&"));
        assert!(info["join_url_patient"].is_null());
        assert_eq!(info["video_room_id"], row["video_room_id"]);
        // A room is random: nothing of the session can be found in it.
        let room: uuid::Uuid = info["video_room_id"].as_str().unwrap().parse().unwrap();
        assert_eq!(room.get_version_num(), 4);

        let ended = practice.doctor.post(&end(id), json!({})).await.is(200).clone();
        assert_eq!(ended, json!({ "status": "ended", "ended_at": testkit::MORNING }));
        practice.pass(world, 5);
        assert_eq!(practice.doctor.post(&end(id), json!({})).await.is(200), &ended);
        let row = practice.desk.get(&format!("{SESSIONS}{id}/")).await.is(200).clone();
        assert_eq!((&row["is_active"], &row["ended_at"]), (&json!(false), &json!(testkit::MORNING)));
        assert!(row["join_url_patient"].is_null());
        practice.doctor.get(&join_info(id)).await.refuses(409, "state_conflict");
        practice.admin.patch(&format!("{SESSIONS}{id}/"), json!({ "scheduled_end": "2026-11-24T11:00:00Z" })).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn what_makes_no_sense_is_refused_by_its_name(world: &World) {
        let practice = Practice::new(world).await;
        practice.desk.post(SESSIONS, json!({ "scheduled_start": TEN })).await.complains_about("appointment");
        practice.desk.post(SESSIONS, json!({ "appointment": practice.appointment })).await.complains_about("scheduled_start");
        practice.desk.post(SESSIONS, json!({ "appointment": 999_999, "scheduled_start": TEN })).await.complains_about("appointment");
        let backwards = json!({ "appointment": practice.appointment, "scheduled_start": TEN, "scheduled_end": TEN });
        practice.desk.post(SESSIONS, backwards).await.complains_about("scheduled_end");
        let id = practice.session().await;
        // One for each appointment.
        practice.admin.post(SESSIONS, practice.body()).await.complains_about("appointment");
        let other = book(&practice.desk, practice.record, &practice.doctor, "11:00").await;
        let path = format!("{SESSIONS}{id}/");
        practice.admin.patch(&path, json!({ "appointment": other })).await.complains_about("appointment");
        // What only the program keeps is ignored.
        let row = practice.admin.patch(&path, json!({ "is_active": false, "video_room_id": "x", "patient": 1 })).await;
        assert_eq!(row.is(200)["is_active"], true);
        practice.desk.post(&format!("appointments/{other}/cancel/"), json!({})).await.is(200);
        let cancelled = json!({ "appointment": other, "scheduled_start": TEN });
        practice.desk.post(SESSIONS, cancelled).await.refuses(409, "state_conflict");
        // One that was removed makes room for another.
        practice.admin.delete(&path).await.is(204);
        practice.doctor.get(&join_info(id)).await.refuses(404, "not_found");
        practice.session().await;
        world.settle().await;
    }

    async fn sessions_are_found_by_what_they_are_about(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let stranger = record_of(&practice.admin, None).await;
        for (query, found) in [
            (format!("appointment={}", practice.appointment), true),
            (format!("patient={}", practice.record), true),
            (format!("patient={stranger}"), false),
            (format!("doctor={}", practice.doctor.id), true),
            ("is_active=true".to_owned(), true),
            ("is_active=false".to_owned(), false),
            (format!("scheduled_start__gte={TEN}"), true),
        ] {
            let list = practice.desk.get(&format!("{SESSIONS}?{query}")).await.is(200).clone();
            let ids: Vec<i64> = list.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
            assert_eq!(ids, if found { vec![id] } else { vec![] }, "{query}");
        }
        world.settle().await;
    }
}
