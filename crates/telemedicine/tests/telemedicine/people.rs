//! Who may do what, and what is on record about it.

use kernel::BuiltinRole::{Cashier, LabTechnician, Pharmacist};
use serde_json::json;

use crate::{Practice, SESSIONS, book, count, end, join_info, record_of};

testkit::on_both! {
    async fn who_may_do_what(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let path = format!("{SESSIONS}{id}/");
        let nurse = world.nurse().await;
        for reader in [&practice.admin, &practice.doctor, &practice.desk, &nurse, &practice.patient] {
            reader.get(&path).await.is(200);
            assert_eq!(count(reader.get(SESSIONS).await.is(200)), 1);
            reader.get(&join_info(id)).await.is(200);
        }
        // Other doctors and patients, and everybody else, learn nothing.
        let (colleague, neighbour) = (world.doctor().await, world.patient().await);
        record_of(&practice.admin, Some(&neighbour)).await;
        let others = [Pharmacist, LabTechnician, Cashier];
        let mut strangers = vec![colleague.clone(), neighbour];
        for role in others {
            strangers.push(world.caller(Some(role)).await);
        }
        for stranger in &strangers {
            assert_eq!(*stranger.get(SESSIONS).await.is(200), json!([]));
            stranger.get(&path).await.refuses(404, "not_found");
            stranger.get(&join_info(id)).await.refuses(404, "not_found");
        }
        for stranger in &strangers[1..] {
            stranger.post(SESSIONS, practice.body()).await.refuses(403, "permission_denied");
            stranger.post(&end(id), json!({})).await.refuses(403, "permission_denied");
        }
        colleague.post(&end(id), json!({})).await.refuses(404, "not_found");
        for caller in [&practice.desk, &nurse, &practice.patient] {
            caller.post(&end(id), json!({})).await.refuses(403, "permission_denied");
            caller.patch(&path, json!({})).await.refuses(403, "permission_denied");
            caller.delete(&path).await.refuses(403, "permission_denied");
        }
        for caller in [&nurse, &practice.patient] {
            caller.post(SESSIONS, practice.body()).await.refuses(403, "permission_denied");
        }
        world.anonymous().get(&path).await.is(401);
        // A doctor arranges calls of their own only.
        let other = book(&practice.desk, practice.record, &practice.doctor, "11:00").await;
        let body = json!({ "appointment": other, "scheduled_start": "2026-11-24T11:00:00Z" });
        colleague.post(SESSIONS, body.clone()).await.refuses(403, "permission_denied");
        let own = practice.doctor.post(SESSIONS, body).await;
        own.is(201);
        practice.doctor.patch(&format!("{SESSIONS}{}/", own.id()), json!({ "scheduled_end": "2026-11-24T11:20:00Z" })).await.is(200);
        practice.admin.post(&end(own.id()), json!({})).await.is(200);
        practice.doctor.delete(&format!("{SESSIONS}{}/", own.id())).await.is(204);
        practice.doctor.post(&end(id), json!({})).await.is(200);
        world.settle().await;
    }

    async fn a_participant_sees_only_their_own_link(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let nurse = world.nurse().await;
        for (who, caller, doctors, patients) in [
            ("doctor", &practice.doctor, true, false),
            ("patient", &practice.patient, false, true),
            // Who arranges calls hands them on; who only reads does not.
            ("admin", &practice.admin, true, true),
            ("receptionist", &practice.desk, true, true),
            ("nurse", &nurse, false, false),
        ] {
            for path in [join_info(id), format!("{SESSIONS}{id}/")] {
                let info = caller.get(&path).await.is(200).clone();
                assert_eq!(info["join_url_doctor"].is_string(), doctors, "{who} {path}");
                assert_eq!(info["join_url_patient"].is_string(), patients, "{who} {path}");
            }
        }
        world.settle().await;
    }

    async fn who_asked_to_join_is_on_record(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        practice.doctor.get(&join_info(id)).await.is(200);
        practice.doctor.post(&end(id), json!({})).await.is(200);
        world.settle().await;
        let trail = world.audit_of("TelemedicineSession").await;
        let seen = trail.iter().find(|row| row.action.as_str() == "view" && row.user == Some(practice.doctor.id));
        assert_eq!(seen.unwrap().patient, Some(practice.record));
        let ended = trail.iter().find(|row| row.action.as_str() == "edit").unwrap();
        assert_eq!((ended.user, ended.object_id), (Some(practice.doctor.id), Some(id)));
    }
}
