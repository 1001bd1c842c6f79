//! Callers and what they are answered.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tower::ServiceExt;

/// What carries a request to the application.
#[derive(Clone)]
pub(crate) enum Way {
    /// The application of this process, without sockets.
    Here(Router),
    /// A connection of its own for each request.
    Socket(SocketAddr),
}

/// Why a request was not answered: the server is gone, or went while it answered.
#[derive(Debug)]
pub struct Unanswered(pub String);

impl<E: std::error::Error> From<E> for Unanswered {
    fn from(error: E) -> Unanswered {
        Unanswered(error.to_string())
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Caller {
    pub(crate) way: Way,
    /// Their access token; none for anonymous callers.
    pub token: Option<Arc<str>>,
    /// Their user; 0 for anonymous callers.
    pub id: i64,
}

/// A request being put together.
pub struct Request {
    way: Way,
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
            way: self.way.clone(),
            request,
            body: Vec::new(),
        }
    }

    pub(crate) fn with_id(mut self, id: i64) -> Caller {
        self.id = id;
        self
    }

    /// Anonymous, at a server that listens somewhere.
    pub fn at(address: SocketAddr) -> Caller {
        Caller {
            way: Way::Socket(address),
            token: None,
            id: 0,
        }
    }

    /// The same caller, who comes by the network: each request has a connection of its own.
    #[must_use]
    pub fn over(&self, address: SocketAddr) -> Caller {
        Caller {
            way: Way::Socket(address),
            ..self.clone()
        }
    }

    /// Signs in as anybody would.
    pub async fn sign_in(&self, username: &str, password: &str) -> Caller {
        let body = json!({ "username": username, "password": password });
        let reply = self.post("auth/", body).await;
        Caller {
            token: reply.is(200)["access"].as_str().map(Arc::from),
            ..self.clone()
        }
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
    ///
    /// # Panics
    /// When there is none.
    pub async fn send(self) -> Reply {
        self.try_send().await.expect("a server that answers")
    }

    /// As [`Request::send`], from a server that may end at any moment.
    ///
    /// # Errors
    /// When there is no answer, or not the whole of it.
    pub async fn try_send(self) -> Result<Reply, Unanswered> {
        let request = self
            .request
            .body(Full::from(self.body))
            .expect("a request that HTTP allows");
        let asked = format!("{} {}", request.method(), request.uri());
        let (parts, bytes) = match self.way {
            Way::Here(router) => {
                let Ok(answer) = router.oneshot(request.map(Body::new)).await;
                let (parts, body) = answer.into_parts();
                let bytes = body.collect().await.map(|body| body.to_bytes());
                (parts, bytes.unwrap_or_default())
            }
            Way::Socket(address) => over_a_socket(address, request).await?,
        };
        let json = serde_json::from_slice(&bytes).unwrap_or(json!(null));
        Ok(Reply {
            asked,
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.to_vec(),
            json,
        })
    }
}

async fn over_a_socket(
    address: SocketAddr,
    mut request: http::Request<Full<bytes::Bytes>>,
) -> Result<(http::response::Parts, bytes::Bytes), Unanswered> {
    let host = address.to_string().parse()?;
    request.headers_mut().insert("host", host);
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driven = tokio::spawn(connection);
    let answer = sender.send_request(request).await?;
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await?.to_bytes();
    driven.abort();
    Ok((parts, bytes))
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
