//! `secure-messages/` and `patients/{id}/messages/`.

use counterparts::Twilio;
use serde_json::{Value as Json, json};

use crate::{Side, account, list, register, told};

testkit::on_both! {
    async fn a_thread_between_a_patient_and_those_who_treat_them(world: &World) {
        let side = Side::new(world).await;
        let asked = side.says(&side.jane, "May I have more of the tablets?").await;
        assert_eq!((&asked["direction"], &asked["team"], &asked["sender"]), (&json!("from_patient"), &json!(true), &json!(side.jane.id)));
        // Told that there is one, not what it says.
        assert_eq!(told(world, &side.doctor).await, ["New message about Jane Doe, from Jane Doe."]);
        let answered = side.says(&side.doctor, "Come and fetch them.").await;
        assert_eq!((&answered["direction"], &answered["recipient"]), (&json!("to_patient"), &json!(side.jane.id)));
        assert_eq!(told(world, &side.jane).await, ["New message from Fatou Ceesay."]);
        for who in [&side.jane, &side.doctor] {
            assert_eq!(side.thread(who).await.len(), 2);
            assert_eq!(list(who, "secure-messages/").await.len(), 2);
        }
        assert_eq!(list(&side.jane, "patient-portal/messages/").await.len(), 2);
        // Whoever does not treat her sees nothing, an Admin neither.
        for stranger in [&side.nurse, &side.admin, &world.patient().await] {
            assert_eq!(list(stranger, "secure-messages/").await, Vec::<Json>::new());
            stranger.get(&format!("secure-messages/{}/", asked["id"])).await.refuses(404, "not_found");
        }
        // Text lies sealed.
        let columns = world.columns("secure_message").await;
        assert!(columns.contains(&"sealed".to_owned()) && !columns.contains(&"message".to_owned()), "{columns:?}");
        world.settle().await;
    }

    async fn whoever_was_invited_reads_nothing_before_the_first_sign_in(world: &World) {
        let side = Side::new(world).await;
        let desk = world.receptionist().await;
        let other = json!({ "first_name": "Binta", "last_name": "Jallow", "date_of_birth": "1988-02-02", "gender": "Female", "email": "binta@example.org" });
        let patient = desk.post("patients/", other).await.id();
        let invited = desk.post(&format!("patients/{patient}/invite/"), json!({})).await.is(200).clone();
        let path = format!("patients/{patient}/messages/");
        let body = json!({ "subject": "Your tablets", "message": "Take them with food" });
        let refused = side.doctor.post(&path, body.clone()).await;
        assert_eq!(refused.refuses(409, "no_portal_account")["remedy"], format!("/api/patients/{patient}/invite/"));
        world.settle().await;
        let mail = world.mails().into_iter().find(|mail| mail.to == "binta@example.org").unwrap();
        let token = mail.body.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let words = "correct horse battery 7";
        let accepted = json!({ "token": token, "password": words, "new_password": words });
        world.anonymous().post("auth/accept-invitation/", accepted).await.is(200);
        // A password that was chosen is no sign-in yet.
        side.doctor.post(&path, body.clone()).await.refuses(409, "no_portal_account");
        world.sign_in(invited["username"].as_str().unwrap(), words).await;
        side.doctor.post(&path, body).await.is(201);
        world.settle().await;
    }

    async fn the_other_side_says_that_it_has_read(world: &World) {
        let side = Side::new(world).await;
        let asked = side.says(&side.jane, "A question").await;
        let path = format!("secure-messages/{}/", asked["id"]);
        side.jane.post(&format!("{path}mark_read/"), json!({})).await.refuses(403, "permission_denied");
        let read = side.doctor.post(&format!("{path}mark_read/"), json!({})).await.is(200).clone();
        assert_eq!(read, json!({ "status": "read", "read_at": "2026-11-23T08:00:00Z" }));
        world.pass(jiff::SignedDuration::from_mins(1));
        assert_eq!(side.doctor.post(&format!("{path}mark_read/"), json!({})).await.is(200), &read);
        let seen = side.jane.get(&path).await.is(200).clone();
        assert_eq!((&seen["is_read"], &seen["read_by"]), (&json!(true), &json!(side.doctor.id)));
        side.nurse.post(&format!("{path}mark_read/"), json!({})).await.refuses(404, "not_found");
        world.settle().await;
    }

    async fn the_id_of_a_user_is_not_the_id_of_a_patient(world: &World) {
        // The Admin is the user with the number that the first patient has.
        let admin = world.admin().await;
        let desk = world.receptionist().await;
        let first = register(&desk, "First", "1990-01-01").await;
        let second = register(&desk, "Second", "1990-01-02").await;
        assert_eq!(first, admin.id);
        let (nine, ten) = (account(world, &admin, first).await, account(world, &admin, second).await);
        let body = json!({ "recipient": ten.id, "subject": "Hello", "message": "For the second" });
        let sent = admin.post("secure-messages/", body).await.is(201).clone();
        assert_eq!((&sent["patient"], &sent["direction"]), (&json!(second), &json!("to_patient")));
        assert_eq!(list(&nine, "secure-messages/").await, Vec::<Json>::new());
        assert_eq!(list(&ten, "secure-messages/").await.len(), 1);
        world.settle().await;
    }

    async fn to_a_patient_without_an_account_it_is_refused(world: &World) {
        let side = Side::new(world).await;
        let binta = register(&side.desk, "Binta", "1980-01-01").await;
        let body = json!({ "message": "Hello" });
        let refused = side.doctor.post(&format!("patients/{binta}/messages/"), body).await;
        let said = refused.refuses(409, "no_portal_account");
        assert_eq!(said["remedy"], format!("/api/patients/{binta}/invite/"));
        world.settle().await;
    }

    async fn what_is_said_among_staff_is_not_the_patients(world: &World) {
        let side = Side::new(world).await;
        let body = json!({ "patient": side.patient, "recipient": side.nurse.id, "message": "Watch her" });
        let sent = side.doctor.post("secure-messages/", body).await.is(201).clone();
        assert_eq!(sent["direction"], "staff");
        assert_eq!(list(&side.nurse, "secure-messages/").await.len(), 1);
        assert_eq!(list(&side.jane, "secure-messages/").await, Vec::<Json>::new());
        side.jane.get(&format!("secure-messages/{}/", sent["id"])).await.refuses(404, "not_found");
        world.settle().await;
    }

    async fn a_patient_is_told_by_text_message_that_one_waits(world: &World) {
        let side = Side::new(world).await;
        let twilio = Twilio::start().await;
        let node = world.node(&[
            ("CHELAL_PUBLIC_URL", "https://chelal.hospital.gm"),
            ("TWILIO_API_URL", &twilio.url),
            ("TWILIO_ACCOUNT_SID", Twilio::ACCOUNT),
            ("TWILIO_AUTH_TOKEN", Twilio::TOKEN),
            ("TWILIO_PHONE_NUMBER", Twilio::NUMBER),
        ]).await;
        let path = format!("patients/{}/", side.patient);
        side.desk.patch(&path, json!({ "contact_info": "783 4351", "contact_preference": "sms" })).await.is(200);
        node.settle().await;
        let before = twilio.sent().len();
        side.says(&side.doctor, "Your test is positive").await;
        side.says(&side.doctor, "Come today").await;
        node.settle().await;
        let sent = twilio.sent();
        let [word] = &sent[before..] else { panic!("{sent:?}") };
        assert_eq!(word.to, "+2207834351");
        assert!(word.body.contains("https://chelal.hospital.gm"), "{}", word.body);
        for kept in ["positive", "today", "Fatou", "Ceesay", "Jane"] {
            assert!(!word.body.contains(kept), "{}", word.body);
        }
        // Whoever does not want to be written to is not told; the message waits all the same.
        for waiting in list(&side.jane, "secure-messages/").await {
            side.jane.post(&format!("secure-messages/{}/mark_read/", waiting["id"]), json!({})).await.is(200);
        }
        side.desk.patch(&path, json!({ "contact_preference": "none" })).await.is(200);
        side.says(&side.doctor, "Still there?").await;
        node.settle().await;
        assert_eq!(twilio.sent().len(), before + 1);
    }

    async fn a_patient_writes_to_those_who_treat_them_only(world: &World) {
        let side = Side::new(world).await;
        let to = |user: i64| json!({ "recipient": user, "message": "Hello" });
        side.jane.post("secure-messages/", to(side.nurse.id)).await.complains_about("recipient");
        side.jane.post("secure-messages/", to(side.jane.id)).await.complains_about("recipient");
        let sent = side.jane.post("secure-messages/", to(side.doctor.id)).await.is(201).clone();
        assert_eq!((&sent["patient"], &sent["team"]), (&json!(side.patient), &json!(false)));
        // Nobody treats this one yet.
        let other = register(&side.desk, "Awa", "1980-01-01").await;
        let awa = account(world, &side.admin, other).await;
        awa.post("secure-messages/", json!({ "message": "Hello" })).await.refuses(409, "state_conflict");
        // Not below somebody else's record.
        awa.post(&format!("patients/{}/messages/", side.patient), json!({ "message": "Hello" })).await.refuses(404, "not_found");
        side.admin.post("secure-messages/", json!({ "message": "Hello" })).await.complains_about("recipient");
        world.settle().await;
    }

    async fn documents_of_the_patient_are_attached(world: &World) {
        let side = Side::new(world).await;
        let other = register(&side.desk, "Awa", "1980-01-01").await;
        let mut ids = Vec::new();
        for patient in [side.patient, other] {
            let form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nLetter\r\n--x--\r\n";
            let sent = side.doctor.request("POST", &format!("patients/{patient}/documents/"))
                .raw("multipart/form-data; boundary=x", form.as_bytes().to_vec()).send().await;
            sent.is(201);
            ids.push(sent.id());
        }
        let path = format!("patients/{}/messages/", side.patient);
        let with = |document: i64| json!({ "message": "See there", "attachment": document });
        side.doctor.post(&path, with(ids[0])).await.is(201);
        side.doctor.post(&path, with(ids[1])).await.complains_about("attachment");
        side.jane.post(&path, with(ids[0])).await.is(201);
        side.jane.get(&format!("documents/{}/", ids[0])).await.is(200);
        assert_eq!(list(&side.jane, "patient-portal/documents/").await.len(), 1);
        world.settle().await;
    }
}
