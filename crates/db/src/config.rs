//! Where the database is and how much of it may be used.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::DbError;
use super::postgres::{connect::only_primary, tls};

/// Where the database is.
#[derive(Clone)]
pub enum DbUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres {
        /// Hosts, user, password, database.
        config: Box<tokio_postgres::Config>,
        /// A PEM file of certificate authorities (`sslrootcert`) trusted instead of the system's.
        root_certificates: Option<PathBuf>,
    },
}

/// Passwords stay out of logs.
impl std::fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres { config, .. } => write!(
                f,
                "postgres://{:?}/{}",
                config.get_hosts(),
                config.get_dbname().unwrap_or_default()
            ),
        }
    }
}

impl DbUrl {
    /// What a connection of one's own to the server takes, such as one that listens for news; none on
    /// SQLite.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when TLS is asked for and nobody can be trusted.
    pub fn listener(&self) -> Result<Option<(tokio_postgres::Config, MakeRustlsConnect)>, DbError> {
        let Self::Postgres {
            config,
            root_certificates,
        } = self
        else {
            return Ok(None);
        };
        let tls = if config.get_ssl_mode() == SslMode::Require {
            tls::connector(root_certificates.as_deref())?
        } else {
            tls::unused()?
        };
        let mut config = config.as_ref().clone();
        // News comes from the server that is written to.
        only_primary(&mut config);
        Ok(Some((config, tls)))
    }
}

/// Settings of the data layer.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// Where the database is.
    pub url: DbUrl,
    /// SQLite: as many long reads, and as many streams, run at a time. Default 4.
    pub readers: usize,
    /// PostgreSQL: connections of this process; streams take a quarter of them at most. Default 16.
    pub pool_size: usize,
    /// PostgreSQL: keep prepared statements (default). Turn it off behind a connection pooler that
    /// shares sessions between clients and does not know prepared statements (pgbouncer before
    /// 1.21): then statements are sent unnamed. Such a pooler must be told to
    /// `ignore_startup_parameters = options`.
    pub statement_cache: bool,
    /// How long to wait for a connection, or for one's turn to write. Default 5 s.
    pub acquire_timeout: Duration,
    /// A transaction that sends nothing for this long is rolled back (on PostgreSQL by the server,
    /// after half as long again). Default 10 s.
    pub tx_time_limit: Duration,
    /// PostgreSQL: a statement without an answer for this long means that the server is gone, and the
    /// connection is given up. The server itself ends statements after 30 s. Default 35 s.
    pub answer_limit: Duration,
    /// PostgreSQL: where the highest timeline that was written to is remembered. None by default.
    pub timeline_file: Option<PathBuf>,
}

impl DbConfig {
    /// Reads `sqlite://chelal.db` (relative to `data_dir`; three slashes make it absolute) or
    /// `postgres://user:password@host/name?sslmode=…`.
    ///
    /// TLS is used, and the server's certificate checked against the system's authorities or
    /// `sslrootcert`, when `sslmode` is `require`, `verify-ca` or `verify-full`. The modes that
    /// would fall back to plain text without a word (`allow`, `prefer`) are plain text.
    ///
    /// # Errors
    /// [`DbError::Value`] when the URL cannot be understood; the text does not repeat it.
    ///
    /// ```
    /// use db::{DbConfig, DbUrl};
    /// let config = DbConfig::parse("sqlite://chelal.db", "/srv".as_ref())?;
    /// assert!(matches!(config.url, DbUrl::Sqlite(path) if path.ends_with("srv/chelal.db")));
    /// assert!(DbConfig::parse("mysql://x", "/srv".as_ref()).is_err());
    /// # Ok::<(), db::DbError>(())
    /// ```
    pub fn parse(url: &str, data_dir: &Path) -> Result<Self, DbError> {
        let url = if let Some(path) = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
        {
            let path = path.split_once('?').map_or(path, |(path, _)| path);
            if path.is_empty() || path.contains(":memory:") {
                return Err(DbError::Value("a SQLite URL needs a file name".to_owned()));
            }
            DbUrl::Sqlite(data_dir.join(path))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres(url)?
        } else {
            let text = "a database URL starts with sqlite:// or postgres://";
            return Err(DbError::Value(text.to_owned()));
        };
        Ok(Self::new(url))
    }

    /// The defaults for a database.
    #[must_use]
    pub fn new(url: DbUrl) -> Self {
        Self {
            url,
            readers: 4,
            pool_size: 16,
            statement_cache: true,
            acquire_timeout: Duration::from_secs(5),
            tx_time_limit: Duration::from_secs(10),
            answer_limit: Duration::from_secs(35),
            timeline_file: None,
        }
    }
}

/// Takes out the parameters of libpq that the driver does not know.
fn postgres(url: &str) -> Result<DbUrl, DbError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut ssl = SslMode::Disable;
    let mut root_certificates = None;
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", "require" | "verify-ca" | "verify-full")) => ssl = SslMode::Require,
            Some(("sslmode", "disable" | "allow" | "prefer")) => {}
            Some(("sslmode", other)) => {
                return Err(DbError::Value(format!("sslmode={other} is unknown")));
            }
            Some(("sslrootcert", path)) => {
                let parsed = serde_urlencoded::from_str::<Vec<(String, String)>>(pair);
                let decoded = parsed.ok().and_then(|mut p| p.pop()).map(|(_, v)| v);
                root_certificates = Some(decoded.unwrap_or_else(|| path.to_owned()).into());
            }
            _ => rest.push(pair),
        }
    }
    let mut text = base.to_owned();
    if !rest.is_empty() {
        text.push('?');
        text.push_str(&rest.join("&"));
    }
    let mut config: tokio_postgres::Config = text
        .parse()
        .map_err(|e: tokio_postgres::Error| DbError::Value(format!("database URL: {e}")))?;
    config.ssl_mode(ssl);
    Ok(DbUrl::Postgres {
        config: Box::new(config),
        root_certificates,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_urls_ask_for_tls_by_sslmode() {
        let mode = |query: &str| {
            let url = format!("postgres://u:secret@h/d{query}");
            match DbConfig::parse(&url, Path::new("/")).map(|c| c.url) {
                Ok(DbUrl::Postgres {
                    config,
                    root_certificates,
                }) => Ok((config.get_ssl_mode(), root_certificates)),
                Ok(DbUrl::Sqlite(_)) => Err("sqlite".to_owned()),
                Err(e) => Err(e.to_string()),
            }
        };
        assert_eq!(mode(""), Ok((SslMode::Disable, None)));
        assert_eq!(mode("?sslmode=prefer"), Ok((SslMode::Disable, None)));
        assert_eq!(
            mode("?connect_timeout=3&sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"),
            Ok((SslMode::Require, Some("/etc/ca.pem".into())))
        );
        assert!(mode("?sslmode=maybe").is_err());
        assert!(mode("?nonsense=1").is_err());
    }

    #[test]
    fn passwords_are_not_shown() {
        let config = DbConfig::parse("postgres://u:secret@h/d", Path::new("/"));
        assert!(!format!("{config:?}").contains("secret"));
    }
}
