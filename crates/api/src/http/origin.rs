//! Where a request comes from, as far as it can be believed.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::header::ACCEPT_LANGUAGE;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use kernel::Language;

use engine::app::App;
use outside::settings::Settings;

pub use engine::actor::network;

/// Under which a request is found.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The longest request id that is taken over from a client.
const ID_BYTES: usize = 64;

/// The id under which a request is found in logs, audit and answers: the client's `X-Request-Id` when
/// it is 1 to 64 letters, digits, `-`, `_` or `.`, else a new one.
pub fn request_id(headers: &HeaderMap) -> String {
    request_id_of(headers.get(REQUEST_ID))
}

/// The same of a request whose headers are gone.
pub fn request_id_of(header: Option<&HeaderValue>) -> String {
    let id = header.and_then(|value| value.to_str().ok());
    id.filter(|id| {
        !id.is_empty()
            && id.len() <= ID_BYTES
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    })
    .map_or_else(
        || {
            let mut buffer = uuid::Uuid::encode_buffer();
            // Without the lock that keeps the ids of one process in order.
            let now = uuid::Timestamp::now(uuid::NoContext);
            let id = uuid::Uuid::new_v7(now).simple();
            id.encode_lower(&mut buffer).to_owned()
        },
        str::to_owned,
    )
}

/// The language the client reads; the hospital's when it asks for none.
pub fn language(app: &App, headers: &HeaderMap) -> &'static str {
    language_of(app, headers.get(ACCEPT_LANGUAGE))
}

/// The same of a request whose headers are gone.
pub fn language_of(app: &App, header: Option<&HeaderValue>) -> &'static str {
    match header.and_then(|value| value.to_str().ok()) {
        Some(wanted) => Language::from_accept_language(wanted).code(),
        None => app.settings.language,
    }
}

/// The other end of the connection; none for requests that came by no socket.
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip())
}

/// The client's address: the peer's, or what our own reverse proxies say. Of a chain of addresses the
/// last one counts that is none of our proxies, since everything before it may be invented. A hop that is no
/// address ends the chain: what stands before it was not written by a proxy of ours, and the peer's own address
/// counts.
pub fn client(settings: &Settings, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer(extensions)?;
    if !settings.trusts(peer) {
        return Some(peer);
    }
    // Proxies append to the last header, or add one of their own.
    for header in headers.get_all(FORWARDED_FOR).iter().rev() {
        let Ok(chain) = header.to_str() else {
            return Some(peer);
        };
        for part in chain.rsplit(',') {
            match hop(part) {
                Some(ip) if settings.trusts(ip) => {}
                told => return Some(told.unwrap_or(peer)),
            }
        }
    }
    Some(peer)
}

/// An address as proxies write it: alone, with a port, IPv6 in brackets, in quotes.
fn hop(part: &str) -> Option<IpAddr> {
    let part = part.trim().trim_matches('"');
    let bare = || part.parse::<IpAddr>().ok();
    let with_port = || part.parse::<SocketAddr>().ok().map(|at| at.ip());
    let bracketed = || {
        let inner = part.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
    };
    let found = bare().or_else(with_port).or_else(bracketed)?;
    Some(found.to_canonical())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn told(headers: &[&str]) -> String {
        let pairs = [
            ("CHELAL_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8"),
            ("CHELAL_DATA_DIR", "/tmp"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::from_pairs(pairs).unwrap().settings;
        let mut extensions = Extensions::new();
        let peer: SocketAddr = "127.0.0.1:40000".parse().unwrap();
        extensions.insert(ConnectInfo(peer));
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(FORWARDED_FOR, header.parse().unwrap());
        }
        client(&settings, &extensions, &map).unwrap().to_string()
    }

    #[test]
    fn what_the_client_wrote_before_the_last_hop_is_never_believed() {
        for (headers, address) in [
            (&["6.6.6.6, 203.0.113.9:4711"][..], "203.0.113.9"),
            (&["6.6.6.6, unix:"], "127.0.0.1"),
            (&["6.6.6.6, unknown"], "127.0.0.1"),
            (&["6.6.6.6, _hidden"], "127.0.0.1"),
            (&["6.6.6.6, [2001:db8::8]:443"], "2001:db8::8"),
            (&["6.6.6.6, [2001:db8::8]"], "2001:db8::8"),
            (&["6.6.6.6, \"[2001:db8::8]:443\""], "2001:db8::8"),
            (&["6.6.6.6, 203.0.113.9, 10.1.2.3:80"], "203.0.113.9"),
            (&["6.6.6.6, nonsense, 10.1.2.3"], "127.0.0.1"),
            (&["6.6.6.6, ::ffff:203.0.113.9"], "203.0.113.9"),
            (&["6.6.6.6, ::ffff:10.0.0.4"], "6.6.6.6"),
            (&["6.6.6.6", "203.0.113.9"], "203.0.113.9"),
            (&["6.6.6.6, "], "127.0.0.1"),
            (&["10.0.0.1"], "127.0.0.1"),
            (&[], "127.0.0.1"),
        ] {
            assert_eq!(told(headers), address, "{headers:?}");
        }
    }
}
