//! Somebody of the demo's staff at work: requests through the application's own router.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::commands::Failure;

/// Sends requests to the application without a socket.
#[derive(Clone)]
pub(super) struct Client {
    router: Router,
    tokens: Arc<Mutex<Tokens>>,
}

#[derive(Default, Clone)]
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(pair: &Json) -> Tokens {
        let text = |name: &str| pair[name].as_str().unwrap_or_default().to_owned();
        Tokens {
            access: text("access"),
            refresh: text("refresh"),
        }
    }
}

impl Client {
    pub(super) async fn sign_in(
        router: &Router,
        username: &str,
        password: &str,
    ) -> Result<Client, Failure> {
        let client = Client {
            router: router.clone(),
            tokens: Arc::default(),
        };
        let body = json!({ "username": username, "password": password });
        let pair = client.post("auth/", body).await?;
        client.keep(Tokens::of(&pair));
        Ok(client)
    }

    fn keep(&self, tokens: Tokens) {
        *self
            .tokens
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = tokens;
    }

    fn tokens(&self) -> Tokens {
        let tokens = self.tokens.lock();
        tokens
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Goes on with a new token, as programs do when theirs has expired.
    pub(super) async fn renew(&self) -> Result<(), Failure> {
        let before = self.tokens();
        self.keep(Tokens::default());
        let body = json!({ "refresh": before.refresh });
        let mut after = Tokens::of(&self.post("auth/refresh/", body).await?);
        if after.refresh.is_empty() {
            after.refresh = before.refresh;
        }
        self.keep(after);
        Ok(())
    }

    pub(super) async fn get(&self, path: &str) -> Result<Json, Failure> {
        self.send("GET", path, Json::Null).await
    }

    pub(super) async fn put(&self, path: &str, body: Json) -> Result<Json, Failure> {
        self.send("PUT", path, body).await
    }

    /// Posts; where a safety alert asks for a reason, says it.
    pub(super) async fn despite(
        &self,
        path: &str,
        mut body: Json,
        reason: &str,
    ) -> Result<Json, Failure> {
        let (status, answer) = self.ask("POST", path, &body).await?;
        if status != http::StatusCode::CONFLICT {
            return checked("POST", path, status, answer);
        }
        body["override_reason"] = json!(reason);
        self.post(path, body).await
    }

    pub(super) async fn post(&self, path: &str, body: Json) -> Result<Json, Failure> {
        self.send("POST", path, body).await
    }

    pub(super) async fn patch(&self, path: &str, body: Json) -> Result<Json, Failure> {
        self.send("PATCH", path, body).await
    }

    async fn send(&self, method: &str, path: &str, body: Json) -> Result<Json, Failure> {
        let (status, answer) = self.ask(method, path, &body).await?;
        checked(method, path, status, answer)
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        body: &Json,
    ) -> Result<(http::StatusCode, Json), Failure> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("/api/{path}"))
            .header("content-type", "application/json");
        let token = self.tokens().access;
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let failed = |why: String| Failure::Failed(format!("{method} {path}: {why}"));
        let content = match body {
            Json::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        let request = request
            .body(content)
            .map_err(|error| failed(error.to_string()))?;
        let Ok(answer) = self.router.clone().oneshot(request).await;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 4 << 20)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let answer = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
        Ok((status, answer))
    }
}

fn checked(
    method: &str,
    path: &str,
    status: http::StatusCode,
    answer: Json,
) -> Result<Json, Failure> {
    if status.is_success() {
        return Ok(answer);
    }
    Err(Failure::Failed(format!(
        "{method} {path}: {status}: {answer}"
    )))
}
