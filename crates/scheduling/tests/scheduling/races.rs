//! Many want the same in the same moment, each on a connection of their own.

use crate::common::Ward;
use serde_json::json;
use testkit::Request;
use testkit::races::{at_once, counted, expected};

testkit::on_both! {
    async fn one_slot_is_given_once(world: &World) {
        let ward = Ward::new(world).await;
        let mut patients = Vec::new();
        for _ in 0..20 {
            patients.push(ward.another_patient().await);
        }
        let desk = ward.desk.clone().over(world.listen().await);
        // The same slot for different patients, some beginning a little earlier or later.
        let requests = (0..200).map(|n| {
            let time = format!("10:{:02}", n % 10);
            desk.request("POST", "appointments/").json(&ward.at(&time, json!({ "patient": patients[n % 20] })))
        }).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 1), ("409 appointment_overlap", 199)]));
        assert_eq!(desk.get("appointments/").await.is(200).as_array().unwrap().len(), 1);
        // Everybody was told when the doctor is free again.
        assert!(replies.iter().filter(|reply| reply.status == 409).all(|reply| reply.json["taken"]["ends_at"].is_string()));
        world.settle().await;
    }

    async fn one_patient_is_in_one_place(world: &World) {
        let ward = Ward::new(world).await;
        let mut doctors = Vec::new();
        for _ in 0..10 {
            doctors.push(world.doctor().await.id);
        }
        let desk = ward.desk.clone().over(world.listen().await);
        let requests = (0..50).map(|n| {
            desk.request("POST", "appointments/").json(&ward.at("10:00", json!({ "doctor": doctors[n % 10], "overbooked": n % 2 == 0 })))
        }).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 1), ("409 appointment_overlap", 49)]));
        world.settle().await;
    }

    async fn one_room_is_given_once(world: &World) {
        let ward = Ward::new(world).await;
        let mut rooms = Vec::new();
        for n in 0..3 {
            let body = json!({ "name": format!("Theatre {n}"), "resource_type": "Operating Room" });
            rooms.push(ward.desk.post("resources/", body).await.id());
        }
        let desk = ward.desk.clone().over(world.listen().await);
        // Alone and several at once, in every order.
        let requests = (0..200).map(|n| {
            let mut wanted = rooms.clone();
            wanted.rotate_left(n % 3);
            let what = if n % 2 == 0 { json!({ "resources": wanted }) } else { json!({ "resources": [rooms[0], rooms[2]] }) };
            let mut body = json!({ "start_time": "2027-05-27T14:00:00Z", "end_time": "2027-05-27T16:00:00Z" });
            body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
            desk.request("POST", "resource-bookings/").json(&body)
        }).collect();
        let replies = at_once(requests).await;
        assert_eq!(counted(&replies), expected(&[("201", 1), ("409 resource_overlap", 199)]));
        let booked = replies.iter().find(|reply| reply.status == 201).unwrap().json.as_array().unwrap().len();
        assert_eq!(desk.get("resource-bookings/").await.is(200).as_array().unwrap().len(), booked);
    }

    async fn numbers_in_a_queue_are_given_once(world: &World) {
        let ward = Ward::on_the_day(world, "07:00").await;
        let mut made = Vec::new();
        for n in 0..20 {
            made.push(ward.book(&format!("{:02}:{:02}", 8 + n / 4, n % 4 * 15), json!({})).await);
        }
        let desk = ward.desk.clone().over(world.listen().await);
        let requests = made.iter().map(|id| desk.request("POST", &format!("appointments/{id}/check_in/"))).collect();
        let replies = at_once(requests).await;
        let mut numbers: Vec<i64> = replies.iter().map(|reply| reply.is(200)["queue_number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<i64>>());
        // Of one appointment, one check-in counts.
        let id = ward.book("16:00", json!({})).await;
        let requests = (0..20).map(|_| desk.request("POST", &format!("appointments/{id}/check_in/"))).collect();
        assert_eq!(counted(&at_once(requests).await), expected(&[("200", 1), ("409 state_conflict", 19)]));
        world.settle().await;
    }

    async fn a_booking_does_not_slip_past_a_merging(world: &World) {
        let ward = Ward::new(world).await;
        let desk = ward.desk.clone().over(world.listen().await);
        for _ in 0..5 {
            let twin = ward.another_patient().await;
            let kept = ward.another_patient().await;
            let mut requests: Vec<Request> = (0..8).map(|n| {
                desk.request("POST", "appointments/").json(&ward.at(&format!("{:02}:00", 8 + n), json!({ "patient": twin })))
            }).collect();
            requests.push(desk.request("POST", &format!("patients/{twin}/merge/")).json(&json!({ "into": kept })));
            let replies = at_once(requests).await;
            assert!(replies.iter().all(|reply| [200, 201, 409].contains(&reply.status.as_u16())), "{replies:?}");
            let left: Vec<(i64,)> = world.app.unguarded("test").all(platform::db::Statement::raw(
                "SELECT id FROM appointment WHERE patient = $1", vec![platform::db::ToValue::to_value(&twin)],
            )).await.unwrap();
            assert_eq!(left, [], "appointments of a record that was given up");
            for row in desk.get(&format!("patients/{kept}/appointments/")).await.is(200).as_array().unwrap().clone() {
                desk.post(&format!("appointments/{}/cancel/", row["id"]), json!({})).await.is(200);
            }
        }
        world.settle().await;
    }
}
