//! Against a small real SMTP server on a TCP port.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

/// What the server answers to one command, instead of the usual.
#[derive(Clone, Copy)]
enum Script {
    Usual,
    /// Answers this line to commands that start so.
    Answer(&'static str, &'static str),
    /// Closes the connection at such a command.
    HangUp(&'static str),
    /// Says nothing more from such a command on.
    Silence(&'static str),
}

/// What one connection said: command lines, and the message with its dots as sent.
#[derive(Debug, Default)]
struct Heard {
    commands: Vec<String>,
    data: String,
}

async fn serve(script: Script) -> (u16, JoinHandle<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut heard = Heard::default();
        let _ = converse(stream, script, &mut heard).await;
        heard
    });
    (port, task)
}

async fn converse(stream: TcpStream, script: Script, heard: &mut Heard) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.test ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end().to_owned();
        heard.commands.push(line.clone());
        let usual = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go ahead",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let answer = match script {
            Script::Answer(command, answer) if line.starts_with(command) => answer,
            Script::HangUp(command) if line.starts_with(command) => return Ok(()),
            Script::Silence(command) if line.starts_with(command) => {
                std::future::pending::<()>().await;
                unreachable!("pending never ends")
            }
            _ => usual,
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if answer.starts_with("354") {
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
                if line == ".\r\n" {
                    break;
                }
                heard.data.push_str(&line);
            }
            let answer = match script {
                Script::Answer("END", answer) => answer,
                Script::HangUp("END") => return Ok(()),
                Script::Silence("END") => {
                    std::future::pending::<()>().await;
                    unreachable!("pending never ends")
                }
                _ => "250 queued",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
}

fn mailer(port: u16, login: bool) -> Mailer {
    Mailer::Smtp(Arc::new(Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        encryption: Encryption::Off,
        ca_file: None,
        credentials: login.then(|| Credentials::new("user".to_owned(), "secret-word".to_owned())),
        from: "Chelal <no-reply@hospital.gm>".parse().unwrap(),
        timeout: Duration::from_millis(700),
    }))
}

async fn attempt(script: Script) -> (Result<String, MailError>, JoinHandle<Heard>) {
    let (port, task) = serve(script).await;
    let result = mailer(port, true)
        .send("awa@example.org", "Reminder", "Tomorrow at 9.", "1@h")
        .await;
    (result, task)
}

fn temporary(result: &Result<String, MailError>) -> bool {
    matches!(result, Err(MailError::Temporary(_)))
}

fn permanent(result: &Result<String, MailError>) -> bool {
    matches!(result, Err(MailError::Permanent(_)))
}

#[tokio::test]
async fn sends_a_message_with_all_its_headers() {
    let (port, task) = serve(Script::Usual).await;
    let body = "Dear Awa,\n.hidden dot\nyour visit is tomorrow at 9.\n";
    mailer(port, true)
        .send("awa@example.org", "Appointment", body, "0190@hospital.gm")
        .await
        .unwrap();
    let heard = task.await.unwrap();
    // "\0user\0secret-word" in base64
    assert_eq!(heard.commands[1], "AUTH PLAIN AHVzZXIAc2VjcmV0LXdvcmQ=");
    assert_eq!(heard.commands[2], "MAIL FROM:<no-reply@hospital.gm>");
    assert_eq!(heard.commands[3..5], ["RCPT TO:<awa@example.org>", "DATA"]);
    for line in [
        "From: Chelal <no-reply@hospital.gm>",
        "To: awa@example.org",
        "Subject: Appointment",
        "Message-ID: <0190@hospital.gm>",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
        "Dear Awa,",
        "..hidden dot",
    ] {
        assert!(
            heard.data.contains(&format!("{line}\r\n")),
            "{line} not in\n{}",
            heard.data
        );
    }
    assert!(heard.data.contains("\r\nDate: "));
}

