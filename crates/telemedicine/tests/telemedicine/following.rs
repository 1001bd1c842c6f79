//! A session follows its appointment.

use serde_json::json;

use crate::{Practice, SESSIONS, TEN, end, join_info, link, path_of, record_of};

testkit::on_both! {
    async fn an_ended_call_refuses_until_the_appointment_is_moved(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let old = path_of(&link(&practice.patient, id, "patient").await);
        practice.doctor.post(&end(id), json!({})).await.is(200);
        world.settle().await;
        practice.patient.get(&join_info(id)).await.refuses(409, "state_conflict");
        world.anonymous().get(&old).await.is(409);
        // When the appointment is moved, the links still work, and new ones are to be had.
        practice.desk.patch(&practice.at(), json!({ "time": "15:30" })).await.is(200);
        world.settle().await;
        let row = practice.desk.get(&format!("{SESSIONS}{id}/")).await.is(200).clone();
        assert_eq!((&row["scheduled_start"], &row["is_active"]), (&json!("2026-11-24T15:30:00Z"), &json!(true)));
        world.anonymous().get(&old).await.is(200);
        let again = path_of(&link(&practice.patient, id, "patient").await);
        world.anonymous().get(&again).await.is(200);
    }

    async fn a_cancelled_appointment_has_no_call(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let old = path_of(&link(&practice.patient, id, "patient").await);
        practice.desk.post(&format!("{}cancel/", practice.at()), json!({})).await.is(200);
        // At once, before the session has followed.
        world.anonymous().get(&old).await.is(409);
        world.settle().await;
        practice.doctor.get(&join_info(id)).await.refuses(409, "state_conflict");
        // It takes place after all, at the same time.
        practice.desk.patch(&practice.at(), json!({ "status": "scheduled" })).await.is(200);
        world.settle().await;
        practice.doctor.get(&join_info(id)).await.is(200);
        // Seen, it is over for good.
        world.clock.set(TEN.parse().unwrap());
        let admin = world.admin().await;
        admin.post(&format!("{}complete/", practice.at()), json!({})).await.is(200);
        world.settle().await;
        admin.get(&join_info(id)).await.refuses(409, "state_conflict");
    }

    async fn a_removed_appointment_takes_its_call_along(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        practice.admin.delete(&practice.at()).await.is(204);
        world.settle().await;
        let row = practice.admin.get(&format!("{SESSIONS}{id}/")).await.is(200).clone();
        assert_eq!(row["is_active"], false);
    }

    async fn who_the_appointment_is_given_to_joins_and_nobody_else(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let (doctors, patients) = (
            path_of(&link(&practice.doctor, id, "doctor").await), path_of(&link(&practice.patient, id, "patient").await),
        );
        let colleague = world.doctor().await;
        practice.desk.patch(&practice.at(), json!({ "doctor": colleague.id })).await.is(200);
        world.anonymous().get(&doctors).await.is(403);
        world.settle().await;
        practice.doctor.get(&join_info(id)).await.refuses(404, "not_found");
        link(&colleague, id, "doctor").await;
        world.anonymous().get(&patients).await.is(200);
        // Another patient has another room.
        let neighbour = world.patient().await;
        let record = record_of(&practice.admin, Some(&neighbour)).await;
        practice.desk.patch(&practice.at(), json!({ "patient": record })).await.is(200);
        world.settle().await;
        practice.patient.get(&join_info(id)).await.refuses(404, "not_found");
        link(&neighbour, id, "patient").await;
        world.anonymous().get(&patients).await.is(403);
    }

    async fn merged_records_keep_their_calls(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let survivor = record_of(&practice.admin, None).await;
        practice.admin.post(&format!("patients/{}/merge/", practice.record), json!({ "into": survivor })).await.is(200);
        world.settle().await;
        let row = practice.desk.get(&format!("{SESSIONS}{id}/")).await.is(200).clone();
        assert_eq!((&row["patient"], &row["scheduled_start"]), (&json!(survivor), &json!(TEN)));
        practice.doctor.get(&join_info(id)).await.is(200);
    }
}
