//! `/ws/notifications/<user>/` over real connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use counterparts::wire::{Cut, State, Wire, server_of};
use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use jiff::SignedDuration;
use kernel::Reach;
use messaging::notification::NotificationType;
use messaging::{Notice, notify};
use patients::patient::Patient;
use platform::app::App;
use platform::module::Module;
use platform::resource::Resource;
use platform::texts::Text;
use platform::unit;
use serde_json::{Value as Json, json};
use server::listen::{self, Limits};
use std::sync::Arc;
use testkit::{Base, Caller, Installation};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

type Socket = WebSocketStream<TcpStream>;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a socket with some headers; else the status of the refusal.
async fn knock(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
    let stream = TcpStream::connect(address).await.unwrap();
    knock_on(stream, address, path, headers).await
}

async fn knock_on(
    stream: TcpStream,
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Socket, u16> {
    let mut request = format!("ws://{address}{path}")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(value).unwrap());
    }
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

fn protocols(caller: &Caller) -> String {
    format!("chelal, {}", caller.token.as_deref().unwrap())
}

fn path(caller: &Caller, query: &str) -> String {
    format!("/ws/notifications/{}/{query}", caller.id)
}

/// Opens a caller's own socket and hears that it is open.
async fn open(address: SocketAddr, caller: &Caller, query: &str) -> Socket {
    let shown = protocols(caller);
    let headers = [("sec-websocket-protocol", &*shown)];
    let mut socket = knock(address, &path(caller, query), &headers)
        .await
        .unwrap();
    assert_eq!(hear(&mut socket).await["event"], "connected");
    socket
}

/// The next frame; how it was closed, as `{"closed": code}`.
async fn hear(socket: &mut Socket) -> Json {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let said = tokio::time::timeout_at(until, socket.next()).await.unwrap();
        match said {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(frame))) => {
                return json!({ "closed": frame.map(|frame| u16::from(frame.code)) });
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return json!({ "closed": null }),
        }
    }
}

/// Nothing but pings comes for a while.
async fn is_quiet(socket: &mut Socket, time: Duration) -> bool {
    tokio::time::timeout(time, async {
        while let Some(Ok(Message::Ping(_))) = socket.next().await {}
    })
    .await
    .is_err()
}