#[tokio::test]
async fn text_beyond_ascii_arrives_encoded() {
    let (port, task) = serve(Script::Usual).await;
    mailer(port, false)
        .send(
            "awa@example.org",
            "Rappel à 9 h — été",
            "À bientôt !",
            "1@h",
        )
        .await
        .unwrap();
    let data = task.await.unwrap().data;
    assert!(
        data.is_ascii() && data.contains("Subject: Rappel =?utf-8?b?"),
        "{data}"
    );
    assert!(data.contains("=C3=80 bient=C3=B4t !"), "{data}");
}

#[tokio::test]
async fn headers_cannot_be_injected() {
    let evil = "Hello\r\nBcc: thief@example.org\r\n\r\nnew body";
    let (port, task) = serve(Script::Usual).await;
    mailer(port, false)
        .send("awa@example.org", evil, "body", "1@h")
        .await
        .unwrap();
    let heard = task.await.unwrap();
    assert!(
        !heard
            .data
            .lines()
            .any(|l| l.to_ascii_lowercase().starts_with("bcc")),
        "{}",
        heard.data
    );
    assert_eq!(
        heard
            .commands
            .iter()
            .filter(|c| c.starts_with("RCPT"))
            .count(),
        1
    );

    let (capture, outbox) = Mailer::capture();
    for mailer in [&mailer(1, false), &capture] {
        for to in [
            "awa@example.org\r\nBcc: x@y.z",
            "\"a\r\nb\"@example.org",
            "awa",
            "",
            "a@b, c@d",
            "A <a@b.c>",
        ] {
            assert!(permanent(&mailer.send(to, "s", "b", "1@h").await), "{to:?}");
        }
        for id in ["", "a b", "1@h>\r\nBcc: x", "1@h><2@h", "é@h"] {
            assert!(
                permanent(&mailer.send("a@b.org", "s", "b", id).await),
                "{id:?}"
            );
        }
    }
    assert!(outbox.mails().is_empty());
}

#[tokio::test]
async fn refusals_of_the_message_follow_the_servers_word() {
    for command in ["MAIL", "RCPT", "DATA", "END"] {
        assert!(
            temporary(&attempt(Script::Answer(command, "451 try later")).await.0),
            "{command}"
        );
        let refused = attempt(Script::Answer(command, "550 5.1.1 no such user"))
            .await
            .0;
        assert!(permanent(&refused), "{command}");
        assert!(
            refused.unwrap_err().to_string().contains("no such user"),
            "{command}"
        );
    }
}

#[tokio::test]
async fn a_refused_login_is_no_fault_of_the_message() {
    let (result, task) = attempt(Script::Answer("AUTH", "535 wrong password")).await;
    assert!(temporary(&result), "{result:?}");
    assert!(!format!("{result:?}").contains("secret-word"));
    assert!(
        !task
            .await
            .unwrap()
            .commands
            .iter()
            .any(|c| c.starts_with("MAIL"))
    );
}

#[tokio::test]
async fn hanging_up_and_silence_are_temporary() {
    for command in ["EHLO", "AUTH", "MAIL", "RCPT", "DATA"] {
        assert!(
            temporary(&attempt(Script::HangUp(command)).await.0),
            "{command}"
        );
    }
    for command in ["EHLO", "RCPT"] {
        let start = std::time::Instant::now();
        assert!(
            temporary(&attempt(Script::Silence(command)).await.0),
            "{command}"
        );
        assert!(start.elapsed() < Duration::from_secs(5), "{command}");
    }
    // Nobody listens.
    assert!(temporary(
        &mailer(1, false).send("a@b.org", "s", "b", "1@h").await
    ));
}

#[tokio::test]
async fn an_accepted_message_is_sent_even_if_goodbye_fails() {
    assert!(attempt(Script::HangUp("QUIT")).await.0.is_ok());
    let (port, _task) = serve(Script::Silence("QUIT")).await;
    let Mailer::Smtp(smtp) = mailer(port, false) else {
        panic!("not SMTP")
    };
    let smtp = Smtp {
        timeout: QUIT_TIMEOUT * 3,
        ..Arc::into_inner(smtp).expect("one owner")
    };
    let mailer = Mailer::Smtp(Arc::new(smtp));
    assert_eq!(
        mailer.send("a@b.org", "s", "b", "1@h").await,
        Ok("<1@h>".to_owned())
    );
}

