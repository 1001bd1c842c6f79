//! Many clients do the same thing in the same moment, each on a connection of its own.

use futures_util::future::join_all;
use serde_json::{Value as Json, json};
use testkit::{Caller, Reply, Request};

fn somebody(n: usize) -> Json {
    json!({
        "first_name": format!("Awa{n}"), "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
    })
}

/// Sends all at once. Each task has connected and sent before the first is answered, as far as the
/// machine allows.
async fn at_once(requests: impl IntoIterator<Item = Request>) -> Vec<Reply> {
    let sent = requests
        .into_iter()
        .map(|request| tokio::spawn(request.send()));
    join_all(sent)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

fn count(replies: &[Reply], status: u16) -> usize {
    let with = |reply: &&Reply| reply.status.as_u16() == status;
    replies.iter().filter(with).count()
}

fn post(caller: &Caller, path: &str, body: &Json) -> Request {
    caller.request("POST", path).json(body)
}

async fn patients(caller: &Caller) -> usize {
    let all = caller.get("patients/?limit=100").await;
    all.is(200)["results"].as_array().unwrap().len()
}

testkit::on_both! {
    async fn one_card_number_is_given_once(world: &World) {
        let desk = world.receptionist().await.over(world.listen().await);
        let replies = at_once((0..50).map(|n| {
            let mut body = somebody(n);
            body["unique_id"] = json!("P-1");
            post(&desk, "patients/", &body)
        })).await;
        assert_eq!((count(&replies, 201), count(&replies, 400)), (1, 49), "{replies:?}");
        for refused in replies.iter().filter(|reply| reply.status == 400) {
            refused.complains_about("unique_id");
        }
        assert_eq!(patients(&desk).await, 1);
    }

    async fn one_idempotency_key_has_one_effect(world: &World) {
        let desk = world.receptionist().await.over(world.listen().await);
        let body = somebody(1);
        let replies = at_once((0..50).map(|_| post(&desk, "patients/", &body).header("idempotency-key", "once"))).await;
        assert_eq!(count(&replies, 201), 50, "{replies:?}");
        assert!(replies.iter().all(|reply| reply.id() == replies[0].id()));
        assert_eq!(patients(&desk).await, 1);
        assert_eq!(world.audit_of("Patient").await.iter().filter(|row| row.action.as_str() == "create").count(), 1);
    }

    async fn one_version_is_changed_once(world: &World) {
        let desk = world.receptionist().await.over(world.listen().await);
        let id = desk.post("patients/", somebody(1)).await.is(201)["id"].clone();
        let replies = at_once((0..50).map(|n| {
            let body = json!({ "address": format!("{n} Marina Parade") });
            desk.request("PATCH", &format!("patients/{id}/")).header("if-match", "\"1\"").json(&body)
        })).await;
        assert_eq!((count(&replies, 200), count(&replies, 412)), (1, 49), "{replies:?}");
        let changed = replies.iter().find(|reply| reply.status == 200).unwrap();
        let shown = desk.get(&format!("patients/{id}/")).await;
        assert_eq!((&shown.json["version"], &shown.json["address"]), (&json!(2), &changed.json["address"]));
    }

    async fn changes_without_a_version_are_all_kept_or_refused(world: &World) {
        let desk = world.receptionist().await.over(world.listen().await);
        let id = desk.post("patients/", somebody(1)).await.is(201)["id"].clone();
        let replies = at_once((0..20).map(|n| {
            desk.request("PATCH", &format!("patients/{id}/")).json(&json!({ "address": format!("{n} Marina Parade") }))
        })).await;
        assert_eq!(count(&replies, 200), 20, "{replies:?}");
        assert_eq!(desk.get(&format!("patients/{id}/")).await.json["version"], 21);
    }

    async fn one_of_many_mergings_succeeds(world: &World) {
        let desk = world.receptionist().await.over(world.listen().await);
        let mut ids = Vec::new();
        for n in 0..21 {
            ids.push(desk.post("patients/", somebody(n)).await.is(201)["id"].clone());
        }
        let lost = ids.pop().unwrap();
        let replies = at_once(ids.iter().map(|id| post(&desk, &format!("patients/{lost}/merge/"), &json!({ "into": id })))).await;
        assert_eq!((count(&replies, 200), count(&replies, 409)), (1, 19), "{replies:?}");
        world.settle().await;
    }

    async fn one_of_simultaneous_twins_is_registered(world: &World) {
        let desk = world.receptionist().await.over(world.listen().await);
        let spellings = ["Fatou Jallow", "Fatou Jalow", "Fatu Jallow", "Jallow Fatou"];
        let replies = at_once((0..20).map(|n| {
            let (first, last) = spellings[n % spellings.len()].split_once(' ').unwrap();
            let body = json!({
                "unique_id": format!("T-{n}"), "first_name": first, "last_name": last, "date_of_birth": "1990-03-04", "gender": "Female",
            });
            post(&desk, "patients/?reject_duplicates=true", &body)
        })).await;
        assert_eq!((count(&replies, 201), count(&replies, 409)), (1, 19), "{replies:?}");
        for refused in replies.iter().filter(|reply| reply.status == 409) {
            refused.refuses(409, "duplicate_patient");
        }
        assert_eq!(patients(&desk).await, 1);
        // Strangers do not wait for one another for long, and nobody is refused for them.
        let strangers = ["Lamin Sow", "Binta Camara", "Omar Njie", "Isatou Touray", "Kebba Darboe"];
        let replies = at_once(strangers.iter().enumerate().map(|(n, name)| {
            let (first, last) = name.split_once(' ').unwrap();
            let body = json!({
                "first_name": first, "last_name": last, "date_of_birth": format!("19{}-0{}-11", 50 + n, n + 1), "gender": "Unknown",
            });
            post(&desk, "patients/?reject_duplicates=true", &body)
        })).await;
        assert_eq!(count(&replies, 201), strangers.len(), "{replies:?}");
    }
}
