//! A connection that notices when its server is gone, and only to a server that can be written to.
//!
//! Hosts are tried one by one with a time limit each, so that a silent one does not hide the others, and a
//! server in recovery is passed over: after a failover the first that can be written to is found, whether
//! the URL names every host or a proxy. Keep-alives and `tcp_user_timeout` end connections whose other end
//! lost its power or was forgotten by a firewall.

use std::time::Duration;

use deadpool_postgres::Connect;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, Connection, Error, Socket};

/// How long one host may take when there are others.
const HOST: Duration = Duration::from_secs(2);
/// A connection on which nothing is heard is asked after this long …
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// … and then at this interval …
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// … and is given up after this many questions without an answer.
const KEEPALIVE_RETRIES: u32 = 3;
/// Sent bytes must be acknowledged within this time.
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);
/// The driver's default, which means that the URL says nothing about it.
const DRIVER_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

/// Sets what the URL leaves open: a silent peer is noticed within half a minute.
pub(crate) fn notice_silence(config: &mut Config) {
    if config.get_keepalives_idle() == DRIVER_IDLE {
        config.keepalives_idle(KEEPALIVE_IDLE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(KEEPALIVE_INTERVAL);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(KEEPALIVE_RETRIES);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(HOST);
    }
}

/// The same, and only servers that can be written to.
pub fn only_primary(config: &mut Config) {
    notice_silence(config);
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
}

/// Connects to the first host that lets itself be used. The last one has as much time as the caller gives.
pub async fn connect<T>(
    config: &Config,
    tls: T,
) -> Result<(Client, Connection<Socket, T::Stream>), Error>
where
    T: MakeTlsConnect<Socket> + Clone,
{
    let hosts = each_host(config);
    let Some((last, others)) = hosts.split_last() else {
        return config.connect(tls).await;
    };
    let limit = config.get_connect_timeout().copied().unwrap_or(HOST);
    for host in others {
        match tokio::time::timeout(limit, host.connect(tls.clone())).await {
            Ok(Ok(connected)) => return Ok(connected),
            Ok(Err(error)) => {
                tracing::debug!(%error, host = ?host.get_hosts(), "a host is passed over");
            }
            Err(_) => tracing::debug!(host = ?host.get_hosts(), "a silent host is passed over"),
        }
    }
    last.connect(tls).await
}

/// One configuration for each host.
fn each_host(config: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (
        config.get_hosts(),
        config.get_hostaddrs(),
        config.get_ports(),
    );
    let count = hosts.len().max(addresses.len());
    let one = |at: usize| {
        let mut single = without_hosts(config);
        match hosts.get(at) {
            Some(tokio_postgres::config::Host::Tcp(name)) => {
                single.host(name);
            }
            #[cfg(unix)]
            Some(tokio_postgres::config::Host::Unix(path)) => {
                single.host_path(path);
            }
            None => {}
        }
        if let Some(address) = addresses.get(at) {
            single.hostaddr(*address);
        }
        if let Some(port) = ports.get(at).or(ports.first()) {
            single.port(*port);
        }
        single
    };
    (0..count).map(one).collect()
}

/// Everything but hosts and ports, which cannot be taken out of a configuration again.
fn without_hosts(config: &Config) -> Config {
    let mut copy = Config::new();
    if let Some(user) = config.get_user() {
        copy.user(user);
    }
    if let Some(password) = config.get_password() {
        copy.password(password);
    }
    if let Some(name) = config.get_dbname() {
        copy.dbname(name);
    }
    if let Some(options) = config.get_options() {
        copy.options(options);
    }
    if let Some(name) = config.get_application_name() {
        copy.application_name(name);
    }
    if let Some(limit) = config.get_connect_timeout() {
        copy.connect_timeout(*limit);
    }
    if let Some(limit) = config.get_tcp_user_timeout() {
        copy.tcp_user_timeout(*limit);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        copy.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        copy.keepalives_retries(retries);
    }
    copy.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(config.get_target_session_attrs())
        .load_balance_hosts(config.get_load_balance_hosts());
    copy
}

/// How the pool connects.
pub(super) struct Reach<T>(pub(super) T);

impl<T> Connect for Reach<T>
where
    T: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
    T::Stream: Sync + Send,
    T::TlsConnect: Sync + Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    fn connect(&self, config: &Config) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), Error>> {
        let (tls, config) = (self.0.clone(), config.clone());
        Box::pin(async move {
            let (client, connection) = connect(&config, tls).await?;
            let driver = tokio::spawn(async move {
                // The statement that was under way says so, too.
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to the database ended");
                }
            });
            Ok((client, driver))
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_tried_one_by_one_with_everything_that_the_url_says() {
        let url = "postgres://u:secret@a:1,b:2,c:3/name?application_name=x&connect_timeout=7";
        let mut config: Config = url.parse().unwrap();
        only_primary(&mut config);
        let each = each_host(&config);
        assert_eq!(each.len(), 3);
        for (at, single) in each.iter().enumerate() {
            assert_eq!(single.get_hosts(), &config.get_hosts()[at..=at]);
            assert_eq!(single.get_ports(), &config.get_ports()[at..=at]);
            let mut expected = without_hosts(&config);
            expected.port(config.get_ports()[at]);
            if let tokio_postgres::config::Host::Tcp(name) = &config.get_hosts()[at] {
                expected.host(name);
            }
            assert_eq!(*single, expected);
            assert_eq!(single.get_password(), Some(b"secret".as_slice()));
            assert_eq!(single.get_connect_timeout(), Some(&Duration::from_secs(7)));
            assert_eq!(
                single.get_target_session_attrs(),
                TargetSessionAttrs::ReadWrite
            );
            assert_eq!(single.get_keepalives_idle(), KEEPALIVE_IDLE);
        }
    }
}
