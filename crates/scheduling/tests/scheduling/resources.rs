//! `resources/` and `resource-bookings/`.

use crate::common::{Ward, ids};
use serde_json::{Value as Json, json};
use testkit::Caller;

async fn room(desk: &Caller, name: &str) -> i64 {
    let body = json!({ "name": name, "resource_type": "operating room" });
    let reply = desk.post("resources/", body).await;
    assert_eq!(reply.is(201)["resource_type"], "Operating Room");
    reply.id()
}

fn from_to(resource: i64, from: &str, to: &str) -> Json {
    let at = |time: &str| format!("2027-05-27T{time}:00Z");
    json!({ "resource": resource, "start_time": at(from), "end_time": at(to) })
}

testkit::on_both! {
    async fn a_booking_is_made_as_the_contract_shows(world: &World) {
        let ward = Ward::new(world).await;
        let theatre = room(&ward.desk, "Theatre 1").await;
        let body = json!({
            "resource": theatre, "booked_by": ward.doctor, "patient": ward.patient,
            "start_time": "2027-05-27T14:00:00Z", "end_time": "2027-05-27T16:00:00Z", "purpose": "Surgery",
        });
        let reply = ward.desk.post("resource-bookings/", body.clone()).await;
        for (field, value) in body.as_object().unwrap() {
            assert_eq!(&reply.is(201)[field], value, "{field}");
        }
        for (field, value) in [
            ("resource_id", json!(theatre)), ("booked_by_id", json!(ward.doctor)), ("patient_id", json!(ward.patient)),
            ("status", json!("Scheduled")), ("resource_name", json!("Theatre 1")),
        ] {
            assert_eq!(reply.json[field], value, "{field}");
        }
        // Whoever is not named booked it themselves; also for nobody in particular.
        let reply = ward.desk.post("resource-bookings/", from_to(theatre, "16:00", "17:00")).await;
        assert_eq!((&reply.is(201)["booked_by"], &reply.json["patient"]), (&json!(ward.desk.id), &json!(null)));
        ward.desk.patch(&format!("resource-bookings/{}/", reply.id()), json!({ "booked_by": "" })).await.is(200);
        let reply = ward.desk.post("resource-bookings/", from_to(theatre, "17:00", "17:00")).await;
        reply.complains_about("end_time");
        let mut unknown = from_to(theatre, "18:00", "19:00");
        unknown["booked_by"] = json!(999_999);
        ward.desk.post("resource-bookings/", unknown).await.complains_about("booked_by");
        ward.desk.delete(&format!("resources/{theatre}/")).await.refuses(409, "in_use");
        world.settle().await;
    }

    async fn nobody_is_newly_named_who_works_here_no_more(world: &World) {
        let ward = Ward::new(world).await;
        let (admin, gone) = (world.admin().await, world.nurse().await);
        let theatre = room(&ward.desk, "Theatre 1").await;
        let mut booking = from_to(theatre, "10:00", "12:00");
        booking["booked_by"] = json!(gone.id);
        let stands = ward.desk.post("resource-bookings/", booking.clone()).await.id();
        admin.patch(&format!("users/{}/", gone.id), json!({ "is_active": false })).await.is(200);
        booking["start_time"] = json!("2027-05-27T14:00:00Z");
        booking["end_time"] = json!("2027-05-27T15:00:00Z");
        ward.desk.post("resource-bookings/", booking).await.complains_about("booked_by");
        ward.desk.post("tasks/", json!({ "title": "Call back", "assignee": gone.id })).await.complains_about("assignee");
        // What stands already stays, also when something else of it changes.
        let kept = ward.desk.patch(&format!("resource-bookings/{stands}/"), json!({ "end_time": "2027-05-27T11:00:00Z" })).await;
        assert_eq!(kept.is(200)["booked_by"], gone.id);
        world.settle().await;
    }

    async fn a_room_is_booked_once_at_a_time(world: &World) {
        let ward = Ward::new(world).await;
        let (one, two) = (room(&ward.desk, "Theatre 1").await, room(&ward.desk, "Theatre 2").await);
        let first = ward.desk.post("resource-bookings/", from_to(one, "10:00", "12:00")).await.id();
        for (resource, from, to, fine) in [
            (one, "10:00", "12:00", false), (one, "09:00", "10:01", false), (one, "11:59", "13:00", false),
            (one, "10:30", "10:45", false), (one, "08:00", "18:00", false),
            (one, "12:00", "13:00", true), (one, "09:00", "10:00", true), (two, "10:00", "12:00", true),
        ] {
            let reply = ward.desk.post("resource-bookings/", from_to(resource, from, to)).await;
            if fine {
                reply.is(201);
            } else {
                let refused = reply.refuses(409, "resource_overlap");
                assert_eq!(refused["taken"], json!({ "start_time": "2027-05-27T10:00:00Z", "end_time": "2027-05-27T12:00:00Z" }));
            }
        }
        let path = format!("resource-bookings/{first}/");
        ward.desk.patch(&path, json!({ "end_time": "2027-05-27T12:30:00Z" })).await.refuses(409, "resource_overlap");
        ward.desk.patch(&path, json!({ "resource": two })).await.refuses(409, "resource_overlap");
        ward.desk.patch(&path, json!({ "status": "Completed" })).await.is(200);
        ward.desk.post("resource-bookings/", from_to(one, "10:00", "12:00")).await.refuses(409, "resource_overlap");
        // What is given back is free, until somebody has it.
        ward.desk.patch(&path, json!({ "status": "Cancelled" })).await.is(200);
        ward.desk.post("resource-bookings/", from_to(one, "10:00", "12:00")).await.is(201);
        ward.desk.patch(&path, json!({ "status": "Scheduled" })).await.refuses(409, "resource_overlap");
        ward.desk.patch(&format!("resources/{two}/"), json!({ "is_active": false })).await.is(200);
        ward.desk.post("resource-bookings/", from_to(two, "13:00", "14:00")).await.complains_about("resource");
    }

    async fn several_are_booked_together_or_not_at_all(world: &World) {
        let ward = Ward::new(world).await;
        let (one, two, three) = (room(&ward.desk, "Theatre 1").await, room(&ward.desk, "Theatre 2").await, room(&ward.desk, "Laser").await);
        let together = |resources: Json, from: &str, to: &str| {
            let mut body = from_to(0, from, to);
            body.as_object_mut().unwrap().remove("resource");
            body["resources"] = resources;
            body
        };
        let reply = ward.desk.post("resource-bookings/", together(json!([three, one, three]), "10:00", "11:00")).await;
        let booked: Vec<_> = reply.is(201).as_array().unwrap().iter().map(|row| row["resource"].as_i64().unwrap()).collect();
        assert_eq!(booked, [three, one]);
        ward.desk.post("resource-bookings/", together(json!([two, one]), "10:30", "11:30")).await.refuses(409, "resource_overlap");
        assert_eq!(ward.desk.get(&format!("resource-bookings/?resource={two}")).await.is(200), &json!([]));
        for wrong in [json!([]), json!("all"), json!(["x"]), json!(null)] {
            ward.desk.post("resource-bookings/", together(wrong, "12:00", "13:00")).await.complains_about("resources");
        }
        ward.desk.post("resource-bookings/", together(json!([one, 999_999]), "12:00", "13:00")).await.complains_about("resource");
        assert_eq!(ward.desk.get("resource-bookings/").await.is(200).as_array().unwrap().len(), 2);
    }

    async fn patients_see_what_is_booked_for_them(world: &World) {
        let ward = Ward::new(world).await;
        let (one, two) = (room(&ward.desk, "Theatre 1").await, room(&ward.desk, "Theatre 2").await);
        let me = world.patient().await;
        world.admin().await.patch(&format!("patients/{}/", ward.patient), json!({ "user": me.id })).await.is(200);
        let mut mine = from_to(one, "10:00", "12:00");
        mine["patient"] = json!(ward.patient);
        let mine = ward.desk.post("resource-bookings/", mine).await.id();
        ward.desk.post("resource-bookings/", from_to(two, "10:00", "12:00")).await.is(201);
        assert_eq!(ids(me.get("resource-bookings/").await.is(200)), [mine]);
        assert_eq!(ids(me.get("resources/").await.is(200)), [one]);
        assert_eq!(ids(ward.desk.get("resources/?search=theatre&ordering=name").await.is(200)), [one, two]);
        assert_eq!(ids(ward.desk.get(&format!("resource-bookings/?patient={}", ward.patient)).await.is(200)), [mine]);
        me.post("resource-bookings/", from_to(two, "14:00", "15:00")).await.refuses(403, "permission_denied");
    }
}
