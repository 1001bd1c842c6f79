//! The waiting list: a time that becomes free goes to the first whom it fits, then to the next.

use crate::common::{DAY, Ward, ids};
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::races::{at_once, counted};
use testkit::{Caller, World};

/// The desk, signed in a moment ago: time passes faster here than tokens last.
async fn desk(world: &World) -> Caller {
    world.receptionist().await
}

/// Puts somebody new on the list.
async fn waits(ward: &Ward, change: Json) -> (i64, i64) {
    let patient = ward.another_patient().await;
    let mut body = json!({ "patient": patient, "doctor": ward.doctor });
    body.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    (patient, ward.desk.post("waiting-list/", body).await.id())
}

async fn offers(world: &World, query: &str) -> Vec<Json> {
    world.settle().await;
    let rows = desk(world).await.get(&format!("slot-offers/{query}")).await;
    rows.is(200).as_array().unwrap().clone()
}

/// Books a visit and gives its time up again.
async fn freed(ward: &Ward, time: &str) -> i64 {
    let visit = ward.book(time, json!({})).await;
    ward.desk
        .post(&format!("appointments/{visit}/cancel/"), json!({}))
        .await
        .is(200);
    visit
}

async fn account(world: &World, patient: i64) -> Caller {
    let id = world.user("awa", Some(BuiltinRole::Patient)).await;
    let admin = world.admin().await;
    admin
        .patch(&format!("patients/{patient}/"), json!({ "user": id }))
        .await
        .is(200);
    world.sign_in("awa", testkit::PASSWORD).await
}

