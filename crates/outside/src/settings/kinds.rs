//! What a setting's value may be: words for people, and the parser that holds them to it.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use lettre::message::Mailbox;

use super::values::Secret;
use db::{DbConfig, DbUrl};
use seal::MasterKey;
use texts::LANGUAGES;

type Parse<T> = Box<dyn Fn(&str) -> Option<T>>;

/// A kind of value: `says` completes "give …".
pub(super) struct Kind<T> {
    pub(super) says: String,
    /// Values of this kind are never shown.
    pub(super) secret: bool,
    parse: Parse<T>,
}

impl<T: 'static> Kind<T> {
    fn new(says: impl Into<String>, parse: impl Fn(&str) -> Option<T> + 'static) -> Self {
        Self {
            says: says.into(),
            secret: false,
            parse: Box::new(parse),
        }
    }

    fn secret(self) -> Self {
        Self {
            secret: true,
            ..self
        }
    }

    pub(super) fn parse(&self, value: &str) -> Option<T> {
        (self.parse)(value)
    }

    fn map<U: 'static>(self, map: impl Fn(T) -> U + 'static) -> Kind<U> {
        let parse = self.parse;
        Kind {
            says: self.says,
            secret: self.secret,
            parse: Box::new(move |v| parse(v).map(&map)),
        }
    }
}

/// Nothing, or a value.
pub(super) fn optional<T: 'static>(inner: Kind<T>) -> Kind<Option<T>> {
    let parse = inner.parse;
    let parse = Box::new(move |v: &str| {
        if v.is_empty() {
            Some(None)
        } else {
            parse(v).map(Some)
        }
    });
    Kind {
        says: inner.says,
        secret: inner.secret,
        parse,
    }
}

/// Values separated by commas or white space; `none` for an empty list that is not the default.
pub(super) fn list<T: 'static>(inner: Kind<T>) -> Kind<Vec<T>> {
    let parse = inner.parse;
    let says = format!("{}; several separated by commas; or none", inner.says);
    let items = move |v: &str| {
        let items = v
            .split([',', ' ', '\t', '\n'])
            .filter(|item| !item.is_empty());
        if v.eq_ignore_ascii_case("none") {
            Some(Vec::new())
        } else {
            items.map(&parse).collect()
        }
    };
    Kind {
        says,
        secret: inner.secret,
        parse: Box::new(items),
    }
}

pub(super) fn number<N>(min: N, max: N) -> Kind<N>
where
    N: FromStr + PartialOrd + Copy + std::fmt::Display + 'static,
{
    let within = move |n: &N| (min..=max).contains(n);
    Kind::new(format!("a whole number from {min} to {max}"), move |v| {
        v.parse().ok().filter(within)
    })
}

pub(super) fn seconds(min: u64, max: u64) -> Kind<Duration> {
    number(min, max).map(Duration::from_secs)
}

pub(super) fn minutes(min: u64, max: u64) -> Kind<Duration> {
    number(min, max).map(|n| Duration::from_secs(n * 60))
}

pub(super) fn days(min: u64, max: u64) -> Kind<Duration> {
    number(min, max).map(|n| Duration::from_secs(n * 86_400))
}

/// Bytes, also with the units KiB, MiB and GiB.
pub(super) fn size(min: usize, max: usize) -> Kind<usize> {
    let says = format!("a number of bytes from {min} to {max}, also with a unit such as 2 MiB");
    Kind::new(says, move |v| {
        let digits = v.find(|c: char| !c.is_ascii_digit()).unwrap_or(v.len());
        let unit = match v[digits..].trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1_usize,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            "g" | "gib" => 1 << 30,
            _ => return None,
        };
        let bytes = v[..digits].parse::<usize>().ok()?.checked_mul(unit)?;
        (min..=max).contains(&bytes).then_some(bytes)
    })
}

pub(super) fn flag() -> Kind<bool> {
    Kind::new("on or off", |v| match v.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    })
}

pub(super) fn choice<T: Copy + 'static>(choices: &'static [(&'static str, T)]) -> Kind<T> {
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    Kind::new(names.join(" or "), |v| {
        choices
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(v))
            .map(|(_, value)| *value)
    })
}

pub(super) fn language() -> Kind<&'static str> {
    Kind::new(format!("one of {}", LANGUAGES.join(", ")), |v| {
        LANGUAGES.into_iter().find(|l| *l == v)
    })
}

pub(super) fn text() -> Kind<String> {
    let visible = |v: &str| !v.is_empty() && !v.contains(char::is_control);
    Kind::new("text on one line", move |v| {
        visible(v).then(|| v.to_owned())
    })
}

pub(super) fn secret() -> Kind<Secret> {
    text().map(Secret::new).secret()
}

