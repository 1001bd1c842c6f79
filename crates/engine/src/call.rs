//! A request as operations see it, and their answer.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use http::header::{AsHeaderName, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use kernel::Code;
use parking_lot::Mutex;
use serde_json::Value as Json;

use crate::operation::Operation;
use records::error::Error;
use records::fault::Faults;
use records::field::Field;
use records::record::Body;
use texts::Text;

/// A request before its body.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// The path as requested.
    pub path: String,
    /// The query's pairs, decoded, in their order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The client's address, as far as trusted proxies tell.
    pub ip: Option<IpAddr>,
    /// Came by a reverse proxy that is believed.
    pub proxied: bool,
}

impl Head {
    /// A header as text.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Scheme and host under which the client reached us, such as `http://localhost:8000`.
    pub fn base(&self) -> String {
        let host = self.header(HOST).unwrap_or("localhost");
        let scheme = if self.proxied {
            self.header("x-forwarded-proto").unwrap_or("http")
        } else {
            "http"
        };
        format!("{scheme}://{host}")
    }

    /// `/api/` or `/api/v1/`, as the client said it.
    pub fn root(&self) -> &'static str {
        if self.path.starts_with("/api/v1/") {
            "/api/v1/"
        } else {
            "/api/"
        }
    }
}

/// A request to an operation.
#[derive(Debug, Clone)]
pub struct Call {
    /// All but the body.
    pub head: Arc<Head>,
    /// The values of the path's parameters.
    pub params: Vec<(String, String)>,
    /// The body, within the limit.
    pub body: Bytes,
    /// The operation.
    pub operation: Arc<Operation>,
    /// The body of an upload, which is received as a stream.
    pub incoming: Incoming,
    /// What was worked out before the unit of work began.
    pub prepared: Prepared,
}

/// A body that is still to be received. It can be taken once.
#[derive(Clone, Default)]
pub struct Incoming(Arc<Mutex<Option<axum::body::Body>>>);

impl Incoming {
    /// A body that arrives.
    pub fn of(body: axum::body::Body) -> Incoming {
        Incoming(Arc::new(Mutex::new(Some(body))))
    }

    /// Its pieces as they arrive; none when it was taken before.
    pub fn stream(&self) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + use<> {
        let body = self.0.lock().take();
        body.unwrap_or_default().into_data_stream()
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Incoming")
    }
}

/// What an operation works out before its unit of work begins, because it is slow: no transaction is
/// held meanwhile.
#[derive(Clone, Default)]
pub struct Prepared {
    value: Option<Arc<dyn std::any::Any + Send + Sync>>,
    fingerprint: Option<Bytes>,
}

impl Prepared {
    /// Keeps a value for [`Cx::prepared`](crate::cx::Cx::prepared).
    pub fn of<T: Send + Sync + 'static>(value: T) -> Prepared {
        Prepared {
            value: Some(Arc::new(value)),
            fingerprint: None,
        }
    }

    /// Says what the request carried, where its body was received as a stream: requests with one
    /// idempotency key are the same when this is.
    #[must_use]
    pub fn identified_by(mut self, fingerprint: impl Into<Bytes>) -> Prepared {
        self.fingerprint = Some(fingerprint.into());
        self
    }

    /// What the request carried, where its body was a stream.
    pub fn fingerprint(&self) -> Option<Bytes> {
        self.fingerprint.clone()
    }

    /// The value, if there is one of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.value.clone()?.downcast().ok()
    }
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepared")
    }
}

/// What a query parameter says that is yes or no.
///
/// # Errors
/// 400 under its name for what is neither: nothing is left undone without a word because of a typing error.
pub fn yes_or_no(name: &str, text: &str) -> Result<bool, Error> {
    let mut faults = Faults::new();
    let said = faults.note(name, bool::parse(&Json::from(text)));
    said.ok_or_else(|| faults.into())
}

impl Call {
    /// A path parameter.
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The record's id in the path.
    ///
    /// # Errors
    /// 404: what is no number names no record.
    pub fn id(&self) -> Result<i64, Error> {
        self.param("id")
            .parse()
            .ok()
            .filter(|id| *id > 0)
            .ok_or_else(Error::not_found)
    }

    /// A query parameter; the last one counts.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.head
            .query
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A query parameter that says yes or no; no when it is missing or empty.
    ///
    /// # Errors
    /// As [`yes_or_no`].
    pub fn flag(&self, name: &str) -> Result<bool, Error> {
        let text = self.query(name).filter(|text| !text.is_empty());
        text.map_or(Ok(false), |text| yes_or_no(name, text))
    }

