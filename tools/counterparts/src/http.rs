//! A small HTTP/1.1 server whose answers can be scripted, down to saying nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a provider does with a request, instead of the usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// As it should be.
    Usual,
    /// Accepts, after a while.
    Slow(Duration),
    /// Answers this status and body, and accepts nothing.
    Answer(u16, &'static str),
    /// Answers 429 with so many seconds to wait.
    Busy(u64),
    /// Reads the request and never answers.
    Silence,
    /// Reads the request and closes the connection.
    HangUp,
    /// Accepts, and closes the connection instead of saying so.
    AcceptAndHangUp,
    /// Answers what is no HTTP.
    Garbage,
    /// Answers 200 with a page that is not the provider's.
    Page,
}

/// What a provider is told to do: with the next requests, then with all others.
#[derive(Debug, Clone)]
pub struct Script(Arc<Mutex<(VecDeque<Behaviour>, Behaviour)>>);

impl Default for Script {
    fn default() -> Script {
        Script(Arc::new(Mutex::new((VecDeque::new(), Behaviour::Usual))))
    }
}

impl Script {
    /// Does this with the next requests, in order, before anything else.
    pub fn next(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.0.lock().0.extend(behaviours);
    }

    /// Does this with all requests from now on.
    pub fn always(&self, behaviour: Behaviour) {
        self.0.lock().1 = behaviour;
    }

    /// Waits until a request has come for each behaviour of [`Script::next`].
    pub async fn reached(&self) {
        while !self.0.lock().0.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn take(&self) -> Behaviour {
        let mut script = self.0.lock();
        script.0.pop_front().unwrap_or_else(|| script.1.clone())
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// By lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A provider's answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl ToString) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        }
    }
}

/// Serves until the process ends; `accept` checks a request, remembers what it asks for, and answers.
pub(crate) async fn serve(
    script: Script,
    accept: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let accept = Arc::new(accept);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (script, accept) = (script.clone(), accept.clone());
            tokio::spawn(async move {
                // A client that hangs up is its own affair.
                let _ = converse(stream, &script, &*accept).await;
            });
        }
    });
    format!("http://{address}")
}

async fn converse(
    stream: TcpStream,
    script: &Script,
    accept: &(dyn Fn(&Request) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let reply = match script.take() {
            Behaviour::Usual => accept(&request),
            Behaviour::Slow(pause) => {
                tokio::time::sleep(pause).await;
                accept(&request)
            }
            Behaviour::Answer(status, body) => Reply::new(status, body),
            Behaviour::Busy(seconds) => Reply {
                headers: vec![("Retry-After", seconds.to_string())],
                ..Reply::new(429, "{}")
            },
            Behaviour::Silence => {
                tokio::time::sleep(Duration::from_secs(600)).await;
                return Ok(());
            }
            Behaviour::HangUp => return Ok(()),
            Behaviour::AcceptAndHangUp => {
                accept(&request);
                return Ok(());
            }
            Behaviour::Garbage => {
                return stream
                    .write_all(b"\x00\x01\x02 not a protocol\r\n\r\n")
                    .await;
            }
            Behaviour::Page => Reply::new(200, "<html>Welcome to the hotel's network</html>"),
        };
        let mut head = format!(
            "HTTP/1.1 {} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            reply.status,
            reply.body.len()
        );
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&reply.body).await?;
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut parts = line.split_whitespace();
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (method, path) = (next(), next());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => {
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
            None => break,
        }
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(Request {
        method,
        path,
        headers,
        body,
    }))
}
