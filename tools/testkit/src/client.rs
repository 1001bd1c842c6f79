//! Callers and what they are answered.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Caller {
    pub(crate) router: Router,
    /// Their access token; none for anonymous callers.
    pub token: Option<Arc<str>>,
    /// Their user; 0 for anonymous callers.
    pub id: i64,
}

/// A request being put together.
pub struct Request {
    router: Router,
    request: http::request::Builder,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// What was asked: method and path.
    pub asked: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as sent.
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub json: Json,
}

impl Caller {
    /// Starts a request below `/api/`, or anywhere when the path begins with a slash.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let uri = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/{path}")
        };
        let mut request = http::Request::builder().method(method).uri(uri);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        Request {
            router: self.router.clone(),
            request,
            body: Vec::new(),
        }
    }

    pub(crate) fn with_id(mut self, id: i64) -> Caller {
        self.id = id;
        self
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.request("GET", path).send().await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Json) -> Reply {
        self.request("POST", path).json(&body).send().await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Json) -> Reply {
        self.request("PATCH", path).json(&body).send().await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Json) -> Reply {
        self.request("PUT", path).json(&body).send().await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.request("DELETE", path).send().await
    }
}

impl Request {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.request = self.request.header(name, value);
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, body: &Json) -> Request {
        self.raw("application/json", body.to_string().into_bytes())
    }

    /// A body of any kind.
    #[must_use]
    pub fn raw(mut self, content_type: &str, body: Vec<u8>) -> Request {
        self.request = self.request.header("content-type", content_type);
        self.body = body;
        self
    }

    /// Sends it and waits for the whole answer.
    pub async fn send(self) -> Reply {
        let request = self
            .request
            .body(Body::from(self.body))
            .expect("a request that HTTP allows");
        let asked = format!("{} {}", request.method(), request.uri());
        let answer = self
            .router
            .oneshot(request)
            .await
            .expect("a router is infallible");
        let (parts, body) = answer.into_parts();
        let bytes = body
            .collect()
            .await
            .map(|body| body.to_bytes().to_vec())
            .unwrap_or_default();
        let json = serde_json::from_slice(&bytes).unwrap_or(json!(null));
        Reply {
            asked,
            status: parts.status,
            headers: parts.headers,
            bytes,
            json,
        }
    }
}

impl Reply {
    /// Fails the test, showing the answer, unless it has this status. Returns the body.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Json {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{} answered {}",
            self.asked,
            self.text()
        );
        &self.json
    }

    /// Fails the test unless it is a refusal with this status and code. Returns the body.
    #[track_caller]
    pub fn refuses(&self, status: u16, code: &str) -> &Json {
        self.is(status);
        assert_eq!(
            self.json["code"],
            code,
            "{} answered {}",
            self.asked,
            self.text()
        );
        &self.json
    }

    /// Fails the test unless it is a 400 that complains about this field.
    #[track_caller]
    pub fn complains_about(&self, field: &str) -> &Json {
        self.is(400);
        assert!(
            !self.json[field].is_null(),
            "{} answered {}",
            self.asked,
            self.text()
        );
        &self.json
    }

    /// The id of the record that it shows.
    #[track_caller]
    pub fn id(&self) -> i64 {
        self.json["id"]
            .as_i64()
            .unwrap_or_else(|| panic!("{} answered {}", self.asked, self.text()))
    }

    /// A header as text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
