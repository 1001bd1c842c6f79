//! A patient's month.

use std::net::SocketAddr;
use std::time::Duration;

use counterparts::{SendGrid, Twilio};
use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use serde_json::{Value as Json, json};
use testkit::{Base, Caller, Reply};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::page::Page;

/// One end of the call.
type Socket = WebSocketStream<TcpStream>;

/// Enters the room of a call.
async fn enter(address: SocketAddr, room: &str, shown: &str) -> Socket {
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/ws/telemedicine/{room}/");
    let mut request = url.into_client_request().unwrap();
    let shown = HeaderValue::from_str(&format!("chelal, {shown}")).unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", shown);
    client_async(request, stream).await.unwrap().0
}

/// What is heard next, or the code by which the room was closed.
async fn hear(socket: &mut Socket) -> Json {
    let heard = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Close(frame))) => {
                    return json!({ "closed": frame.map(|frame| u16::from(frame.code)) });
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return json!({ "closed": null }),
            }
        }
    });
    heard.await.unwrap()
}

/// What Jane's phone sends, as Twilio passes it on.
async fn text_message(to: &Caller, said: &str) -> Reply {
    let fields = [
        ("From", "+2207834351"),
        ("Body", said),
        ("MessageSid", "SM1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let path = "/api/messaging/twilio/inbound/";
    let url = format!("https://chelal.hospital.gm{path}");
    let signature = messaging::delivery::signature::sign(Twilio::TOKEN, &url, &fields);
    let body = serde_urlencoded::to_string(fields).unwrap();
    to.request("POST", path)
        .header("x-twilio-signature", &signature)
        .raw("application/x-www-form-urlencoded", body.into_bytes())
        .send()
        .await
}

/// A text without the token of its link, which is another each time.
fn without_token(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    let masked = words.map(|word| match word.split_once("token=") {
        Some((before, token)) => {
            let end = token.trim_start_matches(|c: char| !c.is_whitespace());
            format!("{before}token=…{end}")
        }
        None => word.to_owned(),
    });
    masked.collect()
}

#[test]
fn a_patients_month() {
    testkit::run(Base::Sqlite, |world| {
        Box::pin(async move {
            let (twilio, sendgrid) = (Twilio::start().await, SendGrid::start().await);
            let node = world
                .node(&[
                    ("CHELAL_PUBLIC_URL", "https://chelal.hospital.gm"),
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
            for (name, role) in [
                ("ceesay", kernel::BuiltinRole::Doctor),
                ("isatou", kernel::BuiltinRole::Receptionist),
                ("lamin", kernel::BuiltinRole::LabTechnician),
            ] {
                world.user(name, Some(role)).await;
            }
            let begin = "A patient is invited to the portal, sees her results once they are reviewed, asks for more \
                         tablets, confirms her next visit by text message, joins it as a call, and reads who looked at \
                         her record.";
            let mut page = Page::new("A patient's month", begin);
            let at = |time: &str| world.clock.set(time.parse().unwrap());
            let staff = |name: &'static str| world.sign_in(name, testkit::PASSWORD);

            page.say("## Monday: invited from her record");
            let desk = staff("isatou").await;
            let body = json!({
                "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female",
                "contact_info": "783 4351", "email": "jane@example.org",
            });
            let patient = desk.post("patients/", body).await.id();
            page.say(
                "Jane asks at the desk for an account. The link goes to the address on her record.",
            );
            let path = format!("patients/{patient}/invite/");
            let invited = page.ask(&desk, "POST", &path, Some(json!({}))).await;
            node.settle().await;
            let mail = sendgrid.sent()[0].clone();
            page.say("Her mailbox shows:");
            page.show(
                "text",
                &format!("Subject: {}\n\n{}", mail.subject, without_token(&mail.text)),
            );
            let token = mail.text.split("token=").nth(1).unwrap();
            let token = token.split_whitespace().next().unwrap();
            let password = "seven green mangoes";
            let chosen = json!({ "token": token, "password": password });
            let nobody = world.anonymous();
            let accepted = nobody.post("auth/accept-invitation/", chosen).await;
            accepted.is(200);
            page.say("She chooses a password behind the link, which then has done its work, and signs in.");
            let username = invited.json["username"].as_str().unwrap().to_owned();
            let jane = || world.sign_in(&username, password);

            page.say("## Tuesday: results, once they are reviewed");
            at("2026-11-24T09:00:00Z");
            let (doctor, tech) = (staff("ceesay").await, staff("lamin").await);
            let body = json!({ "patient": patient, "notes": "Palpitations" });
            let encounter = doctor.post("encounters/", body).await.id();
            let test = tech.get("lab_tests/catalog/?test_code=K").await.json[0]["id"].clone();
            let body = json!({ "encounter": encounter, "items": [{ "lab_test_id": test }] });
            let order = doctor.post("lab_orders/", body).await.is(201).clone();
            let result = json!({
                "lab_order_item": order["items"][0]["id"], "parameter_name": "K", "value_numeric": 4.1,
            });
            let path = format!("lab_orders/{}/", order["id"]);
            let results = json!({ "results": [result] });
            tech.put(&format!("{path}add_results/"), results)
                .await
                .is(200);
            page.say("The laboratory has entered her potassium. As long as no doctor has looked at it, she sees nothing.");
            page.ask(&jane().await, "GET", "patient-portal/laborders/", None)
                .await;
            doctor
                .post(&format!("{path}review/"), json!({}))
                .await
                .is(200);
            page.say("Dr Ceesay has reviewed it.");
            let seen = jane().await;
            page.ask(&seen, "GET", "patient-portal/laborders/", None)
                .await;

            page.say("## A week later: more tablets");
            at("2026-12-01T09:00:00Z");
            let path = format!("patients/{patient}/messages/");
            let body = json!({ "subject": "Tablets", "message": "They are nearly used up. May I have more?" });
            let asked = page
                .ask(&jane().await, "POST", &path, Some(body))
                .await
                .id();
            node.settle().await;
            let doctor = staff("ceesay").await;
            page.say("Dr Ceesay is told that there is a message, not what it says, and answers.");
            page.ask(&doctor, "GET", "notifications/?type=message", None)
                .await;
            let read = format!("secure-messages/{asked}/mark_read/");
            page.ask(&doctor, "POST", &read, Some(json!({}))).await;
            let body = json!({ "subject": "Tablets", "message": "Yes. I would like to see you before: come on the 10th." });
            page.ask(&doctor, "POST", &path, Some(body)).await;
            let desk = staff("isatou").await;
            let body =
                json!({ "patient": patient, "doctor": 1, "date": "2026-12-10", "time": "10:00" });
            let visit = desk.post("appointments/", body).await.id();
            node.settle().await;

            page.say("## The day before the visit: confirmed by text message");
            at("2026-12-09T10:00:00Z");
            node.settle().await;
            page.say("Jane's phone shows:");
            page.show("text", &twilio.sent()[0].body);
            page.say("She answers `1`, and reads:");
            let back = text_message(&node.anonymous(), "1").await;
            page.show("text", &back.text());
            let path = format!("appointments/{visit}/");
            page.ask(&jane().await, "GET", &path, None).await;

            page.say("## The visit: a call");
            at("2026-12-10T09:50:00Z");
            let desk = staff("isatou").await;
            let body = json!({ "appointment": visit, "scheduled_start": "2026-12-10T10:00:00Z" });
            let session = desk.post("telemedicine/sessions/", body).await.id();
            page.say("The desk has made it a visit by video. Jane asks for her link, which works for an hour and is hers alone; here only the doctor's is shown, which she is not told.");
            let (jane, doctor) = (jane().await, staff("ceesay").await);
            let path = format!("telemedicine/sessions/{session}/");
            let info = page
                .brief(
                    &jane,
                    "GET",
                    &format!("{path}join_info/"),
                    None,
                    &["join_url_doctor"],
                )
                .await;
            let link = info.json["join_url_patient"].as_str().unwrap();
            let letter = format!("letter-{}", link.split_once("link=").unwrap().1);
            let room = info.json["video_room_id"].as_str().unwrap().to_owned();
            let address = node.listen().await;
            page.say("The page behind the link opens the room, `/ws/telemedicine/<room>/`. She waits; then Dr Ceesay comes in, and hears what she writes.");
            let mut hers = enter(address, &room, &letter).await;
            let mut told = vec![hear(&mut hers).await];
            let mut his = enter(address, &room, doctor.token.as_deref().unwrap()).await;
            told.push(hear(&mut hers).await);
            let said = json!({ "event": "chat", "text": "Good morning, doctor" });
            hers.send(Message::text(said.to_string())).await.unwrap();
            while !told.last().is_some_and(|last| last["event"] == "chat") {
                told.push(hear(&mut his).await);
            }
            let lines = told.iter().map(|said| {
                let shown = match said["event"].as_str() {
                    Some("welcome") => json!({ "event": "welcome", "role": said["role"] }),
                    _ => said.clone(),
                };
                format!("{shown}\n")
            });
            page.show("json", &lines.collect::<String>());
            page.say("He ends the call, and both rooms are closed, hers with this code:");
            doctor.post(&format!("{path}end/"), json!({})).await.is(200);
            let mut last = hear(&mut hers).await;
            while last["closed"].is_null() {
                last = hear(&mut hers).await;
            }
            page.show("json", &last.to_string());
            let jane = || world.sign_in(&username, password);

            page.say("## Before Christmas: who looked");
            at("2026-12-20T10:00:00Z");
            node.settle().await;
            let path = format!("patients/{patient}/access_log/");
            page.ask(&jane().await, "GET", &path, None).await;
            page.finish("a-patients-month.md");
        })
    });
}
