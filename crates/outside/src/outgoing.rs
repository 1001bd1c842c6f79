//! The one place from which Chelal speaks HTTP to others.
//!
//! A request has a time limit, goes where it was sent (redirects are not followed), is sent once (no hidden retries, a
//! fresh connection each time), and its answer is read up to a limit. Who calls this must know whether a request that
//! failed may have been carried out, so a failure says whether the request had left: [`Failure`].

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::Value as Json;

/// What is read of an answer; the rest is thrown away.
pub const ANSWER_BYTES: usize = 64 * 1024;
/// Finding the other side; the time limit of a request comes on top.
const CONNECT: Duration = Duration::from_secs(10);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The request never left: it may be repeated.
    #[error("{0}")]
    NotReached(String),
    /// The request may have been carried out; no answer came.
    #[error("{0}")]
    NoAnswer(String),
}

/// A request to be sent. `Debug` shows neither headers nor body.
pub struct Request {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

impl Request {
    fn new(method: Method, url: String) -> Request {
        Request {
            method,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }

    /// GET.
    #[must_use]
    pub fn get(url: String) -> Request {
        Request::new(Method::GET, url)
    }

    /// POST.
    #[must_use]
    pub fn post(url: String) -> Request {
        Request::new(Method::POST, url)
    }

    /// With a bearer token (RFC 6750).
    #[must_use]
    pub fn bearer(self, token: &str) -> Request {
        self.authorization(&format!("Bearer {token}"))
    }

    /// With a user name and a password (RFC 7617).
    #[must_use]
    pub fn basic(self, user: &str, password: &str) -> Request {
        use base64::Engine;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        self.authorization(&format!("Basic {pair}"))
    }

    /// A value that HTTP does not allow is left out; the other side then says that it is missing.
    fn authorization(mut self, value: &str) -> Request {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &Json) -> Request {
        let kind = HeaderValue::from_static("application/json");
        self.headers.insert(CONTENT_TYPE, kind);
        self.body = body.to_string().into_bytes();
        self
    }

    /// With a form as its body.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Request {
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.headers.insert(CONTENT_TYPE, kind);
        // Pairs of texts always have a form.
        self.body = serde_urlencoded::to_string(fields)
            .unwrap_or_default()
            .into_bytes();
        self
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it came and was read: see [`ANSWER_BYTES`].
    pub body: Bytes,
}

impl Answer {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// After how long trying again makes sense, where the answer says so in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header(RETRY_AFTER.as_str())?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

/// Sends requests. Clones share the client, which is made when the first request is sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    timeout: Duration,
    client: Arc<OnceLock<reqwest::Client>>,
}

impl Outgoing {
    /// Requests may take so long, from the first byte sent to the last byte read.
    #[must_use]
    pub fn new(timeout: Duration) -> Outgoing {
        Outgoing {
            timeout,
            client: Arc::default(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn client(&self) -> Result<&reqwest::Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = reqwest::Client::builder()
            .connect_timeout(CONNECT.min(self.timeout * 3 / 4))
            .timeout(self.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            // On a connection kept open nobody can tell a request that was never read from one that was.
            .pool_max_idle_per_host(0)
            .http1_only()
            .user_agent(concat!("chelal/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::NotReached(describe(error)))?;
        Ok(self.client.get_or_init(|| made))
    }

    /// Sends a request, once.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let sent = self
            .client()?
            .request(request.method, &request.url)
            .headers(request.headers)
            .body(request.body)
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => {
                return Err(Failure::NotReached(describe(error)));
            }
            Err(error) => return Err(Failure::NoAnswer(describe(error))),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        // The status says what came of the request, even if its explanation breaks off.
        while let Some(Ok(piece)) = stream.next().await {
            let room = ANSWER_BYTES.saturating_sub(body.len());
            body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            if body.len() >= ANSWER_BYTES {
                break;
            }
        }
        Ok(Answer {
            status,
            headers,
            body: body.into(),
        })
    }
}

/// The error and its causes on one line, without the URL, which may name an account.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
