#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn load(pairs: &[(&str, &str)]) -> Result<Loaded, SettingsError> {
    Settings::from_pairs(
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
    )
}

fn problems(pairs: &[(&str, &str)]) -> Vec<String> {
    load(pairs).unwrap_err().problems
}

#[test]
fn nothing_set_is_a_complete_installation() {
    let loaded = load(&[]).unwrap();
    let s = loaded.settings;
    assert_eq!(s.bind.to_string(), "127.0.0.1:8000");
    assert!(matches!(&s.database, DbUrl::Sqlite(p) if p == std::path::Path::new("./chelal.db")));
    assert_eq!(s.audit_anchor_path(), PathBuf::from("./audit-anchor.log"));
    assert_eq!(
        (s.access_lifetime.as_secs(), s.refresh_lifetime.as_secs()),
        (30 * 60, 14 * 86_400)
    );
    assert_eq!(s.cors_origins, ["http://localhost:5173"]);
    assert_eq!(s.time_zone.iana_name(), Some("Africa/Banjul"));
    assert_eq!(
        (s.currency.as_str(), s.country_code.as_str(), s.language),
        ("GMD", "220", "en")
    );
    assert_eq!((s.max_body_bytes, s.max_upload_bytes), (1 << 20, 25 << 20));
    assert_eq!(s.request_timeout, Duration::from_secs(30));
    assert!(
        s.trusted_proxies.is_empty() && s.read_audit && s.db_statement_cache && s.email_use_tls
    );
    assert_eq!(
        (s.db_pool, s.email_port, s.log.as_str(), s.log_format),
        (16, 587, "info", LogFormat::Text)
    );
    assert!(s.email_host.is_none() && s.email_from.is_none() && s.master_key.is_none());
    assert!(loaded.notices.is_empty());
}

