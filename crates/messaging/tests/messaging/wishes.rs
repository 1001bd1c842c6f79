//! What becomes of messages that wait when it is the patient who changed.

use crate::common::{INBOUND, Post, hours, signed};
use counterparts::{Behaviour, Twilio};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

const SMS: &str = "reminder sms pending 2026-11-25T10:00:00Z";
const MAIL: &str = "reminder email pending 2026-11-25T10:00:00Z";
const NO_SMS: &str = "reminder sms cancelled 2026-11-25T10:00:00Z";
const NO_MAIL: &str = "reminder email cancelled 2026-11-25T10:00:00Z";

async fn change(post: &Post<'_>, patient: i64, change: Json) {
    let path = format!("patients/{patient}/");
    post.desk().await.patch(&path, change).await.is(200);
}

/// Why the messages of an appointment that are cancelled are, in the order of the channels.
async fn reasons(post: &Post<'_>, visit: i64) -> Vec<String> {
    let rows = post.messages(visit).await;
    let cancelled = rows.iter().filter(|row| row["status"] == "cancelled");
    let mut reasons: Vec<String> = cancelled
        .map(|row| {
            format!(
                "{}: {}",
                row["channel"].as_str().unwrap(),
                row["error_message"].as_str().unwrap()
            )
        })
        .collect();
    reasons.sort();
    reasons
}

/// What somebody with Awa's number answers.
async fn answers(post: &Post<'_>, word: &str) {
    let form = [
        ("From", "+2207834351"),
        ("To", Twilio::NUMBER),
        ("Body", word),
    ];
    let outside = post.node.anonymous();
    signed(&outside, INBOUND, Twilio::TOKEN, &form)
        .await
        .is(200);
}

