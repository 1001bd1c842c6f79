//! `patients/{id}/merge/` and `unmerge/`.

use serde_json::{Value as Json, json};
use testkit::Caller;

fn named(first: &str, id: &str) -> Json {
    json!({
        "unique_id": id, "first_name": first, "last_name": "Jallow", "date_of_birth": "1990-01-01",
        "gender": "Female", "known_allergies": "Penicillin",
    })
}

async fn register(caller: &Caller, body: Json) -> i64 {
    let reply = caller.post("patients/", body).await;
    reply.is(201);
    reply.id()
}

/// The substances of the allergies that count.
async fn allergies(caller: &Caller, patient: i64) -> Vec<String> {
    let reply = caller.get(&format!("patients/{patient}/allergies/")).await;
    let rows = reply.is(200).as_array().unwrap().iter();
    rows.filter(|row| row["status"] == "active")
        .map(|row| row["substance"].as_str().unwrap().to_owned())
        .collect()
}

async fn ids(caller: &Caller, path: &str) -> Vec<i64> {
    caller
        .get(path)
        .await
        .is(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_i64().unwrap())
        .collect()
}

testkit::on_both! {
    async fn whoever_is_reached_by_one_record_is_reached_by_the_one_that_stays(world: &World) {
        let desk = world.receptionist().await;
        let said = json!({ "first_name": "Fatu", "last_name": "Njie", "date_of_birth": "1990-01-01", "gender": "Female" });
        let kept = register(&desk, said.clone()).await;
        let mut known = said;
        known["contact_info"] = json!("+220 770 1234");
        known["emergency_contact"] = json!("Lamin, +220 770 9999");
        let lost = register(&desk, known).await;
        let stays = format!("patients/{kept}/");
        desk.post(&format!("patients/{lost}/merge/"), json!({ "into": kept })).await.is(200);
        assert_eq!(desk.get(&stays).await.is(200)["contact_info"], "+220 770 1234");
        desk.patch(&stays, json!({ "emergency_contact": "Binta, +220 770 5555" })).await.is(200);
        desk.post(&format!("patients/{lost}/unmerge/"), json!({})).await.is(200);
        // Messages about one go to nobody else; what was written meanwhile stays.
        let shown = desk.get(&stays).await;
        assert_eq!((&shown.is(200)["contact_info"], &shown.json["emergency_contact"]), (&json!(""), &json!("Binta, +220 770 5555")));
        assert_eq!(desk.get(&format!("patients/{lost}/")).await.is(200)["contact_info"], "+220 770 1234");
        world.settle().await;
    }

    async fn two_become_one_and_two_again(world: &World) {
        let desk = world.receptionist().await;
        let (kept, lost) = (register(&desk, named("Fatou", "K1")).await, register(&desk, named("Fatu", "L1")).await);
        let account = world.patient().await;
        desk.patch(&format!("patients/{lost}/"), json!({ "user": account.id })).await.is(200);
        desk.post(&format!("patients/{lost}/consents/"), json!({ "consent_type": "treatment", "given": true })).await.is(201);
        let of_lost = ids(&desk, &format!("patients/{lost}/allergies/")).await;
        let of_kept = ids(&desk, &format!("patients/{kept}/allergies/")).await;

        let merged = desk.post(&format!("patients/{lost}/merge/"), json!({ "into": kept })).await;
        assert_eq!(merged.is(200), &json!({
            "status": "merged", "patient": lost, "merged_into": kept, "moved": { "allergies": 1, "consents": 1 },
        }));
        assert_eq!(desk.get(&format!("patients/{lost}/")).await.is(200)["merged_into"], kept);
        assert_eq!(ids(&desk, "patients/").await, [kept]);
        assert_eq!(ids(&desk, "patients/?search=fatu").await, [kept]);
        assert_eq!(ids(&desk, "patients/?search=L1").await, [kept]);
        assert_eq!(ids(&desk, &format!("patients/{kept}/allergies/")).await.len(), 2);
        assert_eq!(ids(&account, "patients/").await, [kept]);
        // It is no longer worked with.
        desk.patch(&format!("patients/{lost}/"), json!({ "address": "x" })).await.refuses(409, "state_conflict");
        desk.delete(&format!("patients/{lost}/")).await.refuses(409, "state_conflict");
        world.doctor().await.post(&format!("patients/{lost}/allergies/"), json!({ "substance": "x" })).await.refuses(409, "state_conflict");
        desk.post(&format!("patients/{lost}/merge/"), json!({ "into": kept })).await.refuses(409, "state_conflict");
        desk.post("patients/", named("Awa", "l1")).await.complains_about("unique_id");

        let unmerged = desk.post(&format!("patients/{lost}/unmerge/"), json!({})).await;
        assert_eq!(unmerged.is(200)["restored"], json!({ "allergies": 1, "consents": 1 }));
        assert_eq!(ids(&desk, "patients/").await, [lost, kept]);
        assert_eq!(ids(&desk, &format!("patients/{lost}/allergies/")).await, of_lost);
        assert_eq!(ids(&desk, &format!("patients/{kept}/allergies/")).await, of_kept);
        assert_eq!(ids(&desk, "patients/?search=L1").await, [lost]);
        assert_eq!(ids(&desk, "patients/?search=fatu").await[0], lost);
        assert_eq!(ids(&account, "patients/").await, [lost]);
        desk.post(&format!("patients/{lost}/unmerge/"), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn chains_come_apart_in_any_order(world: &World) {
        let desk = world.receptionist().await;
        let mut all = Vec::new();
        for (name, id) in [("Awa", "A1"), ("Binta", "B1"), ("Coumba", "C1")] {
            let id = register(&desk, named(name, id)).await;
            all.push((id, ids(&desk, &format!("patients/{id}/allergies/")).await));
        }
        let [a, b, c] = [all[0].0, all[1].0, all[2].0];
        desk.post(&format!("patients/{b}/merge/"), json!({ "duplicate": a })).await.is(200);
        desk.post(&format!("patients/{c}/merge/"), json!({ "duplicate": b })).await.is(200);
        assert_eq!(desk.get(&format!("patients/{a}/")).await.is(200)["merged_into"], c);
        desk.post(&format!("patients/{a}/unmerge/"), json!({})).await.is(200);
        desk.post(&format!("patients/{b}/unmerge/"), json!({})).await.is(200);
        for (id, allergies) in &all {
            assert_eq!(desk.get(&format!("patients/{id}/")).await.is(200)["merged_into"], json!(null));
            assert_eq!(&ids(&desk, &format!("patients/{id}/allergies/")).await, allergies, "{id}");
        }
        world.settle().await;
    }

    async fn what_makes_no_sense_is_refused(world: &World) {
        let desk = world.receptionist().await;
        let (a, b) = (register(&desk, named("Awa", "A1")).await, register(&desk, named("Binta", "B1")).await);
        let path = format!("patients/{a}/merge/");
        desk.post(&path, json!({})).await.complains_about("non_field_errors");
        desk.post(&path, json!({ "into": b, "duplicate": b })).await.complains_about("non_field_errors");
        desk.post(&path, json!({ "into": a })).await.complains_about("into");
        desk.post(&path, json!({ "into": 999_999 })).await.complains_about("into");
        desk.post("patients/999999/merge/", json!({ "into": a })).await.refuses(404, "not_found");
        world.doctor().await.post(&path, json!({ "into": b })).await.refuses(403, "permission_denied");
        for id in [a, b] {
            let user = world.patient().await.id;
            desk.patch(&format!("patients/{id}/"), json!({ "user": user })).await.is(200);
        }
        let conflict = desk.post(&path, json!({ "into": b })).await;
        assert_eq!(conflict.refuses(409, "merge_conflict")["conflicts"], json!(["user"]));
        assert_eq!(ids(&desk, "patients/").await, [b, a]);
    }

    async fn records_that_part_have_the_allergies_on_their_lists(world: &World) {
        let (desk, doctor) = (world.receptionist().await, world.doctor().await);
        for (kept_before, while_merged, kept_after) in [("", "Penicillin", 0), ("Penicillin", "", 0), ("Penicillin", "None", 0), ("", "", 0)] {
            // Given one with Penicillin on its list, merged into one with or without.
            let mut body = named("Fatou", "");
            body["known_allergies"] = json!(kept_before);
            let kept = register(&desk, body).await;
            let lost = register(&desk, named("Lamin", "")).await;
            desk.post(&format!("patients/{lost}/merge/"), json!({ "into": kept })).await.is(200);
            // When the list is changed before they part
            doctor.patch(&format!("patients/{kept}/"), json!({ "known_allergies": while_merged })).await.is(200);
            let merged = allergies(&desk, kept).await;
            desk.post(&format!("patients/{lost}/unmerge/"), json!({})).await.is(200);
            // then each has what is on its own list.
            let case = format!("{kept_before:?}, {while_merged:?}, {merged:?}");
            assert_eq!(allergies(&desk, lost).await, ["Penicillin"], "{case}");
            assert_eq!(allergies(&desk, kept).await, vec!["Penicillin"; kept_after], "{case}");
            let list = desk.get(&format!("patients/{lost}/")).await.is(200)["known_allergies"].clone();
            assert_eq!(list, "Penicillin", "{case}");
        }
        world.settle().await;
    }

    async fn what_came_out_of_a_chain_stays_where_it_was_merged_next(world: &World) {
        let desk = world.receptionist().await;
        let mut all = Vec::new();
        for (name, id) in [("Awa", "A1"), ("Binta", "B1"), ("Coumba", "C1")] {
            all.push(register(&desk, named(name, id)).await);
        }
        let [a, b, c] = all[..] else { unreachable!("three were registered") };
        let account = world.patient().await;
        desk.patch(&format!("patients/{a}/"), json!({ "user": account.id })).await.is(200);
        let of_a = ids(&desk, &format!("patients/{a}/allergies/")).await;
        // Given A, which came into C by way of B, came out, and was merged into C itself
        desk.post(&format!("patients/{a}/merge/"), json!({ "into": b })).await.is(200);
        desk.post(&format!("patients/{b}/merge/"), json!({ "into": c })).await.is(200);
        desk.post(&format!("patients/{a}/unmerge/"), json!({})).await.is(200);
        desk.post(&format!("patients/{a}/merge/"), json!({ "into": c })).await.is(200);
        // when B comes out
        desk.post(&format!("patients/{b}/unmerge/"), json!({})).await.is(200);
        // then A, its rows and its account stay with C.
        assert_eq!(desk.get(&format!("patients/{a}/")).await.is(200)["merged_into"], c);
        let of_c = ids(&desk, &format!("patients/{c}/allergies/")).await;
        assert!(of_a.iter().all(|id| of_c.contains(id)), "{of_a:?} {of_c:?}");
        assert_eq!(ids(&desk, &format!("patients/{b}/allergies/")).await.len(), 1);
        assert_eq!(ids(&account, "patients/").await, [c]);
        desk.post(&format!("patients/{a}/unmerge/"), json!({})).await.is(200);
        assert_eq!(ids(&desk, &format!("patients/{a}/allergies/")).await, of_a);
        assert_eq!(ids(&account, "patients/").await, [a]);
        world.settle().await;
    }
}
