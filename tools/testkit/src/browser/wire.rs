//! The connection to a browser: questions, their answers, and what pages complain of meanwhile.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::PATIENCE;

/// What a question is answered.
pub(super) type Answer = Result<Json, String>;

/// What a page complained of so far.
pub(super) type Complaints = Arc<Mutex<Vec<String>>>;

/// The connection that all pages share.
#[derive(Clone)]
pub(super) struct Wire {
    next: Arc<AtomicU64>,
    outgoing: mpsc::UnboundedSender<String>,
    waiting: Arc<Mutex<HashMap<u64, oneshot::Sender<Answer>>>>,
    complaints: Arc<Mutex<HashMap<String, Complaints>>>,
}

impl Wire {
    pub(super) fn over(socket: WebSocketStream<TcpStream>) -> Wire {
        let (outgoing, mut questions) = mpsc::unbounded_channel::<String>();
        let wire = Wire {
            next: Arc::default(),
            outgoing,
            waiting: Arc::default(),
            complaints: Arc::default(),
        };
        let (mut to, mut from) = socket.split();
        tokio::spawn(async move {
            while let Some(question) = questions.recv().await {
                if to.send(Message::text(question)).await.is_err() {
                    break;
                }
            }
        });
        let (waiting, complaints) = (wire.waiting.clone(), wire.complaints.clone());
        tokio::spawn(async move {
            while let Some(Ok(said)) = from.next().await {
                if let Ok(said) = said.to_text()
                    && let Ok(said) = serde_json::from_str::<Json>(said)
                {
                    hear(&said, &waiting, &complaints);
                }
            }
            // Whoever still waits learns that nothing comes any more.
            waiting.lock().clear();
        });
        wire
    }

    /// Where a page's complaints will be.
    pub(super) fn listen(&self, session: &str) -> Complaints {
        let mut known = self.complaints.lock();
        known.entry(session.to_owned()).or_default().clone()
    }

    pub(super) async fn ask(&self, session: Option<&str>, method: &str, params: Json) -> Json {
        match self.try_ask(session, method, params).await {
            Ok(answer) => answer,
            Err(error) => panic!("{method}: {error}"),
        }
    }

    pub(super) async fn try_ask(
        &self,
        session: Option<&str>,
        method: &str,
        params: Json,
    ) -> Answer {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answered, answer) = oneshot::channel();
        self.waiting.lock().insert(id, answered);
        let mut question = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            question["sessionId"] = json!(session);
        }
        let gone = || "the browser is gone".to_owned();
        self.outgoing
            .send(question.to_string())
            .map_err(|_| gone())?;
        match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err("no answer".to_owned()),
        }
    }
}

fn hear(
    said: &Json,
    waiting: &Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
    complaints: &Mutex<HashMap<String, Complaints>>,
) {
    if let Some(id) = said["id"].as_u64() {
        if let Some(answered) = waiting.lock().remove(&id) {
            let answer = match said.get("error") {
                Some(error) => Err(error.to_string()),
                None => Ok(said["result"].clone()),
            };
            // Whoever asked may have given up.
            let _ = answered.send(answer);
        }
        return;
    }
    let session = said["sessionId"].as_str().unwrap_or_default();
    if let (Some(complaint), Some(heard)) = (complaint(said), complaints.lock().get(session)) {
        heard.lock().push(complaint);
    }
}

/// What an event complains of.
fn complaint(event: &Json) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => {
            let thrown = &params["exceptionDetails"];
            Some(format!(
                "{} {}",
                thrown["text"], thrown["exception"]["description"]
            ))
        }
        "Runtime.consoleAPICalled" if params["type"] == "error" => Some(params["args"].to_string()),
        "Log.entryAdded" if params["entry"]["level"] == "error" => Some(format!(
            "{} {}",
            params["entry"]["text"], params["entry"]["url"]
        )),
        _ => None,
    }
}
