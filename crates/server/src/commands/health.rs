//! `chelal health`: whether the server on this machine is ready, for whoever watches a container.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use platform::settings::Settings;

use super::Failure;

/// Watchers usually give up after five seconds themselves.
const PATIENCE: Duration = Duration::from_secs(4);

#[expect(clippy::print_stdout, reason = "a command talks to its terminal")]
#[expect(
    clippy::disallowed_methods,
    reason = "this is no other: it asks the server on this machine"
)]
pub(super) async fn health(settings: &Settings) -> Result<ExitCode, Failure> {
    let failed = |error: reqwest::Error| Failure::Failed(format!("not ready: {error}"));
    let scheme = match settings.tls_cert {
        Some(_) => "https",
        None => "http",
    };
    let url = format!("{scheme}://{}/health/ready", here(settings.bind));
    // The certificate is for the name that people use, not for this address; nothing secret is sent or believed.
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .map_err(failed)?;
    let answer = client.get(url).send().await.map_err(failed)?;
    let ready = answer.status().is_success();
    println!("{}", answer.text().await.map_err(failed)?);
    Ok(if ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// An address that listens everywhere is reached on this machine.
fn here(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}

#[cfg(test)]
mod tests {
    use super::here;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_on_this_machine() {
        for (bind, asked) in [
            ("0.0.0.0:8000", "127.0.0.1:8000"),
            ("[::]:8000", "[::1]:8000"),
            ("10.1.2.3:80", "10.1.2.3:80"),
        ] {
            let bind = bind.parse().map(here).map(|asked| asked.to_string());
            assert_eq!(bind, Ok(asked.to_owned()));
        }
    }
}
