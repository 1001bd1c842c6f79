//! A revoked consent to the use of data: who still sees the patient.

use std::time::Duration;

use serde_json::json;

use crate::{ids, register, somebody, treats, word};

testkit::on_both! {
    async fn only_those_who_treat_a_patient_see_who_refused_the_use_of_their_data(world: &World) {
        let (admin, desk, nurse) = (world.admin().await, world.receptionist().await, world.nurse().await);
        let (treating, other) = (world.doctor().await, world.doctor().await);
        let awa = register(&desk, "Awazq", "Bah").await;
        let binta = register(&desk, "Binta", "Bah").await;
        treats(world, treating.id, awa).await;
        treating.post("allergies/", json!({ "patient": awa, "substance": "Penicillin" })).await.is(201);
        assert_eq!(ids(&nurse, "patients/").await, [binta, awa]);
        // Whoever records it sees that it was recorded.
        desk.post("consents/", word(awa, false)).await.is(201);
        for stranger in [&admin, &desk, &nurse, &other] {
            for path in [format!("patients/{awa}/"), format!("patients/{awa}/allergies/"), format!("patients/{awa}/chart/")] {
                stranger.get(&path).await.is(404);
            }
            let list = stranger.get("patients/?limit=10").await;
            assert_eq!((&list.is(200)["count"], list.header("x-total-count")), (&json!(1), "1"));
            for path in ["patients/?search=awazq", "patients/?ordering=-id", "allergies/", "consents/"] {
                let reply = stranger.get(path).await;
                assert!(!reply.text().contains("Awazq") && !reply.text().contains("Penicillin"), "{path}: {}", reply.text());
            }
            if stranger.id != admin.id {
                stranger.patch(&format!("patients/{awa}/"), json!({ "address": "x" })).await.is(404);
            }
        }
        assert!(!admin.get("patients/export/").await.text().contains("Awazq"));
        assert_eq!(ids(&treating, "patients/").await, [binta, awa]);
        assert_eq!(ids(&treating, "patients/?search=awazq").await, [awa]);
        treating.get(&format!("patients/{awa}/allergies/")).await.is(200);
        // While somebody is confined, the next one's word is recorded as well.
        desk.post("consents/", word(binta, false)).await.is(201);
        assert_eq!(ids(&desk, "patients/").await, Vec::<i64>::new());
        // Who agrees again is seen again, as soon as it is recorded.
        world.pass(jiff::SignedDuration::from_secs(1));
        let agreed = treating.post("consents/", word(awa, true)).await;
        agreed.is(201);
        assert_eq!(ids(&nurse, "patients/").await, [awa]);
        treating.patch(&format!("consents/{}/", agreed.id()), json!({ "revoked_at": "2026-11-23T08:00:01Z" })).await.is(200);
        assert_eq!(ids(&nurse, "patients/").await, Vec::<i64>::new());
        world.settle().await;
    }

    async fn a_patient_sees_their_own_record_whatever_they_said(world: &World) {
        let (desk, patient) = (world.receptionist().await, world.patient().await);
        let mut body = somebody("Awa", "Bah");
        body["user"] = json!(patient.id);
        let awa = world.admin().await.post("patients/", body).await;
        let awa = awa.is(201)["id"].as_i64().unwrap();
        patient.post("consents/", word(awa, false)).await.is(201);
        patient.get(&format!("patients/{awa}/")).await.is(200);
        desk.get(&format!("patients/{awa}/")).await.is(404);
        world.pass(jiff::SignedDuration::from_secs(1));
        // And takes it back by themselves.
        patient.post("consents/", word(awa, true)).await.is(201);
        desk.get(&format!("patients/{awa}/")).await.is(200);
        world.settle().await;
    }

    async fn other_nodes_know_within_a_second(world: &World) {
        let (desk, nurse) = (world.receptionist().await, world.nurse().await);
        let awa = register(&desk, "Awa", "Bah").await;
        let node = world.node(&[]).await;
        let there = node.as_signed_in(&nurse);
        there.get(&format!("patients/{awa}/")).await.is(200);
        desk.post("consents/", word(awa, false)).await.is(201);
        tokio::time::sleep(Duration::from_millis(950)).await;
        there.get(&format!("patients/{awa}/")).await.is(404);
        world.settle().await;
    }

    async fn the_last_word_counts_however_many_record_at_once(world: &World) {
        let (desk, nurse) = (world.receptionist().await, world.nurse().await);
        let awa = register(&desk, "Awa", "Bah").await;
        let mut sent = Vec::new();
        for n in 0..24 {
            let (desk, mut body) = (desk.clone(), word(awa, n % 2 == 0));
            body["given_at"] = json!(format!("2026-11-23T07:00:{n:02}Z"));
            sent.push(tokio::spawn(async move { desk.post("consents/", body).await }));
        }
        // Some are refused while it stands that the record is confined; whatever was recorded last decides.
        let mut last = None;
        for reply in sent {
            let reply = reply.await.unwrap();
            if reply.status == 201 {
                last = last.max(Some((reply.json["given_at"].as_str().unwrap().to_owned(), reply.json["given"].as_bool().unwrap())));
            }
        }
        let expected = if last.unwrap().1 { 200 } else { 404 };
        assert_eq!(nurse.get(&format!("patients/{awa}/")).await.status, expected);
        world.settle().await;
    }

    async fn a_merged_record_stays_with_those_who_treat_the_patient(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        let desk = world.receptionist().await;
        let lost = register(&desk, "Awa", "Bah").await;
        let kept = register(&desk, "Awa", "Bah").await;
        treats(world, admin.id, lost).await;
        desk.post("consents/", word(lost, false)).await.is(201);
        nurse.get(&format!("patients/{kept}/")).await.is(200);
        admin.post(&format!("patients/{kept}/merge/"), json!({ "duplicate": lost })).await.is(200);
        nurse.get(&format!("patients/{kept}/")).await.is(404);
        admin.get(&format!("patients/{kept}/")).await.is(200);
        world.settle().await;
    }

    async fn research_gets_only_those_who_agreed_to_it(world: &World) {
        let (admin, desk) = (world.admin().await, world.receptionist().await);
        let mut named = Vec::new();
        for name in ["Silent", "Agreed", "Refused", "Revoked", "Confined"] {
            named.push(register(&desk, &format!("{name}zq"), "Bah").await);
        }
        let say = |patient: i64, kind: &str, given: bool| json!({ "patient": patient, "consent_type": kind, "given": given });
        desk.post("consents/", say(named[1], "research", true)).await.is(201);
        desk.post("consents/", say(named[2], "research", false)).await.is(201);
        let revoked = desk.post("consents/", say(named[3], "research", true)).await;
        desk.patch(&format!("consents/{}/", revoked.id()), json!({ "revoked_at": "2026-11-23T08:00:00Z" })).await.is(200);
        treats(world, admin.id, named[4]).await;
        desk.post("consents/", say(named[4], "research", true)).await.is(201);
        desk.post("consents/", word(named[4], false)).await.is(201);
        let text = admin.get("patients/export/?purpose=research").await.text();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("Agreedzq"), "{text}");
        // For whoever treats them, the hospital's own export is complete.
        assert_eq!(admin.get("patients/export/").await.text().lines().count(), 6);
        admin.get("patients/export/?purpose=curiosity").await.complains_about("purpose");
        world.settle().await;
    }
}