    /// The body as JSON; an empty one is null.
    ///
    /// # Errors
    /// 400 when it is not JSON, 415 when it says to be something else.
    pub fn json(&self) -> Result<Json, Error> {
        if self.body.is_empty() {
            return Ok(Json::Null);
        }
        if let Some(header) = self.head.header("content-type") {
            let charset = header.split(';').skip(1).find_map(|parameter| {
                let (name, value) = parameter.split_once('=')?;
                (name.trim().eq_ignore_ascii_case("charset")).then_some(value)
            });
            let kind = header
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            let json = kind == "application/json" || kind.ends_with("+json");
            // JSON is UTF-8 (RFC 8259, 8.1); what says to be otherwise would be read as something else than was meant.
            if !json || !charset.is_none_or(is_utf8) {
                let text = Text::new("unsupported-media-type")
                    .with("expected", "application/json; charset=utf-8");
                return Err(Error::refuse(Code::UnsupportedMediaType, text));
            }
        }
        crate::strict_json::parse(&self.body).map_err(|error| {
            let reason = format!("line {} column {}", error.line(), error.column());
            Error::refuse(
                Code::MalformedJson,
                Text::new("malformed-json").with("reason", reason),
            )
        })
    }

    /// The body as an object, with other names folded into the declared ones. A name paired with `""`
    /// is a reference and may also be sent as `name_id`.
    ///
    /// # Errors
    /// As [`Call::json`], and 400 when it is no object.
    pub fn body_for(&self, names: &[(&str, &str)]) -> Result<Body, Error> {
        let mut body = match self.json()? {
            Json::Object(map) => Body(map),
            Json::Null if self.body.is_empty() => Body::default(),
            _ => {
                return Err(Error::field(
                    records::fault::NON_FIELD,
                    Text::new("body-not-object"),
                ));
            }
        };
        body.fold(names)?;
        Ok(body)
    }

    /// The version that `If-Match` asks for; `*` and absence ask for none.
    ///
    /// # Errors
    /// 400 when it is no version.
    pub fn if_match(&self) -> Result<Option<i64>, Error> {
        match self.head.headers.get("if-match") {
            None => Ok(None),
            Some(value) => {
                let text = value.to_str().unwrap_or_default().trim();
                if text == "*" {
                    return Ok(None);
                }
                let version = text.trim_start_matches("W/").trim_matches('"').parse();
                version
                    .map(Some)
                    .map_err(|_| Error::refuse(Code::Invalid, Text::new("bad-if-match")))
            }
        }
    }

    /// This request's address with some parameters set and others dropped.
    pub fn url_with(&self, set: &[(&str, String)], drop: &[&str]) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .head
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !drop.contains(name) && !set.iter().any(|(other, _)| other == name))
            .collect();
        pairs.extend(set.iter().map(|(name, value)| (*name, value.as_str())));
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("{}{}?{query}", self.head.base(), self.head.path)
    }
}

/// An answer's body.
pub enum ReplyBody {
    /// All of it.
    Whole(Bytes),
    /// Piece by piece, for exports and downloads.
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>),
}

/// An answer.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: ReplyBody,
}

impl Reply {
    /// JSON.
    ///
    /// # Errors
    /// When the value does not serialise, which is our own fault.
    pub fn json<T: serde::Serialize>(status: StatusCode, value: &T) -> Result<Reply, Error> {
        let mut reply = Reply::empty(status);
        let mut bytes = Vec::with_capacity(1024);
        serde_json::to_writer(&mut bytes, value)?;
        reply.body = ReplyBody::Whole(bytes.into());
        let json = HeaderValue::from_static("application/json");
        reply.headers.insert(CONTENT_TYPE, json);
        Ok(reply)
    }

    /// JSON with 200.
    ///
    /// # Errors
    /// As [`Reply::json`].
    pub fn ok<T: serde::Serialize>(value: &T) -> Result<Reply, Error> {
        Reply::json(StatusCode::OK, value)
    }

    /// No body.
    pub fn empty(status: StatusCode) -> Reply {
        Reply {
            status,
            // Room for those that every answer carries.
            headers: HeaderMap::with_capacity(16),
            body: ReplyBody::Whole(Bytes::new()),
        }
    }

    /// A file that the browser saves.
    pub fn download(
        content_type: &str,
        file_name: &str,
        body: Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>,
    ) -> Reply {
        let mut reply = Reply::empty(StatusCode::OK);
        reply.header("content-type", content_type);
        let safe: String = file_name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || "._-".contains(c) {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let mut disposition = format!("attachment; filename=\"{safe}\"");
        if safe != file_name {
            disposition.push_str(&format!("; filename*=UTF-8''{}", encoded(file_name)));
        }
        reply.header("content-disposition", &disposition);
        // Whatever it is, a browser neither runs nor frames it.
        reply.header("content-security-policy", "default-src 'none'; sandbox");
        reply.body = ReplyBody::Stream(body);
        reply
    }

    /// Sets a header; one that HTTP does not allow is left out.
    pub fn header(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// Whether a charset is UTF-8, or its part that all of these have in common.
fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|name| charset.eq_ignore_ascii_case(name))
}

/// A text as a header's extended parameter carries it (RFC 8187).
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
