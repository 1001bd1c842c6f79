//! A mail server that takes mail only over TLS and after a login: RFC 5321, 3207 (STARTTLS), 4954 (AUTH).

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use parking_lot::Mutex;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the server does at a command, instead of the usual. `END` is the end of a message's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Nothing else.
    Usual,
    /// Answers this line to commands that start so.
    Answer(&'static str, &'static str),
    /// Closes the connection at such a command.
    HangUp(&'static str),
    /// Says nothing more from such a command on.
    Silence(&'static str),
}

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The sender on the envelope.
    pub from: String,
    /// The recipients on the envelope.
    pub to: Vec<String>,
    /// Headers and text, as sent.
    pub data: String,
}

/// A mail server. Clones share what was received.
#[derive(Clone)]
pub struct MailServer {
    /// Where it listens, on `localhost`.
    pub port: u16,
    letters: Arc<Mutex<Vec<Letter>>>,
    script: Arc<Mutex<Script>>,
    dir: Arc<TempDir>,
}

impl MailServer {
    /// The host that its certificate is for.
    pub const HOST: &'static str = "localhost";
    /// The user that it knows.
    pub const USER: &'static str = "chelal";
    /// The user's password.
    pub const PASSWORD: &'static str = "secret word";

    /// Starts it with a certificate of its own; see [`MailServer::ca_file`].
    pub async fn start() -> MailServer {
        let certified = rcgen::generate_simple_self_signed(vec![Self::HOST.to_owned()])
            .expect("a certificate for the test");
        let dir = TempDir::with_prefix("chelal-mail-").expect("a temporary directory");
        std::fs::write(dir.path().join("ca.pem"), certified.cert.pem()).expect("a file");
        let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocols that are known")
            .with_no_client_auth()
            .with_single_cert(
                vec![certified.cert.der().clone()],
                PrivateKeyDer::Pkcs8(key),
            )
            .expect("a certificate and its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let server = MailServer {
            port,
            letters: Arc::default(),
            script: Arc::new(Mutex::new(Script::Usual)),
            dir: Arc::new(dir),
        };
        let shared = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, acceptor) = (shared.clone(), acceptor.clone());
                tokio::spawn(async move {
                    // A client that hangs up is its own affair.
                    let _ = server.greet(stream, acceptor).await;
                });
            }
        });
        server
    }

    /// Its certificate: what `EMAIL_CA_FILE` is set to.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// What it does from now on.
    pub fn does(&self, script: Script) {
        *self.script.lock() = script;
    }

    /// What it accepted, oldest first.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().clone()
    }

    /// In the clear: up to STARTTLS and no further.
    async fn greet(&self, stream: TcpStream, acceptor: TlsAcceptor) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 localhost ESMTP\r\n").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer = match verb(&line).as_str() {
                "EHLO" => "250-localhost\r\n250 STARTTLS",
                "STARTTLS" => "220 Go ahead",
                "QUIT" => "221 Bye",
                "NOOP" => "250 OK",
                _ => "530 5.7.0 Must issue a STARTTLS command first",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            if answer.starts_with("220 Go") {
                break;
            }
        }
        let stream = acceptor.accept(stream.into_inner()).await?;
        self.converse(BufReader::new(stream)).await
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: BufReader<S>,
    ) -> std::io::Result<()> {
        let mut known = false;
        let mut letter: Option<Letter> = None;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_owned();
            let script = *self.script.lock();
            let usual = match verb(&line).as_str() {
                "EHLO" => "250-localhost\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN",
                "NOOP" | "RSET" => "250 OK",
                "QUIT" => "221 Bye",
                "AUTH" => {
                    let pair = format!("\0{}\0{}", Self::USER, Self::PASSWORD);
                    let right = base64::engine::general_purpose::STANDARD.encode(pair);
                    known = line == format!("AUTH PLAIN {right}");
                    if known {
                        "235 2.7.0 Authentication successful"
                    } else {
                        "535 5.7.8 Authentication credentials invalid"
                    }
                }
                _ if !known => "530 5.7.0 Authentication required",
                "MAIL" => {
                    letter = Some(Letter {
                        from: between(&line),
                        to: Vec::new(),
                        data: String::new(),
                    });
                    "250 2.1.0 OK"
                }
                "RCPT" => match &mut letter {
                    Some(letter) => {
                        letter.to.push(between(&line));
                        "250 2.1.5 OK"
                    }
                    None => "503 5.5.1 MAIL first",
                },
                "DATA" if letter.as_ref().is_some_and(|letter| !letter.to.is_empty()) => {
                    "354 End data with <CR><LF>.<CR><LF>"
                }
                _ => "503 5.5.1 Bad sequence of commands",
            };
            let Some(answer) = act(script, &line, usual).await else {
                return Ok(());
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            stream.flush().await?;
            if !answer.starts_with("354") {
                continue;
            }
            let mut data = String::new();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
                if line == ".\r\n" {
                    break;
                }
                data.push_str(line.strip_prefix('.').unwrap_or(&line));
            }
            let answer = act(script, "END", "250 2.0.0 OK: queued").await;
            if answer.is_none_or(|answer| answer.starts_with('2'))
                && let Some(mut letter) = letter.take()
            {
                letter.data = data;
                self.letters.lock().push(letter);
            }
            let Some(answer) = answer else { return Ok(()) };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            stream.flush().await?;
        }
    }
}

/// What is answered; `None` hangs up.
async fn act(script: Script, command: &str, usual: &'static str) -> Option<&'static str> {
    match script {
        Script::Answer(at, answer) if command.starts_with(at) => Some(answer),
        Script::HangUp(at) if command.starts_with(at) => None,
        Script::Silence(at) if command.starts_with(at) => {
            tokio::time::sleep(std::time::Duration::from_secs(600)).await;
            None
        }
        _ => Some(usual),
    }
}

fn verb(line: &str) -> String {
    line.split([' ', ':'])
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_uppercase()
}

fn between(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    let end = line.find('>').unwrap_or(line.len());
    line.get(start..end).unwrap_or_default().to_owned()
}
