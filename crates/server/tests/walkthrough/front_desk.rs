//! At the front desk.

use counterparts::{SendGrid, Twilio};
use serde_json::json;
use testkit::Base;

use crate::page::{Page, without_signatures};

#[test]
fn front_desk() {
    testkit::run(Base::Sqlite, |world| {
        Box::pin(async move {
            let (twilio, sendgrid) = (Twilio::start().await, SendGrid::start().await);
            let node = world
                .node(&[
                    ("CHELAL_HOSPITAL_NAME", "Edward Francis Hospital"),
                    ("TWILIO_API_URL", &twilio.url),
                    ("TWILIO_ACCOUNT_SID", Twilio::ACCOUNT),
                    ("TWILIO_AUTH_TOKEN", Twilio::TOKEN),
                    ("TWILIO_PHONE_NUMBER", Twilio::NUMBER),
                    ("SENDGRID_API_URL", &sendgrid.url),
                    ("SENDGRID_API_KEY", SendGrid::KEY),
                    ("DEFAULT_FROM_EMAIL", "no-reply@hospital.gm"),
                ])
                .await;
            let doctor = world
                .user("ceesay", Some(kernel::BuiltinRole::Doctor))
                .await;
            world
                .user("isatou", Some(kernel::BuiltinRole::Receptionist))
                .await;
            let begin = "A patient comes to the front desk, is registered and given an appointment, is reminded of \
                         it, is seen, and hears from the hospital afterwards.";
            let mut page = Page::new("At the front desk", begin);

            page.say("## Monday: registration and booking");
            page.say("Isatou, the receptionist, has signed in (`POST /api/auth/`) and registers a new patient.");
            let desk = world.sign_in("isatou", testkit::PASSWORD).await;
            let body = json!({
                "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
                "contact_info": "783 4351", "email": "jane@example.org", "address": "Banjul",
            });
            let patient = page.ask(&desk, "POST", "patients/", Some(body)).await.id();
            page.say("Jane wants to see Dr Ceesay on Wednesday at ten.");
            let body = json!({ "patient": patient, "doctor": doctor, "date": "2026-11-25", "time": "10:00" });
            let visit = page
                .ask(&desk, "POST", "appointments/", Some(body))
                .await
                .id();
            node.settle().await;
            page.say("A moment later two reminders wait for their time, the same hour of the day before.");
            let path = format!("appointments/{visit}/notifications/");
            let waiting = page.ask(&desk, "GET", &path, None).await;
            let sms = waiting.json.as_array().unwrap().iter();
            let sms = sms
                .filter(|row| row["channel"] == "sms")
                .find_map(|row| row["id"].as_i64());

            page.say("## Tuesday, ten o'clock: the reminder");
            world.clock.set("2026-11-24T10:00:00Z".parse().unwrap());
            node.settle().await;
            page.say("Jane's phone shows:");
            page.show("text", &twilio.sent()[0].body);
            page.say("And her mailbox:");
            let mail = &sendgrid.sent()[0];
            page.show(
                "text",
                &format!(
                    "Subject: {}\n\n{}",
                    mail.subject,
                    without_signatures(&mail.text)
                ),
            );
            let desk = world.sign_in("isatou", testkit::PASSWORD).await;
            let path = format!("appointment-notifications/{}/status/", sms.unwrap());
            page.ask(&desk, "GET", &path, None).await;

            page.say("## Wednesday: the visit");
            world.clock.set("2026-11-25T09:52:00Z".parse().unwrap());
            page.say("Jane comes, a little early, and gets a number in the doctor's queue.");
            let desk = world.sign_in("isatou", testkit::PASSWORD).await;
            page.ask(
                &desk,
                "POST",
                &format!("appointments/{visit}/check_in/"),
                Some(json!({})),
            )
            .await;
            world.clock.set("2026-11-25T10:20:00Z".parse().unwrap());
            page.say("Dr Ceesay has seen her.");
            let seen_by = world.sign_in("ceesay", testkit::PASSWORD).await;
            page.ask(
                &seen_by,
                "POST",
                &format!("appointments/{visit}/complete/"),
                Some(json!({})),
            )
            .await;

            page.say("## An hour later: the follow-up");
            node.settle().await;
            world.clock.set("2026-11-25T11:20:00Z".parse().unwrap());
            node.settle().await;
            page.say("Jane's phone shows:");
            page.show("text", &twilio.sent()[1].body);
            assert_eq!((twilio.sent().len(), sendgrid.sent().len()), (2, 2));
            assert_eq!(twilio.complaints(), Vec::<String>::new());
            page.finish("front-desk.md");
        })
    });
}