#[test]
fn values_are_parsed() {
    let s = load(&[
        (
            "DATABASE_URL",
            "postgres://chelal:s%40cret@db:6432/hospital?sslmode=require",
        ),
        ("CHELAL_DATA_DIR", "/var/lib/chelal"),
        ("CHELAL_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
        ("CHELAL_CORS_ORIGINS", "none"),
        ("CHELAL_PUBLIC_URL", "https://h.gm/chelal/"),
        ("CHELAL_MAX_BODY_BYTES", "2MiB"),
        ("CHELAL_COUNTRY_CODE", "+254"),
        ("CHELAL_LOG_FORMAT", "JSON"),
        ("EMAIL_USE_TLS", "False"),
        ("DEFAULT_FROM_EMAIL", "Chelal <no-reply@h.gm>"),
        ("CHELAL_METRICS_TOKEN", "  "),
    ]);
    let s = s.unwrap().settings;
    let DbUrl::Postgres { config, .. } = &s.database else {
        panic!("{:?}", s.database)
    };
    assert_eq!(config.get_password(), Some(b"s@cret".as_slice()));
    assert_eq!(
        s.audit_anchor_path(),
        PathBuf::from("/var/lib/chelal/audit-anchor.log")
    );
    assert_eq!(
        s.trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["127.0.0.1/32", "10.0.0.0/8"]
    );
    assert!(s.cors_origins.is_empty() && !s.email_use_tls && s.metrics_token.is_none());
    assert_eq!(
        (
            s.public_url().as_str(),
            s.max_body_bytes,
            s.country_code.as_str()
        ),
        ("https://h.gm/chelal", 2 << 20, "254")
    );
    assert_eq!(s.log_format, LogFormat::Json);
    assert_eq!(s.email_from.unwrap().email.to_string(), "no-reply@h.gm");
}

#[test]
fn the_public_url_follows_the_port_unless_it_is_set() {
    for (pairs, url) in [
        (&[][..], "http://localhost:8000"),
        (&[("CHELAL_BIND", "0.0.0.0:8123")], "http://localhost:8123"),
        (
            &[
                ("CHELAL_BIND", "0.0.0.0:8123"),
                ("CHELAL_PUBLIC_URL", "https://h.gm"),
            ],
            "https://h.gm",
        ),
    ] {
        assert_eq!(load(pairs).unwrap().settings.public_url(), url);
    }
}

#[test]
fn relative_sqlite_files_lie_in_the_data_directory() {
    let path = |url| {
        let s = load(&[("DATABASE_URL", url), ("CHELAL_DATA_DIR", "/data")])
            .unwrap()
            .settings;
        let DbUrl::Sqlite(path) = s.database else {
            panic!("not SQLite")
        };
        path.display().to_string()
    };
    assert_eq!(path("sqlite://a/b.db"), "/data/a/b.db");
    assert_eq!(path("sqlite:b.db"), "/data/b.db");
    assert_eq!(path("sqlite:///srv/b.db"), "/srv/b.db");
}

#[test]
fn every_setting_refuses_nonsense_and_names_itself() {
    let cases = [
        ("CHELAL_BIND", "localhost"),
        ("CHELAL_PUBLIC_URL", "ftp://x"),
        ("CHELAL_CORS_ORIGINS", "https://a.gm/path"),
        ("CHELAL_CORS_ORIGINS", "*"),
        ("CHELAL_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("CHELAL_MAX_BODY_BYTES", "1 MB!"),
        ("CHELAL_MAX_BODY_BYTES", "99999999999999 GiB"),
        ("CHELAL_REQUEST_TIMEOUT_SECONDS", "0"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("DATABASE_URL", "sqlite://"),
        ("CHELAL_DB_POOL", "none"),
        ("CHELAL_DB_STATEMENT_CACHE", "maybe"),
        ("CHELAL_DB_DIRECT_URL", "db.hospital.gm"),
        ("CHELAL_MASTER_KEY", "short"),
        ("CHELAL_ACCESS_MINUTES", "61"),
        ("CHELAL_ACCESS_MINUTES", "14"),
        ("CHELAL_REFRESH_DAYS", "-1"),
        ("CHELAL_TIME_ZONE", "Africa/Atlantis"),
        ("CHELAL_CURRENCY", "gmd"),
        ("CHELAL_COUNTRY_CODE", "0220"),
        ("CHELAL_LANGUAGE", "de"),
        ("CHELAL_LOG_FORMAT", "xml"),
        ("CHELAL_METRICS_BIND", "9100"),
        ("EMAIL_PORT", "70000"),
        ("DEFAULT_FROM_EMAIL", "nobody"),
        ("TWILIO_PHONE_NUMBER", "a-very-long-name"),
        ("TEST_PATIENT_PHONE", "call me"),
    ];
    for (name, value) in cases {
        let problems = problems(&[(name, value)]);
        assert!(
            problems[0].starts_with(&format!("{name}: ")) && problems.len() == 1,
            "{name}={value}: {problems:?}"
        );
        let secret = Settings::table().iter().any(|s| s.name == name && s.secret);
        assert_eq!(
            problems[0].contains(&format!("“{value}”")),
            !secret,
            "{problems:?}"
        );
    }
}

#[test]
fn all_mistakes_come_at_once() {
    let error = load(&[
        ("CHELAL_ACCESS_MINUTES", "5"),
        ("CHELAL_LANGAUGE", "fr"),
        ("EMAIL_PORT", "x"),
    ])
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "The settings cannot be used:\n  \
         CHELAL_ACCESS_MINUTES: “5” is not valid. Give a whole number from 15 to 60, such as CHELAL_ACCESS_MINUTES=15\n  \
         EMAIL_PORT: “x” is not valid. Give a whole number from 1 to 65535, such as EMAIL_PORT=465\n  \
         CHELAL_LANGAUGE is not a setting. Did you mean CHELAL_LANGUAGE?"
    );
}

#[test]
fn foreign_names_are_left_alone() {
    let loaded = load(&[
        ("CHELAL_TEST_POSTGRES", "x"),
        ("PATH", "/bin"),
        ("CELERY_BROKER_URL", "redis://"),
        ("CELERY_X", "1"),
    ]);
    let notices = loaded.unwrap().notices;
    assert_eq!(notices.len(), 1);
    assert!(
        notices[0].starts_with("CELERY_BROKER_URL, CELERY_X: ignored."),
        "{notices:?}"
    );
    assert!(!notices[0].contains("redis"));
}

#[test]
fn contradictions_are_found() {
    let key = "5e01".repeat(16);
    assert!(
        problems(&[("CHELAL_MASTER_KEY", &key), ("CHELAL_KEY_FILE", "k")])[0]
            .contains("CHELAL_KEY_FILE")
    );
    assert!(problems(&[("EMAIL_HOST", "h")])[0].starts_with("DEFAULT_FROM_EMAIL is needed"));
    assert!(problems(&[("SENDGRID_API_KEY", "k")])[0].starts_with("DEFAULT_FROM_EMAIL is needed"));
    let user = ("EMAIL_HOST_USER", "me@h.gm");
    assert!(problems(&[("EMAIL_HOST", "h"), user])[0].contains("EMAIL_HOST_PASSWORD"));
    let s = load(&[("EMAIL_HOST", "h"), user, ("EMAIL_HOST_PASSWORD", "p")])
        .unwrap()
        .settings;
    assert_eq!(s.email_from.unwrap().to_string(), "me@h.gm");
    assert!(problems(&[("TWILIO_AUTH_TOKEN", "t")])[0].contains("all three or none"));
}

#[test]
fn secrets_are_never_shown() {
    let key = "5e01".repeat(16);
    let pairs = [
        ("CHELAL_MASTER_KEY", key.as_str()),
        ("DATABASE_URL", "postgres://u:hushhush@db/x"),
        ("CHELAL_DB_DIRECT_URL", "postgres://u:hushhush@db/x"),
        ("CHELAL_METRICS_TOKEN", "hushhush"),
        ("EMAIL_HOST_USER", "u"),
        ("EMAIL_HOST_PASSWORD", "hushhush"),
        ("SENDGRID_API_KEY", "hushhush"),
        ("DEFAULT_FROM_EMAIL", "a@h.gm"),
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("TWILIO_AUTH_TOKEN", "hushhush"),
        ("TWILIO_PHONE_NUMBER", "Chelal"),
    ];
    let loaded = load(&pairs).unwrap();
    let shown = format!("{loaded:?} {:#?}", loaded.settings);
    assert!(
        !shown.contains("hushhush") && !shown.contains("5e5e") && !shown.contains("94, 94"),
        "{shown}"
    );
    assert_eq!(
        loaded.settings.sendgrid_api_key.unwrap().expose(),
        "hushhush"
    );

    // Misspelt, each of the secrets is still kept back.
    for (name, _) in Settings::table()
        .iter()
        .filter(|s| s.secret)
        .map(|s| (s.name, ()))
    {
        let error = load(&[(name, "mysql://u:hush\u{7}hush@db")])
            .unwrap_err()
            .to_string();
        assert!(error.contains(name) && !error.contains("hush"), "{error}");
    }
}

#[test]
fn every_line_of_the_example_is_a_valid_setting() {
    let text = Settings::example();
    let live: String = text
        .lines()
        .map(|l| match l.strip_prefix('#') {
            Some(rest) if !rest.starts_with([' ', '#']) => format!("{rest}\n"),
            _ => String::new(),
        })
        .collect();
    let pairs: Vec<(String, String)> = dotenvy::from_read_iter(live.as_bytes())
        .map(Result::unwrap)
        .collect();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        Settings::table().iter().map(|s| s.name).collect::<Vec<_>>()
    );
    for (name, value) in &pairs {
        if let Err(error) = load(&[(name, value)]) {
            assert!(!error.to_string().contains("not valid"), "{error}");
        }
    }
}

#[test]
fn every_default_and_example_is_valid_and_secrets_have_neither() {
    for setting in Settings::table() {
        if let Err(error) = load(&[(setting.name, setting.example)]) {
            assert!(!error.to_string().contains("not valid"), "{error}");
        }
        assert!(
            !setting.help.is_empty() && setting.help.ends_with('.'),
            "{}",
            setting.name
        );
        let url = setting.name.ends_with("_URL");
        assert!(
            !setting.secret || url || (setting.default.is_empty() && setting.example.is_empty())
        );
    }
}

#[test]
fn the_documentation_lists_every_setting_in_a_table() {
    let docs = Settings::docs();
    for setting in Settings::table() {
        let row = docs
            .lines()
            .find(|l| l.starts_with(&format!("| `{}` |", setting.name)))
            .unwrap();
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    }
}
