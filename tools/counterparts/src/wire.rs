//! The network between Chelal and its database, which can be made to fail in every way that a network or a
//! host fails.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of bytes and connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// They pass.
    Open,
    /// Nothing passes, connections stay open: a frozen host, or a firewall that forgot them.
    Frozen,
    /// What is asked passes, what is answered is lost.
    Deaf,
    /// New connections are closed at once.
    Refusing,
}

/// How open connections are ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// In good order, as by a proxy that is shut down.
    Close,
    /// With a reset, as by a host that has started again.
    Reset,
}

/// A proxy in front of one server.
pub struct Wire {
    /// Where it listens.
    pub address: SocketAddr,
    state: watch::Sender<State>,
    cuts: Arc<watch::Sender<(u64, Cut)>>,
    accepting: JoinHandle<()>,
}

impl Wire {
    /// Starts a proxy in front of a server.
    pub async fn to(server: SocketAddr) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (state, states) = watch::channel(State::Open);
        let (cuts, cut) = watch::channel((0, Cut::Close));
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *states.borrow() == State::Refusing {
                    continue;
                }
                let (states, mut cut) = (states.clone(), cut.clone());
                cut.mark_unchanged();
                tokio::spawn(connect(client, server, states, cut));
            }
        });
        Wire {
            address,
            state,
            cuts: Arc::new(cuts),
            accepting,
        }
    }

    /// Changes what becomes of everything from now on.
    pub fn set(&self, state: State) {
        self.state.send_replace(state);
    }

    /// Ends every open connection.
    pub fn cut(&self, how: Cut) {
        self.cuts.send_modify(|cut| *cut = (cut.0 + 1, how));
    }

    /// A database's address with this proxy in the place of its server.
    #[must_use]
    pub fn through(&self, url: &str) -> String {
        let (before, rest) = url.rsplit_once('@').expect("a user before the host");
        let (_, name) = rest.split_once('/').expect("a database after the host");
        format!("{before}@{}/{name}", self.address)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut(Cut::Close);
    }
}

/// The server that a database's address names.
#[must_use]
pub fn server_of(url: &str) -> SocketAddr {
    let (_, rest) = url.rsplit_once('@').expect("a user before the host");
    let (server, _) = rest.split_once('/').expect("a database after the host");
    server.parse().expect("an address with a port")
}

async fn connect(
    client: TcpStream,
    server: SocketAddr,
    states: watch::Receiver<State>,
    mut cut: watch::Receiver<(u64, Cut)>,
) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut client, mut server) = (client, server);
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let how = tokio::select! {
        () = pump(from_client, to_server, states.clone(), false) => None,
        () = pump(from_server, to_client, states, true) => None,
        changed = cut.changed() => changed.ok().map(|()| cut.borrow().1),
    };
    if how == Some(Cut::Reset) {
        let (client, server) = (socket(client), socket(server));
        for stream in [client, server].into_iter().flatten() {
            reset(&stream);
        }
    }
}

fn socket(stream: TcpStream) -> Option<std::net::TcpStream> {
    stream.into_std().ok()
}

/// The next close of the stream is a reset.
fn reset(stream: &std::net::TcpStream) {
    let linger = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
    linger.expect("an open socket");
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut states: watch::Receiver<State>,
    answers: bool,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else {
            return;
        };
        if states
            .wait_for(|state| *state != State::Frozen)
            .await
            .is_err()
        {
            return;
        }
        if answers && *states.borrow() == State::Deaf {
            continue;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
