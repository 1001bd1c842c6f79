//! Reminders and follow-ups, from booking to the counterparts of the providers.

use crate::common::{INBOUND, OUTSIDE, Post, hours, signed};
use counterparts::{Behaviour, MailServer, Twilio};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

testkit::on_both! {
    async fn booking_reminds_a_day_before_and_completing_follows_up(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({})).await, "10:00").await;
        let waiting = ["reminder email pending 2026-11-25T10:00:00Z", "reminder sms pending 2026-11-25T10:00:00Z"];
        assert_eq!(post.told(visit).await, waiting);
        post.pass(SignedDuration::from_mins(48 * 60 + 59)).await;
        assert_eq!((post.twilio.sent().len(), post.sendgrid.sent().len()), (0, 0));
        assert_eq!(post.told(visit).await, waiting);

        post.pass(hours(1) + SignedDuration::from_mins(1)).await;
        assert_eq!(post.told(visit).await, ["reminder email sent 2026-11-25T10:00:00Z", "reminder sms sent 2026-11-25T10:00:00Z"]);
        let sms = post.twilio.sent();
        assert_eq!((sms.len(), &*sms[0].to), (1, "+2207834351"));
        assert_eq!(sms[0].body, "Hello Awa, you have an appointment on Thursday 26 November 2026 at 10:00. Reply 1 to confirm, 2 if you cannot come. To get no more messages, reply STOP.");
        let mails = post.sendgrid.sent();
        assert_eq!((mails.len(), &*mails[0].to, &*mails[0].subject), (1, "awa@example.org", "Your appointment"));
        assert!(mails[0].text.contains("Thursday 26 November 2026 at 10:00"));
        for text in [&sms[0].body, &mails[0].text] {
            assert!(!text.contains("malaria") && !text.contains("Bah"), "{text}");
        }

        post.pass(hours(24)).await;
        post.desk().await.post(&format!("appointments/{visit}/check_in/"), json!({})).await.is(200);
        post.desk().await.post(&format!("appointments/{visit}/complete/"), json!({})).await.is(200);
        post.pass(SignedDuration::from_mins(59)).await;
        assert_eq!(post.twilio.sent().len(), 1);
        post.pass(SignedDuration::from_mins(1)).await;
        assert_eq!((post.twilio.sent().len(), post.sendgrid.sent().len()), (2, 2));
        assert!(post.twilio.sent()[1].body.contains("thank you for your visit"));
        assert_eq!(post.twilio.complaints(), Vec::<String>::new());
        assert_eq!(post.sendgrid.complaints(), Vec::<String>::new());

        // The exact shape that clients know.
        let rows = post.messages(visit).await;
        let sms = rows.iter().find(|row| row["channel"] == "sms").unwrap();
        let status = post.desk().await.get(&format!("appointment-notifications/{}/status/", sms["id"])).await;
        assert_eq!(status.is(200), &json!({
            "id": sms["id"], "appointment_id": visit, "notification_type": "reminder", "channel": "sms", "status": "sent",
            "scheduled_for": "2026-11-25T10:00:00Z", "sent_at": "2026-11-25T10:00:00Z", "error_message": "",
        }));
        let keys: Vec<&str> = status.json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.len(), 8);
        let listed = post.desk().await.get(&format!("appointment-notifications/?appointment_id={visit}&status=sent&channel=sms")).await;
        assert_eq!(listed.is(200).as_array().unwrap().len(), 2);
        let lab = world.caller(Some(kernel::BuiltinRole::LabTechnician)).await;
        assert_eq!(lab.get("appointment-notifications/").await.is(200).as_array().unwrap().len(), 4);
        let patient = world.patient().await;
        assert_eq!(patient.get("appointment-notifications/").await.is(200), &json!([]));
        patient.get(&format!("appointment-notifications/{}/status/", sms["id"])).await.refuses(404, "not_found");
    }

    async fn messages_follow_the_appointment(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        let path = format!("appointments/{visit}/");
        assert_eq!(post.told(visit).await, ["reminder sms pending 2026-11-25T10:00:00Z"]);
        post.desk().await.patch(&path, json!({ "time": "15:30" })).await.is(200);
        assert_eq!(post.told(visit).await, ["reminder sms pending 2026-11-25T15:30:00Z"]);
        post.desk().await.post(&format!("{path}cancel/"), json!({})).await.is(200);
        assert_eq!(post.told(visit).await, ["reminder sms cancelled 2026-11-25T15:30:00Z"]);
        post.desk().await.patch(&path, json!({ "status": "scheduled" })).await.is(200);
        assert_eq!(post.told(visit).await.last().unwrap(), "reminder sms pending 2026-11-25T15:30:00Z");

        // The worker is late with the news of a change, and the message is due by the old time.
        post.node.settle().await;
        post.world.pass(hours(56));
        post.desk().await.patch(&path, json!({ "date": "2026-11-28", "time": "09:00" })).await.is(200);
        post.node.settle().await;
        assert_eq!(post.twilio.sent().len(), 0);
        assert_eq!(post.told(visit).await.last().unwrap(), "reminder sms pending 2026-11-27T09:00:00Z");
        post.pass(hours(41)).await;
        assert!(post.twilio.sent()[0].body.contains("Saturday 28 November 2026 at 09:00"));
        // Once told of a time, the patient is told of another.
        post.desk().await.patch(&path, json!({ "time": "11:00" })).await.is(200);
        post.pass(hours(2)).await;
        let sent = post.twilio.sent();
        assert_eq!(sent.len(), 2);
        assert!(sent[1].body.contains("at 11:00"));

        // Messages do not keep an appointment from being removed; they go with it.
        let later = json!({ "patient": post.awa(json!({})).await, "doctor": post.doctor, "date": "2026-12-02", "time": "20:00" });
        let gone = post.desk().await.post("appointments/", later).await.id();
        post.node.settle().await;
        post.desk().await.delete(&format!("appointments/{gone}/")).await.is(204);
        post.node.settle().await;
        let left = post.desk().await.get(&format!("appointment-notifications/?appointment={gone}&status=cancelled")).await;
        assert_eq!(left.is(200).as_array().unwrap().len(), 2);
    }

    async fn what_somebody_was_told_of_keeps_no_patient(world: &World) {
        // Given a doctor who was told of a patient's appointment, which was then removed.
        let post = Post::new(world).await;
        let awa = post.awa(json!({})).await;
        let visit = post.book(awa, "10:00").await;
        post.node.settle().await;
        post.desk().await.delete(&format!("appointments/{visit}/")).await.is(204);
        post.node.settle().await;
        // Then the patient can be removed, too.
        post.desk().await.delete(&format!("patients/{awa}/")).await.is(204);
        post.node.settle().await;
    }

    async fn a_move_that_is_heard_of_late_reminds_nobody_twice(world: &World) {
        // Given a visit that is moved to an hour earlier when its reminder is due.
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        post.node.settle().await;
        post.world.pass(hours(50));
        post.desk().await.patch(&format!("appointments/{visit}/"), json!({ "time": "09:00" })).await.is(200);
        // When messages are sent before anybody hears of that.
        for round in post.node.app.registry.rounds() {
            (round.run)(post.node.app.clone()).await.unwrap();
        }
        assert_eq!(post.twilio.sent().len(), 1);
        assert!(post.twilio.sent()[0].body.contains("at 09:00"));
        // Then the patient, who knows, is not told again.
        post.node.settle().await;
        assert_eq!(post.twilio.sent().len(), 1);
        assert_eq!(post.messages(visit).await.len(), 1);
    }

    async fn who_is_late_is_reminded_at_once_if_the_visit_is_ahead(world: &World) {
        let post = Post::with(world, &[("CHELAL_REMINDER_HOURS", "24,3,2")]).await;
        post.world.pass(hours(72) + SignedDuration::from_mins(30));
        let awa = post.awa(json!({ "email": "" })).await;
        let visit = post.book(awa, "10:00").await;
        assert_eq!(post.told(visit).await, ["reminder sms sent 2026-11-26T08:30:00Z"]);
        let noted = json!({
            "patient": awa, "doctor": post.doctor, "date": "2026-11-26", "time": "08:00", "noted_afterwards": true,
        });
        let past = post.desk().await.post("appointments/", noted).await.id();
        assert_eq!(post.told(past).await, Vec::<String>::new());
        assert_eq!(post.twilio.sent().len(), 1);
    }

    async fn nobody_is_written_to_against_their_wish(world: &World) {
        let post = Post::new(world).await;
        let mut n = 8;
        let mut times = || { n += 1; format!("{n:02}:00") };
        for (change, channels) in [
            (json!({}), &["email", "sms"][..]),
            (json!({ "contact_preference": "sms" }), &["sms"]),
            (json!({ "contact_preference": "email" }), &["email"]),
            (json!({ "contact_preference": "none" }), &[]),
            (json!({ "contact_info": "", "email": "" }), &[]),
            (json!({ "contact_info": "awa@example.org", "email": "" }), &["email"]),
        ] {
            let visit = post.book(post.awa(change.clone()).await, &times()).await;
            let rows = post.messages(visit).await;
            let mut found: Vec<&str> = rows.iter().map(|row| row["channel"].as_str().unwrap()).collect();
            found.sort_unstable();
            assert_eq!(found, channels, "{change}");
        }
        // Who dies is not reminded of the visits that were still to come.
        let gone = post.awa(json!({})).await;
        let visit = post.book(gone, &times()).await;
        let died = json!({ "deceased_at": "2026-11-22T08:00:00Z" });
        post.desk().await.patch(&format!("patients/{gone}/"), died).await.is(200);
        post.node.settle().await;
        let rows = post.messages(visit).await;
        assert!(rows.iter().all(|row| row["status"] == "cancelled"), "{rows:?}");
        // Consent: the latest word counts, also when it comes after the booking.
        let awa = post.awa(json!({})).await;
        let consent = |given: bool| json!({ "patient": awa, "consent_type": "messaging", "given": given });
        post.desk().await.post("consents/", consent(false)).await.is(201);
        let visit = post.book(awa, &times()).await;
        assert_eq!(post.messages(visit).await, Vec::<Json>::new());
        post.world.pass(SignedDuration::from_mins(1));
        let agreed = post.desk().await.post("consents/", consent(true)).await;
        let visit = post.book(awa, "17:30").await;
        assert_eq!(post.messages(visit).await.len(), 2);
        post.desk().await.patch(&format!("consents/{}/", agreed.id()), json!({ "revoked_at": "2026-11-23T08:05:00Z" })).await.is(200);
        post.pass(hours(72)).await;
        for row in post.messages(visit).await {
            assert_eq!(row["status"], "cancelled");
            assert_eq!(row["error_message"], "consent to messages was refused or revoked");
        }
        assert!(!post.twilio.sent().iter().any(|sms| sms.body.contains("17:30")));
    }

    async fn stop_ends_the_messages_to_a_number(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "preferred_language": "fr" })).await;
        let visit = post.book(awa, "10:00").await;
        assert_eq!(post.messages(visit).await.len(), 2);
        let outside = post.node.anonymous();
        let from = [("From", "+2207834351"), ("To", Twilio::NUMBER)];
        let say = |word: &'static str| [from[0], from[1], ("Body", word)];
        // Whoever does not know the token is nobody; neither is one who knows it and no account is set.
        signed(&outside, INBOUND, "guess", &say("STOP")).await.refuses(401, "not_authenticated");
        signed(&world.anonymous(), INBOUND, Twilio::TOKEN, &say("STOP")).await.refuses(401, "not_authenticated");
        let heard = signed(&outside, INBOUND, Twilio::TOKEN, &say("Arrêt.")).await;
        heard.is(200);
        assert!(heard.header("content-type").starts_with("text/xml"));
        assert!(heard.text().contains("<Message>Vous ne recevrez plus"), "{}", heard.text());
        signed(&outside, INBOUND, Twilio::TOKEN, &say("ARRET")).await.is(200);
        assert_eq!(world.audit_of("MessagingOptOut").await.len(), 1);
        post.pass(hours(50)).await;
        assert_eq!(post.told(visit).await, ["reminder email sent 2026-11-25T10:00:00Z", "reminder sms cancelled 2026-11-25T10:00:00Z"]);
        assert_eq!(post.twilio.sent().len(), 0);
        assert!(post.sendgrid.sent()[0].text.contains("jeudi 26 novembre 2026 à 10 h 00"));

        let other = post.book(awa, "11:00").await;
        assert_eq!(post.messages(other).await.len(), 1);
        let heard = signed(&outside, INBOUND, Twilio::TOKEN, &say("Start")).await;
        assert!(heard.text().ends_with("<Response></Response>"));
        let visit = post.book(awa, "12:00").await;
        assert_eq!(post.messages(visit).await.len(), 2);
    }

    async fn a_missing_provider_shows_when_the_message_is_due(world: &World) {
        let post = Post::with(world, &[("TWILIO_ACCOUNT_SID", ""), ("TWILIO_AUTH_TOKEN", ""), ("TWILIO_PHONE_NUMBER", ""), ("SENDGRID_API_KEY", "")]).await;
        let visit = post.book(post.awa(json!({})).await, "10:00").await;
        assert!(post.told(visit).await.iter().all(|told| told.contains("pending")));
        post.pass(hours(50)).await;
        for row in post.messages(visit).await {
            assert_eq!(row["status"], "failed");
            assert!(row["error_message"].as_str().unwrap().contains("is configured: set"), "{row}");
        }
    }

    async fn what_a_provider_does_shows_in_the_row(world: &World) {
        let post = Post::new(world).await;
        let awa = post.awa(json!({ "email": "" })).await;
        let mut visits = Vec::new();
        for (n, behaviour) in [
            Behaviour::Busy(600),
            Behaviour::Answer(500, "{\"message\": \"Internal error\"}"),
            Behaviour::Answer(400, "{\"code\": 21614, \"message\": \"'To' is not a mobile number\"}"),
            Behaviour::Silence,
            Behaviour::HangUp,
            Behaviour::AcceptAndHangUp,
            Behaviour::Garbage,
            Behaviour::Page,
        ].into_iter().enumerate() {
            let visit = post.book(awa, &format!("{:02}:00", 9 + n)).await;
            visits.push((visit, behaviour));
        }
        post.node.settle().await;
        for (at, (visit, behaviour)) in visits.iter().enumerate() {
            post.twilio.script.next([behaviour.clone()]);
            let due = format!("2026-11-25T{:02}:00:00Z", 9 + at);
            world.clock.set(due.parse().unwrap());
            post.node.settle().await;
            let row = &post.messages(*visit).await[0];
            let error = row["error_message"].as_str().unwrap();
            let (status, words) = match behaviour {
                Behaviour::Busy(_) => ("pending", "429"),
                Behaviour::Answer(500, _) => ("pending", "500: Internal error"),
                Behaviour::Answer(_, _) => ("failed", "400: 'To' is not a mobile number (code 21614)"),
                _ => ("unknown", "Twilio"),
            };
            assert_eq!((row["status"].as_str().unwrap(), error.contains(words)), (status, true), "{behaviour:?}: {row}");
            assert_eq!(row["attempts"], 1);
            // What passes is tried again, not before the provider said.
            if status == "pending" {
                assert!(row["next_attempt_at"].as_str().unwrap() > due.as_str());
                post.pass(SignedDuration::from_secs(14)).await;
                assert_eq!(post.messages(*visit).await[0]["status"], "pending");
                post.pass(SignedDuration::from_mins(10)).await;
                assert_eq!(post.messages(*visit).await[0]["status"], "sent", "{behaviour:?}");
            }
        }
        // Two that were tried again, and the one that was accepted without a word.
        assert_eq!(post.twilio.sent().len(), 3);
        post.pass(hours(2)).await;
        assert_eq!(post.twilio.sent().len(), 3, "what is not known is not sent again by itself");

        // A provider that stays away: tried again until it is no use any more.
        let visit = post.book(post.awa(json!({ "email": "" })).await, "18:00").await;
        post.twilio.script.always(Behaviour::Answer(503, ""));
        for _ in 0..60 {
            post.pass(SignedDuration::from_mins(40)).await;
        }
        let row = &post.messages(visit).await[0];
        assert_eq!(row["status"], "failed", "{row}");
        assert!(row["error_message"].as_str().unwrap().starts_with("given up"), "{row}");
        assert_eq!(row["attempts"], 8);
    }

    async fn twilio_may_tell_later(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        post.node.settle().await;
        post.twilio.script.next([Behaviour::AcceptAndHangUp]);
        post.pass(hours(50)).await;
        assert_eq!(post.messages(visit).await[0]["status"], "unknown");
        let sms = &post.twilio.sent()[0];
        let callback = sms.status_callback.clone().unwrap();
        let path = callback.strip_prefix(OUTSIDE).unwrap();
        let outside = post.node.anonymous();
        let tell = |status: &'static str, token: &'static str| {
            let fields = [("MessageSid", sms.sid.as_str()), ("MessageStatus", status), ("ErrorCode", "30003")];
            let outside = &outside;
            async move { signed(outside, path, token, &fields).await }
        };
        tell("delivered", "guess").await.refuses(401, "not_authenticated");
        assert_eq!(post.messages(visit).await[0]["status"], "unknown");
        tell("sent", Twilio::TOKEN).await.is(204);
        let row = &post.messages(visit).await[0];
        assert_eq!((&row["status"], &row["provider_message_id"]), (&json!("sent"), &json!(sms.sid)));
        tell("undelivered", Twilio::TOKEN).await.is(204);
        let row = &post.messages(visit).await[0];
        assert_eq!((&row["status"], &row["error_message"]), (&json!("failed"), &json!("Twilio: undelivered (code 30003)")));

        // A person has it sent again, and what Twilio says of the first time does not count any more.
        let path_of = |verb: &str| format!("appointment-notifications/{}/{verb}/", row["id"]);
        assert_eq!(post.desk().await.post(&path_of("resend"), json!({})).await.is(200)["status"], "pending");
        tell("delivered", Twilio::TOKEN).await.is(204);
        post.desk().await.post(&path_of("resend"), json!({})).await.refuses(409, "state_conflict");
        post.node.settle().await;
        assert_eq!(post.twilio.sent().len(), 2);
        assert_eq!(post.messages(visit).await[0]["status"], "sent");
        post.desk().await.post(&path_of("cancel"), json!({})).await.refuses(409, "state_conflict");
        world.caller(Some(kernel::BuiltinRole::Cashier)).await.post(&path_of("resend"), json!({})).await.refuses(403, "permission_denied");
    }

    async fn a_person_may_stop_a_message(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        let id = post.messages(visit).await[0]["id"].clone();
        let cancelled = post.desk().await.post(&format!("appointment-notifications/{id}/cancel/"), json!({})).await;
        assert_eq!(cancelled.is(200)["status"], "cancelled");
        post.pass(hours(60)).await;
        assert_eq!(post.twilio.sent().len(), 0);
        // A change that is none does not bring it back; the desk may.
        post.desk().await.post(&format!("appointment-notifications/{id}/resend/"), json!({})).await.is(200);
        post.node.settle().await;
        assert_eq!(post.twilio.sent().len(), 1);
    }

    async fn a_message_is_sent_again_with_growing_pauses(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        post.node.settle().await;
        post.pass(hours(50)).await;
        let id = post.messages(visit).await[0]["id"].clone();
        let path = format!("appointment-notifications/{id}/resend/");
        // Several press the button at once: it is sent once more.
        let desk = post.desk().await;
        let pressed = futures_util::future::join_all((0..6).map(|_| desk.post(&path, json!({})))).await;
        let mut statuses: Vec<u16> = pressed.iter().map(|reply| reply.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
        post.node.settle().await;
        assert_eq!(post.twilio.sent().len(), 2);
        for (sent, minutes) in [(2, 1), (3, 2), (4, 4)] {
            let desk = post.desk().await;
            let refused = desk.request("POST", &path).header("accept-language", "fr").json(&json!({})).send().await;
            let told = refused.refuses(429, "rate_limited")["detail"].as_str().unwrap().to_owned();
            assert!(told.contains(&format!("renvoyé {} fois", sent - 1)), "{told}");
            let wait: i64 = refused.header("retry-after").parse().unwrap();
            assert!((minutes * 60 - 1..=minutes * 60 + 1).contains(&wait), "{wait}");
            post.pass(SignedDuration::from_secs(minutes * 60 - 1)).await;
            post.desk().await.post(&path, json!({})).await.refuses(429, "rate_limited");
            post.pass(SignedDuration::from_secs(1)).await;
            post.desk().await.post(&path, json!({})).await.is(200);
            post.node.settle().await;
            assert_eq!(post.twilio.sent().len(), sent + 1);
        }
        // Another message is another matter.
        let other = post.book(post.awa(json!({ "email": "" })).await, "11:00").await;
        let other = post.messages(other).await[0]["id"].clone();
        for verb in ["cancel", "resend"] {
            post.desk().await.post(&format!("appointment-notifications/{other}/{verb}/"), json!({})).await.is(200);
        }
        post.node.settle().await;
    }

    async fn a_worker_that_dies_leaves_no_message_to_be_sent_twice(world: &World) {
        let post = Post::new(world).await;
        let visit = post.book(post.awa(json!({ "email": "" })).await, "10:00").await;
        post.node.settle().await;
        world.pass(hours(50));
        // It has the request, and the worker is gone before it answers.
        post.twilio.script.next([Behaviour::Slow(std::time::Duration::from_secs(30))]);
        tokio::select! {
            () = post.node.settle() => panic!("nobody waited for the provider"),
            () = post.twilio.script.reached() => {}
        }
        assert_eq!(post.messages(visit).await[0]["status"], "sending");
        post.pass(SignedDuration::from_mins(5)).await;
        let row = &post.messages(visit).await[0];
        assert_eq!(row["status"], "unknown", "{row}");
        assert!(row["error_message"].as_str().unwrap().contains("may have been sent"));
        post.pass(hours(1)).await;
        assert!(post.twilio.sent().len() <= 1);
    }

    async fn mail_goes_by_smtp_where_a_server_is_set(world: &World) {
        let server = MailServer::start().await;
        let (port, ca) = (server.port.to_string(), server.ca_file().display().to_string());
        let post = Post::with(world, &[
            ("EMAIL_HOST", MailServer::HOST), ("EMAIL_PORT", &port), ("EMAIL_CA_FILE", &ca),
            ("EMAIL_HOST_USER", MailServer::USER), ("EMAIL_HOST_PASSWORD", MailServer::PASSWORD),
            ("CHELAL_HOSPITAL_NAME", "Royal Hospital"),
        ]).await;
        let sw = json!({ "contact_preference": "email", "preferred_language": "sw" });
        let first = post.book(post.awa(sw.clone()).await, "10:00").await;
        let second = post.book(post.awa(sw).await, "11:00").await;
        post.node.settle().await;
        post.pass(hours(50)).await;
        assert_eq!(post.messages(first).await[0]["status"], "sent");
        let letter = &server.letters()[0];
        assert_eq!(letter.to, ["awa@example.org"]);
        assert!(letter.data.contains("Alhamisi 26 Novemba 2026 saa 4:00"), "{}", letter.data);
        // Refused for a while, and then taken; the line breaks after the text has left.
        server.does(counterparts::smtp::Script::Answer("RCPT", "450 4.2.1 mailbox busy"));
        post.pass(hours(1)).await;
        let row = &post.messages(second).await[0];
        assert_eq!(row["status"], "pending");
        assert!(row["error_message"].as_str().unwrap().contains("mailbox busy"), "{row}");
        server.does(counterparts::smtp::Script::HangUp("END"));
        post.pass(SignedDuration::from_mins(2)).await;
        assert_eq!(post.messages(second).await[0]["status"], "unknown");
        post.pass(hours(2)).await;
        assert_eq!(server.letters().len(), 2);
    }

    async fn summer_time_changes_nothing_for_the_patient(world: &World) {
        let post = Post::with(world, &[("CHELAL_TIME_ZONE", "Europe/Paris")]).await;
        world.clock.set("2027-03-25T08:00:00Z".parse().unwrap());
        let awa = post.awa(json!({ "email": "" })).await;
        // Clocks go forward on Sunday the 28th. Whoever books does so where the hospital's zone is known.
        let desk = post.node.as_signed_in(&post.desk().await);
        let body = json!({ "patient": awa, "doctor": post.doctor, "date": "2027-03-28", "time": "10:00" });
        let visit = desk.post("appointments/", body).await;
        assert_eq!(visit.is(201)["starts_at"], "2027-03-28T08:00:00Z");
        assert_eq!(post.told(visit.id()).await, ["reminder sms pending 2027-03-27T09:00:00Z"]);
    }
}
