//! `patients/{id}/invite/`.

use counterparts::Twilio;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Caller, Node, World};

const WORDS: &str = "correct horse battery 7";

async fn patient(desk: &Caller, change: Json) -> i64 {
    let mut body = json!({
        "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
    });
    let change = change.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(change);
    desk.post("patients/", body).await.id()
}

fn token(text: &str) -> String {
    let begin = text.split("token=").nth(1).unwrap();
    begin.split_whitespace().next().unwrap().to_owned()
}

async fn accept(world: &World, token: &str) -> testkit::Reply {
    let body = json!({ "token": token, "password": WORDS, "new_password": WORDS });
    world
        .anonymous()
        .post("auth/accept-invitation/", body)
        .await
}

testkit::on_both! {
    async fn the_link_goes_to_the_address_on_record_and_works_once(world: &World) {
        let desk = world.receptionist().await;
        let id = patient(&desk, json!({ "email": "jane@example.org" })).await;
        let path = format!("patients/{id}/invite/");
        // Whatever else is asked for.
        let invited = desk.post(&path, json!({ "email": "thief@example.org" })).await.is(200).clone();
        assert_eq!(invited["channel"], "email");
        world.settle().await;
        let mails = world.mails();
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "jane@example.org"));
        let record = desk.get(&format!("patients/{id}/")).await.is(200).clone();
        assert!(record["user"].is_i64(), "{record}");
        let token = token(&mails[0].body);
        accept(world, &token).await.is(200);
        accept(world, &token).await.is(400);
        let username = invited["username"].as_str().unwrap();
        assert_eq!(username, format!("patient-{}", record["id"]));
        // Accounts are in the clear, and the database of them is not sealed.
        let account = world.admin().await.get(&format!("users/?username={username}")).await;
        assert_eq!((&account.is(200)[0]["first_name"], &account.json[0]["last_name"]), (&json!(""), &json!("")));
        let jane = world.sign_in(username, WORDS).await;
        assert_eq!(jane.get("patients/").await.is(200)[0]["id"], id);
        jane.get(&format!("patients/{id}/")).await.is(200);
        desk.post(&path, json!({})).await.refuses(409, "state_conflict");
        world.settle().await;
    }

    async fn it_ends_after_a_week_and_is_sent_again(world: &World) {
        let desk = world.receptionist().await;
        let id = patient(&desk, json!({ "email": "jane@example.org" })).await;
        let path = format!("patients/{id}/invite/");
        let first = desk.post(&path, json!({})).await.is(200)["username"].clone();
        world.settle().await;
        let old = token(&world.mails()[0].body);
        world.pass(SignedDuration::from_hours(24 * 7 + 1));
        accept(world, &old).await.complains_about("token");
        let desk = world.receptionist().await;
        assert_eq!(desk.post(&path, json!({})).await.is(200)["username"], first);
        world.settle().await;
        accept(world, &token(&world.mails()[1].body)).await.is(200);
    }

    async fn an_address_that_was_wrong_gets_nobody_in(world: &World) {
        let desk = world.receptionist().await;
        let id = patient(&desk, json!({ "email": "wrong@example.org" })).await;
        let path = format!("patients/{id}/");
        desk.post(&format!("{path}invite/"), json!({})).await.is(200);
        world.settle().await;
        desk.patch(&path, json!({ "email": "jane@example.org" })).await.is(200);
        world.settle().await;
        accept(world, &token(&world.mails()[0].body)).await.complains_about("token");
        desk.post(&format!("{path}invite/"), json!({})).await.is(200);
        world.settle().await;
        let mails = world.mails();
        assert_eq!(mails.last().unwrap().to, "jane@example.org");
        accept(world, &token(&mails[0].body)).await.complains_about("token");
        let reset = json!({ "email": "wrong@example.org" });
        world.anonymous().post("auth/password-reset/", reset).await;
        world.settle().await;
        assert_eq!(world.mails().len(), mails.len());
        accept(world, &token(&mails.last().unwrap().body)).await.is(200);
    }

    async fn nobody_is_invited_without_contact_data_and_only_by_the_desk(world: &World) {
        let desk = world.receptionist().await;
        let id = patient(&desk, json!({})).await;
        let path = format!("patients/{id}/invite/");
        desk.post(&path, json!({})).await.refuses(409, "state_conflict");
        for other in [world.doctor().await, world.patient().await] {
            other.post(&path, json!({})).await.refuses(403, "permission_denied");
        }
        // A family shares an address; each has an account.
        for name in ["Awa", "Binta"] {
            let one = patient(&desk, json!({ "first_name": name, "email": "family@example.org" })).await;
            desk.post(&format!("patients/{one}/invite/"), json!({})).await.is(200);
        }
        world.settle().await;
        assert_eq!(world.mails().len(), 2);
    }

    async fn a_patient_with_a_phone_gets_it_by_text_message(world: &World) {
        let twilio = Twilio::start().await;
        let node = with_sms(world, &twilio).await;
        let desk = node.as_signed_in(&world.receptionist().await);
        let id = patient(&desk, json!({ "contact_info": "783 4351" })).await;
        let invited = desk.post(&format!("patients/{id}/invite/"), json!({})).await.is(200).clone();
        assert_eq!((&invited["status"], &invited["channel"]), (&json!("invited"), &json!("sms")));
        node.settle().await;
        let sent = twilio.sent();
        assert_eq!((sent.len(), sent[0].to.as_str()), (1, "+2207834351"));
        accept(world, &token(&sent[0].body)).await.is(200);
    }

    async fn it_goes_by_what_is_set_up_and_says_when_nothing_is(world: &World) {
        // A node without a mail server, with text messages.
        let twilio = Twilio::start().await;
        let node = with_sms(world, &twilio).await;
        let desk = node.as_signed_in(&world.receptionist().await);
        let both = json!({ "email": "jane@example.org", "contact_info": "783 4351" });
        let both = patient(&desk, both).await;
        let invited = desk.post(&format!("patients/{both}/invite/"), json!({})).await.is(200).clone();
        assert_eq!((&invited["status"], &invited["channel"]), (&json!("invited"), &json!("sms")));
        node.settle().await;
        assert_eq!(twilio.sent().len(), 1);
        let mail = patient(&desk, json!({ "email": "awa@example.org", "first_name": "Awa" })).await;
        let invited = desk.post(&format!("patients/{mail}/invite/"), json!({})).await.is(200).clone();
        assert_eq!((&invited["status"], &invited["channel"]), (&json!("no_mail_server"), &json!("email")));
        node.settle().await;
        // And the other way round.
        let desk = world.receptionist().await;
        let phone = patient(&desk, json!({ "contact_info": "783 4352", "first_name": "Binta" })).await;
        let invited = desk.post(&format!("patients/{phone}/invite/"), json!({})).await.is(200).clone();
        assert_eq!((&invited["status"], &invited["channel"]), (&json!("no_sms_provider"), &json!("sms")));
        world.settle().await;
        assert_eq!((twilio.sent().len(), world.mails().len()), (1, 0));
    }
}

async fn with_sms(world: &World, twilio: &Twilio) -> Node {
    let settings = [
        ("TWILIO_API_URL", twilio.url.as_str()),
        ("TWILIO_ACCOUNT_SID", Twilio::ACCOUNT),
        ("TWILIO_AUTH_TOKEN", Twilio::TOKEN),
        ("TWILIO_PHONE_NUMBER", Twilio::NUMBER),
    ];
    world.node(&settings).await
}
