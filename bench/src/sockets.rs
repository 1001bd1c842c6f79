//! What open WebSockets cost: memory of the program with a thousand at rest and a hundred in use, and whether those in
//! use are sent everything.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt, TryStreamExt, stream};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::process::{Chelal, Server, USER};
use crate::sink::Place;
use crate::{Outcome, application, document, machine, maker};

/// More memory than this for all sockets is too much, in MiB.
const ALLOWED: u64 = 60;
/// A user's sockets at rest; a node allows one user twenty.
const EACH: usize = 20;
/// Requests under way at the same time.
const AT_ONCE: usize = 16;
/// A message must come within this.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(clap::Args)]
pub(crate) struct Sockets {
    /// Sockets at rest, twenty for each user.
    #[arg(long, default_value_t = 1000)]
    idle: usize,
    /// Sockets in use, one for each user.
    #[arg(long, default_value_t = 100)]
    active: usize,
    /// Notifications for each socket in use.
    #[arg(long, default_value_t = 20)]
    messages: usize,
    /// The program. Default: it is built, and lies beside this one.
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// Puts the table into this document.
    #[arg(long)]
    write: Option<PathBuf>,
}

/// Somebody with a token.
#[derive(Clone)]
struct User {
    id: i64,
    token: Arc<str>,
}

type Socket = WebSocketStream<TcpStream>;

