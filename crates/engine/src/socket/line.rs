//! What is said on a socket, within its limits.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use tokio::time::{Instant, Interval, MissedTickBehavior, timeout};
use tokio_tungstenite::tungstenite;

use super::{End, Limits};

/// How long a client may take to answer that the socket is closed.
const FAREWELL: Duration = Duration::from_secs(2);

/// One end of a socket.
pub struct Line {
    socket: WebSocket,
    limits: Limits,
    ping: Interval,
    /// When the first ping was sent that nothing followed.
    waiting_since: Option<Instant>,
    heard: u32,
}

impl Line {
    /// Over an accepted socket.
    pub fn new(socket: WebSocket, limits: Limits) -> Line {
        let mut ping = tokio::time::interval_at(Instant::now() + limits.ping, limits.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Line {
            socket,
            limits,
            ping,
            waiting_since: None,
            heard: 0,
        }
    }

    /// Sends a message; nothing more is kept for a client that does not take it.
    ///
    /// # Errors
    /// When the client takes too long, or is gone.
    pub async fn say(&mut self, text: String) -> Result<(), End> {
        self.send(Message::Text(text.into())).await
    }

    /// The next message of the client; until then it is pinged. Nothing is lost when this is dropped.
    ///
    /// # Errors
    /// When the client closed the socket, was silent for too long, or sent what it may not.
    pub async fn hear(&mut self) -> Result<String, End> {
        loop {
            tokio::select! {
                biased;
                said = self.socket.recv() => {
                    let said = said.ok_or(End::Client)?.map_err(ended)?;
                    self.waiting_since = None;
                    self.heard += 1;
                    if self.heard > self.limits.messages {
                        return Err(End::TooMuch);
                    }
                    match said {
                        Message::Text(text) => return Ok(text.as_str().to_owned()),
                        Message::Binary(_) => return Err(End::Unsupported),
                        Message::Close(_) => return Err(End::Client),
                        Message::Ping(_) | Message::Pong(_) => {}
                    }
                }
                _ = self.ping.tick() => {
                    let since = *self.waiting_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.limits.idle {
                        return Err(End::Silent);
                    }
                    self.heard = 0;
                    self.send(Message::Ping(bytes::Bytes::new())).await?;
                }
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.limits.patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(ended(error)),
            Err(_) => Err(End::TooSlow),
        }
    }

    /// Says why, and waits a moment for the client to agree.
    pub async fn close(mut self, end: &End) {
        let frame = CloseFrame {
            code: end.code(),
            reason: Utf8Bytes::from_static(end.reason()),
        };
        let farewell = async {
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        // Whoever does not answer is gone without.
        let _ = timeout(FAREWELL, farewell).await;
    }
}

/// A message that is too large, or a connection that broke.
fn ended(error: axum::Error) -> End {
    match error.into_inner().downcast_ref() {
        Some(tungstenite::Error::Capacity(_)) => End::TooMuch,
        _ => End::Client,
    }
}