/// Fails unless the server closes the socket with this code within a second.
async fn is_closed_within_a_second(socket: &mut Socket, code: u16) {
    let began = Instant::now();
    assert_eq!(hear(socket).await["closed"], code);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

async fn tell(app: &Arc<App>, user: i64, title: String) -> i64 {
    let notice = Notice {
        user,
        kind: NotificationType::Task,
        text: Text::new("notice-task-assigned").with("title", title),
        related: None,
        patient: None,
    };
    let stored = unit::program(app, "test", move |cx| {
        let notice = notice.clone();
        Box::pin(async move { notify(cx, notice).await })
    });
    stored.await.unwrap().unwrap()
}

/// As [`tell`], several in one transaction.
async fn tell_many(app: &Arc<App>, user: i64, title: &str, times: usize) -> Vec<i64> {
    let text = Text::new("notice-task-assigned").with("title", title);
    let stored = unit::program(app, "test", move |cx| {
        let text = text.clone();
        Box::pin(async move {
            let mut ids = Vec::new();
            for _ in 0..times {
                let notice = Notice {
                    user,
                    kind: NotificationType::Task,
                    text: text.clone(),
                    related: None,
                    patient: None,
                };
                ids.extend(notify(cx, notice).await?);
            }
            Ok(ids)
        })
    });
    stored.await.unwrap()
}

/// Reads until `count` notifications came; their ids.
async fn ids(socket: &mut Socket, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    while ids.len() < count {
        let frame = hear(socket).await;
        let id = frame["id"].as_i64();
        ids.push(id.unwrap_or_else(|| panic!("{frame} after {} of {count}", ids.len())));
    }
    ids
}

/// A socket to every patient's reader that says how far they may read: when it is opened, when that changes, and
/// what a unit of work opened for them gets whenever they say something.
const REACH: platform::socket::Socket = platform::socket::Socket {
    path: "reach/",
    largest: 1024,
    admit: |guest| {
        Box::pin(async move {
            match guest.reach(Patient::READ) {
                Reach::None => Err(platform::error::Error::denied()),
                _ => Ok(()),
            }
        })
    },
    talk: |guest, line| {
        Box::pin(async move {
            let mut rights = guest.rights();
            loop {
                let reach = guest.opening(Patient::READ).reach;
                line.say(json!({ "reach": reach.as_str() }).to_string())
                    .await?;
                tokio::select! {
                    _ = rights.changed() => {}
                    heard = line.hear() => drop(heard?),
                }
            }
        })
    },
};

testkit::on_both! {
    async fn only_ones_own_and_only_with_a_good_token(world: &World) {
        let address = world.listen().await;
        let (nurse, doctor) = (world.nurse().await, world.doctor().await);
        let (own, shown) = (path(&nurse, ""), protocols(&nurse));
        let token = nurse.token.clone().unwrap();
        let protocol = [("sec-websocket-protocol", &*shown)];
        assert_eq!(knock(address, &own, &[]).await.err(), Some(401));
        assert_eq!(knock(address, &own, &[("sec-websocket-protocol", "chelal")]).await.err(), Some(401));
        assert_eq!(knock(address, &own, &[("sec-websocket-protocol", "chelal, aaaaaaaaa.bbbbbbbbb.ccccccccc")]).await.err(), Some(401));
        assert_eq!(knock(address, &path(&doctor, ""), &protocol).await.err(), Some(403));
        assert_eq!(knock(address, "/ws/notifications/me/", &protocol).await.err(), Some(403));
        for query in [format!("?token={token}"), format!("?access_token={token}"), format!("?q={token}")] {
            assert_eq!(knock(address, &path(&nurse, &query), &protocol).await.err(), Some(400), "{query}");
            assert_eq!(knock(address, &path(&nurse, &query), &[]).await.err(), Some(400), "{query}");
        }
        assert_eq!(knock(address, &path(&nurse, "?since=lately"), &protocol).await.err(), Some(400));
        let from = |origin| [("sec-websocket-protocol", &*shown), ("origin", origin)];
        assert_eq!(knock(address, &own, &from("https://evil.example")).await.err(), Some(403));
        assert!(knock(address, &own, &from("http://localhost:5173")).await.is_ok());
        assert!(knock(address, &own, &from(&format!("http://{address}"))).await.is_ok());
        assert!(knock(address, own.trim_end_matches('/'), &protocol).await.is_ok());
        // Programs that can, send the token where all others do; old clients offer nothing but the token.
        assert!(knock(address, &own, &[("authorization", &format!("Bearer {token}"))]).await.is_ok());
        assert!(knock(address, &own, &[("sec-websocket-protocol", &*token)]).await.is_ok());
        // What is no socket is told so.
        nurse.over(address).get(&own).await.refuses(400, "invalid");
        world.pass(SignedDuration::from_mins(31));
        assert_eq!(knock(address, &own, &protocol).await.err(), Some(401));
    }

    async fn a_ticket_opens_one_socket_once(world: &World) {
        let address = world.listen().await;
        let (nurse, doctor) = (world.nurse().await, world.doctor().await);
        let ticket = async |caller: &Caller| {
            let reply = caller.post("ws-ticket/", json!({})).await;
            assert_eq!(reply.is(201)["expires_in"], 30);
            format!("?ticket={}", reply.json["ticket"].as_str().unwrap())
        };
        let first = ticket(&nurse).await;
        assert!(knock(address, &path(&nurse, &first), &[]).await.is_ok());
        assert_eq!(knock(address, &path(&nurse, &first), &[]).await.err(), Some(401));
        let other = ticket(&doctor).await;
        assert_eq!(knock(address, &path(&nurse, &other), &[]).await.err(), Some(403));
        let late = ticket(&nurse).await;
        world.pass(SignedDuration::from_secs(31));
        assert_eq!(knock(address, &path(&nurse, &late), &[]).await.err(), Some(401));
        assert_eq!(knock(address, &path(&nurse, "?ticket="), &[]).await.err(), Some(401));
        world.anonymous().post("ws-ticket/", json!({})).await.is(401);
        // Whoever signed out meanwhile does not come in.
        let stale = ticket(&nurse).await;
        nurse.post("auth/logout/", json!({})).await;
        assert_eq!(knock(address, &path(&nurse, &stale), &[]).await.err(), Some(401));
    }

    async fn a_task_is_heard_of_at_once(world: &World) {
        let address = world.listen().await;
        let (doctor, nurse) = (world.doctor().await, world.nurse().await);
        let before = tell(&world.app, nurse.id, "Before".into()).await;
        let shown = protocols(&nurse);
        let mut socket = knock(address, &path(&nurse, ""), &[("sec-websocket-protocol", &*shown)]).await.unwrap();
        assert_eq!(hear(&mut socket).await, json!({ "event": "connected", "last_id": before, "unread": 1 }));
        doctor.post("tasks/", json!({ "title": "Blood count", "assignee": nurse.id })).await.is(201);
        world.settle().await;
        let heard = hear(&mut socket).await;
        let listed = nurse.get("notifications/?unread=true&limit=1").await;
        let mut expected = listed.is(200)["results"][0].clone();
        expected["event"] = json!("notification");
        assert_eq!(heard, expected);
        assert_eq!((&heard["message"], &heard["type"]), (&json!("You were given a task: Blood count"), &json!("task")));
        // From the beginning, in order, whatever the client saw before.
        let mut again = open(address, &nurse, "?since=0").await;
        assert_eq!(ids(&mut again, 2).await, [before, heard["id"].as_i64().unwrap()]);
    }

    async fn what_names_a_patient_leaves_a_trace_when_it_is_sent(world: &World) {
        let address = world.listen().await;
        let (doctor, nurse) = (world.doctor().await, world.nurse().await);
        let patient = json!({ "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
        let patient = doctor.post("patients/", patient).await.id();
        let mut socket = open(address, &nurse, "").await;
        doctor.post("tasks/", json!({ "title": "Dressing", "assignee": nurse.id, "related_patient": patient })).await.is(201);
        world.settle().await;
        let id = hear(&mut socket).await["id"].as_i64();
        let trail = world.audit_of("Notification").await;
        let seen = trail.iter().find(|row| row.action.as_str() == "view" && row.object_id == id).unwrap();
        assert_eq!((seen.patient, seen.user), (Some(patient), Some(nurse.id)));
    }

    async fn whoever_may_stay_no_longer_is_thrown_out(world: &World) {
        let address = world.listen().await;
        let (admin, nurse, clerk) = (world.admin().await, world.nurse().await, world.receptionist().await);
        let mut first = open(address, &nurse, "").await;
        let sessions = nurse.get("sessions/").await;
        let key = sessions.is(200)[0]["session_key"].as_str().unwrap().to_owned();
        nurse.post(&format!("sessions/{key}/revoke/"), json!({})).await.is(200);
        is_closed_within_a_second(&mut first, 4401).await;

        let mut second = open(address, &clerk, "").await;
        admin.post(&format!("users/{}/deactivate/", clerk.id), json!({})).await.is(200);
        is_closed_within_a_second(&mut second, 4401).await;

        let leaver = world.doctor().await;
        let mut third = open(address, &leaver, "").await;
        leaver.post("auth/logout/", json!({})).await;
        is_closed_within_a_second(&mut third, 4401).await;

        // The session outlives its access tokens, and ends by itself.
        let mut fourth = open(address, &admin, "").await;
        world.pass(SignedDuration::from_hours(2));
        assert!(is_quiet(&mut fourth, Duration::from_secs(1)).await);
        world.pass(SignedDuration::from_hours(24 * 14));
        is_closed_within_a_second(&mut fourth, 4401).await;
    }

    async fn whoever_may_do_less_reads_less_at_once(world: &World) {
        let node = world.node_with(&[], vec![Module::new("reach").socket(REACH)]).await;
        let address = node.listen().await;
        let admin = node.as_signed_in(&world.admin().await);
        let id = admin.post("roles/", json!({ "name": "Porter", "permissions": ["patients:read"] })).await.id();
        let role = format!("roles/{id}/");
        let modou = json!({ "username": "modou", "password": testkit::PASSWORD, "role": id });
        admin.post("users/", modou).await.is(201);
        let porter = world.sign_in("modou", testkit::PASSWORD).await;
        let shown = protocols(&porter);
        let mut socket = knock(address, "/ws/reach/", &[("sec-websocket-protocol", &*shown)]).await.unwrap();
        assert_eq!(hear(&mut socket).await["reach"], "all");
        // Given that the role is narrowed while the socket is open: it is told, and reads no further.
        let began = Instant::now();
        admin.patch(&role, json!({ "scopes": { "patients": "own" } })).await.is(200);
        assert_eq!(hear(&mut socket).await["reach"], "own");
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        socket.send(Message::Text("again".into())).await.unwrap();
        assert_eq!(hear(&mut socket).await["reach"], "own");
        // A change of other rights is news too, a change of the role's name is none.
        admin.patch(&role, json!({ "name": "Carrier" })).await.is(200);
        assert!(is_quiet(&mut socket, Duration::from_millis(500)).await);
        admin.patch(&role, json!({ "permissions": [] })).await.is(200);
        is_closed_within_a_second(&mut socket, 4403).await;
        node.app.close().await;
    }

    async fn coming_back_loses_nothing_and_repeats_nothing(world: &World) {
        let address = world.listen().await;
        let nurse = world.nurse().await;
        // From before the first, so that all are waited for.
        let mut last = 0;
        let app = world.app.clone();
        let user = nurse.id;
        let telling = tokio::spawn(async move {
            join_all((0..200).map(|number| tell(&app, user, format!("Task {number}")))).await
        });
        let mut seen = Vec::new();
        while seen.len() < 200 {
            let mut socket = open(address, &nurse, &format!("?since={last}")).await;
            let some = (200 - seen.len()).min(7);
            let ids = ids(&mut socket, some).await;
            last = ids[ids.len() - 1];
            seen.extend(ids);
            // Gone without a word, perhaps in the middle of a message.
        }
        let mut told = telling.await.unwrap();
        told.sort_unstable();
        assert_eq!(seen, told);
    }

    async fn everybody_hears_their_own_and_all_of_it(world: &World) {
        let address = world.listen().await;
        let mut callers = Vec::new();
        for _ in 0..10 {
            callers.push(world.nurse().await);
        }
        let mut sockets = Vec::new();
        for caller in &callers {
            for _ in 0..10 {
                sockets.push((caller.id, open(address, caller, "").await));
            }
        }
        let quiet = world.doctor().await;
        let mut silent = open(address, &quiet, "").await;
        let told = join_all(callers.iter().flat_map(|caller| {
            (0..10).map(|number| tell(&world.app, caller.id, format!("Task {number}")))
        })).await;
        for (user, socket) in &mut sockets {
            let at = callers.iter().position(|caller| caller.id == *user).unwrap();
            let mut expected = told[at * 10..at * 10 + 10].to_vec();
            expected.sort_unstable();
            assert_eq!(ids(socket, 10).await, expected);
        }
        assert!(is_quiet(&mut silent, Duration::from_millis(200)).await);
    }

    async fn who_takes_nothing_is_let_go_and_comes_back(world: &World) {
        let address = world.listen().await;
        let nurse = world.nurse().await;
        let long = "አ".repeat(1900);
        let mut told = Vec::new();
        for _ in 0..20 {
            told.extend(tell_many(&world.app, nurse.id, &long, 50).await);
        }
        // A small window, so that the machine's buffers do not hide the client's slowness.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect(address).await.unwrap();
        let shown = protocols(&nurse);
        let headers = [("sec-websocket-protocol", &*shown)];
        let mut slow = knock_on(stream, address, &path(&nurse, "?since=0"), &headers).await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (mut last, mut count) = (0, 0);
        let closed = loop {
            let frame = hear(&mut slow).await;
            match frame["id"].as_i64() {
                Some(id) => (last, count) = (id, count + 1),
                None if frame["event"] == "connected" => {}
                None => break frame["closed"].clone(),
            }
        };
        assert!(count < told.len(), "{count}");
        assert_eq!(closed, 1013);
        let mut again = open(address, &nurse, &format!("?since={last}")).await;
        let rest = ids(&mut again, told.len() - count).await;
        assert_eq!(rest.last(), told.iter().max());
    }

    async fn clients_are_bounded_too(world: &World) {
        let address = world.listen().await;
        let nurse = world.nurse().await;
        let mut large = open(address, &nurse, "").await;
        large.send(Message::text("x".repeat(5000))).await.unwrap();
        assert_eq!(hear(&mut large).await["closed"], 1009);
        let mut loud = open(address, &nurse, "").await;
        for _ in 0..200 {
            if loud.send(Message::text("hello")).await.is_err() {
                break;
            }
        }
        assert_eq!(hear(&mut loud).await["closed"], 1009);
        let mut odd = open(address, &nurse, "").await;
        odd.send(Message::binary(vec![1, 2, 3])).await.unwrap();
        assert_eq!(hear(&mut odd).await["closed"], 1003);
        // One that reads nothing answers no ping.
        let mut dead = open(address, &nurse, "").await;
        tokio::time::sleep(Duration::from_millis(5500)).await;
        assert_eq!(hear(&mut dead).await["closed"], 4408);

        let nurse = world.nurse().await;
        let shown = protocols(&nurse);
        let headers = [("sec-websocket-protocol", &*shown)];
        let mut many = Vec::new();
        while many.len() < 20 {
            many.push(knock(address, &path(&nurse, ""), &headers).await.unwrap());
        }
        assert_eq!(knock(address, &path(&nurse, ""), &headers).await.err(), Some(429));
        drop(many.pop());
        let began = Instant::now();
        while knock(address, &path(&nurse, ""), &headers).await.is_err() {
            assert!(began.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn sockets_go_away_when_the_server_stops(world: &World) {
        let nurse = world.nurse().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let limits = Limits { connections: 4, sockets: 2, ..Limits::default() };
        let serving = tokio::spawn(listen::serve(listener, world.router.clone(), limits, async move {
            let _ = stopped.await;
        }));
        let mut sockets = [open(address, &nurse, "").await, open(address, &nurse, "").await];
        let shown = protocols(&nurse);
        let third = knock(address, &path(&nurse, ""), &[("sec-websocket-protocol", &*shown)]).await;
        assert_eq!(third.err(), Some(503));
        // Requests still get through.
        nurse.over(address).get("notifications/").await.is(200);
        stop.send(()).unwrap();
        for socket in &mut sockets {
            is_closed_within_a_second(socket, 1001).await;
        }
        drop(sockets);
        tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
    }
}

#[test]
fn a_database_that_is_away_closes_no_socket() {
    let binary = env!("CARGO_BIN_EXE_chelal");
    let Some(installation) = Installation::new(Base::Postgres, binary) else {
        return;
    };
    let mut installation = installation.with_superuser();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        // Given two nodes, of which the network can keep one from the database, and somebody with a socket there,
        let direct = installation.database_url().to_owned();
        let near = installation.serve();
        let wire = Wire::to(server_of(&direct)).await;
        installation.set("DATABASE_URL", &wire.through(&direct));
        let far = installation.serve();
        let matron = near.superuser().await;
        let body = json!({ "username": "fatou", "password": testkit::PASSWORD, "role": 4 });
        let id = matron.post("users/", body).await.id();
        let mut fatou = near.anonymous().sign_in("fatou", testkit::PASSWORD).await;
        fatou.id = id;
        let mut socket = open(far.address, &fatou, "").await;
        let task = async |title: &str| {
            let body = json!({ "title": title, "assignee": id });
            matron.post("tasks/", body).await.is(201);
        };
        task("Pulse").await;
        ids(&mut socket, 1).await;
        // when it is kept from it,
        wire.set(State::Refusing);
        wire.cut(Cut::Reset);
        task("Blood pressure").await;
        // then the socket stays open, and says what was missed as soon as the database is back.
        assert!(is_quiet(&mut socket, Duration::from_secs(4)).await);
        wire.set(State::Open);
        ids(&mut socket, 1).await;
        task("Temperature").await;
        ids(&mut socket, 1).await;
        near.stop();
        assert_eq!(hear_the_end(socket, far).await, 1001);
    });
}

/// With which code a socket is closed when its server is told to stop.
async fn hear_the_end(mut socket: Socket, server: testkit::Process) -> Json {
    let stopping = std::thread::spawn(move || server.stop());
    let closed = hear(&mut socket).await["closed"].clone();
    drop(socket);
    stopping.join().unwrap();
    closed
}

#[test]
fn two_nodes_are_one() {
    let binary = env!("CARGO_BIN_EXE_chelal");
    let Some(installation) = Installation::new(Base::Postgres, binary) else {
        return;
    };
    let installation = installation.with_superuser();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (one, other) = (installation.serve(), installation.serve());
        let matron = one.superuser().await;
        let mut people = Vec::new();
        for name in ["fatou", "lamin"] {
            let body = json!({ "username": name, "password": testkit::PASSWORD, "role": 4 });
            let made = matron.post("users/", body).await;
            made.is(201);
            let mut caller = one.anonymous().sign_in(name, testkit::PASSWORD).await;
            caller.id = made.id();
            people.push(caller);
        }
        let (fatou, lamin) = (&people[0], &people[1]);
        let mut here = open(one.address, fatou, "").await;
        let mut there = open(other.address, fatou, "").await;
        let mut others = open(other.address, lamin, "").await;
        for number in 0..20 {
            let body = json!({ "title": format!("Task {number}"), "assignee": fatou.id });
            let at = if number % 2 == 0 {
                matron.clone()
            } else {
                matron.over(other.address)
            };
            at.post("tasks/", body).await.is(201);
        }
        let heard = ids(&mut there, 20).await;
        assert_eq!(ids(&mut here, 20).await, heard);
        assert!(heard.is_sorted());

        // A ticket of one node opens a socket at the other, once.
        let ticket = fatou.post("ws-ticket/", json!({})).await;
        let query = format!("?ticket={}", ticket.is(201)["ticket"].as_str().unwrap());
        assert!(
            knock(other.address, &path(fatou, &query), &[])
                .await
                .is_ok()
        );
        assert_eq!(
            knock(one.address, &path(fatou, &query), &[]).await.err(),
            Some(401)
        );

        let sessions = fatou.get("sessions/").await;
        let key = sessions.is(200)[0]["session_key"]
            .as_str()
            .unwrap()
            .to_owned();
        fatou
            .post(&format!("sessions/{key}/revoke/"), json!({}))
            .await
            .is(200);
        is_closed_within_a_second(&mut there, 4401).await;
        is_closed_within_a_second(&mut here, 4401).await;
        matron
            .post(&format!("users/{}/deactivate/", lamin.id), json!({}))
            .await
            .is(200);
        is_closed_within_a_second(&mut others, 4401).await;

        let mut last = open(one.address, &matron_own(&matron).await, "").await;
        let stopping = std::thread::spawn(move || one.stop());
        assert_eq!(hear(&mut last).await["closed"], 1001);
        drop(last);
        stopping.join().unwrap();
    });
}

async fn matron_own(matron: &Caller) -> Caller {
    let mut caller = matron.clone();
    caller.id = matron.get("users/me/").await.id();
    caller
}