/// Measures on a fresh SQLite database, and prints the figures.
pub(crate) async fn measure(wanted: &Sockets, binary: PathBuf) -> Outcome<()> {
    let directory = std::env::temp_dir().join(format!("chelal-sockets-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let done = measure_in(wanted, binary, &directory).await;
    std::fs::remove_dir_all(&directory)?;
    done
}

async fn measure_in(wanted: &Sockets, binary: PathBuf, directory: &std::path::Path) -> Outcome<()> {
    let key_file = directory.join("master.key");
    maker::key_file(&key_file)?;
    let place = Place::Sqlite(directory.join("chelal.db"));
    let password = format!("Bench-{}", uuid::Uuid::new_v4().simple());
    let pairs = [
        ("DATABASE_URL", place.url()),
        ("CHELAL_DATA_DIR", directory.display().to_string()),
        ("CHELAL_KEY_FILE", key_file.display().to_string()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    application::prepare(pairs.into(), &password).await?;
    let chelal = Chelal {
        binary,
        key_file,
        data_dir: directory.to_owned(),
        arguments: Vec::new(),
    };
    let log = directory.join("server.log");

    let server = chelal.serve(&place, true, &log).await?;
    let resting = wanted.idle.div_ceil(EACH);
    let (admin, users) = people(&server, &password, wanted.active + resting).await?;
    server.stop().await?;

    // A fresh process: what signing in took is no part of the measurement.
    let server = chelal.serve(&place, true, &log).await?;
    let client = client();
    for user in &users {
        let url = format!("{}/api/notifications/", server.base);
        let answer = client.get(url).bearer_auth(&user.token).send().await?;
        answer.error_for_status()?;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = memory(&server)?;

    let (active, idle) = users.split_at(wanted.active);
    let at_rest = (0..wanted.idle).map(|at| &idle[at / EACH]);
    let began = Instant::now();
    let resting = open_all(&server, at_rest.collect()).await?;
    let listening = open_all(&server, active.iter().collect()).await?;
    let opened_in = began.elapsed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let open = memory(&server)?;

    let over = Arc::new(AtomicBool::new(false));
    let peak = Arc::new(AtomicU64::new(open));
    let watching = tokio::spawn(watch(server.id(), over.clone(), peak.clone()));
    let resting = tokio::spawn(rest(resting, over.clone()));
    let began = Instant::now();
    let hearing: Vec<_> = listening
        .into_iter()
        .map(|socket| tokio::spawn(hear(socket, wanted.messages)))
        .collect();
    give(&server, &admin, active, wanted.messages).await?;
    let mut heard = 0;
    for one in hearing {
        heard += one.await??;
    }
    let heard_in = began.elapsed();
    over.store(true, Ordering::Relaxed);
    watching.await?;
    let still_open = resting.await?;
    let peak = peak.load(Ordering::Relaxed);

    let table = format!(
        "| WebSockets on SQLite | |\n|---|---|\n\
         | at rest, in use | {}, {} |\n\
         | opened in | {:.1} s |\n\
         | memory before | {before} MiB |\n\
         | memory, all open | {open} MiB |\n\
         | memory, most while sending | {peak} MiB |\n\
         | sent and received | {heard} of {} in {:.1} s |\n\
         | still open at rest | {still_open} |\n",
        wanted.idle,
        wanted.active,
        opened_in.as_secs_f64(),
        wanted.active * wanted.messages,
        heard_in.as_secs_f64()
    );
    println!("{table}");
    server.stop().await?;
    if still_open != wanted.idle {
        return Err("sockets at rest were closed".into());
    }
    if peak.saturating_sub(before) > ALLOWED {
        return Err(format!("more than {ALLOWED} MiB for all sockets").into());
    }
    match &wanted.write {
        Some(path) => document::put(path, "sockets", &table),
        None => Ok(()),
    }
}

fn client() -> reqwest::Client {
    #[expect(clippy::disallowed_methods, reason = "whoever measures is outside")]
    reqwest::Client::new()
}

fn memory(server: &Server) -> Outcome<u64> {
    machine::memory(server.id()).ok_or_else(|| "the process does not say what it takes".into())
}

/// The highest that memory gets.
async fn watch(process: u32, over: Arc<AtomicBool>, peak: Arc<AtomicU64>) {
    while !over.load(Ordering::Relaxed) {
        if let Some(now) = machine::memory(process) {
            peak.fetch_max(now, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn post(
    client: &reqwest::Client,
    url: String,
    token: &str,
    body: &Json,
    from: usize,
) -> Outcome<Json> {
    let request = client
        .post(url)
        .bearer_auth(token)
        // Signing in is limited by address.
        .header(
            "x-forwarded-for",
            format!("10.1.{}.{}", from / 250, from % 250),
        )
        .json(body);
    Ok(request.send().await?.error_for_status()?.json().await?)
}

/// The superuser, and nurses who have signed in.
async fn people(server: &Server, password: &str, count: usize) -> Outcome<(User, Vec<User>)> {
    let client = client();
    let sign_in = async |name: &str, id: i64, from: usize| -> Outcome<User> {
        let body = json!({ "username": name, "password": password });
        let answer = post(
            &client,
            format!("{}/api/auth/", server.base),
            "",
            &body,
            from,
        )
        .await?;
        let token = answer["access"].as_str().ok_or("no token")?;
        Ok(User {
            id,
            token: token.into(),
        })
    };
    let admin = sign_in(USER, 0, 0).await?;
    let mut users = Vec::with_capacity(count);
    for number in 0..count {
        let name = format!("nurse{number}");
        let body = json!({ "username": name, "password": password, "role": 4 });
        let url = format!("{}/api/users/", server.base);
        let made = post(&client, url, &admin.token, &body, number).await?;
        let id = made["id"].as_i64().ok_or("no id")?;
        users.push(sign_in(&name, id, number).await?);
    }
    Ok((admin, users))
}

async fn open_all(server: &Server, users: Vec<&User>) -> Outcome<Vec<Socket>> {
    let opening = users.into_iter().map(|user| open(server, user));
    stream::iter(opening).buffered(AT_ONCE).try_collect().await
}

async fn open(server: &Server, user: &User) -> Outcome<Socket> {
    let address = server.base.trim_start_matches("http://");
    let url = format!("ws://{address}/ws/notifications/{}/", user.id);
    let mut request = url.into_client_request()?;
    let protocol = format!("chelal, {}", user.token).parse()?;
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let stream = TcpStream::connect(address).await?;
    let small = WebSocketConfig::default().read_buffer_size(4096);
    let (mut socket, _) = client_async_with_config(request, stream, Some(small)).await?;
    match next(&mut socket).await? {
        Some(first) if first["event"] == "connected" => Ok(socket),
        other => Err(format!("not connected: {other:?}").into()),
    }
}

/// The next message; `None` when the socket was closed.
async fn next(socket: &mut Socket) -> Outcome<Option<Json>> {
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await? {
            Some(Ok(Message::Text(text))) => return Ok(Some(serde_json::from_str(&text)?)),
            Some(Ok(Message::Close(_)) | Err(Error::ConnectionClosed)) | None => return Ok(None),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
        }
    }
}

/// Everything that is sent on a socket, which must be in order.
async fn hear(mut socket: Socket, messages: usize) -> Outcome<usize> {
    let mut last = 0;
    for heard in 0..messages {
        let Some(frame) = next(&mut socket).await? else {
            return Ok(heard);
        };
        let id = frame["id"].as_i64().ok_or("no notification")?;
        if id <= last {
            return Err(format!("{id} after {last}").into());
        }
        last = id;
    }
    Ok(messages)
}

/// Answers pings until all is over; how many are still open then.
async fn rest(sockets: Vec<Socket>, over: Arc<AtomicBool>) -> usize {
    let one = |mut socket: Socket| {
        let over = over.clone();
        async move {
            while !over.load(Ordering::Relaxed) {
                match tokio::time::timeout(Duration::from_millis(500), socket.next()).await {
                    Err(_) | Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
                    Ok(_) => return 0,
                }
            }
            usize::from(
                socket
                    .send(Message::Ping(bytes::Bytes::new()))
                    .await
                    .is_ok(),
            )
        }
    };
    let all = futures_util::future::join_all(sockets.into_iter().map(one));
    all.await.into_iter().sum()
}

/// Gives each user so many tasks, of which they are notified.
async fn give(server: &Server, admin: &User, users: &[User], each: usize) -> Outcome<()> {
    let client = client();
    let url = format!("{}/api/tasks/", server.base);
    let tasks = (0..each).flat_map(|number| users.iter().map(move |user| (number, user.id)));
    let given = stream::iter(tasks).map(|(number, user)| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            let body = json!({ "title": format!("Task {number}"), "assignee": user });
            post(&client, url, &admin.token, &body, 0).await.map(|_| ())
        }
    });
    given.buffer_unordered(AT_ONCE).try_collect().await
}
