//! Every setting of Chelal: environment variables, and a `.env` file in the working directory for those that the
//! environment does not set.
//!
//! Each setting is declared once, in the table below. Reading it, checking it, `.env.example`
//! ([`Settings::example`]), `docs/settings.md` ([`Settings::docs`]) and the search for misspelt names all follow from
//! that table. To add one: one entry there.
//!
//! An empty value counts as not set. Lists are separated by commas or spaces; the word `none` is the empty list.

mod kinds;
mod read;
mod text;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use lettre::message::Mailbox;

pub use read::{Loaded, SettingsError};
pub use text::Setting;
pub use values::{LogFormat, MessagesGo, Secret};

use db::{DbConfig, DbUrl};
use seal::MasterKey;

use kinds::{
    choice, country_code, currency, database, days, flag, language, list, mailbox, master_key,
    minutes, network, number, optional, origin, path, phone, postgres, public_url, seconds, secret,
    sender, size, socket, text, time_zone,
};
use read::Reader;

macro_rules! settings {
    ($( $group:literal { $( $(#[doc = $help:literal])+ $name:ident => $field:ident: $type:ty = $kind:expr,
        default $default:literal, example $example:literal; )+ } )+) => {
        /// All settings, parsed and checked. `Debug` shows no secret.
        #[derive(Debug, Clone)]
        pub struct Settings { $($(
            $(#[doc = $help])+
            #[doc = concat!("\n\nVariable: `", stringify!($name), "`.")]
            pub $field: $type,
        )+)+ }

        impl Settings {
            /// What is known of each setting, in the order of the documentation.
            #[must_use]
            pub fn table() -> Vec<Setting> {
                vec![$($({
                    let kind = $kind;
                    Setting {
                        group: $group,
                        name: stringify!($name),
                        help: concat!($($help),+).trim(),
                        secret: kind.secret,
                        value: kind.says,
                        default: $default,
                        example: $example,
                    }
                }),+),+]
            }

            /// Reads every setting before giving up, so that all mistakes are reported at once.
            fn read(reader: &mut Reader) -> Option<Self> {
                $($( let $field = reader.take(stringify!($name), $kind, $default, $example); )+)+
                Some(Self { $($( $field: $field?, )+)+ })
            }
        }
    };
}

settings! {
    "Server" {
        /// Address and port the web server listens on. `0.0.0.0:8000` makes it reachable from other machines.
        CHELAL_BIND => bind: SocketAddr = socket(), default "127.0.0.1:8000", example "0.0.0.0:8000";
        /// Where people reach Chelal; links in e-mails start with it. If empty, `http://localhost` (`https` with
        /// CHELAL_TLS_CERT) with the port of `CHELAL_BIND`.
        CHELAL_PUBLIC_URL => public_url: Option<String> = optional(public_url()), default "", example "https://chelal.hospital.gm";
        /// The certificate (PEM, with those in between) for serving HTTPS; goes with CHELAL_TLS_KEY. A file that
        /// changes is taken anew within half a minute.
        CHELAL_TLS_CERT => tls_cert: Option<PathBuf> = optional(path()),
            default "", example "/etc/chelal/tls.crt";
        /// The certificate's private key (PEM), readable by Chelal's user only.
        CHELAL_TLS_KEY => tls_key: Option<PathBuf> = optional(path()),
            default "", example "/etc/chelal/tls.key";
        /// Web clients on these origins may call the API from a browser.
        CHELAL_CORS_ORIGINS => cors_origins: Vec<String> = list(origin()),
            default "http://localhost:5173", example "https://app.hospital.gm,https://portal.hospital.gm";
        /// Reverse proxies in these networks are believed about the client's address (X-Forwarded-For).
        CHELAL_TRUSTED_PROXIES => trusted_proxies: Vec<IpNet> = list(network()),
            default "", example "127.0.0.1,10.0.0.0/8";
        /// The largest request body, uploads aside.
        CHELAL_MAX_BODY_BYTES => max_body_bytes: usize = size(1024, 1 << 30), default "1 MiB", example "2 MiB";
        /// The largest uploaded file.
        CHELAL_MAX_UPLOAD_BYTES => max_upload_bytes: usize = size(1024, 1 << 34), default "25 MiB", example "50 MiB";
        /// A request that takes longer is stopped, in seconds.
        CHELAL_REQUEST_TIMEOUT_SECONDS => request_timeout: Duration = seconds(1, 600), default "30", example "60";
        /// When the server stops, `health/ready/` answers 503 for this many seconds before connections are refused, so
        /// that a load balancer sends requests elsewhere.
        CHELAL_DRAIN_SECONDS => drain: Duration = seconds(0, 60), default "2", example "10";
        /// Tries to sign in, register or reset a password, per minute and client address; 0 is no limit. People behind
        /// one router share an address.
        CHELAL_RATE_LIMIT => rate_limit: u32 = number(0, 1_000_000), default "120", example "600";
    }
    "Data" {
        /// The directory of the database and of uploaded files; a relative path in DATABASE_URL lies in it.
        CHELAL_DATA_DIR => data_dir: PathBuf = path(), default ".", example "/var/lib/chelal";
        /// The folder of uploaded files, sealed; a relative path lies in the data directory.
        CHELAL_FILES_DIR => files_dir: PathBuf = path(), default "files", example "/srv/chelal/files";
        /// An S3-compatible store for uploaded files instead of a folder, shared by all nodes; credentials, region and
        /// endpoint in the usual `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`.
        CHELAL_FILES_S3 => files_s3: Option<String> = optional(text()), default "", example "s3://hospital/chelal";
        /// The database: a SQLite file (`sqlite://chelal.db` lies in the data directory, `sqlite:///srv/chelal.db` is
        /// absolute) or PostgreSQL, with `sslmode` `disable`, `prefer` or `require`. Several hosts, separated by commas, are
        /// tried in their order; the one that can be written to is used.
        DATABASE_URL => database: DbUrl = database(),
            default "sqlite://chelal.db", example "postgres://chelal:password@db.hospital.gm/chelal?sslmode=require";
        /// Connections to PostgreSQL per process.
        CHELAL_DB_POOL => db_pool: usize = number(1, 500), default "16", example "32";
        /// Whether prepared statements are kept. Switch off behind a pooler in transaction mode that does not support them.
        CHELAL_DB_STATEMENT_CACHE => db_statement_cache: bool = flag(), default "on", example "off";
        /// A statement that PostgreSQL does not answer within this many seconds means that the server is gone: the
        /// connection is given up. The server itself ends statements after 30 seconds.
        CHELAL_DB_ANSWER_SECONDS => db_answer: Duration = seconds(1, 600), default "35", example "40";
        /// PostgreSQL directly, past a pooler: `LISTEN` needs a connection of its own.
        CHELAL_DB_DIRECT_URL => db_direct: Option<Box<tokio_postgres::Config>> = optional(postgres()),
            default "", example "postgres://chelal:password@db.hospital.gm:5432/chelal";
    }
    "Encryption and audit" {
        /// The key that opens all sealed columns. Without it they are lost: keep a copy away from the machine. Make one
        /// with `openssl rand -base64 32`. Set this or CHELAL_KEY_FILE, not both.
        CHELAL_MASTER_KEY => master_key: Option<MasterKey> = optional(master_key()),
            default "", example "";
        /// A file that holds the master key, readable by its owner only (mode 0600).
        CHELAL_KEY_FILE => key_file: Option<PathBuf> = optional(path()), default "", example "/etc/chelal/master.key";
        /// The file that receives the signed heads of the audit chain, best on another disk. Without it,
        /// `audit-anchor.log` in the data directory.
        CHELAL_AUDIT_ANCHOR => audit_anchor: Option<PathBuf> = optional(path()),
            default "", example "/mnt/audit/audit-anchor.log";
        /// Whether reads of patient data leave a trace. Off is for benchmarks only, never for a hospital.
        CHELAL_READ_AUDIT => read_audit: bool = flag(), default "on", example "on";
    }
    "Sessions" {
        /// How long an access token is valid, in minutes.
        CHELAL_ACCESS_MINUTES => access_lifetime: Duration = minutes(15, 60), default "30", example "15";
        /// A session of staff that was not used for this many minutes cannot be refreshed any more.
        CHELAL_IDLE_MINUTES => idle: Duration = minutes(15, 20160), default "720", example "60";
        /// How long a session can be refreshed, in days.
        CHELAL_REFRESH_DAYS => refresh_lifetime: Duration = days(1, 90), default "14", example "7";
    }
    "Place" {
        /// Address, phone and e-mail below the hospital's name on documents; a semicolon begins a new line.
        CHELAL_HOSPITAL_ADDRESS => hospital_address: Option<String> = optional(text()),
            default "", example "Mosque Road, Brikama; +220 448 4228";
        /// The hospital's logo on documents: a PNG or JPEG file, read once at the first document.
        CHELAL_HOSPITAL_LOGO => hospital_logo: Option<PathBuf> = optional(path()),
            default "", example "/etc/chelal/logo.png";
        /// The hospital's time zone: appointment dates and times are local to it.
        CHELAL_TIME_ZONE => time_zone: TimeZone = time_zone(), default "Africa/Banjul", example "Africa/Nairobi";
        /// The currency of all amounts.
        CHELAL_CURRENCY => currency: String = currency(), default "GMD", example "KES";
        /// Completes local phone numbers.
        CHELAL_COUNTRY_CODE => country_code: String = country_code(), default "220", example "254";
        /// The language of people who chose none.
        CHELAL_LANGUAGE => language: &'static str = language(), default "en", example "fr";
    }
    "Laboratory" {
        /// Minutes in which a critical laboratory result must be acknowledged. After that it goes to the doctors on duty,
        /// and after as many minutes again to the Admins.
        CHELAL_CRITICAL_ACK_MINUTES => critical_ack: Duration = minutes(1, 1440), default "30", example "15";
        /// A record that was opened in an emergency stays open for so many minutes.
        CHELAL_BREAK_GLASS_MINUTES => break_glass: Duration = minutes(5, 1440), default "60", example "30";
    }
    "Video calls" {
        /// An outside service in whose rooms video calls take place, such as a Jitsi Meet of the hospital's own. Without
        /// it, browsers call each other through a page of Chelal.
        CHELAL_VIDEO_BASE_URL => video_base_url: Option<String> = optional(kinds::public_url()),
            default "", example "https://meet.hospital.gm";
        /// The secret by which that service knows our tokens (JWT, HS256). Without it rooms are only unguessable.
        CHELAL_VIDEO_SECRET => video_secret: Option<Secret> = optional(secret()), default "", example "";
        /// Under which name that service knows us: issuer and audience of the tokens.
        CHELAL_VIDEO_APP_ID => video_app_id: String = text(), default "chelal", example "hospital";
        /// Servers that tell browsers their own address, for calls through Chelal's page.
        CHELAL_STUN_URLS => stun_urls: Vec<String> = list(text()), default "", example "stun:turn.hospital.gm:3478";
        /// Servers that pass on calls between browsers that cannot reach each other.
        CHELAL_TURN_URLS => turn_urls: Vec<String> = list(text()),
            default "", example "turn:turn.hospital.gm:3478,turns:turn.hospital.gm:5349";
        /// The secret shared with those servers (`static-auth-secret` of coturn); credentials made with it work for 12 hours.
        CHELAL_TURN_SECRET => turn_secret: Option<Secret> = optional(secret()), default "", example "";
    }
    "Logs and metrics" {
        /// What is logged: a level, or levels per part of the program.
        CHELAL_LOG => log: String = text(), default "info", example "info,platform=debug";
        /// The form of log lines.
        CHELAL_LOG_FORMAT => log_format: LogFormat =
            choice(&[("text", LogFormat::Text), ("json", LogFormat::Json)]), default "text", example "json";
        /// Whoever reads `/metrics` shows this as a bearer token.
        CHELAL_METRICS_TOKEN => metrics_token: Option<Secret> = optional(secret()), default "", example "";
        /// A second address and port for `/metrics` alone.
        CHELAL_METRICS_BIND => metrics_bind: Option<SocketAddr> = optional(socket()),
            default "", example "127.0.0.1:9100";
    }
    "Messages" {
        /// Where e-mails and SMS go: `out` to the people they are for, or `console`, onto the terminal and to nobody.
        CHELAL_MESSAGES => messages_go: MessagesGo =
            choice(&[("out", MessagesGo::Out), ("console", MessagesGo::Console)]), default "out", example "console";
        /// So many hours before an appointment the patient is reminded of it; whole days mean the same time of day.
        CHELAL_REMINDER_HOURS => reminder_hours: Vec<u16> = list(number(1, 720)), default "24", example "48,3";
        /// How the hospital calls itself in messages to patients.
        CHELAL_HOSPITAL_NAME => hospital_name: Option<String> = optional(text()),
            default "", example "Edward Francis Hospital";
        /// How long a provider may take to accept one message, in seconds.
        CHELAL_SEND_TIMEOUT_SECONDS => send_timeout: Duration = seconds(1, 120), default "20", example "30";
    }
    "Portal" {
        /// Less than so many hours before a visit, patients cannot cancel it themselves any more: they call.
        CHELAL_CANCEL_HOURS => cancel_hours: u16 = number(0, 720), default "4", example "24";
        /// A time that became free is offered to the first on the waiting list for so many minutes; then to the next.
        CHELAL_OFFER_MINUTES => offer_minutes: u16 = number(10, 1440), default "60", example "120";
        /// So many visits may a patient cancel without calling within 90 days; 0 means that they always call.
        CHELAL_CANCELLATIONS => cancellations: u16 = number(0, 1000), default "5", example "3";
        /// The age in years at which parents no longer see a child's record by themselves.
        CHELAL_PROXY_AGE => proxy_age: u8 = number(1, 120), default "18", example "16";
        /// Whether patients read the names of the staff who looked at their record, or what they work as only.
        CHELAL_ACCESS_LOG_NAMES => access_log_names: bool = flag(), default "off", example "on";
    }
    "E-mail" {
        /// The SMTP server. Without it (and without SENDGRID_API_KEY) no e-mail is sent.
        EMAIL_HOST => email_host: Option<String> = optional(text()), default "", example "smtp.hospital.gm";
        /// Its port: 587, or 465 for TLS from the first byte.
        EMAIL_PORT => email_port: u16 = number(1, u16::MAX), default "587", example "465";
        /// The user name at the SMTP server.
        EMAIL_HOST_USER => email_user: Option<String> = optional(text()), default "", example "chelal";
        /// The password at the SMTP server.
        EMAIL_HOST_PASSWORD => email_password: Option<Secret> = optional(secret()), default "", example "";
        /// Whether the connection must be encrypted (STARTTLS). Off is for a mail server on the same machine only.
        EMAIL_USE_TLS => email_use_tls: bool = flag(), default "on", example "on";
        /// Certificates (PEM) trusted beside the system's, for a mail server with one of the hospital's own.
        EMAIL_CA_FILE => email_ca_file: Option<PathBuf> = optional(path()),
            default "", example "/etc/chelal/mail-ca.pem";
        /// The sender of e-mails.
        DEFAULT_FROM_EMAIL => email_from: Option<Mailbox> = optional(mailbox()),
            default "", example "Edward Francis Hospital <no-reply@hospital.gm>";
        /// Sends e-mail through SendGrid when EMAIL_HOST is not set.
        SENDGRID_API_KEY => sendgrid_api_key: Option<Secret> = optional(secret()), default "", example "";
        /// Where SendGrid's Web API is.
        SENDGRID_API_URL => sendgrid_api_url: String = kinds::public_url(),
            default "https://api.sendgrid.com", example "https://api.eu.sendgrid.com";
    }
    "SMS" {
        /// The account at Twilio. Without it no SMS is sent.
        TWILIO_ACCOUNT_SID => twilio_account_sid: Option<String> = optional(text()),
            default "", example "AC00000000000000000000000000000000";
        /// Its token.
        TWILIO_AUTH_TOKEN => twilio_auth_token: Option<Secret> = optional(secret()), default "", example "";
        /// The number (or the name) that SMS come from.
        TWILIO_PHONE_NUMBER => twilio_phone_number: Option<String> = optional(sender()),
            default "", example "+2203012345";
        /// Where Twilio's REST API is.
        TWILIO_API_URL => twilio_api_url: String = kinds::public_url(),
            default "https://api.twilio.com", example "https://api.dublin.ie1.twilio.com";
    }
    "Test messages" {
        /// Receives the SMS of `chelal send-test-message`.
        TEST_PATIENT_PHONE => test_patient_phone: Option<String> = optional(phone()), default "", example "+2203012345";
        /// Receives the e-mail of `chelal send-test-message`.
        TEST_PATIENT_EMAIL => test_patient_email: Option<Mailbox> = optional(mailbox()),
            default "", example "me@example.org";
    }
}

impl Settings {
    /// Reads the environment and `.env` in the working directory; the environment wins.
    ///
    /// # Errors
    /// Everything that is wrong, at once: values that cannot be, settings that contradict each other, unknown
    /// `CHELAL_` names, a `.env` that cannot be read.
    pub fn from_env() -> Result<Loaded, SettingsError> {
        read::environment(std::path::Path::new(".env"), std::env::vars_os())
    }

    /// Reads the given pairs instead of the environment, without any `.env`.
    ///
    /// # Errors
    /// As [`Settings::from_env`].
    pub fn from_pairs(
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Loaded, SettingsError> {
        Reader::new(pairs, Vec::new()).finish()
    }

    /// No mail server is set up.
    #[must_use]
    pub fn sends_no_mail(&self) -> bool {
        self.email_host.is_none() && self.sendgrid_api_key.is_none()
    }

    /// No SMS provider is set up.
    #[must_use]
    pub fn sends_no_sms(&self) -> bool {
        self.twilio_account_sid.is_none()
    }

    /// Other machines reach this server, and nobody said under which address: links lead to this machine.
    #[must_use]
    pub fn unreachable_from_outside(&self) -> bool {
        self.public_url.is_none() && !self.bind.ip().is_loopback()
    }

    /// Where people reach Chelal, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        let scheme = match self.tls_cert {
            Some(_) => "https",
            None => "http",
        };
        let here = || format!("{scheme}://localhost:{}", self.bind.port());
        self.public_url.clone().unwrap_or_else(here)
    }

    /// Where the signed heads of the audit chain are appended.
    #[must_use]
    pub fn audit_anchor_path(&self) -> PathBuf {
        self.audit_anchor
            .clone()
            .unwrap_or_else(|| self.data_dir.join("audit-anchor.log"))
    }

    /// The folder of uploaded files.
    #[must_use]
    pub fn files_path(&self) -> PathBuf {
        self.data_dir.join(&self.files_dir)
    }

    /// How the database is opened.
    #[must_use]
    pub fn db_config(&self) -> DbConfig {
        DbConfig {
            pool_size: self.db_pool,
            statement_cache: self.db_statement_cache,
            answer_limit: self.db_answer,
            timeline_file: Some(self.data_dir.join("database-timeline")),
            ..DbConfig::new(self.database.clone())
        }
    }

    /// Whether a reverse proxy at this address is believed about the client's.
    #[must_use]
    pub fn trusts(&self, peer: std::net::IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&peer))
    }

    /// Contradictions between settings that are each fine, as (name, what is wrong).
    fn contradictions(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        let mut check = |wrong: bool, name, text: &str| {
            if wrong {
                found.push((name, text.to_owned()));
            }
        };
        check(
            self.master_key.is_some() && self.key_file.is_some(),
            "CHELAL_MASTER_KEY",
            "is set together with CHELAL_KEY_FILE; remove one of the two",
        );
        check(
            self.turn_urls.is_empty() != self.turn_secret.is_none(),
            "CHELAL_TURN_SECRET",
            "and CHELAL_TURN_URLS go together; set both or neither",
        );
        check(
            self.video_secret.is_some() && self.video_base_url.is_none(),
            "CHELAL_VIDEO_SECRET",
            "is of no use without CHELAL_VIDEO_BASE_URL",
        );
        check(
            self.tls_cert.is_some() != self.tls_key.is_some(),
            "CHELAL_TLS_CERT",
            "and CHELAL_TLS_KEY go together; set both or neither",
        );
        let sends_mail = self.email_host.is_some() || self.sendgrid_api_key.is_some();
        check(
            sends_mail && self.email_from.is_none(),
            "DEFAULT_FROM_EMAIL",
            "is needed to send e-mail; set it to the sender, such as no-reply@hospital.gm",
        );
        check(
            self.email_host.is_some() && self.email_user.is_some() != self.email_password.is_some(),
            "EMAIL_HOST_USER",
            "and EMAIL_HOST_PASSWORD go together; set both or neither",
        );
        let twilio = [
            self.twilio_account_sid.is_some(),
            self.twilio_auth_token.is_some(),
            self.twilio_phone_number.is_some(),
        ];
        check(
            twilio.contains(&true) && twilio.contains(&false),
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER go together; set all three or none",
        );
        found
    }

    /// Puts relative paths into the data directory, and the mail user in the sender's place when only that is known.
    fn complete(&mut self) {
        if let DbUrl::Sqlite(path) = &mut self.database {
            *path = self.data_dir.join(&*path);
        }
        if self.email_from.is_none() {
            self.email_from = self
                .email_user
                .as_deref()
                .and_then(|user| user.parse().ok());
        }
    }
}

#[cfg(test)]
mod tests;
