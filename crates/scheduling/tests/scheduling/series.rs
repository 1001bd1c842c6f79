//! The same appointment again, every so many days.

use crate::common::{DAY, Ward, ids};
use serde_json::{Value as Json, json};
use testkit::races::{at_once, counted};

fn dates(booked: &Json) -> Vec<&str> {
    let rows = booked.as_array().unwrap().iter();
    rows.map(|row| row["date"].as_str().unwrap()).collect()
}

testkit::on_both! {
    async fn an_appointment_is_repeated_every_week_at_the_same_time_of_the_clock(world: &World) {
        let ward = Ward::new(world).await;
        let first = ward.book("10:00", json!({ "reason": "physiotherapy", "duration_minutes": 20 })).await;
        let path = format!("appointments/{first}/repeat/");
        let made = ward.desk.post(&path, json!({ "times": 3 })).await.is(200).clone();
        assert_eq!(dates(&made["booked"]), ["2027-06-03", "2027-06-10", "2027-06-17"]);
        assert_eq!((&made["series"], &made["conflicts"]), (&json!(first), &json!([])));
        let all = ward.desk.get(&format!("appointments/?series={first}&ordering=starts_at")).await.is(200).clone();
        assert_eq!(all.as_array().unwrap().len(), 4);
        for row in all.as_array().unwrap() {
            assert_eq!((&row["time"], &row["duration_minutes"], &row["reason"]), (&json!("10:00:00"), &json!(20), &json!("physiotherapy")));
        }
        // From one of them it goes on, in the same series; every so many days.
        let last = ids(&all)[3];
        let more = ward.desk.post(&format!("appointments/{last}/repeat/"), json!({ "times": 2, "every_days": 10 })).await;
        assert_eq!(dates(&more.is(200)["booked"]), ["2027-06-27", "2027-07-07"]);
        assert_eq!(more.json["series"], first);
        for (body, field) in [
            (json!({}), "times"), (json!({ "times": 0 }), "times"), (json!({ "times": 52 }), "times"),
            (json!({ "times": 2, "every_days": 0 }), "every_days"), (json!({ "times": 2, "mode": "some" }), "mode"),
        ] {
            ward.desk.post(&path, body).await.complains_about(field);
        }
        world.patient().await.post(&path, json!({ "times": 1 })).await.refuses(403, "permission_denied");
        world.settle().await;
    }

    async fn what_is_in_the_way_is_named_and_all_or_the_free_ones_are_booked(world: &World) {
        let ward = Ward::new(world).await;
        let first = ward.book("10:00", json!({})).await;
        let other = ward.another_patient().await;
        ward.book("10:05", json!({ "patient": other, "date": "2027-06-10" })).await;
        // On 17 June the doctor is away.
        let away = json!({ "doctor": ward.doctor, "date": "2027-06-17", "closed": true });
        ward.desk.post("schedule-exceptions/", away).await.is(201);
        let path = format!("appointments/{first}/repeat/");
        let refused = ward.desk.post(&path, json!({ "times": 3 })).await;
        let conflicts = refused.refuses(409, "appointment_overlap")["conflicts"].clone();
        assert_eq!(dates(&conflicts), ["2027-06-10", "2027-06-17"]);
        assert_eq!((&conflicts[0]["code"], &conflicts[1]["code"]), (&json!("appointment_overlap"), &json!("outside_schedule")));
        assert!(conflicts[0]["detail"].as_str().unwrap().contains("is taken on 10 June 2027"), "{conflicts}");
        assert_eq!(ids(ward.desk.get(&format!("appointments/?patient={}", ward.patient)).await.is(200)), [first]);
        let some = ward.desk.post(&path, json!({ "times": 3, "mode": "free" })).await.is(200).clone();
        assert_eq!(dates(&some["booked"]), ["2027-06-03"]);
        assert_eq!(dates(&some["conflicts"]), ["2027-06-10", "2027-06-17"]);
        world.settle().await;
    }

    async fn a_series_ends_from_one_of_its_appointments_on(world: &World) {
        let ward = Ward::new(world).await;
        let first = ward.book("10:00", json!({})).await;
        ward.desk.post(&format!("appointments/{first}/cancel_following/"), json!({})).await.refuses(409, "state_conflict");
        let made = ward.desk.post(&format!("appointments/{first}/repeat/"), json!({ "times": 3 })).await;
        let [second, third, fourth] = [0, 1, 2].map(|at| made.is(200)["booked"][at]["id"].as_i64().unwrap());
        let ended = ward.desk.post(&format!("appointments/{third}/cancel_following/"), json!({ "reason": "healed" })).await;
        assert_eq!(ended.is(200)["cancelled"], json!([third, fourth]));
        for (visit, status, reason) in [(first, "scheduled", ""), (second, "scheduled", ""), (third, "cancelled", "healed"), (fourth, "cancelled", "healed")] {
            let row = ward.desk.get(&format!("appointments/{visit}/")).await;
            assert_eq!((&row.is(200)["status"], &row.json["cancel_reason"]), (&json!(status), &json!(reason)), "{visit}");
        }
        world.settle().await;
    }

    async fn of_many_series_at_once_each_time_is_given_once(world: &World) {
        let ward = Ward::new(world).await;
        let mut visits = Vec::new();
        for minute in 0..6 {
            let patient = ward.another_patient().await;
            // Side by side on the first day, and then all want the same hour.
            let visit = ward.book(&format!("{:02}:00", 8 + minute), json!({ "patient": patient })).await;
            ward.desk.patch(&format!("appointments/{visit}/"), json!({ "date": format!("2027-05-{:02}", 10 + minute), "time": "10:00" })).await.is(200);
            visits.push(visit);
        }
        let desk = ward.desk.clone().over(world.listen().await);
        // Each comes to 1 June after another number of days.
        let requests = visits.iter().enumerate().map(|(at, visit)| {
            let path = format!("appointments/{visit}/repeat/");
            desk.request("POST", &path).json(&json!({ "times": 1, "every_days": 22 - at }))
        }).collect();
        let replies = at_once(requests).await;
        let counted = counted(&replies);
        assert_eq!((counted.get("200"), counted.get("409 appointment_overlap")), (Some(&1), Some(&5)), "{counted:?}");
        let there = ward.desk.get("appointments/?date=2027-06-01").await.is(200).clone();
        assert_eq!(there.as_array().unwrap().len(), 1, "{DAY}: {there}");
        world.settle().await;
    }
}
