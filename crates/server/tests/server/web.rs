//! What every request passes, and what is served besides the operations.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kernel::Clock;
use ops::boot::Parts;
use platform::app::{App, Shared};
use platform::http::call::Reply;
use platform::mail::Mailer;
use platform::module::Module;
use platform::route::Route;
use platform::settings::Settings;
use serde_json::{Value as Json, json};
use server::listen::{self, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

const ORIGIN: &str = "https://app.hospital.gm";

/// Operations that go wrong.
fn trouble() -> Module {
    Module::new("trouble")
        .route(
            Route::get("trouble", "trouble/panic/", |_, _| {
                Box::pin(async { panic!("as it should") })
            })
            .open()
            .done(),
        )
        .route(
            Route::get("trouble", "trouble/slow/", |_, _| {
                Box::pin(async {
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                    Ok(Reply::empty(StatusCode::NO_CONTENT))
                })
            })
            .open()
            .done(),
        )
        .route(
            Route::post("trouble", "trouble/echo/", |_, call| {
                Box::pin(async { Reply::ok(&json!({ "bytes": call.body.len() })) })
            })
            .open()
            .done(),
        )
}

struct Web {
    app: Arc<App>,
    router: Router,
    _dir: tempfile::TempDir,
}

async fn web(more: &[(&str, &str)]) -> Web {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().display().to_string();
    let pairs = [
        ("CHELAL_DATA_DIR", data.as_str()),
        ("CHELAL_CORS_ORIGINS", ORIGIN),
        ("CHELAL_REQUEST_TIMEOUT_SECONDS", "1"),
    ];
    let pairs = pairs
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut shared = Shared::default();
    let hasher = identity::credential::password::HasherConfig {
        memory_kib: 64,
        passes: 1,
        ..Default::default()
    };
    let door = identity::door::door(hasher, &mut shared).unwrap();
    let mut modules = server::modules::modules();
    modules.push(trouble());
    let (app, router) = server::build(Parts {
        settings: Settings::from_pairs(pairs).unwrap().settings,
        clock: Clock::fixed("2026-03-01T08:00:00Z".parse().unwrap()),
        registry: ops::boot::registry(modules),
        door,
        mailer: Mailer::Off,
        shared,
    })
    .await
    .unwrap();
    Web {
        app,
        router,
        _dir: dir,
    }
}

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }
}

impl Web {
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body).unwrap();
        let peer: SocketAddr = "192.0.2.7:50000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// On a socket, until the sender is used or dropped.
    async fn listen(&self, limits: Limits) -> (SocketAddr, tokio::sync::oneshot::Sender<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let stopped = async move {
            let _ = stopped.await;
        };
        tokio::spawn(listen::serve(
            listener,
            self.router.clone(),
            limits,
            stopped,
        ));
        (address, stop)
    }
}