#[tokio::test]
async fn nothing_is_said_in_the_clear_when_encryption_is_demanded() {
    let (port, task) = serve(Script::Usual).await;
    let Mailer::Smtp(smtp) = mailer(port, true) else {
        panic!("not SMTP")
    };
    let smtp = Smtp {
        encryption: Encryption::StartTls,
        ..Arc::into_inner(smtp).expect("one owner")
    };
    let result = Mailer::Smtp(Arc::new(smtp))
        .send("a@b.org", "s", "b", "1@h")
        .await;
    assert!(temporary(&result), "{result:?}");
    let commands = task.await.unwrap().commands;
    assert!(
        !commands
            .iter()
            .any(|c| c.starts_with("AUTH") || c.starts_with("MAIL")),
        "{commands:?}"
    );
}

#[tokio::test]
async fn captured_messages_are_kept_and_can_be_made_to_fail() {
    let (mailer, outbox) = Mailer::capture();
    mailer
        .send("a@b.org", "Line\nbreak", "body", "1@h")
        .await
        .unwrap();
    let mail = Mail {
        to: "a@b.org".to_owned(),
        subject: "Line break".to_owned(),
        body: "body".to_owned(),
        message_id: "<1@h>".to_owned(),
    };
    assert_eq!(outbox.mails(), [mail]);
    outbox.fail("a@b.org", Some(MailError::Temporary("busy".to_owned())));
    assert!(temporary(&mailer.send("a@b.org", "s", "b", "2@h").await));
    outbox.fail("a@b.org", None);
    mailer.send("a@b.org", "s", "b", "<2@h>").await.unwrap();
    assert_eq!(outbox.mails().len(), 2);
}

#[tokio::test]
async fn the_settings_choose_the_server() {
    let from = |pairs: &[(&str, &str)]| {
        let pairs = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Mailer::from_settings(&Settings::from_pairs(pairs).unwrap().settings)
    };
    let sender = ("DEFAULT_FROM_EMAIL", "a@h.gm");
    let off = from(&[sender]);
    assert_eq!(
        off.send("a@b.org", "s", "b", "1@h").await,
        Err(MailError::NotConfigured)
    );
    let smtp = |pairs: &[(&str, &str)]| match from(pairs) {
        Mailer::Smtp(smtp) => (
            smtp.host.clone(),
            smtp.port,
            smtp.encryption,
            smtp.credentials.is_some(),
        ),
        other => panic!("{other:?}"),
    };
    let host = ("EMAIL_HOST", "mail.h.gm");
    assert_eq!(
        smtp(&[sender, host]),
        ("mail.h.gm".to_owned(), 587, Encryption::StartTls, false)
    );
    assert_eq!(
        smtp(&[sender, host, ("EMAIL_PORT", "465")]).2,
        Encryption::Tls
    );
    assert_eq!(
        smtp(&[sender, host, ("EMAIL_USE_TLS", "off")]).2,
        Encryption::Off
    );
    let login = [("EMAIL_HOST_USER", "u"), ("EMAIL_HOST_PASSWORD", "hush")];
    assert!(smtp(&[sender, host, login[0], login[1]]).3);
    assert!(!format!("{:?}", from(&[sender, host, login[0], login[1]])).contains("hush"));
    // A mail server of one's own goes before SendGrid.
    let key = ("SENDGRID_API_KEY", "hush");
    assert_eq!(smtp(&[sender, host, key]).1, 587);
    let sendgrid = from(&[sender, key]);
    assert!(matches!(sendgrid, Mailer::SendGrid(_)), "{sendgrid:?}");
    assert!(!format!("{sendgrid:?}").contains("hush"));
    let console = from(&[sender, host, ("CHELAL_MESSAGES", "console")]);
    assert!(matches!(console, Mailer::Console), "{console:?}");
}

