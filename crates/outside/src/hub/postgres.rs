//! The hub across nodes: `LISTEN` and `NOTIFY` on one channel, over a connection of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Envelope, Hub};
use db::postgres::connect::{connect, only_primary};

/// The PostgreSQL channel of all nodes of one database.
pub const CHANNEL: &str = "chelal";

pub(super) const NOTIFY: &str = "select pg_notify($1, $2)";

/// How many messages wait for the connection.
const OUTGOING: usize = 1024;
/// The shortest and the longest pause between attempts to connect.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// Connecting, and each answer of the server.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often subscribers are told, while there is no connection, that they may have missed messages.
const APART: Duration = Duration::from_millis(900);
/// A dead peer is noticed after at most this and [`TIMEOUT`].
const PING: Duration = Duration::from_secs(20);

/// The queue to the connection task.
#[derive(Debug)]
pub(super) struct Outgoing {
    sender: mpsc::Sender<String>,
    /// Messages were lost on the way to the other nodes, which have to be told.
    lost: Arc<AtomicBool>,
}

impl Outgoing {
    pub(super) fn send(&self, envelope: String) {
        if self.sender.try_send(envelope).is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }
}

impl Hub {
    /// Joins the other nodes on the same PostgreSQL database: what they publish is heard here, what is published here
    /// is heard there. Keeps a connection of its own (past any pooler in transaction mode, which would swallow `LISTEN`)
    /// and restores it for ever; after each (re-)connection every subscriber gets [`super::Signal::Reconnected`].
    ///
    /// `tls` is used as the configuration's `sslmode` demands. Aborting the task leaves; a second call replaces the first.
    #[must_use]
    pub fn connect_postgres(&self, mut config: Config, tls: MakeRustlsConnect) -> JoinHandle<()> {
        let (sender, mut receiver) = mpsc::channel(OUTGOING);
        let lost = Arc::new(AtomicBool::new(false));
        *self.inner.outgoing.lock() = Some(Outgoing {
            sender,
            lost: Arc::clone(&lost),
        });
        only_primary(&mut config);
        if config.get_application_name().is_none() {
            config.application_name("chelal-hub");
        }
        let hub = self.clone();
        tokio::spawn(async move {
            let mut pause = BACK_OFF.0;
            loop {
                let mut driver = JoinSet::new();
                match hub.listen(&config, tls.clone(), &mut driver).await {
                    Ok(client) => {
                        pause = BACK_OFF.0;
                        hub.tell_reconnected();
                        if hub
                            .converse(&client, &mut driver, &mut receiver, &lost)
                            .await
                            .is_break()
                        {
                            return;
                        }
                        tracing::warn!("the connection to the other nodes was lost");
                    }
                    Err(error) => tracing::warn!(%error, "no connection to the other nodes"),
                }
                // Nodes that lost the same server do not all come back in the same instant.
                hub.apart(pause.mul_f64(rand::random_range(0.5..1.0))).await;
                pause = (pause * 2).min(BACK_OFF.1);
            }
        })
    }

    /// Waits; whoever must not rely on old news is told so all the time.
    async fn apart(&self, mut left: Duration) {
        while !left.is_zero() {
            self.tell_reconnected();
            let step = left.min(APART);
            tokio::time::sleep(step).await;
            left -= step;
        }
    }

    /// Connects and listens; `driver` then holds the task that reads, and ends with the connection.
    async fn listen(
        &self,
        config: &Config,
        tls: MakeRustlsConnect,
        driver: &mut JoinSet<()>,
    ) -> Result<Client, String> {
        let connecting = tokio::time::timeout(TIMEOUT, connect(config, tls)).await;
        let (client, mut connection) = connecting
            .map_err(|_| "time-out".to_owned())?
            .map_err(|e| describe(&e))?;
        let hub = self.clone();
        driver.spawn(async move {
            while let Some(Ok(message)) =
                std::future::poll_fn(|cx| connection.poll_message(cx)).await
            {
                if let AsyncMessage::Notification(news) = message {
                    hub.hear(news.payload());
                }
            }
        });
        let listen = client.batch_execute("listen chelal");
        tokio::time::timeout(TIMEOUT, listen)
            .await
            .map_err(|_| "time-out".to_owned())?
            .map_err(|e| describe(&e))?;
        Ok(client)
    }

    /// Sends what is published until the connection is gone, or (`Break`) until another task has taken over.
    async fn converse(
        &self,
        client: &Client,
        driver: &mut JoinSet<()>,
        receiver: &mut mpsc::Receiver<String>,
        lost: &AtomicBool,
    ) -> std::ops::ControlFlow<()> {
        use std::ops::ControlFlow::{Break, Continue};
        let mut ping = tokio::time::interval(PING);
        loop {
            if lost.swap(false, Ordering::Relaxed) && !self.notify(client, self.gap()).await {
                lost.store(true, Ordering::Relaxed);
                return Continue(());
            }
            tokio::select! {
                _ = driver.join_next() => return Continue(()),
                message = receiver.recv() => match message {
                    Some(message) => if !self.notify(client, message).await {
                        lost.store(true, Ordering::Relaxed);
                        return Continue(());
                    },
                    None => return Break(()),
                },
                _ = ping.tick() => {
                    let alive = tokio::time::timeout(TIMEOUT, client.batch_execute("")).await;
                    if !matches!(alive, Ok(Ok(()))) {
                        return Continue(());
                    }
                }
            }
        }
    }

    async fn notify(&self, client: &Client, envelope: String) -> bool {
        let channel = CHANNEL.to_owned();
        let sent =
            tokio::time::timeout(TIMEOUT, client.execute(NOTIFY, &[&channel, &envelope])).await;
        matches!(sent, Ok(Ok(_)))
    }

    fn gap(&self) -> String {
        let envelope = Envelope {
            node: self.inner.node,
            topic: "".into(),
            payload: "".into(),
            gap: true,
        };
        serde_json::to_string(&envelope).unwrap_or_default()
    }

    /// What another node said. Our own words were delivered when they were published.
    fn hear(&self, envelope: &str) {
        match serde_json::from_str::<Envelope<'_>>(envelope) {
            Ok(envelope) if envelope.node == self.inner.node => {}
            Ok(Envelope { gap: true, .. }) => self.tell_reconnected(),
            Ok(envelope) => self.deliver(&envelope.topic, envelope.payload.into_owned()),
            Err(error) => {
                tracing::warn!(%error, "a notification on the channel `{CHANNEL}` that is not ours")
            }
        }
    }
}

/// The error with its causes: tokio-postgres keeps the server's words there.
fn describe(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
