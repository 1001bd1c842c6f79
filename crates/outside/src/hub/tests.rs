#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio_postgres::{Client, NoTls};

use super::*;

fn message(topic: &str, payload: &str) -> Option<Signal> {
    Some(Signal::Message(Message {
        topic: topic.into(),
        payload: payload.into(),
    }))
}

/// The next signal, or a failure after five seconds.
async fn next(inbox: &mut Subscription) -> Option<Signal> {
    tokio::time::timeout(Duration::from_secs(5), inbox.recv())
        .await
        .expect("a signal in time")
}

/// Nothing waits in the inbox.
fn is_quiet(inbox: &mut Subscription) -> bool {
    inbox.recv().now_or_never().is_none()
}

#[tokio::test]
async fn subscribers_hear_their_prefix_in_order() {
    let hub = Hub::new();
    let (mut user, mut all, mut other) = (
        hub.subscribe("user:3:"),
        hub.subscribe(""),
        hub.subscribe("queue:"),
    );
    hub.publish("user:3:a", "1".to_owned()).unwrap();
    hub.publish("user:31:a", "2".to_owned()).unwrap();
    hub.publish_here("user:3:b", "3".to_owned());
    assert_eq!(next(&mut user).await, message("user:3:a", "1"));
    assert_eq!(next(&mut user).await, message("user:3:b", "3"));
    assert!(is_quiet(&mut user) && is_quiet(&mut other));
    for (topic, payload) in [("user:3:a", "1"), ("user:31:a", "2"), ("user:3:b", "3")] {
        assert_eq!(all.next().await, message(topic, payload));
    }
}

#[tokio::test]
async fn who_asks_for_single_topics_hears_those_and_leaves_nothing_behind() {
    let hub = Hub::new();
    let topics = ["user:3".to_owned(), "session:7".to_owned()];
    let (mut one, mut same) = (hub.subscribe_to(&topics), hub.subscribe_to(&topics[..1]));
    hub.publish("user:31", "0".to_owned()).unwrap();
    hub.publish("user:3", "1".to_owned()).unwrap();
    hub.publish("session:7", "2".to_owned()).unwrap();
    assert_eq!(next(&mut one).await, message("user:3", "1"));
    assert_eq!(next(&mut one).await, message("session:7", "2"));
    assert_eq!(next(&mut same).await, message("user:3", "1"));
    assert!(is_quiet(&mut one) && is_quiet(&mut same));
    hub.tell_reconnected();
    assert_eq!(next(&mut one).await, Some(Signal::Reconnected));
    assert!(is_quiet(&mut one));
    drop(one);
    hub.publish("user:3", "3".to_owned()).unwrap();
    assert_eq!(next(&mut same).await, Some(Signal::Reconnected));
    assert_eq!(next(&mut same).await, message("user:3", "3"));
    drop(same);
    assert!(hub.inner.listeners.read().is_empty());
}

#[tokio::test]
async fn a_waiting_subscriber_is_woken() {
    let hub = Hub::new();
    let mut inbox = hub.subscribe("a");
    let waiting = tokio::spawn(async move { inbox.recv().await });
    tokio::task::yield_now().await;
    hub.publish("a", "x".to_owned()).unwrap();
    assert_eq!(waiting.await.unwrap(), message("a", "x"));
}

#[tokio::test]
async fn a_slow_subscriber_is_told_what_it_missed_and_slows_nobody() {
    let hub = Hub::new();
    let (mut slow, mut quick) = (hub.subscribe("a"), hub.subscribe("a"));
    for n in 0..CAPACITY + 10 {
        hub.publish("a", n.to_string()).unwrap();
        assert_eq!(next(&mut quick).await, message("a", &n.to_string()));
    }
    assert_eq!(next(&mut slow).await, Some(Signal::Lagged(10)));
    for n in 10..CAPACITY + 10 {
        assert_eq!(next(&mut slow).await, message("a", &n.to_string()));
    }
    assert!(is_quiet(&mut slow));
}

#[tokio::test]
async fn subscriptions_end_with_the_hub_and_leave_when_dropped() {
    let hub = Hub::new();
    let mut inbox = hub.subscribe("a");
    drop(hub.subscribe("b"));
    assert_eq!(hub.inner.subscribers.read().len(), 1);
    hub.publish("a", "last".to_owned()).unwrap();
    let waiting = tokio::spawn(async move { (inbox.recv().await, inbox.recv().await) });
    tokio::task::yield_now().await;
    drop(hub);
    assert_eq!(waiting.await.unwrap(), (message("a", "last"), None));
}

