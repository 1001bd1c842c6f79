//! Many at once, each on a connection of their own.

use std::collections::BTreeMap;

use serde_json::json;
use testkit::{Reply, Request};
use tokio::task::JoinSet;

use crate::sockets::{hear, knock, letter};
use crate::{Practice, SESSIONS, count, end, join_info, link};

async fn at_once(requests: Vec<Request>) -> Vec<Reply> {
    let mut sent = JoinSet::new();
    for request in requests {
        sent.spawn(request.send());
    }
    sent.join_all().await
}

fn counted(replies: &[Reply]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for reply in replies {
        *counts.entry(reply.status.as_u16()).or_default() += 1;
    }
    counts
}

testkit::on_both! {
    async fn one_appointment_has_one_session(world: &World) {
        let practice = Practice::new(world).await;
        let address = world.listen().await;
        let (desk, doctor) = (practice.desk.over(address), practice.doctor.over(address));
        let requests = (0..20).map(|number| {
            let caller = if number % 2 == 0 { &desk } else { &doctor };
            caller.request("POST", SESSIONS).json(&practice.body())
        });
        let replies = at_once(requests.collect()).await;
        assert_eq!(counted(&replies), BTreeMap::from([(201, 1), (400, 19)]));
        for refused in replies.iter().filter(|reply| reply.status == 400) {
            refused.complains_about("appointment");
        }
        assert_eq!(count(desk.get(SESSIONS).await.is(200)), 1);
        world.settle().await;
    }

    async fn whoever_joins_while_the_call_is_ended_is_inside_no_longer(world: &World) {
        let practice = Practice::new(world).await;
        let address = world.listen().await;
        let id = practice.session().await;
        let url = link(&practice.patient, id, "patient").await;
        let info = practice.doctor.get(&join_info(id)).await;
        let room = info.is(200)["video_room_id"].as_str().unwrap().to_owned();
        let mut joining = JoinSet::new();
        for _ in 0..8 {
            let (room, shown) = (room.clone(), letter(&url));
            joining.spawn(async move {
                match knock(address, &room, &shown).await {
                    Err(refused) => refused,
                    // Each ends by itself: the call is over, or it was opened elsewhere.
                    Ok(mut socket) => loop {
                        let said = hear(&mut socket).await;
                        if said["event"].is_null() {
                            break said["closed"].as_u64().unwrap_or_default() as u16;
                        }
                    },
                }
            });
        }
        let doctor = practice.doctor.over(address);
        let mut requests = vec![doctor.request("POST", &end(id)).json(&json!({}))];
        requests.extend((0..8).map(|_| doctor.request("GET", &join_info(id))));
        requests.push(doctor.request("POST", &end(id)).json(&json!({})));
        for reply in at_once(requests).await {
            assert!([200, 409].contains(&reply.status.as_u16()), "{} {}", reply.asked, reply.text());
        }
        for ended in joining.join_all().await {
            assert!([409, 4409, 4410].contains(&ended), "{ended}");
        }
        assert_eq!(knock(address, &room, &letter(&url)).await.err(), Some(409));
        world.settle().await;
    }

    async fn ending_cancelling_and_arranging_at_once_leave_one_truth(world: &World) {
        let practice = Practice::new(world).await;
        let address = world.listen().await;
        let id = practice.session().await;
        let (desk, doctor, admin) = (practice.desk.over(address), practice.doctor.over(address), practice.admin.over(address));
        let cancel = format!("{}cancel/", practice.at());
        let mut requests = vec![desk.request("POST", &cancel).json(&json!({}))];
        for minute in 0..6 {
            requests.push(doctor.request("POST", &end(id)).json(&json!({})));
            requests.push(admin.request("PATCH", &practice.at()).json(&json!({ "time": format!("14:{minute:02}") })));
            requests.push(admin.request("POST", SESSIONS).json(&practice.body()));
        }
        for reply in at_once(requests).await {
            assert!([200, 400, 409].contains(&reply.status.as_u16()), "{} {}", reply.asked, reply.text());
        }
        world.settle().await;
        let appointment = practice.desk.get(&practice.at()).await.is(200).clone();
        let row = practice.desk.get(&format!("{SESSIONS}{id}/")).await.is(200).clone();
        assert_eq!(appointment["status"], "cancelled");
        assert_eq!(row["is_active"], false, "{row}");
        assert_eq!(count(practice.desk.get(SESSIONS).await.is(200)), 1);
    }
}
