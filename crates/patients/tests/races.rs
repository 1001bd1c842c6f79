//! What many do at once.
#![expect(clippy::unwrap_used, reason = "tests")]

use futures_util::future::join_all;
use serde_json::{Value as Json, json};

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
}
