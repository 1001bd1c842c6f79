//! Clients that are slow, by a bad line or on purpose: each is ended within its limit, others are served
//! meanwhile, and nothing that it took stays taken.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use platform::record::{Body, Record};
use platform::unit;
use serde_json::{Map, Value as Json, json};
use server::listen::{self, Limits};
use testkit::{Caller, Node, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// What a crowded machine may add to a limit.
const CROWDED: Duration = Duration::from_secs(6);
/// Longer than any limit here, and what a crowded machine adds.
const FOREVER: Duration = Duration::from_secs(20);
/// How long a dribbling client waits between two bytes.
const DRIP: Duration = Duration::from_millis(50);

/// Serves a node of the world on a socket whose buffers are small, so that a client that reads nothing is
/// noticed soon.
async fn serve(world: &World, settings: &[(&str, &str)], limits: Limits) -> (Node, SocketAddr) {
    listen::open_files();
    let node = world.node(settings).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(4096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(4096).unwrap();
    let address = listener.local_addr().unwrap();
    let never = std::future::pending();
    tokio::spawn(listen::serve(listener, node.router.clone(), limits, never));
    (node, address)
}

/// How a connection ended for a client.
struct End {
    /// All that the server said.
    said: String,
    /// How long the server kept it.
    after: Duration,
}

impl End {
    #[track_caller]
    fn is_within(&self, limit: Duration) {
        let (after, said) = (self.after, &self.said);
        assert!(after >= limit * 9 / 10, "{after:?} of {limit:?}: {said}");
        assert!(after < limit + CROWDED, "{after:?} of {limit:?}: {said}");
    }
}

/// Says the beginning of a request, then one byte after the other or nothing, until the server ends it.
fn slow(address: SocketAddr, start: String, drip: Option<u8>) -> JoinHandle<End> {
    tokio::spawn(async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let begun = Instant::now();
        let (mut from, mut to) = stream.into_split();
        to.write_all(start.as_bytes()).await.unwrap();
        let writing = tokio::spawn(async move {
            while let Some(byte) = drip {
                tokio::time::sleep(DRIP).await;
                if to.write_all(&[byte]).await.is_err() {
                    break;
                }
            }
            // Without a drip the connection stays open: the other half is not given up.
            std::future::pending::<()>().await;
            drop(to);
        });
        let mut said = Vec::new();
        // A connection that is reset has ended, too; one that is never ended is seen by its time.
        let _ = tokio::time::timeout(FOREVER, from.read_to_end(&mut said)).await;
        writing.abort();
        End {
            said: String::from_utf8_lossy(&said).into_owned(),
            after: begun.elapsed(),
        }
    })
}

/// The head of a request by somebody who is signed in.
fn head(caller: &Caller, method: &str, path: &str, more: &str) -> String {
    let token = caller.token.as_deref().unwrap();
    format!(
        "{method} /api/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{more}\r\n\r\n"
    )
}

/// Stores so many patients with long addresses.
async fn many_patients(world: &World, count: usize) {
    unit::program(&world.app, "test", move |cx| {
        Box::pin(async move {
            for n in 0..count {
                let fields = json!({
                    "first_name": format!("Awa {n}"), "last_name": "Ceesay", "date_of_birth": "1990-02-03",
                    "gender": "Female", "address": "Banjul ".repeat(30), "contact_info": "Kanifing ".repeat(20),
                });
                let fields: Map<String, Json> = fields.as_object().unwrap().clone();
                let mut patient = patients::Patient::create(&Body(fields)).unwrap();
                cx.insert(&mut patient).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

testkit::on_both! {
    async fn headers_that_dribble_in_are_cut_off(world: &World) {
        let limit = Duration::from_secs(2);
        let limits = Limits { connections: 5, header_time: limit, ..Limits::default() };
        let (node, address) = serve(world, &[], limits).await;
        let begun = Instant::now();
        let start = "GET /health/ HTTP/1.1\r\nhost: x\r\nx-slow: ";
        let mut slow_ones: Vec<_> = (0..4).map(|_| slow(address, start.to_owned(), Some(b'a'))).collect();
        tokio::time::sleep(DRIP * 4).await;
        let other = node.anonymous().over(address);
        other.get("/health/").await.is(200);
        assert!(slow_ones.iter().all(|slow| !slow.is_finished()), "others were served meanwhile");
        // With the last place taken, others wait for the limit of the slow, and no longer.
        slow_ones.push(slow(address, start.to_owned(), Some(b'a')));
        tokio::time::sleep(DRIP * 4).await;
        other.get("/health/").await.is(200);
        assert!(begun.elapsed() < limit + CROWDED, "{:?}", begun.elapsed());
        for slow in slow_ones {
            let end = slow.await.unwrap();
            assert!(!end.said.contains(" 200 "), "{}", end.said);
            end.is_within(limit);
        }
    }

    async fn a_body_that_does_not_come_is_given_up(world: &World) {
        let limit = Duration::from_secs(2);
        let (node, address) = serve(world, &[("CHELAL_REQUEST_TIMEOUT_SECONDS", "2")], Limits::default()).await;
        let caller = node.as_signed_in(&world.receptionist().await).over(address);
        let post = |more: &str| head(&caller, "POST", "patients/", more);
        let silent = [
            post("content-length: 100"),
            // What is only announced buys no time.
            post("content-length: 9000000000000000000"),
            post("transfer-encoding: chunked") + "5\r\n{ \"a",
        ];
        let silent = silent.map(|start| slow(address, start, None));
        let dribbled = [
            post("content-length: 100000"),
            post("content-length: 9000000000000000000"),
        ];
        let dribbled = dribbled.map(|start| slow(address, start, Some(b' ')));
        caller.get("patients/").await.is(200);
        assert!(silent.iter().chain(&dribbled).all(|slow| !slow.is_finished()), "others were served meanwhile");
        for slow in silent {
            let end = slow.await.unwrap();
            assert!(end.said.starts_with("HTTP/1.1 408 ") && end.said.contains("request_timeout"), "{}", end.said);
            end.is_within(limit);
        }
        for slow in dribbled {
            slow.await.unwrap().is_within(limit);
        }
    }

    async fn a_body_that_nobody_needs_is_not_waited_for(world: &World) {
        let (node, address) = serve(world, &[], Limits::default()).await;
        let caller = node.as_signed_in(&world.receptionist().await);
        let nobody = "POST /api/patients/ HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n".to_owned();
        for (start, status) in [(head(&caller, "GET", "patients/", "content-length: 100"), "200"), (nobody, "401")] {
            let end = slow(address, start, None).await.unwrap();
            assert!(end.said.starts_with(&format!("HTTP/1.1 {status} ")), "{}", end.said);
            end.is_within(Duration::ZERO);
        }
    }

    async fn a_body_that_keeps_coming_has_the_time_it_takes(world: &World) {
        let settings = [("CHELAL_REQUEST_TIMEOUT_SECONDS", "1"), ("CHELAL_MAX_BODY_BYTES", "2048")];
        let (node, address) = serve(world, &settings, Limits::default()).await;
        let caller = node.as_signed_in(&world.receptionist().await);
        // Four seconds' worth of bytes, a second's worth each half second.
        let pieces = 4;
        let piece = vec![b' '; 32 * 1024];
        let start = head(&caller, "POST", "patients/", &format!("content-length: {}", pieces * piece.len()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        for _ in 0..pieces {
            stream.write_all(&piece).await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let mut said = vec![0; 16];
        stream.read_exact(&mut said).await.unwrap();
        // It came to its end, and was refused for what it was.
        assert!(said.starts_with(b"HTTP/1.1 413 "), "{}", String::from_utf8_lossy(&said));
    }

    async fn slow_bodies_take_no_place_for_longer_than_their_limit(world: &World) {
        let limit = Duration::from_secs(6);
        let (node, address) = serve(world, &[("CHELAL_REQUEST_TIMEOUT_SECONDS", "6")], Limits::default()).await;
        let caller = node.as_signed_in(&world.receptionist().await).over(address);
        let start = head(&caller, "POST", "patients/", "content-length: 100");
        // The server lets 1024 requests work at the same time.
        let (places, more) = (1024, 16);
        for round in 1..=2 {
            let slow_ones: Vec<_> = (0..places + more).map(|_| slow(address, start.clone(), None)).collect();
            while slow_ones.iter().filter(|slow| slow.is_finished()).count() < more {
                tokio::time::sleep(DRIP).await;
            }
            // Whoever comes now is refused at once; whoever watches the server still sees it.
            caller.get("patients/").await.refuses(503, "unavailable");
            caller.get("/health/").await.is(200);
            let (mut refused, mut given_up) = (0, 0);
            for slow in slow_ones {
                let end = slow.await.unwrap();
                assert!(end.after < limit + CROWDED, "{:?}", end.after);
                refused += usize::from(end.said.starts_with("HTTP/1.1 503 "));
                given_up += usize::from(end.said.starts_with("HTTP/1.1 408 "));
            }
            assert_eq!((given_up, refused), (places, more), "round {round}");
            caller.get("patients/").await.is(200);
        }
    }

    async fn an_answer_that_nobody_reads_is_given_up(world: &World) {
        let patients = 900;
        many_patients(world, patients).await;
        let limit = Duration::from_secs(4);
        let limits = Limits { write_time: limit, ..Limits::default() };
        let (node, address) = serve(world, &[], limits).await;
        let admin = node.as_signed_in(&world.admin().await).over(address);
        admin.get("patients/").await.is(200);
        let idle = node.app.unguarded("test").stats().await.pool_in_use;
        // As many as may read the database for so long at the same time.
        let mut deaf = Vec::new();
        for _ in 0..4 {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(4096).unwrap();
            let mut stream = socket.connect(address).await.unwrap();
            stream.write_all(head(&admin, "GET", "patients/export/", "accept: text/csv").as_bytes()).await.unwrap();
            deaf.push(stream);
        }
        let begun = Instant::now();
        tokio::time::sleep(limit / 8).await;
        // Others read and write meanwhile.
        admin.get("patients/").await.is(200);
        let name = json!({ "first_name": "Lamin", "last_name": "Jallow", "date_of_birth": "1980-01-01", "gender": "Male" });
        admin.post("patients/", name).await.is(201);
        assert!(begun.elapsed() < limit, "{:?}", begun.elapsed());
        // An export waits for one of those that are given up, and is whole.
        let export = admin.get("patients/export/").await;
        assert_eq!(export.text().lines().count(), 1 + patients + 1);
        assert!(begun.elapsed() < limit + CROWDED, "{:?}", begun.elapsed());
        // To read now would only be to read late, if some were not given up yet.
        tokio::time::sleep_until((begun + limit + Duration::from_secs(1)).into()).await;
        for mut stream in deaf {
            let mut said = Vec::new();
            let _ = stream.read_to_end(&mut said).await;
            assert!(said.starts_with(b"HTTP/1.1 200 ") && !said.ends_with(b"0\r\n\r\n"), "{}", said.len());
        }
        while node.app.unguarded("test").stats().await.pool_in_use > idle {
            assert!(begun.elapsed() < limit + CROWDED, "a connection to the database stays taken");
            tokio::time::sleep(DRIP).await;
        }
        world.settle().await;
    }
}
