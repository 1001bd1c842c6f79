//! `break-glass/`: open in an emergency, for a time, and judged.

use futures_util::future::join_all;
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};

use crate::{again, assigned, ids, job, register, somebody, word};

fn emergency(patient: i64) -> Json {
    json!({ "patient": patient, "reason": "Unconscious in the emergency room" })
}

async fn alerts(caller: &Caller) -> Vec<String> {
    let told = caller.get("notifications/").await;
    let rows = told.is(200).as_array().unwrap();
    rows.iter()
        .filter(|row| row["kind"] == "alert")
        .map(|row| row["related_object"].as_str().unwrap().to_owned())
        .collect()
}

/// A doctor who sees only their own patients, and a patient who is not theirs.
async fn scene(world: &World) -> (Caller, Caller, i64) {
    let (admin, desk) = (world.admin().await, world.receptionist().await);
    assigned(&admin).await;
    let id = world.user("lamin", Some(BuiltinRole::Doctor)).await;
    let mut doctor = world.sign_in("lamin", testkit::PASSWORD).await;
    doctor.id = id;
    let awa = register(&desk, "Awa", "Bah").await;
    (admin, doctor, awa)
}

testkit::on_both! {
    async fn a_record_is_open_for_one_clinician_and_for_a_time(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        let other_doctor = world.doctor().await;
        let other = register(&world.receptionist().await, "Binta", "Bah").await;
        let path = format!("patients/{awa}/");
        doctor.get(&path).await.is(404);
        let opened = doctor.post("break-glass/", emergency(awa)).await;
        assert_eq!(opened.is(201)["expires_at"], "2026-11-23T09:00:00Z");
        assert_eq!(opened.json["user"], doctor.id);
        doctor.get(&path).await.is(200);
        doctor.get(&format!("patients/{awa}/allergies/")).await.is(200);
        assert_eq!(ids(&doctor, "patients/").await, [awa]);
        doctor.get(&format!("patients/{other}/")).await.is(404);
        other_doctor.get(&path).await.is(404);
        // An Admin is told at once, and it stays on the list of what waits.
        world.settle().await;
        assert_eq!(alerts(&admin).await, [format!("BreakGlass:{}", opened.id())]);
        assert!(!admin.get("notifications/").await.text().contains("Awa"));
        let waiting = admin.get("alerts/").await;
        let kinds = |reply: &testkit::Reply| reply.json["results"].as_array().unwrap().iter().filter(|alert| alert["kind"] == "break_glass").count();
        assert_eq!(kinds(&waiting), 1, "{}", waiting.text());
        assert_eq!(kinds(&doctor.get("alerts/").await), 0);
        // The patient's trail says what it was.
        let trail = admin.get(&format!("audit_logs/?patient={awa}&action=break_glass")).await;
        assert_eq!((&trail.is(200)[0]["user"], trail.json.as_array().unwrap().len()), (&json!(doctor.id), 1));
        world.pass(SignedDuration::from_mins(59));
        let doctor = again(world, &doctor, "lamin").await;
        doctor.get(&path).await.is(200);
        world.pass(SignedDuration::from_mins(1));
        doctor.get(&path).await.is(404);
        assert_eq!(ids(&doctor, "patients/").await, Vec::<i64>::new());
        // It can be opened again.
        doctor.post("break-glass/", emergency(awa)).await.is(201);
        doctor.get(&path).await.is(200);
        world.settle().await;
    }

    async fn only_exactly_who_is_meant_is_found(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        let desk = world.receptionist().await;
        let card = admin.get(&format!("patients/{awa}/")).await.is(200)["unique_id"].as_str().unwrap().to_owned();
        let find = async |body: Json| doctor.post("break-glass/find/", body).await;
        let person = |first: &str, last: &str, born: &str| json!({ "first_name": first, "last_name": last, "date_of_birth": born });
        for body in [json!({ "unique_id": card }), person("Awa", "Bah", "1980-02-03"), person("bah", "AWA", "1980-02-03")] {
            let found = find(body.clone()).await;
            assert_eq!(found.is(200)["people"][0]["patient"], awa, "{body}");
            assert_eq!(found.json["people"][0]["in_reach"], false);
        }
        for body in [
            json!({ "unique_id": &card[..card.len() - 1] }), person("Aw", "Bah", "1980-02-03"), person("Awa", "Ba", "1980-02-03"),
            person("Awa", "Bah", "1980-02-04"), person("Awa Binta", "Bah", "1980-02-03"),
        ] {
            assert_eq!(find(body.clone()).await.is(200)["outcome"], "nothing_found", "{body}");
        }
        find(json!({})).await.complains_about("unique_id");
        find(json!({ "first_name": "Awa", "last_name": "Bah" })).await.complains_about("date_of_birth");
        for other in [&desk, &admin] {
            other.post("break-glass/find/", json!({ "unique_id": card })).await.is(403);
        }
        // Who was merged is found by either card.
        let twin = register(&desk, "Awa", "Bah").await;
        let old = admin.get(&format!("patients/{twin}/")).await.is(200)["unique_id"].clone();
        admin.post(&format!("patients/{twin}/merge/"), json!({ "into": awa })).await.is(200);
        let found = find(json!({ "unique_id": old })).await;
        assert_eq!(found.is(200)["people"][0]["patient"], awa);
        doctor.post("break-glass/", emergency(awa)).await.is(201);
        assert_eq!(find(json!({ "unique_id": card })).await.is(200)["people"][0]["in_reach"], true);
        world.settle().await;
        let trail = admin.get(&format!("audit_logs/?patient={awa}&action=search")).await;
        assert_eq!(trail.is(200).as_array().unwrap().len(), 5, "{}", trail.text());
    }

    async fn card_numbers_are_not_tried_out(world: &World) {
        let (_admin, doctor, _) = scene(world).await;
        let other = world.doctor().await;
        let find = async |by: &Caller, number: u32| by.post("break-glass/find/", json!({ "unique_id": format!("{number}") })).await;
        for number in 0..20 {
            find(&doctor, number).await.is(200);
        }
        let refused = find(&doctor, 20).await;
        refused.refuses(429, "rate_limited");
        assert_eq!(refused.header("retry-after"), "180");
        // Others may go on, and so may the same one after a while.
        find(&other, 20).await.is(200);
        world.pass(SignedDuration::from_mins(3));
        find(&doctor, 21).await.is(200);
        find(&doctor, 22).await.refuses(429, "rate_limited");
        world.settle().await;
    }

    async fn it_ends_at_once(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        let opened = doctor.post("break-glass/", emergency(awa)).await.is(201)["id"].clone();
        let end = format!("break-glass/{opened}/end/");
        world.doctor().await.post(&end, json!({})).await.is(404);
        world.receptionist().await.post(&end, json!({})).await.is(403);
        let node = world.node(&[]).await;
        let there = node.as_signed_in(&doctor);
        there.get(&format!("patients/{awa}/")).await.is(200);
        let ended = admin.post(&end, json!({})).await;
        assert_eq!(ended.is(200)["ended_by"], admin.id);
        // On every node, since nobody keeps a copy.
        for caller in [&doctor, &there] {
            caller.get(&format!("patients/{awa}/")).await.is(404);
        }
        admin.post(&end, json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn it_opens_what_a_patient_confined(world: &World) {
        let (desk, nurse) = (world.receptionist().await, world.nurse().await);
        let awa = register(&desk, "Awa", "Bah").await;
        desk.post("consents/", word(awa, false)).await.is(201);
        nurse.get(&format!("patients/{awa}/")).await.is(404);
        nurse.post("break-glass/", emergency(awa)).await.is(201);
        nurse.get(&format!("patients/{awa}/")).await.is(200);
        desk.get(&format!("patients/{awa}/")).await.is(404);
        world.settle().await;
    }

    async fn whoever_opened_it_does_not_judge_it(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        let opened = doctor.post("break-glass/", emergency(awa)).await.is(201)["id"].clone();
        let (one, review) = (format!("break-glass/{opened}/"), format!("break-glass/{opened}/review/"));
        let verdict = |said: &str| json!({ "verdict": said, "notes": "Asked the ward" });
        doctor.post(&review, verdict("justified")).await.is(403);
        // Not even as an Admin.
        admin.patch(&format!("users/{}/", doctor.id), json!({ "role": BuiltinRole::Admin.id() })).await.is(200);
        doctor.post(&review, verdict("justified")).await.refuses(403, "permission_denied");
        admin.post(&review, json!({})).await.complains_about("verdict");
        let judged = admin.post(&review, verdict("justified")).await;
        assert_eq!((&judged.is(200)["verdict"], &judged.json["reviewed_by"]), (&json!("justified"), &json!(admin.id)));
        admin.post(&review, verdict("not_justified")).await.refuses(409, "state_conflict");
        // What is judged stays.
        for reply in [admin.delete(&one).await, admin.patch(&one, json!({ "reason": "other" })).await] {
            assert!([404, 405].contains(&reply.status.as_u16()), "{}", reply.text());
        }
        assert_eq!(*admin.get("break-glass/?reviewed=false").await.is(200), json!([]));
        assert_eq!(*admin.get("breaches/").await.is(200), json!([]));
        world.settle().await;
    }

    async fn without_a_reason_it_is_a_breach(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        let opened = doctor.post("break-glass/", emergency(awa)).await.is(201)["id"].clone();
        doctor.get(&format!("patients/{awa}/")).await.is(200);
        world.pass(SignedDuration::from_mins(2));
        let judged = admin.post(&format!("break-glass/{opened}/review/"), json!({ "verdict": "not_justified" })).await;
        assert_eq!(judged.is(200)["ended_at"], "2026-11-23T08:02:00Z");
        doctor.get(&format!("patients/{awa}/")).await.is(404);
        world.settle().await;
        let breach = admin.get("breaches/").await.is(200)[0].clone();
        assert_eq!((&breach["suspect"], &breach["affected_patients"]), (&json!(doctor.id), &json!(1)));
        assert_eq!(breach["regulator_due_at"], "2026-11-26T08:02:00Z");
        let affected = admin.get(&format!("breaches/{}/affected/", breach["id"])).await;
        assert_eq!(affected.is(200)[0]["patient"], awa);
        job(world, "compliance:reminders").await;
    }

    async fn who_may_and_what_it_takes(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        doctor.post("break-glass/", json!({ "patient": awa, "reason": " " })).await.complains_about("reason");
        doctor.post("break-glass/", emergency(999_999)).await.complains_about("patient");
        for caller in [admin.clone(), world.receptionist().await, world.patient().await, world.caller(Some(BuiltinRole::Cashier)).await] {
            caller.post("break-glass/", emergency(awa)).await.refuses(403, "permission_denied");
        }
        let opened = doctor.post("break-glass/", emergency(awa)).await;
        let path = format!("break-glass/{}/", opened.is(201)["id"]);
        let again = doctor.post("break-glass/", emergency(awa)).await;
        assert_eq!(again.refuses(409, "state_conflict")["break_glass"], opened.json["id"]);
        let nurse = world.nurse().await;
        nurse.get(&path).await.is(404);
        assert_eq!(*nurse.get("break-glass/").await.is(200), json!([]));
        let own = doctor.get(&path).await;
        assert!(own.is(200).get("review_notes").is_none_or(Json::is_null), "{}", own.text());
        let columns = world.columns("break_glass").await;
        assert!(columns.contains(&"sealed".to_owned()) && !columns.contains(&"reason".to_owned()), "{columns:?}");
        world.settle().await;
    }

    async fn many_at_once_open_it_once(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        let sent = (0..30).map(|_| {
            let doctor = doctor.clone();
            tokio::spawn(async move { doctor.post("break-glass/", emergency(awa)).await.status.as_u16() })
        });
        let answers: Vec<u16> = join_all(sent).await.into_iter().map(Result::unwrap).collect();
        let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((count(201), count(409)), (1, 29), "{answers:?}");
        world.settle().await;
        assert_eq!(alerts(&admin).await.len(), 1);
        // And many Admins judge it once.
        let review = format!("break-glass/{}/review/", ids(&admin, "break-glass/").await[0]);
        let sent = (0..10).map(|_| {
            let (admin, review) = (admin.clone(), review.clone());
            tokio::spawn(async move { admin.post(&review, json!({ "verdict": "not_justified" })).await.status.as_u16() })
        });
        let answers: Vec<u16> = join_all(sent).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| **answer == 200).count(), 1, "{answers:?}");
        assert_eq!(ids(&admin, "breaches/").await.len(), 1);
        world.settle().await;
    }

    async fn it_follows_a_merged_record(world: &World) {
        let (admin, doctor, awa) = scene(world).await;
        let desk = world.receptionist().await;
        let kept = desk.post("patients/", somebody("Awa", "Bah")).await.id();
        doctor.post("break-glass/", emergency(awa)).await.is(201);
        admin.post(&format!("patients/{kept}/merge/"), json!({ "duplicate": awa })).await.is(200);
        doctor.get(&format!("patients/{kept}/")).await.is(200);
        world.settle().await;
    }
}