/// All that the server says until it closes the connection.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut said))
        .await
        .unwrap()
        .unwrap();
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_only_known_origins_are_let_in() {
    let web = web(&[]).await;
    let asks = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
            ("access-control-request-headers", "authorization,if-match"),
        ]
    };
    let allowed = web
        .send(Method::OPTIONS, "/api/users/", &asks(ORIGIN), Body::empty())
        .await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.headers["access-control-allow-origin"], ORIGIN);
    assert!(
        allowed.headers["access-control-allow-methods"]
            .to_str()
            .unwrap()
            .contains("PATCH")
    );
    assert!(
        allowed.headers["access-control-allow-headers"]
            .to_str()
            .unwrap()
            .contains("if-match")
    );
    assert!(allowed.headers.contains_key("access-control-max-age"));
    let refused = web
        .send(
            Method::OPTIONS,
            "/api/users/",
            &asks("https://evil.example"),
            Body::empty(),
        )
        .await;
    assert!(!refused.headers.contains_key("access-control-allow-origin"));
    let plain = web
        .send(
            Method::GET,
            "/api/users/",
            &[("origin", ORIGIN)],
            Body::empty(),
        )
        .await;
    assert_eq!(plain.status, 401);
    let exposed = plain.headers["access-control-expose-headers"]
        .to_str()
        .unwrap()
        .to_ascii_lowercase();
    for name in [
        "x-total-count",
        "link",
        "etag",
        "location",
        "x-request-id",
        "retry-after",
    ] {
        assert!(exposed.contains(name), "{exposed}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_said_in_our_shape() {
    let web = web(&[]).await;
    let outside = web.get("/nowhere").await;
    assert_eq!(
        (outside.status, outside.json()["code"].clone()),
        (StatusCode::NOT_FOUND, json!("not_found"))
    );
    assert_eq!(outside.headers["x-frame-options"], "DENY");
    assert_eq!(outside.headers["x-content-type-options"], "nosniff");
    assert!(outside.headers.contains_key("content-security-policy"));
    // Who is not signed in does not learn which paths exist.
    assert_eq!(web.get("/api/nowhere/").await.status, 401);
    let method = web
        .send(Method::DELETE, "/api/trouble/slow/", &[], Body::empty())
        .await;
    assert_eq!(method.status, 401);
    assert_eq!(web.get("/docs/nothing.js").await.status, 404);
}

#[tokio::test]
async fn every_answer_has_the_request_id() {
    let web = web(&[]).await;
    let given = web
        .send(
            Method::GET,
            "/health/",
            &[("x-request-id", "ward-7")],
            Body::empty(),
        )
        .await;
    assert_eq!(given.headers["x-request-id"], "ward-7");
    let bad = web
        .send(
            Method::GET,
            "/nowhere",
            &[("x-request-id", "no spaces")],
            Body::empty(),
        )
        .await;
    assert_eq!(bad.headers["x-request-id"].len(), 32);
}

#[tokio::test]
async fn a_panic_is_a_500_with_the_request_id() {
    let web = web(&[]).await;
    let answer = web
        .send(
            Method::GET,
            "/api/trouble/panic/",
            &[("x-request-id", "p1")],
            Body::empty(),
        )
        .await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        (
            answer.json()["code"].clone(),
            answer.json()["request_id"].clone()
        ),
        (json!("internal"), json!("p1"))
    );
    assert!(!answer.text.contains("as it should"));
    assert_eq!(web.get("/health/").await.status, 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_stopped() {
    let web = web(&[]).await;
    let answer = web.get("/api/trouble/slow/").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["code"], "unavailable");
    assert!(answer.json()["request_id"].is_string() && answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_a_408() {
    let web = web(&[]).await;
    let (address, _stop) = web.listen(Limits::default()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"POST /api/trouble/echo/ HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(request).await.unwrap();
    let said = until_closed(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    assert!(said.contains("\"code\":\"request_timeout\""), "{said}");
}

#[tokio::test]
async fn an_oversized_body_is_a_413_that_the_client_sees() {
    let web = web(&[("CHELAL_MAX_BODY_BYTES", "2048")]).await;
    let fits = web
        .send(
            Method::POST,
            "/api/trouble/echo/",
            &[],
            Body::from(vec![b' '; 2048]),
        )
        .await;
    assert_eq!(
        (fits.status, fits.json()["bytes"].clone()),
        (StatusCode::OK, json!(2048))
    );
    let (address, _stop) = web.listen(Limits::default()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = 4 * 1024 * 1024;
    let head = format!(
        "POST /api/trouble/echo/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; length]).await.unwrap();
    let said = until_closed(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
    assert!(said.contains("payload_too_large"), "{said}");
}

#[tokio::test]
async fn slow_and_excessive_headers_are_given_up() {
    let web = web(&[]).await;
    let limits = Limits {
        header_time: Duration::from_millis(300),
        ..Limits::default()
    };
    let (address, _stop) = web.listen(limits).await;
    for said_so_far in ["", "GET /health/ HTTP/1.1\r\nhost: "] {
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(said_so_far.as_bytes()).await.unwrap();
        assert!(
            !until_closed(&mut slow).await.contains(" 200 "),
            "{said_so_far}"
        );
    }
    for request in [
        format!(
            "GET /health/ HTTP/1.1\r\nhost: x\r\n{}\r\n",
            "a: b\r\n".repeat(200)
        ),
        format!(
            "GET /health/ HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n",
            "b".repeat(64 * 1024)
        ),
        format!(
            "GET /health/?{} HTTP/1.1\r\nhost: x\r\n\r\n",
            "b".repeat(64 * 1024)
        ),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The server may have closed before all is written.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut said = vec![0; 64];
        let read = stream.read(&mut said).await.unwrap_or(0);
        let said = String::from_utf8_lossy(&said[..read]).into_owned();
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 431") || said.starts_with("HTTP/1.1 414"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn stopping_finishes_what_is_at_work_and_accepts_no_more() {
    let web = web(&[]).await;
    let (address, stop) = web.listen(Limits::default()).await;
    let mut working = TcpStream::connect(address).await.unwrap();
    let request = b"GET /api/trouble/slow/ HTTP/1.1\r\nhost: x\r\n\r\n";
    working.write_all(request).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.send(()).unwrap();
    // Stopped by its timeout of a second, not by the end of the server.
    assert!(
        until_closed(&mut working)
            .await
            .starts_with("HTTP/1.1 503 ")
    );
    assert!(TcpStream::connect(address).await.is_err());
}

/// RFC 9112, section 3.2: who a request is for is said exactly once.
#[tokio::test]
async fn a_request_names_its_host_once_and_validly() {
    let web = web(&[]).await;
    let (address, _stop) = web.listen(Limits::default()).await;
    for (hosts, status) in [
        ("host: chelal.hospital.gm\r\n", "200"),
        ("host: [2001:db8::8]:8000\r\n", "200"),
        ("", "400"),
        ("host: one.example\r\nhost: two.example\r\n", "400"),
        ("host: one.example\r\nhost: one.example\r\n", "400"),
        ("host: two words\r\n", "400"),
        ("host: user@one.example\r\n", "400"),
        ("host:\r\n", "400"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /health/ HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let said = until_closed(&mut stream).await;
        assert!(
            said.starts_with(&format!("HTTP/1.1 {status}")),
            "{hosts:?}: {said}"
        );
    }
}

#[tokio::test]
async fn tries_to_sign_in_are_limited_by_address() {
    let web = web(&[
        ("CHELAL_RATE_LIMIT", "3"),
        ("CHELAL_TRUSTED_PROXIES", "192.0.2.0/24"),
    ])
    .await;
    let sign_in = |from| {
        let headers = [
            ("x-forwarded-for", from),
            ("content-type", "application/json"),
        ];
        let web = &web;
        async move {
            let body =
                Body::from(json!({ "username": "nobody", "password": "nothing" }).to_string());
            web.send(Method::POST, "/api/auth/", &headers, body).await
        }
    };
    for _ in 0..3 {
        assert_ne!(sign_in("198.51.100.1").await.json()["code"], "rate_limited");
    }
    let limited = sign_in("198.51.100.1").await;
    assert_eq!(
        (limited.status, limited.json()["code"].clone()),
        (StatusCode::TOO_MANY_REQUESTS, json!("rate_limited"))
    );
    let wait: u64 = limited.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((20..=21).contains(&wait), "{wait}");
    assert_ne!(sign_in("198.51.100.2").await.json()["code"], "rate_limited");
    web.app.clock.advance(jiff::SignedDuration::from_secs(
        i64::try_from(wait).unwrap(),
    ));
    assert_ne!(sign_in("198.51.100.1").await.json()["code"], "rate_limited");
}

#[tokio::test]
async fn what_is_documented_as_limited_is_limited_and_nothing_else() {
    let web = web(&[
        ("CHELAL_RATE_LIMIT", "1"),
        ("CHELAL_TRUSTED_PROXIES", "192.0.2.0/24"),
    ])
    .await;
    let registry = &web.app.registry;
    let document = platform::openapi::document(registry, &platform::openapi::Info::default());
    let mut limited = Vec::new();
    for (number, operation) in registry.operations().iter().enumerate() {
        let method = operation.method.as_str().to_lowercase();
        let documented = &document["paths"][format!("/{}", operation.path)][&method];
        let documented = !documented["responses"]["429"].is_null();
        // Each from an address of its own, twice.
        let from = format!("198.51.{}.{}", 100 + number / 250, number % 250);
        let headers = [
            ("x-forwarded-for", from.as_str()),
            ("content-type", "application/json"),
        ];
        let path = operation.path.replace(['{', '}'], "");
        let ask = || async {
            let method = operation.method.clone();
            let body = Body::from("{}");
            web.send(method, &format!("/api/{path}"), &headers, body)
                .await
        };
        ask().await;
        let again = ask().await;
        let refused = again.text.contains("\"rate_limited\"");
        assert_eq!(refused, documented, "{operation:?}: {}", again.text);
        if refused {
            assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
            limited.push(operation.path.as_str());
        }
    }
    for path in [
        "auth/",
        "auth/2fa/",
        "auth/refresh/",
        "auth/password-reset/",
        "auth/password-reset/confirm/",
        "auth/accept-invitation/",
        "auth/check-link/",
        "register/",
        "setup/",
        "messaging/twilio/inbound/",
        "messaging/twilio/status/{uid}/",
    ] {
        assert!(limited.contains(&path), "{path} is not in {limited:?}");
    }
}

#[tokio::test]
async fn health_says_whether_the_server_can_serve() {
    let web = web(&[]).await;
    for path in [
        "/health/",
        "/health",
        "/api/health/",
        "/api/v1/health/ready/",
        "/health/ready/",
    ] {
        let answer = web.get(path).await;
        assert_eq!(
            (answer.status, answer.json()["status"].clone()),
            (StatusCode::OK, json!("ok")),
            "{path}"
        );
        assert_eq!(answer.json()["database"], "ok");
        assert!(answer.json()["version"].is_string());
    }
    web.app
        .shared
        .get::<server::web::Lifecycle>()
        .unwrap()
        .stop();
    assert_eq!(web.get("/health/ready/").await.status, 503);
    assert_eq!(web.get("/health/").await.json()["status"], "stopping");
    web.app.close().await;
    // What was found a moment ago holds for a second.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let away = web.get("/health/ready/").await;
    assert_eq!(
        (away.status, away.json()["database"].clone()),
        (StatusCode::SERVICE_UNAVAILABLE, json!("unavailable"))
    );
    assert_eq!(web.get("/health/live/").await.status, 200);
}

#[tokio::test]
async fn the_document_and_its_page_are_served() {
    let web = web(&[]).await;
    let schema = web.get("/schema/").await;
    assert_eq!(schema.json()["openapi"], "3.1.0");
    assert_eq!(web.get("/api/schema/").await.text, schema.text);
    let etag = schema.headers["etag"].to_str().unwrap().to_owned();
    let again = web
        .send(
            Method::GET,
            "/schema/",
            &[("if-none-match", &etag)],
            Body::empty(),
        )
        .await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    let page = web.get("/docs/").await;
    assert_eq!(
        (
            page.status,
            page.headers["content-security-policy"].to_str().unwrap()
        ),
        (StatusCode::OK, platform::docs_page::CSP)
    );
    assert_eq!(
        web.get("/docs/style.css").await.headers["content-type"],
        "text/css; charset=utf-8"
    );
    assert_eq!(web.get("/api/docs/").await.headers["location"], "/docs/");
    assert!(web.get("/").await.text.contains("/docs/"));
}

#[tokio::test]
async fn metrics_need_the_token() {
    let closed = web(&[]).await;
    assert_eq!(closed.get("/metrics").await.status, 404);
    let web = web(&[("CHELAL_METRICS_TOKEN", "a-long-enough-metrics-token")]).await;
    assert_eq!(web.get("/metrics").await.status, 404);
    let wrong = web
        .send(
            Method::GET,
            "/metrics",
            &[("authorization", "Bearer wrong")],
            Body::empty(),
        )
        .await;
    assert_eq!(wrong.status, 404);
    web.get("/api/users/?search=Fatou").await;
    let headers = [("authorization", "Bearer a-long-enough-metrics-token")];
    let page = web
        .send(Method::GET, "/metrics", &headers, Body::empty())
        .await;
    assert_eq!(page.status, 200);
    for name in [
        "http_requests_total",
        "http_request_duration_seconds_bucket",
        "db_wal_bytes",
        "jobs_due",
        "jobs_dead",
        "audit_unsealed",
    ] {
        assert!(page.text.contains(name), "{name} in {}", page.text);
    }
    assert!(page.text.contains("route=\"/api/users/\"") && !page.text.contains("Fatou"));
}