testkit::on_both! {
    async fn a_time_that_is_given_up_goes_to_the_first_whom_it_fits(world: &World) {
        let ward = Ward::new(world).await;
        let another = world.doctor().await.id;
        // Given people who wait and whom it does not fit,
        for misfit in [
            json!({ "doctor": another }), json!({ "latest": "2027-05-26" }), json!({ "earliest": "2027-05-28" }),
            json!({ "from_time": "10:30" }), json!({ "to_time": "09:59" }), json!({ "duration_minutes": 16 }),
        ] {
            waits(&ward, misfit).await;
        }
        // two whom it fits, the second of them urgent, and the one who gives it up,
        let (_, calm) = waits(&ward, json!({ "earliest": DAY, "latest": DAY, "from_time": "10:00", "to_time": "10:00" })).await;
        let (patient, urgent) = waits(&ward, json!({ "urgent": true, "reason": "cough" })).await;
        ward.desk.post("waiting-list/", json!({ "patient": ward.patient, "urgent": true })).await.is(201);
        // when a visit is cancelled
        freed(&ward, "10:00").await;
        // then its time is offered to the urgent one, for an hour.
        let open = offers(world, "?status=open").await;
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!((&open[0]["entry"], &open[0]["patient"], &open[0]["starts_at"]), (&json!(urgent), &json!(patient), &json!("2027-05-27T10:00:00Z")));
        assert_eq!(open[0]["expires_at"], "2026-11-23T09:00:00Z");
        assert_eq!(ward.desk.get(&format!("waiting-list/{urgent}/")).await.is(200)["status"], "offered");
        // Nobody else is booked there meanwhile, and it is not shown as free.
        let refused = ward.desk.post("appointments/", ward.at("10:00", json!({}))).await;
        assert_eq!(refused.refuses(409, "appointment_overlap")["offer"], open[0]["id"]);
        let free = ward.desk.get(&format!("appointments/availability/?doctor={}&date={DAY}", ward.doctor)).await;
        let slots = free.is(200)["slots"].as_array().unwrap().clone();
        assert!(slots.iter().all(|slot| slot["time"] != "10:00:00") && slots.iter().any(|slot| slot["time"] == "10:15:00"));
        // The desk takes the answer of somebody who calls: the visit is booked with what was said.
        let path = format!("slot-offers/{}/accept/", open[0]["id"]);
        let taken = ward.desk.post(&path, json!({})).await.is(200).clone();
        assert_eq!((&taken["status"], &taken["channel"]), (&json!("accepted"), &json!("desk")));
        let visit = ward.desk.get(&format!("appointments/{}/", taken["appointment"])).await.is(200).clone();
        assert_eq!((&visit["patient"], &visit["time"], &visit["reason"], &visit["status"]), (&json!(patient), &json!("10:00:00"), &json!("cough"), &json!("scheduled")));
        let entry = ward.desk.get(&format!("waiting-list/{urgent}/")).await.is(200).clone();
        assert_eq!((&entry["status"], &entry["appointment"]), (&json!("booked"), &taken["appointment"]));
        // Saying it again changes nothing.
        assert_eq!(ward.desk.post(&path, json!({})).await.is(200)["version"], taken["version"]);
        ward.desk.post(&path.replace("accept", "decline"), json!({})).await.refuses(409, "state_conflict");
        assert_eq!(ward.desk.get(&format!("waiting-list/{calm}/")).await.is(200)["status"], "waiting");
        world.settle().await;
    }

    async fn an_offer_that_nobody_answers_goes_to_the_next(world: &World) {
        let ward = Ward::new(world).await;
        let (_, first) = waits(&ward, json!({})).await;
        let (_, second) = waits(&ward, json!({})).await;
        freed(&ward, "10:00").await;
        let one = offers(world, "?status=open").await[0].clone();
        assert_eq!(one["entry"], first);
        world.pass(SignedDuration::from_mins(59));
        assert_eq!(offers(world, "?status=open").await[0]["id"], one["id"]);
        world.pass(SignedDuration::from_mins(1));
        let next = offers(world, "?status=open").await;
        assert_eq!((next.len(), &next[0]["entry"]), (1, &json!(second)));
        // Whoever was too late is told so, and waits on.
        let desk = desk(world).await;
        desk.post(&format!("slot-offers/{}/accept/", one["id"]), json!({})).await.refuses(409, "state_conflict");
        assert_eq!(desk.get(&format!("waiting-list/{first}/")).await.is(200)["status"], "waiting");
        // It is not offered to the same again: after the last it is free.
        desk.post(&format!("slot-offers/{}/decline/", next[0]["id"]), json!({})).await.is(200);
        assert!(offers(world, "?status=open").await.is_empty());
        desk.post("appointments/", ward.at("10:00", json!({}))).await.is(201);
        // Another time is.
        let other = desk.post("appointments/", ward.at("11:00", json!({}))).await.id();
        desk.delete(&format!("appointments/{other}/")).await.is(204);
        assert_eq!(offers(world, "?status=open").await[0]["entry"], first);
    }

    async fn a_visit_that_is_moved_leaves_its_time_to_the_next(world: &World) {
        let ward = Ward::new(world).await;
        let (_, entry) = waits(&ward, json!({})).await;
        let visit = ward.book("10:00", json!({})).await;
        ward.desk.patch(&format!("appointments/{visit}/"), json!({ "time": "15:00" })).await.is(200);
        let open = offers(world, "?status=open").await;
        assert_eq!((&open[0]["entry"], &open[0]["starts_at"]), (&json!(entry), &json!("2027-05-27T10:00:00Z")));
        // The desk takes it back: it stays free, and goes to nobody else by itself.
        waits(&ward, json!({})).await;
        ward.desk.post(&format!("slot-offers/{}/withdraw/", open[0]["id"]), json!({})).await.is(200);
        assert!(offers(world, "?status=open").await.is_empty());
        let removed = ward.desk.post(&format!("waiting-list/{entry}/remove/"), json!({})).await;
        assert_eq!(removed.is(200)["status"], "removed");
        ward.desk.post(&format!("waiting-list/{entry}/remove/"), json!({})).await.refuses(409, "state_conflict");
        // A time that is too near, or on a day on which the doctor is away, is offered to nobody.
        ward.desk.post("schedule-exceptions/", json!({ "doctor": ward.doctor, "date": "2027-05-28", "closed": true })).await.is(201);
        let away = ward.book("10:00", json!({ "date": "2027-05-28", "overbooked": true })).await;
        let near = ward.book("08:20", json!({ "date": "2026-11-23" })).await;
        for visit in [away, near] {
            ward.desk.post(&format!("appointments/{visit}/cancel/"), json!({})).await.is(200);
        }
        assert!(offers(world, "?status=open").await.is_empty());
    }

    async fn nobody_is_written_to_at_night(world: &World) {
        let ward = Ward::new(world).await;
        waits(&ward, json!({})).await;
        let visit = ward.book("10:00", json!({})).await;
        world.pass(SignedDuration::from_hours(14));
        desk(world).await.post(&format!("appointments/{visit}/cancel/"), json!({})).await.is(200);
        assert!(offers(world, "").await.is_empty());
        world.pass(SignedDuration::from_hours(10));
        let open = offers(world, "?status=open").await;
        assert_eq!(open[0]["expires_at"], "2026-11-24T09:00:00Z");
    }

    async fn a_patient_answers_in_the_portal_what_is_theirs(world: &World) {
        let ward = Ward::new(world).await;
        let (patient, entry) = waits(&ward, json!({})).await;
        freed(&ward, "10:00").await;
        let open = offers(world, "?status=open").await[0].clone();
        let stranger = world.patient().await;
        let path = format!("slot-offers/{}/", open["id"]);
        stranger.post(&format!("{path}accept/"), json!({})).await.is(404);
        assert_eq!(stranger.get("slot-offers/").await.is(200), &json!([]));
        let awa = account(world, patient).await;
        assert_eq!(ids(awa.get("slot-offers/").await.is(200)), [open["id"].as_i64().unwrap()]);
        assert_eq!(ids(awa.get("waiting-list/").await.is(200)), [entry]);
        awa.post(&format!("{path}withdraw/"), json!({})).await.refuses(403, "permission_denied");
        let taken = awa.post(&format!("{path}accept/"), json!({})).await.is(200).clone();
        assert_eq!((&taken["status"], &taken["channel"]), (&json!("accepted"), &json!("portal")));
        let visit = awa.get(&format!("appointments/{}/", taken["appointment"])).await;
        assert_eq!(visit.is(200)["patient"], patient);
        world.settle().await;
    }

    async fn of_many_answers_at_once_one_counts(world: &World) {
        let ward = Ward::new(world).await;
        for _ in 0..3 {
            waits(&ward, json!({})).await;
        }
        freed(&ward, "10:00").await;
        let open = offers(world, "?status=open").await[0].clone();
        let desk = ward.desk.clone().over(world.listen().await);
        // Half say yes and half no, while others book the same time.
        let requests = (0..60).map(|n| match n % 3 {
            0 => desk.request("POST", &format!("slot-offers/{}/accept/", open["id"])).json(&json!({})),
            1 => desk.request("POST", &format!("slot-offers/{}/decline/", open["id"])).json(&json!({})),
            _ => desk.request("POST", "appointments/").json(&ward.at("10:00", json!({}))),
        }).collect();
        let replies = at_once(requests).await;
        let counted = counted(&replies);
        assert!(counted.keys().all(|key| ["200", "201", "409 state_conflict", "409 appointment_overlap"].contains(&key.as_str())), "{counted:?}");
        world.settle().await;
        let there = ward.desk.get(&format!("appointments/?date={DAY}&status=scheduled")).await;
        let visits = there.is(200).as_array().unwrap().len();
        assert!(visits <= 1, "{}", there.text());
        // Each time has one open offer at most, and each who waits, too.
        let left = offers(world, "?status=open").await;
        assert!(left.len() + visits <= 1, "{left:?}");
        let settled = desk.get(&format!("slot-offers/{}/", open["id"])).await.is(200)["status"].clone();
        assert_eq!(counted.get("200"), Some(&20), "{settled}: {counted:?}");
    }

    async fn many_times_that_become_free_at_once_go_to_as_many_people(world: &World) {
        let ward = Ward::new(world).await;
        for _ in 0..4 {
            waits(&ward, json!({})).await;
        }
        let mut visits = Vec::new();
        for n in 0..8 {
            visits.push(ward.book(&format!("{:02}:00", 8 + n), json!({})).await);
        }
        let desk = ward.desk.clone().over(world.listen().await);
        let cancel = |visit: &i64| desk.request("POST", &format!("appointments/{visit}/cancel/")).json(&json!({}));
        let replies = at_once(visits.iter().map(cancel).collect()).await;
        assert_eq!(counted(&replies).get("200"), Some(&8));
        // Several workers look at once.
        let workers = (0..4).map(|_| platform::jobs::run_due(&world.app));
        for ran in futures_util::future::join_all(workers).await {
            ran.unwrap();
        }
        let open = offers(world, "?status=open").await;
        assert_eq!(open.len(), 4, "{open:?}");
        let (mut entries, mut times): (Vec<_>, Vec<_>) = open.iter().map(|row| (row["entry"].as_i64(), row["starts_at"].as_str())).unzip();
        entries.sort_unstable();
        entries.dedup();
        times.sort_unstable();
        times.dedup();
        assert_eq!((entries.len(), times.len()), (4, 4), "{open:?}");
    }

    async fn a_time_that_is_free_already_is_offered_before_a_later_one(world: &World) {
        let ward = Ward::new(world).await;
        // Given hours on the day, somebody at ten and somebody at eleven, and two who wait for that day,
        let hours = json!({ "doctor": ward.doctor, "weekday": 3, "start": "09:00", "end": "12:00", "slot_minutes": 60 });
        ward.desk.post("doctor-schedules/", hours).await.is(201);
        let ten = ward.book("10:00", json!({})).await;
        let other = ward.another_patient().await;
        let eleven = ward.book("11:00", json!({ "patient": other })).await;
        let that_day = json!({ "earliest": DAY, "latest": DAY });
        let (_, first) = waits(&ward, that_day.clone()).await;
        let (_, second) = waits(&ward, that_day).await;
        // when eleven becomes free, while nine never was taken,
        ward.desk.post(&format!("appointments/{eleven}/cancel/"), json!({})).await.is(200);
        // then the first is offered nine, and the next eleven.
        let mut open = offers(world, "?status=open").await;
        open.sort_by_key(|offer| offer["starts_at"].to_string());
        let shown: Vec<(&Json, &Json)> = open.iter().map(|offer| (&offer["entry"], &offer["starts_at"])).collect();
        assert_eq!(shown, [(&json!(first), &json!("2027-05-27T09:00:00Z")), (&json!(second), &json!("2027-05-27T11:00:00Z"))]);
        // What becomes free while somebody has an offer is theirs when they decline that, if it is earlier.
        ward.desk.post(&format!("appointments/{ten}/cancel/"), json!({})).await.is(200);
        world.settle().await;
        ward.desk.post(&format!("slot-offers/{}/decline/", open[1]["id"]), json!({})).await.is(200);
        let now = offers(world, &format!("?status=open&entry={second}")).await;
        assert_eq!((now.len(), &now[0]["starts_at"]), (1, &json!("2027-05-27T10:00:00Z")));
        world.settle().await;
    }

    async fn nobody_waits_twice_for_the_same(world: &World) {
        let ward = Ward::new(world).await;
        let wish = json!({ "patient": ward.patient, "doctor": ward.doctor, "earliest": DAY, "from_time": "10:00" });
        let first = ward.desk.post("waiting-list/", wish.clone()).await.id();
        // The same again is refused, and the answer names what there is, also of many at once.
        let refused = ward.desk.post("waiting-list/", wish.clone()).await;
        let said = refused.refuses(409, "already_recorded");
        assert_eq!((&said["id"], &said["path"]), (&json!(first), &json!(format!("waiting-list/{first}/"))));
        let desk = ward.desk.clone().over(world.listen().await);
        let mut other = wish.clone();
        other["urgent"] = json!(true);
        other["from_time"] = json!("11:00");
        let replies = at_once((0..12).map(|_| desk.request("POST", "waiting-list/").json(&other)).collect()).await;
        let counted = counted(&replies);
        assert_eq!((counted.get("201"), counted.get("409 already_recorded")), (Some(&1), Some(&11)), "{counted:?}");
        // One who does not wait any more may wait anew, and another wish is another.
        ward.desk.post(&format!("waiting-list/{first}/remove/"), json!({})).await.is(200);
        let again = ward.desk.post("waiting-list/", wish.clone()).await.id();
        ward.desk.post("waiting-list/", json!({ "patient": ward.patient })).await.is(201);
        // Nor is one changed into the other.
        let change = json!({ "from_time": "11:00" });
        ward.desk.patch(&format!("waiting-list/{again}/"), change).await.refuses(409, "already_recorded");
    }

    async fn the_list_takes_what_makes_sense(world: &World) {
        let ward = Ward::new(world).await;
        for (change, field) in [
            (json!({ "earliest": "2027-05-02", "latest": "2027-05-01" }), "latest"),
            (json!({ "from_time": "12:00", "to_time": "11:00" }), "to_time"),
            (json!({ "duration_minutes": 0 }), "duration_minutes"),
            (json!({ "doctor": ward.desk.id }), "doctor"),
        ] {
            let mut body = json!({ "patient": ward.patient });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            ward.desk.post("waiting-list/", body).await.complains_about(field);
        }
        world.patient().await.post("waiting-list/", json!({ "patient": ward.patient })).await.refuses(403, "permission_denied");
    }
}
