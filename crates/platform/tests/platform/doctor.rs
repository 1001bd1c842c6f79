//! What the doctor says of healthy and of sick installations.
use std::collections::BTreeMap;
use std::path::Path;

use crate::hospital::{add_guest, each, modules, settings_with};
use ops::doctor::{Finding, Level, examine};
use platform::audit::sealer;
use platform::settings::{Loaded, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn now() -> jiff::Timestamp {
    kernel::Clock::system().now()
}

fn loaded(settings: &Settings) -> Loaded {
    Loaded {
        settings: settings.clone(),
        notices: Vec::new(),
    }
}

/// The worst level of each check.
fn levels(found: &[Finding]) -> BTreeMap<&'static str, Level> {
    let mut levels = BTreeMap::new();
    for finding in found {
        let level = levels.entry(finding.check).or_insert(Level::Ok);
        *level = Ord::max(*level, finding.level);
    }
    levels
}

fn say(found: &[Finding]) -> String {
    let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_installation_has_no_failures() {
    each(|world| async move {
        add_guest(&world.app, "Guest").await;
        sealer::seal_now(&world.app).await.unwrap();
        let found = examine(Ok(loaded(&world.app.settings)), modules(), now()).await;
        let levels = levels(&found);
        let text = say(&found);
        for check in [
            "settings",
            "data directory",
            "master key",
            "database",
            "schema",
            "keys",
            "jobs",
            "audit trail",
        ] {
            assert_eq!(levels.get(check), Some(&Level::Ok), "{check}\n{text}");
        }
        assert_eq!(levels["e-mail"], Level::Warn, "{text}");
        if world.url.starts_with("postgres") {
            assert_eq!(levels["clock"], Level::Ok, "{text}");
            assert_eq!(levels["privileges"], Level::Ok, "{text}");
        } else {
            // The anchor's default place is no protection.
            assert_eq!(levels["audit anchor"], Level::Warn, "{text}");
        }
        assert!(!text.contains(crate::hospital::MASTER));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sicknesses_are_named() {
    each(|world| async move {
        add_guest(&world.app, "Guest").await;
        sealer::seal_now(&world.app).await.unwrap();

        let other = settings_with(&world.dir, &world.url, &"a70c".repeat(16));
        let found = examine(Ok(loaded(&other)), modules(), now()).await;
        assert_eq!(levels(&found)["keys"], Level::Fail, "{}", say(&found));
        assert!(say(&found).contains("wrong master key"), "{}", say(&found));

        let mut newer = modules();
        newer.clear();
        let found = examine(Ok(loaded(&world.app.settings)), newer, now()).await;
        assert_eq!(levels(&found)["schema"], Level::Fail, "{}", say(&found));

        world.drop_guards().await;
        world
            .run("UPDATE audit_log SET username = 'nobody'", vec![])
            .await;
        let found = examine(Ok(loaded(&world.app.settings)), modules(), now()).await;
        assert_eq!(
            levels(&found)["audit trail"],
            Level::Fail,
            "{}",
            say(&found)
        );
        assert!(say(&found).contains("record 1"), "{}", say(&found));
    })
    .await;
}

fn with(dir: &Path, pairs: &[(&str, &str)]) -> Loaded {
    let mut all = vec![("CHELAL_DATA_DIR".to_owned(), dir.display().to_string())];
    all.extend(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    Settings::from_pairs(all).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_start_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let found = examine(Ok(with(dir.path(), &[])), modules(), now()).await;
    let levels = levels(&found);
    assert_eq!(levels["database"], Level::Warn, "{}", say(&found));
    assert_eq!(levels["master key"], Level::Warn, "{}", say(&found));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);

    let gone = dir.path().join("gone");
    let found = examine(Ok(with(&gone, &[])), modules(), now()).await;
    assert_eq!(
        self::levels(&found)["data directory"],
        Level::Fail,
        "{}",
        say(&found)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_key_files_are_looked_at() {
    let wrong = [("CHELAL_BIMD".to_owned(), "x".to_owned())];
    let found = examine(Settings::from_pairs(wrong), modules(), now()).await;
    assert_eq!(found[0].level, Level::Fail);
    assert!(found[0].text.contains("CHELAL_BIND"), "{}", say(&found));

    let dir = tempfile::tempdir().unwrap();
    let app = crate::hospital::open(with(dir.path(), &[]).settings).await;
    app.close().await;
    let found = examine(Ok(with(dir.path(), &[])), modules(), now()).await;
    assert_eq!(levels(&found)["master key"], Level::Warn, "{}", say(&found));
    assert!(
        say(&found).contains("lies beside the database"),
        "{}",
        say(&found)
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = dir.path().join("chelal.key");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let found = examine(Ok(with(dir.path(), &[])), modules(), now()).await;
        assert_eq!(levels(&found)["master key"], Level::Fail, "{}", say(&found));
    }
    std::fs::remove_file(dir.path().join("chelal.key")).unwrap();
    let found = examine(Ok(with(dir.path(), &[])), modules(), now()).await;
    assert_eq!(levels(&found)["master key"], Level::Fail, "{}", say(&found));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_server_is_greeted_and_no_more() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let dir = tempfile::tempdir().unwrap();
    let settings = || {
        with(
            dir.path(),
            &[
                ("EMAIL_HOST", "127.0.0.1"),
                ("EMAIL_PORT", &port),
                ("EMAIL_USE_TLS", "off"),
                ("DEFAULT_FROM_EMAIL", "no-reply@hospital.gm"),
            ],
        )
    };
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 ready\r\n").await.unwrap();
        let mut heard = String::new();
        let mut buffer = [0; 512];
        loop {
            let read = stream.read(&mut buffer).await.unwrap_or(0);
            if read == 0 {
                return heard;
            }
            heard.push_str(&String::from_utf8_lossy(&buffer[..read]));
            let answer: &[u8] = if heard.contains("QUIT") {
                b"221 bye\r\n"
            } else {
                b"250 hello\r\n"
            };
            if stream.write_all(answer).await.is_err() {
                return heard;
            }
        }
    });
    let found = examine(Ok(settings()), modules(), now()).await;
    assert_eq!(levels(&found)["e-mail"], Level::Ok, "{}", say(&found));
    let heard = server.await.unwrap();
    assert!(
        heard.starts_with("EHLO") && !heard.contains("MAIL FROM"),
        "{heard}"
    );
    // Now nobody listens.
    let found = examine(Ok(settings()), modules(), now()).await;
    assert_eq!(levels(&found)["e-mail"], Level::Fail, "{}", say(&found));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_that_cannot_be_written_or_promises_more_is_found() {
    each(|world| async move {
        add_guest(&world.app, "Guest").await;
        sealer::seal_now(&world.app).await.unwrap();
        let mut head = sealer::end(&world.app).await.unwrap();
        head.sequence += 7;
        let file = world.app.settings.audit_anchor_path();
        platform::audit::anchor::append(&file, &world.app.ring().sign_head(head)).unwrap();
        let found = examine(Ok(loaded(&world.app.settings)), modules(), now()).await;
        assert_eq!(
            levels(&found)["audit anchor"],
            Level::Fail,
            "{}",
            say(&found)
        );
        assert!(say(&found).contains("a former primary leads the database"));

        let mut settings = world.app.settings.clone();
        settings.audit_anchor = Some(settings.data_dir.join("no such place").join("anchor.log"));
        let found = examine(Ok(loaded(&settings)), modules(), now()).await;
        assert_eq!(
            levels(&found)["audit anchor"],
            Level::Fail,
            "{}",
            say(&found)
        );
        assert!(say(&found).contains("cannot be made"));
    })
    .await;
}