pub(super) fn master_key() -> Kind<MasterKey> {
    Kind::new(
        "32 bytes as 44 characters of base64 or 64 hexadecimal digits",
        |v| MasterKey::from_text(v).ok(),
    )
    .secret()
}

pub(super) fn path() -> Kind<PathBuf> {
    Kind::new("a path", |v| {
        (!v.is_empty() && !v.contains('\0')).then(|| PathBuf::from(v))
    })
}

pub(super) fn socket() -> Kind<SocketAddr> {
    Kind::new("an IP address and a port", |v| v.parse().ok())
}

/// A network, or the single address that has no prefix length.
pub(super) fn network() -> Kind<IpNet> {
    Kind::new("an IP address or network (CIDR)", |v| {
        v.parse::<IpNet>()
            .ok()
            .or_else(|| v.parse::<IpAddr>().ok().map(IpNet::from))
    })
}

/// `scheme://host[:port]` without anything behind it.
fn bare_origin(v: &str) -> Option<String> {
    let uri = v.parse::<http::Uri>().ok()?;
    let scheme = uri
        .scheme_str()
        .filter(|s| matches!(*s, "http" | "https"))?;
    let authority = uri
        .authority()
        .filter(|a| !a.host().is_empty() && !a.as_str().contains('@'))?;
    Some(format!("{scheme}://{authority}"))
}

pub(super) fn origin() -> Kind<String> {
    Kind::new(
        "an origin: http:// or https://, a host and perhaps a port, nothing more",
        |v| {
            bare_origin(v)
                .filter(|origin| v.eq_ignore_ascii_case(origin))
                .map(|origin| origin.to_ascii_lowercase())
        },
    )
}

/// A URL that paths are appended to: no query, no slash at the end.
pub(super) fn public_url() -> Kind<String> {
    Kind::new("an http:// or https:// URL", |v| {
        bare_origin(v)?;
        (!v.contains(['?', '#'])).then(|| v.trim_end_matches('/').to_owned())
    })
}

pub(super) fn postgres() -> Kind<Box<tokio_postgres::Config>> {
    let says = "a PostgreSQL URL (postgres://user:password@host/database, special characters in the password \
                percent-encoded)";
    Kind::new(says, |v| {
        let named = v.starts_with("postgres://") || v.starts_with("postgresql://");
        let config = v
            .parse::<tokio_postgres::Config>()
            .ok()
            .filter(|c| named && !c.get_hosts().is_empty())?;
        Some(Box::new(config))
    })
    .secret()
}

pub(super) fn database() -> Kind<DbUrl> {
    let says = format!("sqlite:// and a file name, or {}", postgres().says);
    Kind::new(says, |v| {
        // A path is completed when the data directory is known.
        let config = DbConfig::parse(v, Path::new("")).ok()?;
        // A database in memory would be another one for each connection.
        let named = !v.ends_with([':', '/']) && !v.contains('\0');
        named.then_some(config.url)
    })
    .secret()
}

pub(super) fn time_zone() -> Kind<TimeZone> {
    Kind::new("an IANA time zone", |v| TimeZone::get(v).ok())
}

pub(super) fn currency() -> Kind<String> {
    Kind::new(
        "an ISO 4217 code of three capital letters, of a currency with two decimals or none",
        |v| kernel::currency::is_kept(v).then(|| v.to_owned()),
    )
}

/// ITU-T E.164: one to three digits, the first not zero.
pub(super) fn country_code() -> Kind<String> {
    Kind::new("a country calling code of one to three digits", |v| {
        let code = v.strip_prefix('+').unwrap_or(v);
        let digits = code.bytes().all(|b| b.is_ascii_digit());
        (digits && matches!(code.len(), 1..=3) && !code.starts_with('0')).then(|| code.to_owned())
    })
}

/// A number as people write it; it is completed and checked where it is used.
pub(super) fn phone() -> Kind<String> {
    Kind::new("a phone number", |v| {
        let digits = v.bytes().filter(u8::is_ascii_digit).count();
        let only = v.chars().all(|c| c.is_ascii_digit() || " -()+".contains(c));
        (only && (4..=15).contains(&digits)).then(|| v.to_owned())
    })
}

/// A number in E.164 form, or an alphanumeric sender: up to eleven letters, digits and spaces with a letter among them
/// (GSM 03.40, TP-Originating-Address).
pub(super) fn sender() -> Kind<String> {
    Kind::new(
        "a phone number with + and country code, or a sender name of up to 11 letters and digits",
        |v| {
            let number = v.strip_prefix('+').is_some_and(|digits| {
                (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
            });
            let name = v.len() <= 11
                && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
                && v.contains(|c: char| c.is_ascii_alphabetic());
            (number || name).then(|| v.to_owned())
        },
    )
}

pub(super) fn mailbox() -> Kind<Mailbox> {
    Kind::new(
        "an e-mail address, perhaps as Name <name@example.org>",
        |v| v.parse().ok(),
    )
}
