//! Somebody of the demo's staff at work: requests through the application's own router.

use axum::Router;
use axum::body::{Body, to_bytes};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::commands::Failure;

/// Sends requests to the application without a socket.
pub(super) struct Client {
    router: Router,
    token: String,
}

impl Client {
    pub(super) async fn sign_in(
        router: &Router,
        username: &str,
        password: &str,
    ) -> Result<Client, Failure> {
        let nobody = Client {
            router: router.clone(),
            token: String::new(),
        };
        let body = json!({ "username": username, "password": password });
        let pair = nobody.post("auth/", body).await?;
        let token = pair["access"].as_str().unwrap_or_default().to_owned();
        Ok(Client { token, ..nobody })
    }

    pub(super) async fn post(&self, path: &str, body: Json) -> Result<Json, Failure> {
        self.send("POST", path, body).await
    }

    pub(super) async fn patch(&self, path: &str, body: Json) -> Result<Json, Failure> {
        self.send("PATCH", path, body).await
    }

    async fn send(&self, method: &str, path: &str, body: Json) -> Result<Json, Failure> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("/api/{path}"))
            .header("content-type", "application/json");
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let failed = |why: String| Failure::Failed(format!("{method} {path}: {why}"));
        let request = request
            .body(Body::from(body.to_string()))
            .map_err(|error| failed(error.to_string()))?;
        let Ok(answer) = self.router.clone().oneshot(request).await;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20)
            .await
            .map_err(|error| failed(error.to_string()))?;
        if !status.is_success() {
            let said = String::from_utf8_lossy(&bytes);
            return Err(failed(format!("{status}: {said}")));
        }
        serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))
    }
}