#[tokio::test]
async fn too_large_messages_are_refused_everywhere() {
    let hub = Hub::new();
    let mut inbox = hub.subscribe("");
    let empty = hub.envelope("t", "").unwrap().len();
    let fits = "x".repeat(MAX_BYTES - empty);
    assert!(hub.publish("t", fits.clone()).is_ok());
    assert_eq!(next(&mut inbox).await, message("t", &fits));
    let error = HubError::TooLarge {
        topic: "t".to_owned(),
        bytes: MAX_BYTES + 1,
    };
    assert_eq!(hub.publish("t", format!("{fits}x")), Err(error.clone()));
    assert_eq!(hub.notify_statement("t", &format!("{fits}x")), Err(error));
    // Quotes and control characters grow as JSON, and it is the JSON that counts.
    assert!(hub.publish("t", "\u{0}".repeat(MAX_BYTES / 4)).is_err());
    assert!(is_quiet(&mut inbox));
}

/// A database of the test's own, where there is PostgreSQL.
fn postgres() -> Option<tokio_postgres::Config> {
    let server = test_postgres::server()?;
    Some(server.create_database("hub").parse().unwrap())
}

/// Never used on the test's local connection, but real.
fn tls() -> tokio_postgres_rustls::MakeRustlsConnect {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = builder
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    tokio_postgres_rustls::MakeRustlsConnect::new(config)
}

