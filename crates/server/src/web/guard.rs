//! Bounds what one request, and all together, can take: concurrency, time; and catches panics.

use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderValue, header};
use http_body::{Frame, SizeHint};
use kernel::Code;
use platform::app::App;
use platform::error::Error;
use platform::socket::Berth;
use platform::texts::Text;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Asker;

/// Requests at work at the same time; more than the database can serve wait in vain.
const AT_ONCE: usize = 1024;
/// A large body is given a second more for so many bytes that came: about a slow mobile connection.
const BYTES_PER_SECOND: u64 = 32 * 1024;

/// What all requests share.
pub(super) struct Gate {
    app: Arc<App>,
    slots: Semaphore,
}

impl Gate {
    /// From the application's settings.
    pub(super) fn new(app: &Arc<App>) -> Gate {
        Gate {
            app: app.clone(),
            slots: Semaphore::new(AT_ONCE),
        }
    }
}

/// RFC 9112, section 3.2: a request that came by a socket names its host exactly once, and validly. Two hosts
/// would be read differently by us and by what stands before us.
fn names_its_host(request: &Request) -> bool {
    if request.extensions().get::<Berth>().is_none() {
        return true;
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let authority = http::uri::Authority::try_from(host.as_bytes());
    authority.is_ok_and(|authority| !authority.as_str().contains('@'))
}

/// Lets the request through within its bounds.
///
/// The time is that until the answer begins; exports may go on streaming, sockets stay open.
pub(super) async fn guard(gate: &Gate, request: Request, next: Next) -> Response {
    let app = &gate.app;
    if !names_its_host(&request) {
        let error = Error::refuse(Code::Invalid, Text::new("host-invalid"));
        return super::refused(app, request.headers(), error);
    }
    let asker = Asker::of(request.headers());
    let path = request.uri().path();
    // Whoever watches the server must see it when it is overloaded, too.
    let watched = ["/health", "/metrics", "/api/health", "/api/v1/health"];
    let watching = watched.iter().any(|prefix| path.starts_with(prefix));
    let Ok(_slot) = gate
        .slots
        .try_acquire()
        .map(Some)
        .or_else(|full| if watching { Ok(None) } else { Err(full) })
    else {
        return asker.refused(app, unavailable(&asker).retry_after(1));
    };

    let body = Arc::new(Progress::default());
    let request = if request.body().is_end_stream() {
        request
    } else {
        request.map(|inner| {
            let progress = body.clone();
            Body::new(Watched { inner, progress })
        })
    };
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind();
    match within(app.settings.request_timeout, &body, answered).await {
        Some(Ok(response)) => response,
        Some(Err(_)) => asker.refused(app, Error::internal("the operation panicked")),
        None if body.waiting.load(Ordering::Relaxed) => {
            let error = Error::refuse(Code::RequestTimeout, Text::new("request-timeout"));
            let mut response = asker.refused(app, error);
            // The rest of the body is still to come: the connection is of no further use.
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
        None => {
            tracing::warn!("stopped because it took too long");
            let text = Text::new("request-timeout");
            let error = Error::refuse(Code::Unavailable, text).with("request_id", asker.id());
            asker.refused(app, error.retry_after(5))
        }
    }
}

/// What the work comes to in this time and what its body earns besides. What a client only announces
/// earns nothing.
async fn within<T>(time: Duration, body: &Progress, work: impl Future<Output = T>) -> Option<T> {
    let begun = Instant::now();
    let mut work = pin!(work);
    let mut until = begun + time;
    loop {
        if let Ok(done) = tokio::time::timeout_at(until, work.as_mut()).await {
            return Some(done);
        }
        let earned = body.bytes.load(Ordering::Relaxed) / BYTES_PER_SECOND;
        let later = begun + time + Duration::from_secs(earned);
        if later <= until {
            return None;
        }
        until = later;
    }
}

fn unavailable(asker: &Asker) -> Error {
    Error::refuse(Code::Unavailable, Text::new("unavailable")).with("request_id", asker.id())
}

/// How far a body has come.
#[derive(Default)]
struct Progress {
    /// So much of it is here.
    bytes: AtomicU64,
    /// We wait for the client, not the client for us.
    waiting: AtomicBool,
}

/// A body that tells how far it has come.
struct Watched {
    inner: Body,
    progress: Arc<Progress>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        let progress = &self.progress;
        progress
            .waiting
            .store(polled.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            progress
                .bytes
                .fetch_add(data.len() as u64, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
