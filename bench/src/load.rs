//! Load by `wrk`, and what it says.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::Outcome;

/// Threads of `wrk`.
pub(crate) const THREADS: usize = 2;
/// Connections, each with one request under way at any time.
pub(crate) const CONNECTIONS: usize = 32;

/// What is asked, again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Question {
    Retrieve,
    List,
    Search,
    Login,
    Create,
}

impl Question {
    /// Those that leave the tables' sizes as they are (but for sessions and the audit trail).
    pub(crate) const STEADY: [Question; 4] = [
        Question::Retrieve,
        Question::List,
        Question::Search,
        Question::Login,
    ];
    /// Those of which the audit of readings is part.
    pub(crate) const READINGS: [Question; 3] =
        [Question::Retrieve, Question::List, Question::Search];

    /// As in the table, and the script's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Question::Retrieve => "retrieve",
            Question::List => "list",
            Question::Search => "search",
            Question::Login => "login",
            Question::Create => "create",
        }
    }
}

/// What the scripts need to know.
pub(crate) struct Scripts {
    /// Where they are.
    pub(crate) directory: PathBuf,
    /// Texts to search for, one a line.
    pub(crate) searches: PathBuf,
    /// Bodies to create, one a line.
    pub(crate) bodies: PathBuf,
    /// The body of a login.
    pub(crate) login: String,
    /// Ids are 1 to this.
    pub(crate) patients: usize,
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

/// Asks for some seconds. Any failed request fails the measurement.
pub(crate) async fn drive(
    scripts: &Scripts,
    base: &str,
    token: &str,
    question: Question,
    round: usize,
    seconds: u64,
) -> Outcome<Measured> {
    let output = Command::new("wrk")
        .arg(format!("-t{THREADS}"))
        .arg(format!("-c{CONNECTIONS}"))
        .arg(format!("-d{seconds}s"))
        .arg("--timeout")
        .arg("10s")
        .arg("-s")
        .arg(scripts.directory.join(format!("{}.lua", question.name())))
        .arg(base)
        .env("BENCH_SCRIPTS", &scripts.directory)
        .env("BENCH_SEARCHES", &scripts.searches)
        .env("BENCH_BODIES", &scripts.bodies)
        .env("BENCH_LOGIN", &scripts.login)
        .env("BENCH_PATIENTS", scripts.patients.to_string())
        .env("BENCH_TOKEN", token)
        .env("BENCH_ROUND", round.to_string())
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
    })
}

/// Asks once, and shows what was answered.
pub(crate) async fn once(
    scripts: &Scripts,
    base: &str,
    token: &str,
    question: Question,
) -> Outcome<String> {
    #[expect(clippy::disallowed_methods, reason = "whoever measures is outside")]
    let client = reqwest::Client::new();
    let patients = format!("{base}/api/patients/");
    let first = |path: &Path| -> Outcome<String> {
        let text = std::fs::read_to_string(path)?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    };
    let json = |request: reqwest::RequestBuilder, body: String| {
        request
            .header("content-type", "application/json")
            .body(body)
    };
    let request = match question {
        Question::Retrieve => client.get(format!("{patients}{}/", scripts.patients)),
        Question::List => client.get(format!("{patients}?limit=50")),
        Question::Search => client.get(format!("{patients}?search={}", first(&scripts.searches)?)),
        Question::Login => json(
            client.post(format!("{base}/api/auth/")),
            scripts.login.clone(),
        ),
        Question::Create => json(client.post(patients), first(&scripts.bodies)?),
    };
    let request = if token.is_empty() {
        request
    } else {
        request.bearer_auth(token)
    };
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        return Err(format!("{}: {status} {text}", question.name()).into());
    }
    Ok(text)
}

/// A text as a query parameter's value.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => (byte as char).to_string(),
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