testkit::on_both! {
    async fn who_was_reminded_is_told_of_a_change(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        let path = format!("appointments/{visit}/");
        post.node.settle().await;
        // Given a patient who was reminded, of a visit that is moved to the next week.
        post.pass(hours(51)).await;
        assert_eq!(post.twilio.sent().len(), 1);
        post.desk().await.patch(&path, json!({ "date": "2026-12-03" })).await.is(200);
        post.node.settle().await;
        let sent = post.twilio.sent();
        assert_eq!(sent.len(), 2);
        assert!(sent[1].body.contains("has been moved") && sent[1].body.contains("Thursday 3 December 2026 at 10:00"), "{}", sent[1].body);
        // What else changes is no news, and the day before comes the reminder.
        post.desk().await.patch(&path, json!({ "notes": "Brings a letter" })).await.is(200);
        post.pass(hours(24)).await;
        assert_eq!(post.twilio.sent().len(), 2);
        world.clock.set("2026-12-02T10:00:00Z".parse().unwrap());
        post.node.settle().await;
        assert_eq!(post.twilio.sent().len(), 3);
        // One message when it is cancelled, and no other.
        post.desk().await.post(&format!("{path}cancel/"), json!({})).await.is(200);
        post.node.settle().await;
        let sent = post.twilio.sent();
        assert_eq!(sent.len(), 4);
        assert!(sent[3].body.contains("does not take place"), "{}", sent[3].body);
        post.pass(hours(2)).await;
        assert_eq!(post.twilio.sent().len(), 4);
        assert_eq!(post.twilio.complaints(), Vec::<String>::new());
    }

    async fn who_loses_a_visit_that_they_were_reminded_of_is_told_once(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let binta = post.awa(json!({ "first_name": "Binta", "contact_info": "991 2345", "email": "" })).await;
        let (removed, moved) = (post.book(awa, "10:00").await, post.book(awa, "11:00").await);
        post.node.settle().await;
        post.pass(hours(51)).await;
        assert_eq!(post.twilio.sent().len(), 2);
        let said = |at: usize| (post.twilio.sent()[at].to.clone(), post.twilio.sent()[at].body.clone());
        // When one is deleted.
        post.desk().await.delete(&format!("appointments/{removed}/")).await.is(204);
        post.node.settle().await;
        let (to, body) = said(2);
        assert_eq!(to, "+2207834351");
        assert!(body.contains("Thursday 26 November 2026 at 10:00 does not take place"), "{body}");
        // When the other becomes somebody else's, whose it is is reminded, and who lost it is told.
        let path = format!("appointments/{moved}/");
        post.desk().await.patch(&path, json!({ "patient": binta })).await.is(200);
        post.node.settle().await;
        let mut told = [said(3), said(4)];
        told.sort();
        assert!(told[0].0 == "+2207834351" && told[0].1.contains("at 11:00 does not take place"), "{told:?}");
        assert!(told[1].0 == "+2209912345" && told[1].1.contains("you have an appointment"), "{told:?}");
        // When that one is deleted, too, whose it was is told, and nobody else again.
        post.desk().await.delete(&path).await.is(204);
        post.node.settle().await;
        post.pass(hours(3)).await;
        let (to, body) = said(5);
        assert!(to == "+2209912345" && body.contains("at 11:00 does not take place"), "{body}");
        assert_eq!(post.twilio.sent().len(), 6);
        assert_eq!(post.twilio.complaints(), Vec::<String>::new());
    }

    async fn what_does_not_take_place_is_the_time_that_was_told(world: &World) {
        // Given a patient who was reminded of 10 o'clock, and a move of which no word went out yet.
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        let path = format!("appointments/{visit}/");
        post.node.settle().await;
        post.pass(hours(51)).await;
        let desk = post.desk().await;
        desk.patch(&path, json!({ "time": "15:00" })).await.is(200);
        desk.post(&format!("{path}cancel/"), json!({})).await.is(200);
        post.node.settle().await;
        let sent = post.twilio.sent();
        assert_eq!(sent.len(), 2);
        assert!(sent[1].body.contains("at 10:00 does not take place"), "{}", sent[1].body);
    }

    async fn who_was_reminded_is_told_of_a_move_as_a_move(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({})).await, "10:00").await;
        let path = format!("appointments/{visit}/");
        post.node.settle().await;
        post.pass(hours(51)).await;
        assert_eq!((post.twilio.sent().len(), post.sendgrid.sent().len()), (1, 1));
        post.desk().await.patch(&path, json!({ "time": "10:15" })).await.is(200);
        post.node.settle().await;
        let (sms, mails) = (post.twilio.sent(), post.sendgrid.sent());
        assert_eq!((sms.len(), mails.len()), (2, 2));
        for said in [&sms[1].body, &mails[1].text] {
            assert!(said.contains("has been moved") && said.contains("at 10:15"), "{said}");
        }
        // Cancelled, made again and cancelled again: each time they are told.
        for (verb, said) in [("cancel", "does not take place"), ("", "has been moved"), ("cancel", "does not take place")] {
            post.pass(hours(1)).await;
            match verb {
                "" => post.desk().await.patch(&path, json!({ "status": "scheduled" })).await.is(200),
                verb => post.desk().await.post(&format!("{path}{verb}/"), json!({})).await.is(200),
            };
            post.node.settle().await;
            let last = post.twilio.sent().last().unwrap().body.clone();
            assert!(last.contains(said), "{last}");
        }
        assert_eq!(post.twilio.sent().len(), 5);
    }

    async fn a_visit_that_is_moved_and_moved_back_reminds_nobody_twice(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        let path = format!("appointments/{visit}/");
        post.node.settle().await;
        post.pass(hours(51)).await;
        assert_eq!(post.twilio.sent().len(), 1);
        for elsewhere in ["2026-11-27", "2026-12-03"] {
            // Moved while the provider is busy, and back before the word of it could leave.
            post.twilio.script.next([Behaviour::Busy(600)]);
            post.desk().await.patch(&path, json!({ "date": elsewhere })).await.is(200);
            post.node.settle().await;
            post.desk().await.patch(&path, json!({ "date": "2026-11-26" })).await.is(200);
            // Whether messages are sent before that is heard, or after.
            world.pass(SignedDuration::from_mins(11));
            for round in post.node.app.registry.rounds() {
                (round.run)(post.node.app.clone()).await.unwrap();
            }
        }
        post.node.settle().await;
        post.pass(hours(3)).await;
        let sent: Vec<String> = post.twilio.sent().into_iter().map(|sms| sms.body).collect();
        assert_eq!(sent.len(), 1, "{sent:?}");
    }

    async fn the_first_word_of_an_answer_decides(world: &World) {
        for said in ["Stop. Thank you", "STOP please"] {
            let post = Post::new(world).await;
            let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
            assert_eq!(post.told(visit).await, [SMS]);
            answers(&post, said).await;
            assert_eq!(post.told(visit).await, [NO_SMS], "{said}");
            answers(&post, "START").await;
            post.desk().await.delete(&format!("appointments/{visit}/")).await.is(204);
            post.node.settle().await;
        }
    }

    async fn what_a_patient_answers_reaches_the_front_desk(world: &World) {
        let post = Post::new(world).await;
        let desk = post.desk().await;
        let awa = post.awa(json!({ "email": "" })).await;
        let visit = post.book(awa, "10:00").await;
        answers(&post, "I cannot come").await;
        post.node.settle().await;
        let news = desk.get("notifications/").await;
        let news = news.is(200).as_array().unwrap();
        assert_eq!(news.len(), 1);
        assert_eq!(news[0]["message"], "SMS from Awa Bah: I cannot come");
        assert_eq!(news[0]["patient"], json!(awa));
        assert_eq!(post.told(visit).await, [SMS], "nothing stops");
    }

    async fn contact_data_added_after_booking_brings_the_reminders(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "contact_info": "", "email": "" })).await;
        let visit = post.book(awa, "10:00").await;
        assert_eq!(post.told(visit).await, Vec::<String>::new());
        change(&post, awa, json!({ "contact_info": "783 4351" })).await;
        assert_eq!(post.told(visit).await, [SMS]);
        change(&post, awa, json!({ "email": "awa@example.org" })).await;
        assert_eq!(post.told(visit).await, [MAIL, SMS]);
        // What has nothing to do with messages changes nothing.
        change(&post, awa, json!({ "address": "Bakau", "email": "awa@example.org" })).await;
        assert_eq!(post.told(visit).await, [MAIL, SMS]);
        for row in post.messages(visit).await {
            assert_eq!(row["version"], 1, "{row}");
        }
        post.pass(hours(50)).await;
        assert_eq!((post.twilio.sent().len(), post.sendgrid.sent().len()), (1, 1));
    }

    async fn what_the_patient_wants_now_is_what_waits(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({})).await;
        let visit = post.book(awa, "10:00").await;
        assert_eq!(post.told(visit).await, [MAIL, SMS]);
        change(&post, awa, json!({ "contact_preference": "sms", "preferred_language": "fr" })).await;
        assert_eq!(post.told(visit).await, [NO_MAIL, SMS]);
        assert_eq!(reasons(&post, visit).await, ["email: the patient does not want to be reached this way"]);
        let rows = post.messages(visit).await;
        let sms = rows.iter().find(|row| row["channel"] == "sms").unwrap();
        assert!(sms["message"].as_str().unwrap().starts_with("Bonjour Awa"), "{sms}");
        change(&post, awa, json!({ "contact_preference": "both" })).await;
        assert_eq!(post.told(visit).await, [NO_MAIL, MAIL, SMS]);
        change(&post, awa, json!({ "contact_info": "" })).await;
        assert_eq!(reasons(&post, visit).await[1], "sms: there is no address to send it to");
        change(&post, awa, json!({ "deceased_at": "2026-11-23T07:00:00Z" })).await;
        assert!(post.told(visit).await.iter().all(|told| told.contains("cancelled")));
        post.pass(hours(60)).await;
        assert_eq!((post.twilio.sent().len(), post.sendgrid.sent().len()), (0, 0));
    }

    async fn consent_counts_as_soon_as_it_is_written_down(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let visit = post.book(awa, "10:00").await;
        let consent = |kind: &str, given: bool| json!({ "patient": awa, "consent_type": kind, "given": given });
        post.desk().await.post("consents/", consent("research", false)).await.is(201);
        assert_eq!(post.told(visit).await, [SMS]);
        let refused = post.desk().await.post("consents/", consent("messaging", false)).await;
        assert_eq!(post.told(visit).await, [NO_SMS]);
        assert_eq!(reasons(&post, visit).await, ["sms: consent to messages was refused or revoked"]);
        world.pass(SignedDuration::from_mins(1));
        // Said by a clock that is ahead of ours.
        let mut given = consent("messaging", true);
        given["given_at"] = json!("2026-11-23T08:05:00Z");
        let given = post.desk().await.post("consents/", given).await;
        assert_eq!(post.told(visit).await, [NO_SMS, SMS]);
        let path = format!("consents/{}/", given.id());
        world.pass(SignedDuration::from_mins(5));
        post.desk().await.patch(&path, json!({ "revoked_at": "2026-11-23T08:06:00Z" })).await.is(200);
        assert_eq!(post.told(visit).await, [NO_SMS, NO_SMS]);
        post.desk().await.patch(&path, json!({ "revoked_at": null })).await.is(200);
        assert_eq!(post.told(visit).await, [NO_SMS, NO_SMS, SMS]);
        // What was written down by mistake counts no more: the word before does.
        let admin = world.admin().await;
        admin.delete(&path).await.is(204);
        assert_eq!(post.told(visit).await, [NO_SMS, NO_SMS, NO_SMS]);
        admin.delete(&format!("consents/{}/", refused.id())).await.is(204);
        assert_eq!(post.told(visit).await, [NO_SMS, NO_SMS, NO_SMS, SMS]);
    }

    async fn stop_and_start_concern_everybody_with_the_number(world: &World) {
        let post = Post::new(world).await;
        let one = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        let child = json!({ "first_name": "Isatou", "contact_info": "mother 783 4351", "email": "" });
        let two = post.book(post.awa(child).await, "10:30").await;
        let other = post.book(post.awa(json!({ "contact_info": "991 2345", "email": "" })).await, "11:00").await;
        post.node.settle().await;
        answers(&post, "STOP").await;
        for visit in [one, two] {
            assert_eq!(reasons(&post, visit).await, ["sms: the recipient asked for no more messages (STOP)"]);
        }
        assert_eq!(reasons(&post, other).await, Vec::<String>::new());
        answers(&post, "START").await;
        assert_eq!(post.told(one).await, [NO_SMS, SMS]);
        assert!(post.told(two).await.iter().any(|told| told.contains("pending")));
        post.pass(hours(52)).await;
        assert_eq!(post.twilio.sent().len(), 3);
    }

    async fn what_was_sent_or_may_have_been_is_left_alone(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let mut visits = Vec::new();
        for (n, behaviour) in [
            None,
            Some(Behaviour::AcceptAndHangUp),
            Some(Behaviour::Answer(400, "{\"code\": 21614}")),
        ].into_iter().enumerate() {
            visits.push((post.book(awa, &format!("{}:00", 10 + n)).await, behaviour));
        }
        post.node.settle().await;
        for (n, (_, behaviour)) in visits.iter().enumerate() {
            if let Some(behaviour) = behaviour {
                post.twilio.script.next([behaviour.clone()]);
            }
            world.clock.set(format!("2026-11-25T{}:00:00Z", 10 + n).parse().unwrap());
            post.node.settle().await;
        }
        let stand = async || {
            let mut all = Vec::new();
            for (visit, _) in &visits {
                let rows = post.messages(*visit).await;
                all.extend(rows.iter().map(|row| (row["id"].clone(), row["status"].clone(), row["version"].clone())));
            }
            all
        };
        let before = stand().await;
        let statuses: Vec<&str> = before.iter().map(|(_, status, _)| status.as_str().unwrap()).collect();
        assert_eq!(statuses, ["sent", "unknown", "failed"]);
        change(&post, awa, json!({ "contact_info": "991 2345", "preferred_language": "sw" })).await;
        post.desk().await.post("consents/", json!({ "patient": awa, "consent_type": "messaging", "given": true })).await.is(201);
        assert_eq!(stand().await, before);
        assert_eq!(post.twilio.sent().len(), 2);
        // Where nothing was said yet by another way, it is said now.
        change(&post, awa, json!({ "email": "awa@example.org" })).await;
        post.node.settle().await;
        assert_eq!((post.twilio.sent().len(), post.sendgrid.sent().len()), (2, 3));
    }

    async fn what_a_person_decided_stands(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let visit = post.book(awa, "10:00").await;
        let id = post.messages(visit).await[0]["id"].clone();
        let path = |verb: &str| format!("appointment-notifications/{id}/{verb}/");
        post.desk().await.post(&path("cancel"), json!({})).await.is(200);
        change(&post, awa, json!({ "preferred_language": "fr" })).await;
        assert_eq!(post.told(visit).await, [NO_SMS]);
        // For another time it is another matter.
        post.desk().await.patch(&format!("appointments/{visit}/"), json!({ "time": "11:00" })).await.is(200);
        assert_eq!(post.told(visit).await, [NO_SMS, "reminder sms pending 2026-11-25T11:00:00Z"]);
    }

    async fn the_survivor_of_a_merging_is_written_to(world: &World) {
        let post = Post::new(world).await;
        // Given a record with a telephone, and one with an e-mail address and either no telephone or another.
        for (number, hour) in [("", "10:00"), ("991 2345", "11:00")] {
            let lost = post.awa(json!({ "email": "" })).await;
            let kept = post.awa(json!({ "first_name": "Hawa", "contact_info": number, "preferred_language": "fr" })).await;
            let visit = post.book(lost, hour).await;
            let told = |channel: &str, status: &str| format!("reminder {channel} {status} 2026-11-25T{hour}:00Z");
            assert_eq!(post.told(visit).await, [told("sms", "pending")]);
            // When the first is merged into the second
            post.desk().await.post(&format!("patients/{lost}/merge/"), json!({ "into": kept })).await.is(200);
            // then the survivor is written to by both ways, in their own language.
            let rows = post.messages(visit).await;
            let waiting: Vec<&Json> = rows.iter().filter(|row| row["status"] == "pending").collect();
            let mut ways: Vec<&str> = waiting.iter().filter_map(|row| row["channel"].as_str()).collect();
            ways.sort_unstable();
            assert_eq!(ways, ["email", "sms"], "{number:?}: {rows:?}");
            for row in waiting {
                assert!(row["message"].as_str().unwrap().starts_with("Bonjour Hawa"), "{row}");
                assert_eq!(row["patient"], kept);
            }
            // When they part again, it is the first alone who is.
            post.desk().await.post(&format!("patients/{lost}/unmerge/"), json!({})).await.is(200);
            let rows = post.messages(visit).await;
            let waiting: Vec<&Json> = rows.iter().filter(|row| row["status"] == "pending").collect();
            assert_eq!(waiting.len(), 1, "{rows:?}");
            assert_eq!((&waiting[0]["channel"], &waiting[0]["patient"]), (&json!("sms"), &json!(lost)));
        }
    }

    async fn another_patients_appointment_is_another_message(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let binta = post.awa(json!({ "first_name": "Binta", "contact_info": "991 2345", "email": "" })).await;
        let visit = post.book(awa, "10:00").await;
        assert_eq!(post.told(visit).await, [SMS]);
        post.desk().await.patch(&format!("appointments/{visit}/"), json!({ "patient": binta })).await.is(200);
        let rows = post.messages(visit).await;
        let stand: Vec<(&Json, &str)> = rows.iter().map(|row| (&row["patient"], row["status"].as_str().unwrap())).collect();
        assert_eq!(stand, [(&json!(awa), "cancelled"), (&json!(binta), "pending")]);
        post.pass(hours(50)).await;
        let sent = post.twilio.sent();
        assert_eq!((sent.len(), &*sent[0].to), (1, "+2209912345"));
    }

    async fn however_many_appointments_there_are_all_follow(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let desk = post.desk().await;
        for n in 0..53 {
            let (hour, minute) = (8 + n / 4, n % 4 * 15);
            let body = json!({ "patient": awa, "doctor": post.doctor, "date": crate::common::DAY, "time": format!("{hour:02}:{minute:02}") });
            desk.post("appointments/", body).await.is(201);
        }
        post.node.settle().await;
        let count = async |status: &str| {
            let path = format!("appointment-notifications/?patient={awa}&status={status}&limit=100");
            let list = desk.get(&path).await;
            list.is(200)["results"].as_array().unwrap().len()
        };
        assert_eq!((count("pending").await, count("cancelled").await), (53, 0));
        change(&post, awa, json!({ "contact_preference": "none" })).await;
        post.node.settle().await;
        assert_eq!((count("pending").await, count("cancelled").await), (0, 53));
    }
}
