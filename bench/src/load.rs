//! Load by `wrk`, and what it says.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::Outcome;
use crate::question::Question;
use crate::subject::Stock;

/// Threads of `wrk`.
pub(crate) const THREADS: usize = 2;
/// Connections in calm.
pub(crate) const CALM: usize = 2;

/// What the scripts need to know.
pub(crate) struct Scripts {
    /// Where they are.
    pub(crate) directory: PathBuf,
    /// Where the files of lines are: bodies to post, or paths.
    pub(crate) lines: PathBuf,
    /// Bytes of the lines of `book` that a thread has for itself in one turn.
    pub(crate) part: usize,
}

impl Scripts {
    /// The file with what is asked.
    pub(crate) fn of(&self, question: Question) -> PathBuf {
        self.lines.join(format!("{}.txt", question.name()))
    }

    /// To ask a server over such a database.
    pub(crate) fn asked<'a>(&'a self, stock: Stock, base: &'a str, login: &'a Login) -> Asked<'a> {
        Asked {
            scripts: self,
            patients: stock.patients(),
            base,
            login,
        }
    }
}

/// Who is asked, and as whom.
pub(crate) struct Asked<'a> {
    scripts: &'a Scripts,
    /// Patients in the register.
    patients: usize,
    base: &'a str,
    login: &'a Login,
}

/// What says who asks; nobody when empty.
#[derive(Default)]
pub(crate) struct Login {
    /// An access token.
    pub(crate) token: String,
    /// A session's cookie, for pages.
    pub(crate) cookie: String,
}

/// What one run of `wrk` measured.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Answers in a second.
    pub(crate) rate: f64,
    /// Half of the answers took no longer, in microseconds.
    pub(crate) p50: u64,
    /// 99 of 100 answers took no longer, in microseconds.
    pub(crate) p99: u64,
    /// The same while only [`CALM`] requests are under way at any time: what one who asks waits for the work, not for
    /// the others. Not measured of what writes.
    #[serde(default)]
    pub(crate) calm: Option<u64>,
}

#[derive(Deserialize)]
struct Said {
    requests: u64,
    micros: u64,
    connect: u64,
    read: u64,
    write: u64,
    status: u64,
    timeout: u64,
    p50: u64,
    p99: u64,
}

/// Asks for some seconds under full load, then for one in calm. Each turn draws other numbers.
pub(crate) async fn measure(
    asked: &Asked<'_>,
    question: Question,
    turn: usize,
    seconds: u64,
) -> Outcome<Measured> {
    let connections = question.connections();
    let mut measured = drive(asked, question, turn, connections, seconds).await?;
    if !question.writes() {
        let calm = drive(asked, question, turn, CALM, 1).await?;
        measured.calm = Some(calm.p99);
    }
    Ok(measured)
}

/// Asks for some seconds. Any failed request fails the measurement.
pub(crate) async fn drive(
    asked: &Asked<'_>,
    question: Question,
    turn: usize,
    connections: usize,
    seconds: u64,
) -> Outcome<Measured> {
    let scripts = asked.scripts;
    let output = Command::new("wrk")
        .arg(format!("-t{THREADS}"))
        .arg(format!("-c{connections}"))
        .arg(format!("-d{seconds}s"))
        .arg("--timeout")
        .arg("10s")
        .arg("-s")
        .arg(scripts.directory.join(question.script()))
        .arg(asked.base)
        .env("BENCH_SCRIPTS", &scripts.directory)
        .env("BENCH_LINES", scripts.of(question))
        .env("BENCH_PART", scripts.part.to_string())
        .env("BENCH_PATIENTS", asked.patients.to_string())
        .env(
            "BENCH_TOKEN",
            if question.is_page() {
                ""
            } else {
                &asked.login.token
            },
        )
        .env(
            "BENCH_COOKIE",
            if question.is_page() {
                &asked.login.cookie
            } else {
                ""
            },
        )
        .env("BENCH_THREADS", THREADS.to_string())
        .env("BENCH_TURN", turn.to_string())
        .output()
        .await
        .map_err(|error| format!("wrk: {error} (apt-get install wrk)"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let said = text
        .lines()
        .rev()
        .find(|line| line.starts_with('{'))
        .ok_or_else(|| {
            let complaint = String::from_utf8_lossy(&output.stderr);
            format!("wrk said nothing of use: {text}{complaint}")
        })?;
    let said: Said = serde_json::from_str(said)?;
    let failed = said.connect + said.read + said.write + said.status + said.timeout;
    if failed > 0 || said.requests == 0 {
        return Err(format!(
            "{}: {} requests, {} refused by status, {} timed out, {} broken connections",
            question.name(),
            said.requests,
            said.status,
            said.timeout,
            said.connect + said.read + said.write
        )
        .into());
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = said.requests as f64 * 1e6 / said.micros as f64;
    Ok(Measured {
        rate,
        p50: said.p50,
        p99: said.p99,
        calm: None,
    })
}

/// Signs in as a browser does; the cookie of its session.
pub(crate) async fn sign_in(asked: &Asked<'_>) -> Outcome<String> {
    #[expect(clippy::disallowed_methods, reason = "whoever measures is outside")]
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let login = std::fs::read_to_string(asked.scripts.of(Question::Login))?;
    let login: serde_json::Value = serde_json::from_str(&login)?;
    let field = |name: &str| login[name].as_str().unwrap_or_default().to_owned();
    let form = format!(
        "username={}&password={}",
        field("username"),
        field("password")
    );
    let answer = client
        .post(format!("{}/sign-in", asked.base))
        .header("origin", asked.base)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?;
    let status = answer.status();
    let cookie = answer
        .headers()
        .get("set-cookie")
        .and_then(|value| value.to_str().ok());
    let cookie = cookie
        .and_then(|value| value.split(';').next())
        .map(str::to_owned);
    cookie.ok_or_else(|| format!("signing in answered {status} without a cookie").into())
}

/// Asks once, with one of the first lines, and shows what was answered.
pub(crate) async fn once(asked: &Asked<'_>, question: Question, line: usize) -> Outcome<String> {
    #[expect(clippy::disallowed_methods, reason = "whoever measures is outside")]
    let client = reqwest::Client::builder()
        // Whoever is led away to sign in was not answered.
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let lines = BufReader::new(File::open(asked.scripts.of(question))?).lines();
    // Where there are few, one is as good as another.
    let line = lines.take(line + 1).last().ok_or("nothing to ask")??;
    let base = asked.base;
    let request = match question.posted_to() {
        Some(path) => client
            .post(format!("{base}{path}"))
            .header("content-type", "application/json")
            .body(line),
        None => client.get(format!("{base}{line}")),
    };
    let login = asked.login;
    let request = match (question.is_page(), login.token.is_empty()) {
        (true, _) => request.header("cookie", &login.cookie),
        (false, true) => request,
        (false, false) => request.bearer_auth(&login.token),
    };
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        return Err(format!("{}: {status} {text}", question.name()).into());
    }
    Ok(text)
}
