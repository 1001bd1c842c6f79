//! `/ws/telemedicine/<room>/` over real connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use ops::boot::Beside;
use platform::db::Dialect;
use serde_json::{Value as Json, json};
use testkit::Caller;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{Practice, SESSIONS, book, end, join_info, letter_of, link, record_of};

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a room's socket and shows this; else the status of the refusal.
pub(crate) async fn knock(address: SocketAddr, room: &str, shown: &str) -> Result<Socket, u16> {
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/ws/telemedicine/{room}/");
    let mut request = url.into_client_request().unwrap();
    let protocols = HeaderValue::from_str(&format!("chelal{shown}")).unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocols);
    match client_async(request, stream).await {
        Ok((socket, answer)) => {
            assert_eq!(answer.headers()["sec-websocket-protocol"], "chelal");
            Ok(socket)
        }
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// What a caller shows who comes with their access token.
fn token(caller: &Caller) -> String {
    format!(", {}", caller.token.as_deref().unwrap())
}

/// What somebody shows who comes by a link.
pub(crate) fn letter(url: &str) -> String {
    format!(", letter-{}", letter_of(url))
}

/// The next frame; how it was closed, as `{"closed": code}`.
pub(crate) async fn hear(socket: &mut Socket) -> Json {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        match tokio::time::timeout_at(until, socket.next()).await.unwrap() {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(frame))) => {
                return json!({ "closed": frame.map(|frame| u16::from(frame.code)) });
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return json!({ "closed": null }),
        }
    }
}

async fn say(socket: &mut Socket, message: Json) {
    socket
        .send(Message::text(message.to_string()))
        .await
        .unwrap();
}

