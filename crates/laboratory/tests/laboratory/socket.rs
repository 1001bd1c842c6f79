//! A critical value reaches the ordering doctor's open socket, over a real connection, as soon as it is committed.

use std::time::Duration;

use futures_util::StreamExt;
use http::HeaderValue;
use platform::jobs::Worker;
use serde_json::{Value as Json, json};
use testkit::{Caller, World};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::support::Lab;

type Socket = WebSocketStream<TcpStream>;

/// Opens a caller's socket and hears that it is open.
async fn open(world: &World, caller: &Caller) -> Socket {
    let address = world.listen().await;
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/ws/notifications/{}/", caller.id);
    let mut request = url.into_client_request().unwrap();
    let shown = format!("chelal, {}", caller.token.as_deref().unwrap());
    request.headers_mut().insert(
        "sec-websocket-protocol",
        HeaderValue::from_str(&shown).unwrap(),
    );
    let (mut socket, _) = client_async(request, stream).await.unwrap();
    let connected = hear(&mut socket, Duration::from_secs(30)).await.unwrap();
    assert_eq!(connected["event"], "connected");
    socket
}

/// The next frame, if one comes in time.
async fn hear(socket: &mut Socket, patience: Duration) -> Option<Json> {
    tokio::time::timeout(patience, async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).ok();
            }
        }
        None
    })
    .await
    .ok()
    .flatten()
}

testkit::on_both! {
    async fn the_doctor_hears_at_once_and_nobody_else_does(world: &World) {
        let lab = Lab::new(world).await;
        let other = world.doctor().await;
        let mut socket = open(world, &lab.doctor).await;
        let mut others = open(world, &other).await;
        let worker = Worker::start(&world.app);
        let order = lab.order(&["K"], json!({})).await;
        let results = json!([{ "parameter_name": "Potassium", "value_numeric": 7.1 }]);
        lab.enter(&order, results).await.is(200);
        let heard = hear(&mut socket, Duration::from_secs(10)).await.unwrap();
        assert_eq!(heard["event"], "notification");
        assert_eq!(heard["type"], "alert");
        assert_eq!(heard["related_object"], format!("LabOrder:{}", order["id"]));
        assert!(heard["message"].as_str().unwrap().starts_with("Critical result: Potassium 7.1 mmol/L"), "{heard}");
        assert_eq!(hear(&mut others, Duration::from_millis(500)).await, None);
        worker.stop().await;
        world.settle().await;
    }
}