#[tokio::test]
async fn what_fails_after_the_text_has_left_is_not_known() {
    for script in [Script::HangUp("END"), Script::Silence("END")] {
        let result = attempt(script).await.0;
        assert!(matches!(result, Err(MailError::Unknown(_))), "{result:?}");
    }
    // An answer is an answer, whatever it is.
    let busy = attempt(Script::Answer("END", "451 try later")).await.0;
    assert!(temporary(&busy), "{busy:?}");
    let never = attempt(Script::Answer("END", "554 spam")).await.0;
    assert!(permanent(&never), "{never:?}");
}

/// A server that takes nothing in the clear and nothing without a login.
#[tokio::test]
async fn mail_leaves_over_tls_after_a_login() {
    use counterparts::MailServer;
    let server = MailServer::start().await;
    let settings = |ca: &str, password: &str| {
        let port = server.port.to_string();
        let pairs = [
            ("DEFAULT_FROM_EMAIL", "a@h.gm"),
            ("EMAIL_HOST", MailServer::HOST),
            ("EMAIL_PORT", &port),
            ("EMAIL_HOST_USER", MailServer::USER),
            ("EMAIL_HOST_PASSWORD", password),
            ("EMAIL_CA_FILE", ca),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Mailer::from_settings(&Settings::from_pairs(pairs).unwrap().settings)
    };
    let ca = server.ca_file().display().to_string();
    let right = settings(&ca, MailServer::PASSWORD);
    right
        .send("awa@example.org", "Reminder", "Tomorrow.", "1@h")
        .await
        .unwrap();
    right.reach().await.unwrap();
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].from.as_str(), letters[0].to.as_slice()),
        ("a@h.gm", ["awa@example.org".to_owned()].as_slice())
    );
    assert!(letters[0].data.contains("Message-ID: <1@h>\r\n"));
    // A certificate that nobody vouches for, and a wrong password: not sent, and not the message's fault.
    for mailer in [settings("", MailServer::PASSWORD), settings(&ca, "wrong")] {
        let result = mailer.send("awa@example.org", "s", "b", "2@h").await;
        assert!(temporary(&result), "{result:?}");
    }
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn sendgrid_takes_what_is_as_published() {
    use counterparts::{Behaviour, SendGrid};
    let server = SendGrid::start().await;
    let mailer = |key: &str| {
        let pairs = [
            ("DEFAULT_FROM_EMAIL", "Royal Hospital <a@h.gm>"),
            ("SENDGRID_API_KEY", key),
            ("SENDGRID_API_URL", &server.url),
            ("CHELAL_SEND_TIMEOUT_SECONDS", "1"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Mailer::from_settings(&Settings::from_pairs(pairs).unwrap().settings)
    };
    let right = mailer(SendGrid::KEY);
    let send = || right.send("awa@example.org", "Rappel", "À demain.", "1@h");
    assert_eq!(send().await, Ok("sg-1".to_owned()));
    assert_eq!(server.complaints(), Vec::<String>::new());
    let sent = &server.sent()[0];
    assert_eq!(
        (&*sent.to, &*sent.from, &*sent.subject, &*sent.text),
        ("awa@example.org", "a@h.gm", "Rappel", "À demain.")
    );
    let refused = mailer("SG.wrong")
        .send("awa@example.org", "s", "b", "1@h")
        .await;
    assert!(permanent(&refused), "{refused:?}");
    assert!(
        format!("{refused:?}").contains("authorization grant"),
        "{refused:?}"
    );
    for (behaviour, known) in [
        (Behaviour::Busy(1), true),
        (Behaviour::Answer(503, ""), true),
        (Behaviour::Silence, false),
        (Behaviour::HangUp, false),
        (Behaviour::Garbage, false),
        (Behaviour::Page, false),
    ] {
        server.script.next([behaviour.clone()]);
        let result = send().await;
        let as_it_should = if known {
            temporary(&result)
        } else {
            matches!(result, Err(MailError::Unknown(_)))
        };
        assert!(as_it_should, "{behaviour:?}: {result:?}");
    }
    assert_eq!(server.sent().len(), 1);
}
