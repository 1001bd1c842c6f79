//! Doctors' hours, what of them is free, and the queue of the day.

use crate::common::{DAY, Ward, ids};
use serde_json::{Value as Json, json};

fn times(reply: &Json) -> Vec<String> {
    let slots = reply["slots"].as_array().unwrap().iter();
    slots
        .map(|slot| slot["time"].as_str().unwrap()[..5].to_owned())
        .collect()
}

testkit::on_both! {
    async fn a_doctor_with_hours_is_booked_within_them(world: &World) {
        let ward = Ward::new(world).await;
        let doctor = ward.doctor;
        // No hours: any time.
        ward.desk.post("appointments/", ward.at("03:00", json!({}))).await.is(201);
        // 27 May 2027 is a Thursday.
        let hours = json!({ "doctor": doctor, "weekday": 3, "start": "08:00", "end": "12:00", "slot_minutes": 30 });
        let schedule = ward.desk.post("doctor-schedules/", hours).await;
        schedule.is(201);
        let other = ward.another_patient().await;
        for (time, change, code) in [
            ("08:00", json!({}), None),
            ("11:30", json!({ "duration_minutes": 30 }), None),
            ("11:45", json!({ "patient": other, "duration_minutes": 30 }), Some("outside_schedule")),
            ("07:45", json!({ "patient": other }), Some("outside_schedule")),
            ("10:00", json!({ "patient": other, "date": "2027-05-28" }), Some("outside_schedule")),
            ("07:45", json!({ "patient": other, "overbooked": true }), None),
        ] {
            let reply = ward.desk.post("appointments/", ward.at(time, change)).await;
            match code {
                None => { reply.is(201); }
                Some(code) => { reply.refuses(409, code); }
            }
        }
        let refused = ward.desk.post("appointments/", ward.at("13:00", json!({ "patient": other }))).await;
        assert_eq!(refused.refuses(409, "outside_schedule")["hours"], json!(["08:00–12:00"]));
        // An exception stands in the place of the week; closed in the place of everything.
        let exception = json!({ "doctor": doctor, "date": DAY, "start": "13:00", "end": "14:00" });
        ward.desk.post("schedule-exceptions/", exception).await.is(201);
        ward.desk.post("appointments/", ward.at("13:00", json!({ "patient": other }))).await.is(201);
        ward.desk.post("appointments/", ward.at("09:00", json!({ "patient": other }))).await.refuses(409, "outside_schedule");
        let closed = ward.desk.post("schedule-exceptions/", json!({ "doctor": doctor, "date": DAY, "reason": "Congress" })).await;
        assert_eq!(closed.is(201)["closed"], json!(true));
        ward.desk.post("appointments/", ward.at("13:30", json!({ "patient": other }))).await.refuses(409, "outside_schedule");
        // What was agreed before stays, and what does not concern its time may change.
        let kept = ids(ward.desk.get("appointments/?ordering=time&date=2027-05-27").await.is(200))[2];
        ward.desk.patch(&format!("appointments/{kept}/"), json!({ "notes": "Comes anyway" })).await.is(200);
        // Hours that are not in force any more do not bind.
        ward.desk.patch(&format!("doctor-schedules/{}/", schedule.id()), json!({ "valid_until": "2027-05-31" })).await.is(200);
        ward.desk.post("appointments/", ward.at("03:00", json!({ "date": "2027-06-03" }))).await.is(201);
        world.settle().await;
    }

    async fn night_shifts_are_booked_over_midnight(world: &World) {
        let ward = Ward::new(world).await;
        // 26 May 2027 is a Wednesday.
        let row = |doctor: i64, weekday: i64, start: &str, end: &str| {
            json!({ "doctor": doctor, "weekday": weekday, "start": start, "end": end })
        };
        let (first, second) = (ward.doctor, world.doctor().await.id);
        ward.desk.post("doctor-schedules/", row(first, 2, "22:00", "00:00")).await.is(201);
        ward.desk.post("doctor-schedules/", row(first, 3, "00:00", "06:00")).await.is(201);
        ward.desk.post("doctor-schedules/", row(second, 2, "22:00", "06:00")).await.is(201);
        for doctor in [first, second] {
            let patient = ward.another_patient().await;
            let at = |time: &str, date: &str| {
                ward.at(time, json!({ "patient": patient, "doctor": doctor, "date": date, "duration_minutes": 30 }))
            };
            ward.desk.post("appointments/", at("23:45", "2027-05-26")).await.is(201);
            ward.desk.post("appointments/", at("05:30", DAY)).await.is(201);
            ward.desk.post("appointments/", at("06:00", DAY)).await.refuses(409, "outside_schedule");
            ward.desk.post("appointments/", at("21:45", "2027-05-26")).await.refuses(409, "outside_schedule");
            let morning = ward.desk.get(&format!("appointments/availability/?doctor={doctor}&date={DAY}")).await;
            let offered = times(morning.is(200));
            assert_eq!((offered[0].as_str(), offered.len()), ("00:15", 21), "{offered:?}");
        }
        world.settle().await;
    }

    async fn hours_must_make_sense_and_belong_to_a_doctor(world: &World) {
        let ward = Ward::new(world).await;
        let good = json!({ "doctor": ward.doctor, "weekday": 0, "start": "08:00", "end": "12:00" });
        for (change, field) in [
            (json!({ "weekday": 7 }), "weekday"),
            (json!({ "end": "08:00" }), "end"),
            (json!({ "slot_minutes": 0 }), "slot_minutes"),
            (json!({ "doctor": ward.desk.id }), "doctor"),
            (json!({ "valid_from": "2027-02-01", "valid_until": "2027-01-01" }), "valid_until"),
        ] {
            let mut body = good.clone();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            ward.desk.post("doctor-schedules/", body).await.complains_about(field);
        }
        let day = |change: Json| {
            let mut body = json!({ "doctor": ward.doctor, "date": DAY });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            body
        };
        ward.desk.post("schedule-exceptions/", day(json!({ "start": "10:00" }))).await.complains_about("end");
        ward.desk.post("schedule-exceptions/", day(json!({ "end": "10:00" }))).await.complains_about("start");
        ward.desk.post("schedule-exceptions/", day(json!({ "start": "10:00", "end": "10:00" }))).await.complains_about("end");
        let open = ward.desk.post("schedule-exceptions/", day(json!({ "start": "10:00", "end": "00:00" }))).await;
        assert_eq!(open.is(201)["closed"], json!(false));
        let path = format!("schedule-exceptions/{}/", open.id());
        let closed = ward.desk.patch(&path, json!({ "closed": true })).await;
        assert_eq!((&closed.is(200)["start"], &closed.json["closed"]), (&json!(null), &json!(true)));
        // A doctor writes their own hours and nobody else's, and reads everybody's.
        let doctor = world.doctor().await;
        let mine = json!({ "doctor": doctor.id, "weekday": 0, "start": "08:00", "end": "12:00" });
        let mine = doctor.post("doctor-schedules/", mine).await.id();
        doctor.post("doctor-schedules/", good.clone()).await.refuses(403, "permission_denied");
        let theirs = ward.desk.post("doctor-schedules/", good).await.id();
        doctor.patch(&format!("doctor-schedules/{theirs}/"), json!({ "weekday": 1 })).await.refuses(404, "not_found");
        doctor.patch(&format!("doctor-schedules/{mine}/"), json!({ "weekday": 1 })).await.is(200);
        assert_eq!(ids(doctor.get("doctor-schedules/").await.is(200)), [theirs, mine]);
        assert_eq!(world.patient().await.get("doctor-schedules/").await.is(200), &json!([]));
    }

    async fn a_leave_says_whom_to_call(world: &World) {
        let ward = Ward::new(world).await;
        let touched = [ward.book("10:00", json!({})).await, ward.book("10:00", json!({ "date": "2027-05-29" })).await];
        let free = ward.book("10:00", json!({ "date": "2027-06-02" })).await;
        ward.book("11:00", json!({ "overbooked": true })).await;
        // Several days are one request, and its answer names the bookings.
        let leave = json!({ "doctor": ward.doctor, "date": DAY, "date_to": "2027-06-01", "closed": true, "reason": "leave" });
        let made = ward.desk.post("schedule-exceptions/", leave.clone()).await;
        assert_eq!((&made.is(201)["affected"], &made.json["date_to"]), (&json!(touched), &json!("2027-06-01")));
        let listed = ward.desk.get("appointments/?affected=true&ordering=starts_at").await;
        assert_eq!(ids(listed.is(200)), touched);
        assert_eq!(ward.desk.get(&format!("schedule-exceptions/{}/", made.id())).await.is(200)["affected"], json!(touched));
        // Nobody is booked on any of the days.
        ward.desk.post("appointments/", ward.at("12:00", json!({ "date": "2027-05-30" }))).await.refuses(409, "outside_schedule");
        ward.desk.post("appointments/", ward.at("12:00", json!({ "date": "2027-06-02" }))).await.is(201);
        let free_slots = ward.desk.get(&format!("appointments/availability/?doctor={}&date=2027-06-01", ward.doctor)).await;
        assert_eq!(free_slots.is(200)["slots"], json!([]));
        // The same day twice is refused, and names the entry.
        let twice = json!({ "doctor": ward.doctor, "date": "2027-05-31", "closed": true });
        assert_eq!(ward.desk.post("schedule-exceptions/", twice).await.refuses(409, "already_recorded")["id"], made.id());
        for last in ["2027-05-26", "2028-06-30"] {
            let mut body = leave.clone();
            body["date_to"] = json!(last);
            ward.desk.post("schedule-exceptions/", body).await.complains_about("date_to");
        }
        // Once they were moved nobody is left to call.
        ward.desk.post(&format!("appointments/{}/cancel/", touched[0]), json!({ "reason": "the doctor is away" })).await.is(200);
        ward.desk.patch(&format!("appointments/{}/", touched[1]), json!({ "date": "2027-06-03" })).await.is(200);
        assert_eq!(ids(ward.desk.get("appointments/?affected=true").await.is(200)), [0i64; 0]);
        let row = ward.desk.get(&format!("appointments/{}/", touched[0])).await;
        assert_eq!(row.is(200)["cancel_reason"], "the doctor is away");
        ward.desk.get(&format!("appointments/{free}/")).await.is(200);
        world.settle().await;
    }

    async fn other_hours_touch_what_lies_outside_of_them(world: &World) {
        let ward = Ward::new(world).await;
        let (inside, outside) = (ward.book("10:00", json!({})).await, ward.book("15:00", json!({})).await);
        let hours = |start: &str, end: &str| json!({ "doctor": ward.doctor, "date": DAY, "start": start, "end": end });
        let made = ward.desk.post("schedule-exceptions/", hours("09:00", "12:00")).await;
        assert_eq!(made.is(201)["affected"], json!([outside]));
        // A second stretch of the day takes it in; one that overlaps the first is refused.
        ward.desk.post("schedule-exceptions/", hours("11:00", "13:00")).await.refuses(409, "already_recorded");
        assert_eq!(ward.desk.post("schedule-exceptions/", hours("14:00", "16:00")).await.is(201)["affected"], json!([]));
        assert_eq!(ids(ward.desk.get("appointments/?affected=true").await.is(200)), [0i64; 0]);
        assert_ne!(inside, outside);
        world.settle().await;
    }

    async fn weekly_hours_do_not_overlap(world: &World) {
        let ward = Ward::new(world).await;
        let hours = |start: &str, end: &str, more: Json| {
            let mut body = json!({ "doctor": ward.doctor, "weekday": 3, "start": start, "end": end });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let first = ward.desk.post("doctor-schedules/", hours("08:00", "12:00", json!({ "valid_until": "2027-12-31" }))).await.id();
        let refused = ward.desk.post("doctor-schedules/", hours("11:00", "14:00", json!({}))).await;
        assert_eq!(refused.refuses(409, "already_recorded")["id"], first);
        for (start, end, more) in [
            ("12:00", "14:00", json!({})), ("08:30", "11:30", json!({ "valid_from": "2028-01-01" })), ("09:00", "10:00", json!({ "weekday": 4 })),
        ] {
            ward.desk.post("doctor-schedules/", hours(start, end, more)).await.is(201);
        }
        ward.desk.patch(&format!("doctor-schedules/{first}/"), json!({ "end": "12:30" })).await.refuses(409, "already_recorded");
        ward.desk.patch(&format!("doctor-schedules/{first}/"), json!({ "slot_minutes": 20 })).await.is(200);
    }

    async fn what_is_free_is_shown_and_can_be_booked(world: &World) {
        let ward = Ward::new(world).await;
        let doctor = ward.doctor;
        let path = format!("appointments/availability/?doctor={doctor}&date={DAY}");
        let day = ward.desk.get(&path).await;
        assert_eq!((&day.is(200)["has_schedule"], times(&day.json).len()), (&json!(false), 96));
        let hours = json!({ "doctor": doctor, "weekday": 3, "start": "08:00", "end": "10:00", "slot_minutes": 20 });
        ward.desk.post("doctor-schedules/", hours).await.is(201);
        ward.book("08:30", json!({})).await;
        let cancelled = ward.book("09:20", json!({ "duration_minutes": 20 })).await;
        ward.desk.post(&format!("appointments/{cancelled}/cancel/"), json!({})).await.is(200);
        ward.book("09:00", json!({ "patient": ward.another_patient().await, "overbooked": true })).await;
        let free = ward.desk.get(&path).await;
        assert_eq!(times(free.is(200)), ["08:00", "09:00", "09:20", "09:40"]);
        assert_eq!(free.json["slots"][0], json!({
            "time": "08:00:00", "end_time": "08:20:00", "duration_minutes": 20,
            "starts_at": "2027-05-27T08:00:00Z", "ends_at": "2027-05-27T08:20:00Z",
        }));
        assert_eq!((&free.json["doctor_id"], &free.json["doctor_name"]), (&json!(doctor), &json!("Fatou Ceesay")));
        let long = ward.desk.get(&format!("{path}&duration_minutes=60")).await;
        assert_eq!(times(long.is(200)), ["09:00"]);
        for time in times(&free.json) {
            ward.book(&time, json!({ "patient": ward.another_patient().await, "duration_minutes": 20 })).await;
        }
        assert_eq!(times(ward.desk.get(&path).await.is(200)), Vec::<String>::new());
        // What is over is not free: today it is eight in the morning.
        let today = ward.desk.get(&format!("appointments/availability/?doctor={}", world.doctor().await.id)).await;
        assert_eq!((&today.is(200)["date"], times(&today.json)[0].as_str()), (&json!("2026-11-23"), "08:00"));
        ward.desk.get("appointments/availability/").await.complains_about("doctor");
        ward.desk.get(&format!("{path}&duration_minutes=0")).await.complains_about("duration_minutes");
        ward.desk.get(&format!("appointments/availability/?doctor={doctor}&date=tomorrow")).await.complains_about("date");
        ward.desk.get(&format!("appointments/availability/?doctor={}", ward.desk.id)).await.complains_about("doctor");
        world.patient().await.get(&path).await.refuses(403, "permission_denied");
        world.settle().await;
    }

    async fn the_queue_shows_who_waits_and_for_how_long(world: &World) {
        let ward = Ward::new(world).await;
        let today = json!({ "date": "2026-11-23" });
        let with = |change: Json| {
            let mut body = today.clone();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            body
        };
        let other_doctor = world.doctor().await.id;
        let first = ward.book("09:00", today.clone()).await;
        let second = ward.book("09:15", with(json!({ "patient": ward.another_patient().await }))).await;
        let third = ward.book("09:00", with(json!({ "patient": ward.another_patient().await, "doctor": other_doctor }))).await;
        ward.book("10:00", today.clone()).await;
        let step = async |id: i64, verb: &str| { ward.desk.post(&format!("appointments/{id}/{verb}/"), json!({})).await.is(200); };
        step(second, "check_in").await;
        world.pass(jiff::SignedDuration::from_mins(5));
        step(first, "check_in").await;
        step(third, "check_in").await;
        world.pass(jiff::SignedDuration::from_mins(10));
        step(second, "start").await;
        world.pass(jiff::SignedDuration::from_mins(7));
        let queue = ward.desk.get("appointments/queue/").await;
        let shown: Vec<(i64, i64, i64, &str)> = queue.is(200).as_array().unwrap().iter().map(|row| (
            row["id"].as_i64().unwrap(), row["queue_number"].as_i64().unwrap(),
            row["waiting_minutes"].as_i64().unwrap(), row["status"].as_str().unwrap(),
        )).collect();
        assert_eq!(shown, [(second, 1, 15, "in_progress"), (first, 2, 17, "checked_in"), (third, 1, 17, "checked_in")]);
        assert_eq!((&queue.json[1]["patient_name"], &queue.json[1]["doctor_name"]), (&json!("Jane Doe"), &json!("Fatou Ceesay")));
        step(second, "complete").await;
        let one = ward.desk.get(&format!("appointments/queue/?date=2026-11-23&doctor={}", ward.doctor)).await;
        assert_eq!(ids(one.is(200)), [first]);
        assert_eq!(ward.desk.get("appointments/queue/?date=2026-11-24").await.is(200), &json!([]));
        ward.desk.get("appointments/queue/?date=x").await.complains_about("date");
        world.patient().await.get("appointments/queue/").await.refuses(403, "permission_denied");

        // The same in numbers.
        let dashboard = ward.desk.get("dashboard/").await;
        assert_eq!((&dashboard.is(200)["patient_queue"], &dashboard.json["today_schedule"]), (&json!(2), &json!(4)));
        let admin = world.admin().await;
        assert_eq!(admin.get("report/appointments_today/").await.is(200), &json!({ "appointments": 4 }));
        let by_doctor = admin.get("report/appointments_by_doctor/").await;
        assert_eq!(by_doctor.is(200), &json!({ "appointments_by_doctor": [
            { "doctor_id": ward.doctor, "doctor_name": "Fatou Ceesay", "appointment_count": 3 },
            { "doctor_id": other_doctor, "doctor_name": "Fatou Ceesay", "appointment_count": 1 },
        ] }));
        let none = admin.get("report/appointments_by_doctor/?start=2027-01-01&end=2027-12-31").await;
        assert_eq!(none.is(200), &json!({ "appointments_by_doctor": [] }));
        let csv = admin.get("report/appointments_by_doctor/?format=csv").await;
        assert!(csv.text().starts_with("\u{feff}doctor_id,doctor_name,appointment_count\r\n"), "{}", csv.text());
        let waited = admin.get("operational-reports/waiting_time/?start=2026-11-01").await;
        assert_eq!(waited.is(200), &json!([{
            "doctor_id": ward.doctor, "doctor_name": "Fatou Ceesay", "patients": 1,
            "average_waiting_minutes": 15.0, "longest_waiting_minutes": 15.0,
        }]));
        let missed = ward.book("08:05", with(json!({ "noted_afterwards": true }))).await;
        step(missed, "no_show").await;
        let rate = admin.get("operational-reports/no_show_rate/").await;
        assert_eq!(rate.is(200), &json!({ "appointments": 2, "no_shows": 1, "no_show_rate": 0.5 }));
        ward.desk.get("report/appointments_today/").await.refuses(403, "permission_denied");
        // A doctor sees their own.
        let doctor = world.doctor().await;
        ward.book("12:00", with(json!({ "doctor": doctor.id }))).await;
        assert_eq!(doctor.get("dashboard/").await.is(200)["today_appointments"], 1);
        let own = doctor.get("report/appointments_by_doctor/").await;
        assert_eq!(own.is(200)["appointments_by_doctor"].as_array().unwrap().len(), 1);
        doctor.get("operational-reports/no_show_rate/").await.refuses(403, "permission_denied");
        world.settle().await;
    }

    async fn who_was_completed_without_start_has_waited_too(world: &World) {
        let ward = Ward::new(world).await;
        let admin = world.admin().await;
        let visit = ward.book("08:00", json!({ "date": "2026-11-23", "status": "checked_in" })).await;
        world.pass(jiff::SignedDuration::from_mins(12));
        ward.desk.post(&format!("appointments/{visit}/complete/"), json!({})).await.is(200);
        let waited = admin.get("operational-reports/waiting_time/").await;
        assert_eq!((&waited.is(200)[0]["patients"], &waited.json[0]["average_waiting_minutes"]), (&json!(1), &json!(12.0)));
        world.settle().await;
    }

    async fn a_report_that_is_not_told_otherwise_is_about_the_last_year(world: &World) {
        let ward = Ward::new(world).await;
        for date in ["2025-11-23", "2025-11-24", "2026-11-23", "2026-11-24"] {
            let visit = ward.book("10:00", json!({ "date": date, "noted_afterwards": true })).await;
            if date <= "2026-11-23" {
                ward.desk.post(&format!("appointments/{visit}/complete/"), json!({})).await.is(200);
                continue;
            }
            // As if tomorrow were over.
            let done = "UPDATE appointment SET status = 'completed' WHERE id = $1";
            let done = platform::db::Statement::raw(done, vec![platform::db::ToValue::to_value(&visit)]);
            assert_eq!(world.app.unguarded("test").execute(done).await.unwrap(), 1);
        }
        let admin = world.admin().await;
        for (query, count) in [
            ("", 2),
            ("?start=2025-11-23", 4),
            ("?end=2026-11-22", 2),
            ("?end=2026-11-24", 2),
            ("?start=2020-01-01&end=2026-11-24", 4),
        ] {
            let by_doctor = admin.get(&format!("report/appointments_by_doctor/{query}")).await;
            assert_eq!(by_doctor.is(200)["appointments_by_doctor"][0]["appointment_count"], count, "{query}");
            let rate = admin.get(&format!("operational-reports/no_show_rate/{query}")).await;
            assert_eq!(rate.is(200)["appointments"], count, "{query}");
        }
        assert_eq!(admin.get("report/appointments_today/").await.is(200)["appointments"], 1);
        world.settle().await;
    }
}
