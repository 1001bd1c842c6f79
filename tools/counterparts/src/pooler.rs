//! A connection pooler in transaction mode, as pgbouncer is one: each transaction of a client goes to the server
//! connection that has been idle for longest, so that no two of them go to the same one where there are
//! several.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A message with its type and length.
type Message = Vec<u8>;

/// A connection to the server, outside any transaction while it is idle.
struct Upstream {
    messages: mpsc::Receiver<Message>,
    write: OwnedWriteHalf,
}

type Idle = Arc<Mutex<VecDeque<Upstream>>>;

/// The pooler; ends with the value.
pub struct Pooler {
    /// Where it listens.
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Pooler {
    /// Starts a pooler in front of a server. Each client brings one more connection to it.
    pub async fn before(server: SocketAddr) -> Pooler {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let idle = Idle::default();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, server, idle.clone()));
            }
        });
        Pooler { address, accepting }
    }

    /// A database's address with this pooler in the place of its server.
    #[must_use]
    pub fn through(&self, url: &str) -> String {
        let (before, rest) = url.rsplit_once('@').expect("a user before the host");
        let (_, name) = rest.split_once('/').expect("a database after the host");
        format!("{before}@{}/{name}", self.address)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Nothing to be done when either end goes away.
async fn serve(client: TcpStream, server: SocketAddr, idle: Idle) -> Option<()> {
    client.set_nodelay(true).ok()?;
    let (mut from_client, mut to_client) = client.into_split();
    let server = TcpStream::connect(server).await.ok()?;
    server.set_nodelay(true).ok()?;
    let (from_server, write) = server.into_split();
    let mut first = Upstream {
        messages: messages(from_server),
        write,
    };
    // The first message bears no type.
    let start = message(&mut from_client, None).await?;
    first.write.write_all(&start).await.ok()?;
    let mut asked = messages(from_client);
    loop {
        tokio::select! {
            answer = first.messages.recv() => {
                let answer = answer?;
                to_client.write_all(&answer).await.ok()?;
                if answer[0] == b'Z' {
                    break;
                }
            }
            question = asked.recv() => first.write.write_all(&question?).await.ok()?,
        }
    }
    idle.lock().push_back(first);
    loop {
        let question = asked.recv().await?;
        if question[0] == b'X' {
            return Some(());
        }
        let mut upstream = loop {
            if let Some(upstream) = idle.lock().pop_front() {
                break upstream;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        };
        let mut unanswered = ends(&question);
        upstream.write.write_all(&question).await.ok()?;
        loop {
            tokio::select! {
                answer = upstream.messages.recv() => {
                    let answer = answer?;
                    to_client.write_all(&answer).await.ok()?;
                    if answer[0] == b'Z' {
                        unanswered -= 1;
                        if unanswered == 0 && answer[5] == b'I' {
                            break;
                        }
                    }
                }
                question = asked.recv() => {
                    let question = question?;
                    unanswered += ends(&question);
                    upstream.write.write_all(&question).await.ok()?;
                }
            }
        }
        idle.lock().push_back(upstream);
    }
}

/// Whether the server answers with "ready for query": to a simple query, and to a sync.
fn ends(question: &[u8]) -> u32 {
    u32::from(matches!(question[0], b'Q' | b'S'))
}

fn messages(mut from: impl AsyncRead + Send + Unpin + 'static) -> mpsc::Receiver<Message> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let mut kind = [0];
            if from.read_exact(&mut kind).await.is_err() {
                return;
            }
            let Some(message) = message(&mut from, Some(kind[0])).await else {
                return;
            };
            if sender.send(message).await.is_err() {
                return;
            }
        }
    });
    receiver
}

/// The rest of a message, whose length counts itself.
async fn message(from: &mut (impl AsyncRead + Unpin), kind: Option<u8>) -> Option<Message> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await.ok()?;
    let body = usize::try_from(u32::from_be_bytes(length))
        .ok()?
        .checked_sub(4)?;
    let mut message: Vec<u8> = kind.into_iter().chain(length).collect();
    let head = message.len();
    message.resize(head + body, 0);
    from.read_exact(&mut message[head..]).await.ok()?;
    Some(message)
}