/// Fails unless the server closes the socket with this code within a second. The other side may be gone a moment before.
async fn is_closed_within_a_second(socket: &mut Socket, code: u16) {
    let began = Instant::now();
    let mut said = hear(socket).await;
    if said["event"] == "left" {
        said = hear(socket).await;
    }
    assert_eq!(said["closed"], code, "{said}");
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

async fn is_quiet(socket: &mut Socket) -> bool {
    let wait = async { while let Some(Ok(Message::Ping(_))) = socket.next().await {} };
    tokio::time::timeout(Duration::from_millis(300), wait)
        .await
        .is_err()
}

async fn room(practice: &Practice, session: i64) -> String {
    let info = practice.desk.get(&join_info(session)).await;
    info.is(200)["video_room_id"].as_str().unwrap().to_owned()
}

/// Opens a socket and hears that it is open.
async fn enter(address: SocketAddr, room: &str, shown: &str, role: &str) -> Socket {
    let mut socket = knock(address, room, shown).await.unwrap();
    let welcome = hear(&mut socket).await;
    assert_eq!(
        (&welcome["event"], &welcome["role"]),
        (&json!("welcome"), &json!(role))
    );
    socket
}

/// Both inside: the patient by their link, the doctor with their token.
async fn met(practice: &Practice, address: SocketAddr, session: i64) -> (Socket, Socket) {
    let room = room(practice, session).await;
    let url = link(&practice.patient, session, "patient").await;
    let mut patient = enter(address, &room, &letter(&url), "patient").await;
    let mut doctor = enter(address, &room, &token(&practice.doctor), "doctor").await;
    assert_eq!(hear(&mut patient).await, json!({ "event": "joined" }));
    assert_eq!(hear(&mut doctor).await, json!({ "event": "joined" }));
    (doctor, patient)
}

testkit::on_both! {
    async fn the_patient_waits_and_then_the_two_are_passed_on_to_each_other(world: &World) {
        let practice = Practice::new(world).await;
        let (id, address) = (practice.session().await, world.listen().await);
        let room = room(&practice, id).await;
        let url = link(&practice.patient, id, "patient").await;
        let mut patient = enter(address, &room, &letter(&url), "patient").await;
        // The waiting room: nobody is there to hear.
        say(&mut patient, json!({ "event": "offer", "sdp": "early" })).await;
        assert_eq!(hear(&mut patient).await, json!({ "event": "refused", "reason": "alone" }));
        let mut doctor = enter(address, &room, &token(&practice.doctor), "doctor").await;
        assert_eq!(hear(&mut patient).await["event"], "joined");
        assert_eq!(hear(&mut doctor).await["event"], "joined");
        // As large as browsers make them, in their order, to the other and not back.
        let offer = json!({ "event": "offer", "sdp": "v=0\r\na=\"é\"\r\n".repeat(1200) });
        say(&mut doctor, offer.clone()).await;
        assert_eq!(hear(&mut patient).await, offer);
        for message in [
            json!({ "event": "answer", "sdp": "v=0" }),
            json!({ "event": "candidate", "candidate": { "candidate": "candidate:1 1 UDP 1 192.0.2.7 9 typ host", "sdpMLineIndex": 0 } }),
            json!({ "event": "candidate", "candidate": null }),
            json!({ "event": "chat", "text": "Good morning, \u{1f44b}" }),
        ] {
            say(&mut patient, message.clone()).await;
            assert_eq!(hear(&mut doctor).await, message);
        }
        assert!(is_quiet(&mut patient).await && is_quiet(&mut doctor).await);
        for (nonsense, reason) in [
            (json!({ "event": "chat", "text": " " }), "length"), (json!({ "event": "chat", "text": "x".repeat(2001) }), "length"),
            (json!({ "event": "welcome" }), "unknown"), (json!([1]), "unknown"), (json!({ "event": "offer" }), "unknown"),
        ] {
            say(&mut patient, nonsense).await;
            assert_eq!(hear(&mut patient).await, json!({ "event": "refused", "reason": reason }));
        }
        drop(doctor);
        assert_eq!(hear(&mut patient).await, json!({ "event": "left" }));
        world.settle().await;
        let trail = world.audit_of("TelemedicineSession").await;
        let joined: Vec<_> = trail.iter().filter(|row| row.description.starts_with("joined the call")).collect();
        assert_eq!(joined.len(), 2);
        assert!(joined.iter().all(|row| row.patient == Some(practice.record)));
    }

    async fn a_third_is_refused(world: &World) {
        let practice = Practice::new(world).await;
        let (id, address) = (practice.session().await, world.listen().await);
        let room = room(&practice, id).await;
        let (nurse, colleague, neighbour) = (world.nurse().await, world.doctor().await, world.patient().await);
        let record = record_of(&practice.admin, Some(&neighbour)).await;
        for stranger in [&practice.admin, &practice.desk, &nurse, &colleague, &neighbour] {
            assert_eq!(knock(address, &room, &token(stranger)).await.err(), Some(403));
        }
        assert_eq!(knock(address, "no-such-room", &token(&practice.doctor)).await.err(), Some(403));
        assert_eq!(knock(address, &room, "").await.err(), Some(401));
        assert_eq!(knock(address, &room, ", letter-forged").await.err(), Some(401));
        // A link of another call, the doctor's link in other hands, and one that is too old.
        let other = book(&practice.desk, record, &practice.doctor, "12:00").await;
        let other = practice.desk.post(SESSIONS, json!({ "appointment": other, "scheduled_start": "2026-11-24T12:00:00Z" })).await.id();
        let elsewhere = letter(&link(&neighbour, other, "patient").await);
        assert_eq!(knock(address, &room, &elsewhere).await.err(), Some(403));
        let doctors = letter(&link(&practice.admin, id, "doctor").await);
        assert_eq!(knock(address, &room, &doctors).await.err(), Some(403));
        let own = letter(&link(&practice.patient, id, "patient").await);
        practice.pass(world, 61);
        assert_eq!(knock(address, &room, &own).await.err(), Some(401));
        world.settle().await;
    }

    async fn a_patient_without_an_account_comes_by_the_link_they_were_handed(world: &World) {
        let practice = Practice::new(world).await;
        let address = world.listen().await;
        let record = record_of(&practice.admin, None).await;
        let appointment = book(&practice.desk, record, &practice.doctor, "12:00").await;
        let id = practice.desk.post(SESSIONS, json!({ "appointment": appointment, "scheduled_start": "2026-11-24T12:00:00Z" })).await.id();
        let room = room(&practice, id).await;
        let url = link(&practice.desk, id, "patient").await;
        let mut patient = enter(address, &room, &letter(&url), "patient").await;
        let mut doctor = enter(address, &room, &token(&practice.doctor), "doctor").await;
        assert_eq!(hear(&mut patient).await["event"], "joined");
        // Inside, they stay when the link is too old to open anything.
        practice.pass(world, 61);
        tokio::time::sleep(Duration::from_millis(700)).await;
        say(&mut patient, json!({ "event": "chat", "text": "still here" })).await;
        assert_eq!(hear(&mut doctor).await["event"], "joined");
        assert_eq!(hear(&mut doctor).await["text"], "still here");
        world.settle().await;
    }

    async fn a_revoked_session_is_thrown_out(world: &World) {
        let practice = Practice::new(world).await;
        let (id, address) = (practice.session().await, world.listen().await);
        let (mut doctor, mut patient) = met(&practice, address, id).await;
        let url = link(&practice.patient, id, "patient").await;
        practice.patient.post("auth/logout/", json!({})).await;
        is_closed_within_a_second(&mut patient, 4401).await;
        assert_eq!(hear(&mut doctor).await["event"], "left");
        // The link died with the sign-in that asked for it.
        assert_eq!(knock(address, &room(&practice, id).await, &letter(&url)).await.err(), Some(401));
        practice.admin.post(&format!("users/{}/deactivate/", practice.doctor.id), json!({})).await.is(200);
        is_closed_within_a_second(&mut doctor, 4401).await;
        world.settle().await;
    }

    async fn ending_and_cancelling_close_both(world: &World) {
        let practice = Practice::new(world).await;
        let (id, address) = (practice.session().await, world.listen().await);
        let (mut doctor, mut patient) = met(&practice, address, id).await;
        practice.doctor.post(&end(id), json!({})).await.is(200);
        is_closed_within_a_second(&mut patient, 4410).await;
        is_closed_within_a_second(&mut doctor, 4410).await;
        let room = room_of_ended(&practice, id).await;
        assert_eq!(knock(address, &room, &token(&practice.doctor)).await.err(), Some(409));

        practice.desk.patch(&practice.at(), json!({ "time": "16:00" })).await.is(200);
        world.settle().await;
        let (mut doctor, mut patient) = met(&practice, address, id).await;
        practice.desk.patch(&practice.at(), json!({ "time": "16:30" })).await.is(200);
        world.settle().await;
        for socket in [&mut doctor, &mut patient] {
            assert_eq!(hear(socket).await, json!({ "event": "moved", "scheduled_start": "2026-11-24T16:30:00Z" }));
        }
        practice.doctor.post(&format!("{}cancel/", practice.at()), json!({})).await.is(200);
        world.settle().await;
        is_closed_within_a_second(&mut patient, 4410).await;
        is_closed_within_a_second(&mut doctor, 4410).await;
    }

    async fn the_call_goes_on_where_it_was_opened_last(world: &World) {
        let practice = Practice::new(world).await;
        let (id, address) = (practice.session().await, world.listen().await);
        let (mut doctor, mut patient) = met(&practice, address, id).await;
        let room = room(&practice, id).await;
        let mut phone = enter(address, &room, &token(&practice.patient), "patient").await;
        is_closed_within_a_second(&mut patient, 4409).await;
        assert_eq!(hear(&mut phone).await["event"], "joined");
        assert_eq!(hear(&mut doctor).await["event"], "joined");
        say(&mut doctor, json!({ "event": "chat", "text": "Hello again" })).await;
        assert_eq!(hear(&mut phone).await["text"], "Hello again");
        assert!(is_quiet(&mut doctor).await);
        world.settle().await;
    }

    async fn what_clients_say_is_bounded(world: &World) {
        let practice = Practice::new(world).await;
        let (id, address) = (practice.session().await, world.listen().await);
        let (mut doctor, mut patient) = met(&practice, address, id).await;
        say(&mut doctor, json!({ "event": "offer", "sdp": "x".repeat(33 * 1024) })).await;
        assert_eq!(hear(&mut doctor).await["closed"], 1009);
        assert_eq!(hear(&mut patient).await["event"], "left");
        for _ in 0..200 {
            if patient.send(Message::text("{}")).await.is_err() {
                break;
            }
        }
        let closed = loop {
            let said = hear(&mut patient).await;
            if said["event"].is_null() {
                break said;
            }
        };
        assert!(closed["closed"] == 1009 || closed["closed"].is_null(), "{closed}");
        world.settle().await;
    }

    async fn two_nodes_are_one(world: &World) {
        // SQLite is one node's.
        if world.app.dialect() == Dialect::Sqlite {
            return;
        }
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let node = world.node(&[]).await;
        let beside = [Beside::start(&world.app).unwrap(), Beside::start(&node.app).unwrap()];
        let (here, there) = (world.listen().await, node.listen().await);
        let room = room(&practice, id).await;
        let mut doctor = enter(here, &room, &token(&practice.doctor), "doctor").await;
        let mut patient = enter(there, &room, &token(&practice.patient), "patient").await;
        assert_eq!(hear(&mut doctor).await["event"], "joined");
        assert_eq!(hear(&mut patient).await["event"], "joined");
        let offer = json!({ "event": "offer", "sdp": "v=0\r\n".repeat(4000) });
        say(&mut doctor, offer.clone()).await;
        assert_eq!(hear(&mut patient).await, offer);
        practice.doctor.post(&end(id), json!({})).await.is(200);
        is_closed_within_a_second(&mut patient, 4410).await;
        world.settle().await;
        for (beside, app) in beside.into_iter().zip([&world.app, &node.app]) {
            beside.stop(app).await;
        }
        node.app.close().await;
    }
}

/// The room of a session that `join_info/` refuses.
async fn room_of_ended(practice: &Practice, session: i64) -> String {
    let row = practice.desk.get(&format!("{SESSIONS}{session}/")).await;
    row.is(200)["video_room_id"].as_str().unwrap().to_owned()
}