async fn client(config: &tokio_postgres::Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A topic of this test alone: tests share the channel.
fn topic() -> String {
    format!("test:{}:", Uuid::new_v4())
}

/// A hub on the database, listening, with an application name to find its connection by.
async fn node(config: &tokio_postgres::Config, name: &str) -> (Hub, tokio::task::JoinHandle<()>) {
    let hub = Hub::new();
    let mut inbox = hub.subscribe("");
    let mut config = config.clone();
    config.application_name(name);
    let task = hub.connect_postgres(config, tls());
    assert_eq!(next(&mut inbox).await, Some(Signal::Reconnected));
    (hub, task)
}

#[tokio::test]
async fn nodes_hear_each_other_and_nobody_twice() {
    let Some(config) = postgres() else { return };
    let topic = topic();
    let (a, _task_a) = node(&config, "hub-test").await;
    let (b, _task_b) = node(&config, "hub-test").await;
    let (mut at_a, mut at_b) = (a.subscribe(&topic), b.subscribe(&topic));
    let payload = "{\"é\": \"'\\\u{0}\"}";
    a.publish(&topic, payload.to_owned()).unwrap();
    b.publish(&topic, "from b".to_owned()).unwrap();
    assert_eq!(next(&mut at_a).await, message(&topic, payload));
    assert_eq!(next(&mut at_a).await, message(&topic, "from b"));
    assert_eq!(next(&mut at_b).await, message(&topic, "from b"));
    assert_eq!(next(&mut at_b).await, message(&topic, payload));
    // Were its own words to come back, they would be here before the answer to this.
    b.publish(&topic, "end".to_owned()).unwrap();
    assert_eq!(next(&mut at_a).await, message(&topic, "end"));
    assert_eq!(next(&mut at_b).await, message(&topic, "end"));
    assert!(is_quiet(&mut at_a) && is_quiet(&mut at_b));
    // The largest message passes PostgreSQL.
    let largest = "x".repeat(MAX_BYTES - a.envelope(&topic, "").unwrap().len());
    a.publish(&topic, largest.clone()).unwrap();
    assert_eq!(next(&mut at_b).await, message(&topic, &largest));
}

#[tokio::test]
async fn a_transaction_tells_others_when_it_commits_and_only_then() {
    let Some(config) = postgres() else { return };
    let topic = topic();
    let (hub, _task) = node(&config, "hub-test").await;
    let writer = Hub::new();
    let mut inbox = hub.subscribe(&topic);
    let mut client = client(&config).await;
    for (payload, commit) in [("rolled back", false), ("committed", true)] {
        let tx = client.transaction().await.unwrap();
        let (sql, [channel, envelope]) = writer.notify_statement(&topic, payload).unwrap();
        tx.execute(sql, &[&channel, &envelope]).await.unwrap();
        if commit {
            tx.commit().await.unwrap()
        } else {
            tx.rollback().await.unwrap()
        }
    }
    assert_eq!(next(&mut inbox).await, message(&topic, "committed"));
    assert!(is_quiet(&mut inbox));
}

#[tokio::test]
async fn a_lost_connection_is_restored_and_told() {
    let Some(config) = postgres() else { return };
    let topic = topic();
    let name = format!("hub-{}", Uuid::new_v4());
    let (a, _task_a) = node(&config, &name).await;
    let (b, _task_b) = node(&config, "hub-test").await;
    let (mut at_a, mut at_b) = (a.subscribe(&topic), b.subscribe(&topic));
    let client = client(&config).await;
    let kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
    assert_eq!(client.query(kill, &[&name]).await.unwrap().len(), 1);
    assert_eq!(next(&mut at_a).await, Some(Signal::Reconnected));
    // Told while it is apart, and again once it listens: then words arrive again.
    until_heard(&b, &mut at_a, &topic, "to a").await;
    a.publish(&topic, "to b".to_owned()).unwrap();
    while next(&mut at_b).await != message(&topic, "to b") {}
}

/// Publishes until the other node hears it.
async fn until_heard(from: &Hub, inbox: &mut Subscription, topic: &str, payload: &str) {
    for _ in 0..500 {
        from.publish(topic, payload.to_owned()).unwrap();
        let pause = tokio::time::sleep(Duration::from_millis(20));
        tokio::pin!(pause);
        loop {
            tokio::select! {
                heard = inbox.recv() => if heard == message(topic, payload) { return },
                () = &mut pause => break,
            }
        }
    }
    panic!("{payload} was not heard");
}

#[tokio::test]
async fn words_lost_while_away_make_the_others_read_again() {
    let Some(mut config) = postgres() else { return };
    // A database, and so a channel, of its own: every node on it is told.
    let admin = client(&config).await;
    let database = format!("hub_{}", Uuid::new_v4().simple());
    admin
        .batch_execute(&format!("create database {database}"))
        .await
        .unwrap();
    config.dbname(&database);

    let (b, task_b) = node(&config, "hub-test").await;
    let mut at_b = b.subscribe("other:");
    let a = Hub::new();
    let task_a = a.connect_postgres(config, tls());
    // More than wait for a connection, before the task had a chance to connect.
    for _ in 0..2000 {
        a.publish("flood", "x".to_owned()).unwrap();
    }
    let heard = next(&mut at_b).await;
    task_a.abort();
    task_b.abort();
    admin
        .batch_execute(&format!("drop database {database} with (force)"))
        .await
        .unwrap();
    assert_eq!(heard, Some(Signal::Reconnected));
}

#[tokio::test]
async fn foreign_notifications_are_ignored() {
    let Some(config) = postgres() else { return };
    let topic = topic();
    let (hub, _task) = node(&config, "hub-test").await;
    let mut inbox = hub.subscribe(&topic);
    let client = client(&config).await;
    client
        .batch_execute("notify chelal, 'not json'; notify chelal")
        .await
        .unwrap();
    let (sql, [channel, envelope]) = Hub::new().notify_statement(&topic, "ours").unwrap();
    client.execute(sql, &[&channel, &envelope]).await.unwrap();
    assert_eq!(next(&mut inbox).await, message(&topic, "ours"));
}

#[tokio::test]
async fn a_server_that_comes_up_late_is_found() {
    let Some(config) = postgres() else { return };
    // A port that nobody listens on yet, then a relay to the real server.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut late = tokio_postgres::Config::new();
    late.host("127.0.0.1")
        .port(address.port())
        .user(config.get_user().unwrap_or("postgres"));
    late.dbname(config.get_dbname().unwrap_or("postgres"))
        .password(config.get_password().unwrap_or_default());
    let hub = Hub::new();
    let mut inbox = hub.subscribe("");
    let _task = hub.connect_postgres(late, tls());
    // Meanwhile nobody may rely on what they know.
    assert_eq!(next(&mut inbox).await, Some(Signal::Reconnected));
    let tokio_postgres::config::Host::Tcp(host) = config.get_hosts()[0].clone() else {
        panic!("a TCP host")
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    tokio::spawn(async move {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let (mut near, _) = listener.accept().await.unwrap();
        let mut far = tokio::net::TcpStream::connect((host, port)).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
    });
    // Heard through the relay, so the server was found.
    let elsewhere = Hub::new();
    let _other = elsewhere.connect_postgres(config, tls());
    let topic = topic();
    until_heard(&elsewhere, &mut inbox, &topic, "found").await;
}
