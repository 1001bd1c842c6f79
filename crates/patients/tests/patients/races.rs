//! What many do at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use platform::db::{Statement, ToValue};
use serde_json::{Value as Json, json};
use tokio::sync::oneshot;

fn somebody(id: Option<&str>, n: usize) -> Json {
    json!({
        "unique_id": id, "first_name": format!("Awa{n}"), "last_name": "Bah", "date_of_birth": "1990-01-01", "gender": "Female",
    })
}

async fn statuses(requests: Vec<(testkit::Caller, String, Json)>) -> Vec<(u16, Json)> {
    let sent = requests.into_iter().map(|(caller, path, body)| {
        tokio::spawn(async move {
            let reply = caller.post(&path, body).await;
            (reply.status.as_u16(), reply.json)
        })
    });
    join_all(sent)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

testkit::on_both! {
    async fn one_number_is_given_to_one_patient(world: &World) {
        let desk = world.receptionist().await;
        let requests = (0..50).map(|n| (desk.clone(), "patients/".to_owned(), somebody(Some("P1"), n))).collect();
        let answers = statuses(requests).await;
        let count = |status: u16| answers.iter().filter(|(s, _)| *s == status).count();
        assert_eq!((count(201), count(400)), (1, 49), "{answers:?}");
        assert!(answers.iter().filter(|(s, _)| *s == 400).all(|(_, body)| body["unique_id"].is_array()));
        assert_eq!(desk.get("patients/").await.is(200).as_array().unwrap().len(), 1);
    }

    async fn made_up_numbers_differ(world: &World) {
        let desk = world.receptionist().await;
        let requests = (0..30).map(|n| (desk.clone(), "patients/".to_owned(), somebody(None, n))).collect();
        let answers = statuses(requests).await;
        let mut numbers: Vec<String> = answers.iter().map(|(status, body)| {
            assert_eq!(*status, 201, "{body}");
            body["unique_id"].to_string()
        }).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 30);
    }

    async fn made_up_numbers_follow_each_other_and_none_is_lost(world: &World) {
        let desk = world.receptionist().await;
        let mut given = Vec::new();
        for n in 0..40 {
            let reply = desk.post("patients/", somebody(None, n)).await;
            // `P`, the year, the number, a check digit.
            let number = reply.is(201)["unique_id"].as_str().unwrap().to_owned();
            given.push(number[5..number.len() - 1].parse::<u32>().unwrap());
            // Somebody is refused after the number was made up, and leaves no gap.
            desk.post("patients/?reject_duplicates=true", somebody(None, n)).await.is(409);
        }
        assert_eq!(given, (1..=40).collect::<Vec<_>>());
    }

    async fn one_of_many_mergings_succeeds(world: &World) {
        let desk = world.receptionist().await;
        let mut ids = Vec::new();
        for n in 0..21 {
            ids.push(desk.post("patients/", somebody(None, n)).await.is(201)["id"].as_i64().unwrap());
        }
        let lost = ids[10];
        let others: Vec<i64> = ids.into_iter().filter(|id| *id != lost).collect();
        let requests = others.iter().enumerate().map(|(n, other)| {
            // From both sides, so that the two records are asked for in either order.
            if n % 2 == 0 {
                (desk.clone(), format!("patients/{lost}/merge/"), json!({ "into": other }))
            } else {
                (desk.clone(), format!("patients/{other}/merge/"), json!({ "duplicate": lost }))
            }
        }).collect();
        let answers = statuses(requests).await;
        let merged = answers.iter().filter(|(status, _)| *status == 200).count();
        let refused = answers.iter().filter(|(status, body)| *status == 409 && body["code"] == "state_conflict").count();
        assert_eq!((merged, refused), (1, 19), "{answers:?}");
        world.settle().await;
    }

    async fn a_change_while_the_index_is_rebuilt_is_not_undone(world: &World) {
        let desk = world.receptionist().await;
        let first = desk.post("patients/", somebody(Some("P1"), 1)).await.id();
        let row = |name: &str, number: &str| json!({
            "unique_id": number, "first_name": name, "last_name": "Ceesay", "date_of_birth": "1990-01-01", "gender": "Female",
        });
        let id = desk.post("patients/", row("Awa", "OLD1")).await.id();
        // Given an index that is being rebuilt, and gets no further than the first patient, whose number is held
        let (is_held, held) = oneshot::channel();
        let (let_go, until) = oneshot::channel::<()>();
        let signals = Arc::new(Mutex::new(Some((is_held, until))));
        let app = world.app.clone();
        let holder = tokio::spawn(async move {
            platform::unit::program(&app, "somebody slow", |cx| {
                let signals = signals.clone();
                Box::pin(async move {
                    let hold = Statement::raw("UPDATE patient_identifier SET kind = kind WHERE patient = $1", vec![first.to_value()]);
                    cx.unscoped("a row is held").execute(hold).await?;
                    // A second time round, should the database ask for it, nothing is waited for.
                    let signals = signals.lock().unwrap().take();
                    if let Some((is_held, until)) = signals {
                        is_held.send(()).unwrap();
                        until.await.unwrap();
                    }
                    Ok(())
                })
            }).await
        });
        held.await.unwrap();
        let app = world.app.clone();
        let rebuilt = tokio::spawn(async move {
            platform::unit::program(&app, "keys rotate", |cx| Box::pin(patients::reindex(cx, 0, 500))).await
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        // when another patient, who was read already, gets another name and number
        let change = desk.clone();
        let changed = tokio::spawn(async move {
            change.patch(&format!("patients/{id}/"), json!({ "first_name": "Zainab", "unique_id": "NEW1" })).await
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let_go.send(()).unwrap();
        holder.await.unwrap().unwrap();
        assert_eq!(rebuilt.await.unwrap().unwrap(), Some(id));
        changed.await.unwrap().is(200);
        // then the index tells of those only.
        let names = Statement::raw("SELECT DISTINCT tag FROM patient_term WHERE field = 8 AND patient = $1", vec![id.to_value()]);
        let names: Vec<(i64,)> = world.app.unguarded("test").all(names).await.unwrap();
        assert_eq!(names.len(), 2, "Zainab and Ceesay");
        let found = async |text: &str| desk.get(&format!("patients/?search={text}")).await.is(200).as_array().unwrap().len();
        assert_eq!((found("zainab").await, found("NEW1").await, found("OLD1").await), (1, 1, 0));
        desk.post("patients/", row("Lamin", "new1")).await.complains_about("unique_id");
        desk.post("patients/", row("Lamin", "OLD1")).await.is(201);
        world.settle().await;
    }
}
