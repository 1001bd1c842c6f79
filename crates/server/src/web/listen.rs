//! The sockets: limits that hold before a request is a request, and a stop that lets the last ones end.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use platform::app::App;
use tokio::net::TcpListener;
use tower::Layer;
use tower::util::MapRequestLayer;

/// All headers of a request together, and at most this many of them.
const HEADER_BYTES: usize = 64 * 1024;
const HEADERS: usize = 100;

/// Serves connections until `stop` ends, then lets requests under way finish for `drain`.
///
/// A client that takes longer than `patience` to send its headers is hung up on.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    stop: impl Future<Output = ()>,
    drain: Duration,
) {
    let mut stop = pin!(stop);
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_headers(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .keep_alive(true);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: others will be closed soon.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let named =
            MapRequestLayer::new(move |mut request: hyper::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                request
            });
        let service = TowerToHyperService::new(named.layer(router.clone()));
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(drain, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still under way and were cut off");
    }
}

/// Serves `/metrics` on an address of its own.
pub(crate) async fn metrics(app: Arc<App>, address: SocketAddr) {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            let forever = std::future::pending();
            serve(
                listener,
                super::metrics::own_router(&app),
                Duration::from_secs(10),
                forever,
                Duration::ZERO,
            )
            .await;
        }
        Err(error) => {
            tracing::error!(%error, %address, "CHELAL_METRICS_BIND cannot be listened on")
        }
    }
}
