//! `appointments/`, and those of one patient.

use crate::common::{Ward, ids};
use serde_json::{Value as Json, json};

testkit::on_both! {
    async fn an_appointment_is_made_as_the_contract_shows(world: &World) {
        let ward = Ward::new(world).await;
        let body = json!({ "patient": ward.patient, "doctor": ward.doctor, "date": "2027-05-27", "time": "10:00:00" });
        let reply = ward.desk.post("appointments/", body).await;
        let row = reply.is(201).clone();
        for (field, value) in [
            ("patient", json!(ward.patient)), ("patient_id", json!(ward.patient)),
            ("doctor", json!(ward.doctor)), ("doctor_id", json!(ward.doctor)),
            ("date", json!("2027-05-27")), ("time", json!("10:00:00")),
            ("appointment_date", json!("2027-05-27")), ("appointment_time", json!("10:00:00")),
            ("status", json!("scheduled")), ("patient_name", json!("Jane Doe")), ("doctor_name", json!("Fatou Ceesay")),
            ("duration_minutes", json!(15)), ("reason", json!("")), ("notes", json!("")), ("overbooked", json!(false)),
            ("starts_at", json!("2027-05-27T10:00:00Z")), ("ends_at", json!("2027-05-27T10:15:00Z")),
            ("queue_number", json!(null)), ("checked_in_at", json!(null)), ("started_at", json!(null)),
            ("completed_at", json!(null)), ("version", json!(1)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        let id = reply.id();
        assert_eq!(reply.header("location"), format!("/api/appointments/{id}/"));
        // Other names are accepted too.
        let body = json!({
            "patient_id": ward.patient.to_string(), "doctor_id": ward.doctor, "appointment_date": "2027-05-28",
            "appointment_time": "09:30", "reason": "Chronic headache",
        });
        let reply = ward.desk.post("appointments/", body).await;
        assert_eq!((&reply.is(201)["date"], &reply.json["time"]), (&json!("2027-05-28"), &json!("09:30:00")));
        // What people come for is not in the clear.
        let stored: Vec<(Vec<u8>,)> = world.app.unguarded("test")
            .all(platform::db::Statement::raw("SELECT sealed FROM appointment", vec![])).await.unwrap();
        assert!(stored.iter().all(|(sealed,)| !String::from_utf8_lossy(sealed).contains("headache")));
        let patient = ward.desk.get(&format!("patients/{}/", ward.patient)).await;
        assert_eq!(patient.is(200)["has_recent_appointment"], json!(true));
        world.settle().await;
    }

    async fn nobody_books_who_has_died(world: &World) {
        let ward = Ward::new(world).await;
        let body = json!({ "patient": ward.patient, "doctor": ward.doctor, "date": "2026-12-23", "time": "10:00" });
        let booked = ward.desk.post("appointments/", body).await;
        booked.is(201);
        let wish = json!({ "patient": ward.patient, "doctor": ward.doctor });
        let wish = format!("waiting-list/{}/", ward.desk.post("waiting-list/", wish).await.id());
        let died = json!({ "deceased_at": "2026-11-23T07:00:00Z" });
        ward.desk.patch(&format!("patients/{}/", ward.patient), died).await.is(200);
        world.settle().await;
        let path = format!("appointments/{}/", booked.id());
        assert_eq!(ward.desk.get(&path).await.is(200)["status"], "cancelled");
        assert_eq!(ward.desk.get(&wish).await.is(200)["status"], "removed");
        let again = json!({ "patient": ward.patient, "doctor": ward.doctor, "date": "2026-12-24", "time": "10:00" });
        ward.desk.post("appointments/", again).await.refuses(409, "patient_deceased");
        ward.desk.patch(&path, json!({ "status": "scheduled" })).await.refuses(409, "patient_deceased");
        world.settle().await;
    }

    async fn who_and_when_must_make_sense(world: &World) {
        let ward = Ward::new(world).await;
        let nurse = world.nurse().await;
        let gone = world.doctor().await;
        world.admin().await.post(&format!("users/{}/deactivate/", gone.id), json!({})).await.is(200);
        for (change, field) in [
            (json!({ "doctor": nurse.id }), "doctor"),
            (json!({ "doctor": gone.id }), "doctor"),
            (json!({ "doctor": 999_999 }), "doctor"),
            (json!({ "patient": 999_999 }), "patient"),
            (json!({ "duration_minutes": 0 }), "duration_minutes"),
            (json!({ "duration_minutes": 1441 }), "duration_minutes"),
            (json!({ "date": "1850-01-01" }), "date"),
            (json!({ "date": "2027-02-30" }), "date"),
            (json!({ "time": "25:00" }), "time"),
            (json!({ "status": "done" }), "status"),
        ] {
            ward.desk.post("appointments/", ward.at("10:00", change)).await.complains_about(field);
        }
        let merged = ward.another_patient().await;
        ward.desk.post(&format!("patients/{merged}/merge/"), json!({ "into": ward.patient })).await.is(200);
        ward.desk.post("appointments/", ward.at("10:00", json!({ "patient": merged }))).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn nobody_is_in_two_places_at_a_time(world: &World) {
        let ward = Ward::new(world).await;
        let (other_patient, other_doctor) = (ward.another_patient().await, world.doctor().await.id);
        ward.book("10:00", json!({ "duration_minutes": 30 })).await;
        for (time, change, expected) in [
            // The doctor's time.
            ("10:00", json!({ "patient": other_patient }), Err("doctor")),
            ("09:50", json!({ "patient": other_patient }), Err("doctor")),
            ("10:29", json!({ "patient": other_patient }), Err("doctor")),
            ("09:00", json!({ "patient": other_patient, "duration_minutes": 600 }), Err("doctor")),
            ("10:10", json!({ "patient": other_patient, "duration_minutes": 1 }), Err("doctor")),
            // The patient's.
            ("10:15", json!({ "doctor": other_doctor }), Err("patient")),
            // Touching is fine, and so is another pair.
            ("09:45", json!({ "patient": other_patient }), Ok(())),
            ("10:30", json!({ "patient": other_patient }), Ok(())),
            ("10:00", json!({ "patient": other_patient, "doctor": other_doctor }), Ok(())),
        ] {
            let reply = ward.desk.post("appointments/", ward.at(time, change)).await;
            match expected {
                Ok(()) => { reply.is(201); }
                Err(who) => {
                    let refused = reply.refuses(409, "appointment_overlap");
                    assert_eq!(refused["conflict"], who, "{time}");
                    assert_eq!(refused["taken"], json!({ "starts_at": "2027-05-27T10:00:00Z", "ends_at": "2027-05-27T10:30:00Z" }));
                    // Who else is there is nobody's business.
                    let told = reply.text();
                    assert!(!told.contains("Jane") && !told.contains("Doe"), "{told}");
                    assert!(told.contains("10:00") && told.contains("10:30"), "{told}");
                    assert_eq!(told.contains("Fatou Ceesay"), who == "doctor", "{told}");
                }
            }
        }
        world.settle().await;
    }

    async fn what_is_cancelled_missed_or_deleted_frees_its_time(world: &World) {
        let ward = Ward::on_the_day(world, "10:05").await;
        for verb in ["cancel", "no_show", "DELETE"] {
            let id = ward.book("10:00", json!({})).await;
            let other = ward.another_patient().await;
            let body = ward.at("10:00", json!({ "patient": other }));
            ward.desk.post("appointments/", body.clone()).await.refuses(409, "appointment_overlap");
            if verb == "DELETE" {
                ward.desk.delete(&format!("appointments/{id}/")).await.is(204);
                ward.desk.delete(&format!("appointments/{id}/")).await.refuses(404, "not_found");
            } else {
                ward.desk.post(&format!("appointments/{id}/{verb}/"), json!({})).await.is(200);
            }
            let there = ward.desk.post("appointments/", body).await;
            there.is(201);
            if verb != "DELETE" {
                // It cannot be made again where somebody else is now, only elsewhere.
                let path = format!("appointments/{id}/");
                ward.desk.patch(&path, json!({ "status": "scheduled" })).await.refuses(409, "appointment_overlap");
                let again = ward.desk.patch(&path, json!({ "status": "scheduled", "time": "11:00" })).await;
                assert_eq!(again.is(200)["starts_at"], "2027-05-27T11:00:00Z");
                ward.desk.delete(&path).await.is(204);
            }
            ward.desk.delete(&format!("appointments/{}/", there.id())).await.is(204);
        }
        let patient = ward.desk.get(&format!("patients/{}/", ward.patient)).await;
        assert_eq!(patient.is(200)["has_recent_appointment"], json!(false));
        world.settle().await;
    }

    async fn an_appointment_is_moved_within_the_same_rules(world: &World) {
        let ward = Ward::on_the_day(world, "08:00").await;
        let first = ward.book("10:00", json!({})).await;
        let second = ward.book("10:15", json!({ "patient": ward.another_patient().await })).await;
        let path = format!("appointments/{first}/");
        ward.desk.patch(&path, json!({ "duration_minutes": 16 })).await.refuses(409, "appointment_overlap");
        ward.desk.patch(&path, json!({ "time": "10:20" })).await.refuses(409, "appointment_overlap");
        // Into its own former time it may.
        assert_eq!(ward.desk.patch(&path, json!({ "appointment_time": "09:50" })).await.is(200)["ends_at"], "2027-05-27T10:05:00Z");
        let moved = ward.desk.put(&path, json!({ "date": "2027-05-27", "time": "11:50", "notes": "Asked for another time" })).await;
        assert_eq!((&moved.is(200)["starts_at"], &moved.json["version"]), (&json!("2027-05-27T11:50:00Z"), &json!(3)));
        let other = world.doctor().await.id;
        ward.desk.patch(&format!("appointments/{second}/"), json!({ "doctor": other })).await.is(200);
        // Whoever has come is not moved any more, but may take longer.
        ward.desk.post(&format!("{path}check_in/"), json!({})).await.is(200);
        ward.desk.patch(&path, json!({ "time": "12:00" })).await.refuses(409, "state_conflict");
        ward.desk.patch(&path, json!({ "doctor": other })).await.refuses(409, "state_conflict");
        ward.desk.patch(&path, json!({ "duration_minutes": 40 })).await.is(200);
        ward.desk.patch(&path, json!({ "notes": "Brought a letter" })).await.is(200);
        world.settle().await;
    }

    async fn the_desk_may_squeeze_somebody_in(world: &World) {
        let ward = Ward::new(world).await;
        ward.book("10:00", json!({})).await;
        let other = ward.another_patient().await;
        let squeezed = ward.at("10:00", json!({ "patient": other, "overbooked": true }));
        let doctor = world.doctor().await;
        doctor.post("appointments/", squeezed.clone()).await.refuses(403, "permission_denied");
        let id = ward.desk.post("appointments/", squeezed).await.id();
        // It does not block the doctor either.
        let third = ward.another_patient().await;
        ward.desk.post("appointments/", ward.at("10:15", json!({ "patient": third, "duration_minutes": 5 }))).await.is(201);
        ward.desk.patch(&format!("appointments/{id}/"), json!({ "duration_minutes": 60 })).await.is(200);
        // The patient stays in one place.
        let twice = ward.at("10:30", json!({ "patient": other, "doctor": doctor.id, "overbooked": true }));
        assert_eq!(ward.desk.post("appointments/", twice).await.refuses(409, "appointment_overlap")["conflict"], "patient");
        // An ordinary appointment again needs the time.
        ward.desk.patch(&format!("appointments/{id}/"), json!({ "overbooked": false })).await.refuses(409, "appointment_overlap");
        doctor.patch(&format!("appointments/{id}/"), json!({ "time": "10:40" })).await.refuses(403, "permission_denied");
        doctor.patch(&format!("appointments/{id}/"), json!({ "notes": "Short" })).await.is(200);
        world.settle().await;
    }

    async fn verbs_lead_through_the_day(world: &World) {
        let ward = Ward::on_the_day(world, "08:00").await;
        let id = ward.book("10:00", json!({})).await;
        let step = async |verb: &str| ward.desk.post(&format!("appointments/{id}/{verb}/"), json!({})).await;
        let row = step("check_in").await;
        assert_eq!((&row.is(200)["status"], &row.json["queue_number"], &row.json["checked_in_at"]),
            (&json!("checked_in"), &json!(1), &json!("2027-05-27T08:00:00Z")));
        assert_eq!(row.header("etag"), "\"2\"");
        step("check_in").await.refuses(409, "state_conflict");
        world.pass(jiff::SignedDuration::from_mins(10));
        assert_eq!(step("start").await.is(200)["started_at"], "2027-05-27T08:10:00Z");
        step("cancel").await.refuses(409, "state_conflict");
        world.pass(jiff::SignedDuration::from_mins(12));
        let row = step("complete").await;
        assert_eq!((&row.is(200)["status"], &row.json["completed_at"]), (&json!("completed"), &json!("2027-05-27T08:22:00Z")));
        assert_eq!(step("cancel").await.refuses(409, "state_conflict")["status"], "completed");
        // Writing the status is the same.
        let id = ward.book("10:30", json!({})).await;
        let path = format!("appointments/{id}/");
        let row = ward.desk.patch(&path, json!({ "status": "checked_in" })).await;
        assert_eq!(row.is(200)["queue_number"], 2);
        let row = ward.desk.patch(&path, json!({ "status": "scheduled" })).await;
        assert_eq!((&row.is(200)["queue_number"], &row.json["checked_in_at"]), (&json!(null), &json!(null)));
        ward.desk.patch(&path, json!({ "status": "completed" })).await.is(200);
        ward.desk.patch(&path, json!({ "status": "completed" })).await.is(200);
        let stale = ward.desk.request("POST", &format!("{path}cancel/")).header("if-match", "\"1\"").send().await;
        stale.refuses(412, "stale_version");
        ward.desk.post("appointments/999999/cancel/", json!({})).await.refuses(404, "not_found");
        world.caller(Some(kernel::BuiltinRole::Cashier)).await
            .post(&format!("{path}cancel/"), json!({})).await.refuses(403, "permission_denied");
        // Somebody who walks in is booked and has come.
        let row = ward.desk.post("appointments/", ward.at("11:00", json!({ "status": "checked_in" }))).await;
        assert_eq!((&row.is(201)["status"], &row.json["queue_number"]), (&json!("checked_in"), &json!(3)));
        world.settle().await;
    }

    async fn outcomes_are_not_recorded_before_their_time(world: &World) {
        let ward = Ward::new(world).await;
        // A visit in thirty days, and one later today: it is eight in the morning.
        let id = ward.book("10:00", json!({ "date": "2026-12-23" })).await;
        for verb in ["check_in", "start", "complete", "no_show"] {
            let early = ward.desk.post(&format!("appointments/{id}/{verb}/"), json!({})).await;
            early.refuses(409, "too_early");
            let from = if verb == "no_show" { "2026-12-23T10:00:00Z" } else { "2026-12-23T00:00:00Z" };
            assert_eq!(early.json["not_before"], from, "{verb}");
        }
        let path = format!("appointments/{id}/");
        for status in ["checked_in", "in_progress", "completed", "no_show"] {
            ward.desk.patch(&path, json!({ "status": status })).await.refuses(409, "too_early");
            let new = ward.at("11:00", json!({ "date": "2026-12-24", "status": status }));
            ward.desk.post("appointments/", new).await.refuses(409, "too_early");
        }
        assert_eq!(ward.desk.get(&path).await.is(200)["status"], "scheduled");
        // The visit is moved to today and its patient comes, in one step.
        let come = json!({ "date": "2026-11-23", "time": "15:00", "status": "checked_in" });
        ward.desk.patch(&path, come).await.is(200);
        let late = ward.book("09:00", json!({ "date": "2026-11-23" })).await;
        let other = ward.another_patient().await;
        let missed = format!("appointments/{late}/no_show/");
        ward.desk.post(&missed, json!({})).await.refuses(409, "too_early");
        world.pass(jiff::SignedDuration::from_hours(1));
        let desk = world.receptionist().await;
        desk.post(&missed, json!({})).await.is(200);
        // What will not take place is known before.
        let off = ward.at("10:00", json!({ "patient": other, "status": "cancelled" }));
        desk.post("appointments/", off).await.is(201);
        world.settle().await;
    }

    async fn a_time_that_is_over_is_booked_only_to_note_it_afterwards(world: &World) {
        let ward = Ward::on_the_day(world, "09:00").await;
        let past = ward.at("08:00", json!({}));
        ward.desk.post("appointments/", past.clone()).await.complains_about("noted_afterwards");
        // Somebody is squeezed in who came a moment ago.
        ward.book("08:50", json!({})).await;
        let mut noted = past.clone();
        noted["noted_afterwards"] = json!(true);
        assert_eq!(ward.desk.post("appointments/", noted).await.is(201)["noted_afterwards"], true);
        // Whoever says what came of it notes it afterwards, as records from elsewhere do.
        let mut seen = past;
        seen["time"] = json!("07:00");
        seen["status"] = json!("completed");
        ward.desk.post("appointments/", seen).await.is(201);
        let visit = ward.book("11:00", json!({})).await;
        ward.desk.patch(&format!("appointments/{visit}/"), json!({ "time": "07:00" })).await.complains_about("noted_afterwards");
        world.settle().await;
    }

    async fn whoever_had_come_may_leave_and_a_step_by_mistake_is_taken_back(world: &World) {
        let ward = Ward::on_the_day(world, "10:00").await;
        let visit = ward.book("10:00", json!({})).await;
        let step = async |verb: &str| ward.desk.post(&format!("appointments/{visit}/{verb}/"), json!({})).await;
        step("undo").await.refuses(409, "state_conflict");
        step("check_in").await.is(200);
        step("start").await.is(200);
        // Begun, and then the patient left: no longer stuck.
        let left = step("no_show").await.is(200).clone();
        assert_eq!((&left["status"], left["left_at"].is_string(), left["started_at"].is_string()), (&json!("no_show"), true, true));
        // They are found in the corridor.
        let back = step("undo").await.is(200).clone();
        assert_eq!((&back["status"], &back["left_at"]), (&json!("in_progress"), &Json::Null));
        step("complete").await.is(200);
        let undone = step("undo").await.is(200).clone();
        assert_eq!((&undone["status"], &undone["completed_at"], &undone["queue_number"]), (&json!("in_progress"), &Json::Null, &json!(1)));
        // By the verb alone: completed is no state that a client writes away.
        step("complete").await.is(200);
        ward.desk.patch(&format!("appointments/{visit}/"), json!({ "status": "in_progress" })).await.refuses(409, "state_conflict");
        world.settle().await;
        // The trail says who took it back; the next day it stays.
        let admin = world.admin().await;
        let trail = admin.get(&format!("audit_logs/?object_type=Appointment&object_id={visit}")).await;
        assert!(trail.is(200).as_array().unwrap().len() >= 7, "{}", trail.text());
        world.pass(jiff::SignedDuration::from_hours(24));
        world.receptionist().await.post(&format!("appointments/{visit}/undo/"), json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn a_cancellation_keeps_its_reason_until_the_visit_stands_again(world: &World) {
        let ward = Ward::new(world).await;
        let visit = ward.book("10:00", json!({})).await;
        let path = format!("appointments/{visit}/");
        let cancelled = ward.desk.post(&format!("{path}cancel/"), json!({ "reason": "has no transport" })).await;
        assert_eq!(cancelled.is(200)["cancel_reason"], "has no transport");
        ward.desk.patch(&path, json!({ "status": "scheduled" })).await.is(200);
        assert_eq!(ward.desk.get(&path).await.is(200)["cancel_reason"], "");
        world.settle().await;
    }

    async fn a_record_written_back_moves_no_visit_back(world: &World) {
        let ward = Ward::on_the_day(world, "12:30").await;
        let come = ward.book("13:00", json!({ "status": "checked_in" })).await;
        let missed = ward.book("10:00", json!({ "status": "no_show" })).await;
        for (id, status, number) in [(come, "checked_in", json!(1)), (missed, "no_show", json!(null))] {
            let path = format!("appointments/{id}/");
            let put = ward.desk.put(&path, json!({ "status": "scheduled", "notes": "Brought a letter" })).await;
            assert_eq!((&put.is(200)["status"], &put.json["queue_number"]), (&json!(status), &number));
            assert_eq!(put.json["notes"], "Brought a letter");
            // Whoever means it says it by PATCH.
            let again = ward.desk.patch(&path, json!({ "status": "scheduled" })).await;
            assert_eq!(again.is(200)["status"], "scheduled");
        }
        world.settle().await;
    }

    async fn a_visit_takes_a_slot_of_the_doctors_hours(world: &World) {
        let ward = Ward::new(world).await;
        let hours = json!({ "doctor": ward.doctor, "weekday": 3, "start": "08:00", "end": "12:00", "slot_minutes": 10 });
        ward.desk.post("doctor-schedules/", hours).await.is(201);
        let path = format!("appointments/availability/?doctor={}&date=2027-05-27", ward.doctor);
        for time in ["08:00", "08:10"] {
            let offered = ward.desk.get(&path).await;
            assert_eq!(offered.is(200)["slots"][0]["time"], format!("{time}:00"));
            let body = ward.at(time, json!({ "patient": ward.another_patient().await }));
            assert_eq!(ward.desk.post("appointments/", body).await.is(201)["duration_minutes"], 10);
        }
        let other = world.doctor().await.id;
        let body = ward.at("09:00", json!({ "doctor": other }));
        assert_eq!(ward.desk.post("appointments/", body).await.is(201)["duration_minutes"], 15);
        world.settle().await;
    }

    async fn lists_are_filtered(world: &World) {
        let ward = Ward::new(world).await;
        let (other_patient, other_doctor) = (ward.another_patient().await, world.doctor().await.id);
        let a = ward.book("10:00", json!({})).await;
        let b = ward.book("11:00", json!({ "doctor": other_doctor })).await;
        let c = ward.book("10:00", json!({ "patient": other_patient, "date": "2027-05-28" })).await;
        let past = ward.book("10:00", json!({ "date": "2026-11-20", "noted_afterwards": true, "patient": other_patient })).await;
        let gone = ward.book("12:00", json!({ "status": "cancelled" })).await;
        let list = async |query: &str| ids(ward.desk.get(&format!("appointments/?{query}")).await.is(200));
        let (patient, doctor) = (ward.patient, ward.doctor);
        for (query, expected) in [
            (String::new(), vec![gone, past, c, b, a]),
            (format!("patient={patient}"), vec![gone, b, a]),
            (format!("patient_id={other_patient}"), vec![past, c]),
            (format!("doctor={other_doctor}"), vec![b]),
            (format!("doctor_id={doctor}&date=2027-05-27"), vec![gone, a]),
            ("date=2027-05-28".into(), vec![c]),
            ("appointment_date=2027-05-28".into(), vec![c]),
            ("date__lte=2026-12-31".into(), vec![past]),
            ("status=cancelled".into(), vec![gone]),
            ("status__in=cancelled,completed".into(), vec![gone]),
            ("upcoming=true".into(), vec![a, b, c]),
            ("upcoming=".into(), vec![gone, past, c, b, a]),
            (format!("upcoming=true&patient={patient}&doctor={doctor}"), vec![a]),
            ("ordering=-date,time".into(), vec![c, a, b, gone, past]),
            ("patient=".into(), vec![gone, past, c, b, a]),
            ("patient=999999".into(), vec![]),
        ] {
            assert_eq!(list(&query).await, expected, "{query}");
        }
        ward.desk.get("appointments/?upcoming=maybe").await.complains_about("upcoming");
        ward.desk.get("appointments/?reason=x").await.complains_about("reason");
        ward.desk.get("appointments/?ordering=reason").await.complains_about("ordering");
        assert_eq!(ids(ward.desk.get(&format!("patients/{other_patient}/appointments/")).await.is(200)), [past, c]);
        ward.desk.get("patients/999999/appointments/").await.refuses(404, "not_found");
        let page = ward.desk.get("appointments/?limit=2").await;
        assert_eq!((&page.is(200)["count"], ids(&page.json["results"])), (&json!(5), vec![gone, past]));
        world.settle().await;
    }

    async fn a_list_asks_the_database_a_fixed_number_of_times(world: &World) {
        let ward = Ward::new(world).await;
        let mut asked = Vec::new();
        for n in 0..3 {
            for m in 0..5 {
                ward.book(&format!("{:02}:{:02}", 8 + n, m * 10), json!({ "patient": ward.another_patient().await, "duration_minutes": 10 })).await;
            }
            let before = world.app.unguarded("test").stats().await.statements;
            let list = ward.desk.get("appointments/?date=2027-05-27").await;
            assert_eq!(list.is(200).as_array().unwrap().len(), 5 * (n + 1));
            assert!(list.json.as_array().unwrap().iter().all(|row| row["patient_name"] != ""));
            asked.push(world.app.unguarded("test").stats().await.statements - before);
        }
        // Fifteen rows would show a query for each; sessions and keys are looked up once a second besides.
        assert!(asked.iter().all(|times| *times <= 8), "{asked:?}");
        world.settle().await;
    }

    async fn patients_see_their_own(world: &World) {
        let ward = Ward::new(world).await;
        let me = world.patient().await;
        world.admin().await.patch(&format!("patients/{}/", ward.patient), json!({ "user": me.id })).await.is(200);
        let mine = ward.book("10:00", json!({ "reason": "Chronic headache" })).await;
        let other = ward.another_patient().await;
        let theirs = ward.book("11:00", json!({ "patient": other })).await;
        for path in ["patient-portal/appointments/".to_owned(), "appointments/".into(), format!("patients/{}/appointments/", ward.patient)] {
            let list = me.get(&path).await;
            assert_eq!(ids(list.is(200)), [mine], "{path}");
            assert_eq!(list.json[0]["reason"], "Chronic headache");
            assert_eq!(list.json[0]["patient_name"], "Jane Doe");
        }
        me.get(&format!("appointments/{mine}/")).await.is(200);
        me.get(&format!("appointments/{theirs}/")).await.refuses(404, "not_found");
        me.get(&format!("patients/{other}/appointments/")).await.refuses(404, "not_found");
        me.post("appointments/", ward.at("12:00", json!({}))).await.refuses(403, "permission_denied");
        me.patch(&format!("appointments/{mine}/"), json!({ "notes": "x" })).await.refuses(403, "permission_denied");
        me.post(&format!("appointments/{mine}/cancel/"), json!({})).await.refuses(403, "permission_denied");
        // The portal shows nobody else's, whatever one may see elsewhere.
        assert_eq!(ward.desk.get("patient-portal/appointments/").await.is(200), &json!([]));
        // Whom an appointment was shown of is on record.
        assert!(world.audit_of("Appointment").await.iter().any(|row| row.action.as_str() == "view" && row.user == Some(me.id)));
        world.settle().await;
    }

    async fn merging_patients_moves_what_fits(world: &World) {
        let ward = Ward::new(world).await;
        let twin = ward.another_patient().await;
        let kept = ward.book("10:00", json!({})).await;
        let other_doctor = world.doctor().await.id;
        let clash = ward.book("10:05", json!({ "patient": twin, "doctor": other_doctor })).await;
        let moves = ward.book("11:00", json!({ "patient": twin, "doctor": other_doctor })).await;
        let merge = format!("patients/{twin}/merge/");
        let refused = ward.desk.post(&merge, json!({ "into": ward.patient })).await;
        assert_eq!(refused.refuses(409, "merge_conflict")["conflicts"], json!(["appointments"]));
        ward.desk.post(&format!("appointments/{clash}/cancel/"), json!({})).await.is(200);
        let merged = ward.desk.post(&merge, json!({ "into": ward.patient })).await;
        assert_eq!(merged.is(200)["moved"]["appointments"], 2);
        assert_eq!(ids(ward.desk.get(&format!("patients/{}/appointments/", ward.patient)).await.is(200)), [moves, clash, kept]);
        ward.desk.post(&format!("patients/{twin}/unmerge/"), json!({})).await.is(200);
        assert_eq!(ids(ward.desk.get(&format!("patients/{twin}/appointments/")).await.is(200)), [moves, clash]);
        world.settle().await;
    }

    async fn merging_and_undoing_it_says_anew_who_had_an_appointment_lately(world: &World) {
        let ward = Ward::new(world).await;
        let twin = ward.another_patient().await;
        let visit = ward.book("10:00", json!({ "patient": twin })).await;
        let recent = async || {
            let mut recent = Vec::new();
            for patient in [twin, ward.patient] {
                let shown = ward.desk.get(&format!("patients/{patient}/")).await;
                recent.push(shown.is(200)["has_recent_appointment"].as_bool().unwrap());
            }
            recent
        };
        assert_eq!(recent().await, [true, false]);
        ward.desk.post(&format!("patients/{twin}/merge/"), json!({ "into": ward.patient })).await.is(200);
        assert_eq!(recent().await, [false, true]);
        ward.desk.post(&format!("patients/{twin}/unmerge/"), json!({})).await.is(200);
        assert_eq!(recent().await, [true, false]);
        // What came to the one that stays meanwhile stays with it; what was cancelled does not count.
        ward.desk.post(&format!("patients/{twin}/merge/"), json!({ "into": ward.patient })).await.is(200);
        ward.book("11:00", json!({})).await;
        ward.desk.post(&format!("appointments/{visit}/cancel/"), json!({})).await.is(200);
        ward.desk.post(&format!("patients/{twin}/unmerge/"), json!({})).await.is(200);
        assert_eq!(recent().await, [false, true]);
        world.settle().await;
    }

    async fn what_was_written_of_one_patient_is_not_the_next_ones(world: &World) {
        let ward = Ward::new(world).await;
        let other = ward.another_patient().await;
        let written = json!({ "reason": "HIV test", "notes": "Partner does not know" });
        let visit = format!("appointments/{}/", ward.book("10:00", written).await);
        let given = ward.desk.patch(&visit, json!({ "patient": other })).await;
        assert_eq!((&given.is(200)["reason"], &given.json["notes"]), (&json!(""), &json!("")));
        let back = ward.desk.patch(&visit, json!({ "patient": ward.patient, "reason": "Cough" })).await;
        assert_eq!((&back.is(200)["reason"], &back.json["notes"]), (&json!("Cough"), &json!("")));
        let body = json!({ "patient": ward.patient, "doctor": ward.doctor, "reason": "HIV test" });
        let wish = format!("waiting-list/{}/", ward.desk.post("waiting-list/", body).await.id());
        let given = ward.desk.patch(&wish, json!({ "patient": other })).await;
        assert_eq!(given.is(200)["reason"], "");
        world.settle().await;
    }
}
