//! What the measurements were made on, and what a process takes of it.

use std::fs;
use std::process::Command;

/// Processors, memory and versions, as a list in Markdown.
pub(crate) fn describe(postgres: Option<&str>) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".into());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(String::new, |kib| format!("{} GiB", kib.div_ceil(1 << 20)));
    let wrk = said("wrk", "-v");
    let wrk = wrk
        .split_whitespace()
        .nth(1)
        .unwrap_or("unknown")
        .to_owned();
    let mut lines = vec![
        format!(
            "- {cores} cores ({model}), {memory} of memory; the load generator runs on the same cores"
        ),
        format!("- SQLite {}", rusqlite::version()),
    ];
    if let Some(version) = postgres {
        lines.push(format!("- PostgreSQL {version}"));
    }
    lines.push(format!("- wrk {wrk}"));
    lines.join("\n")
}

fn said(program: &str, option: &str) -> String {
    Command::new(program)
        .arg(option)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

fn field(path: &str, name: &str) -> Option<String> {
    fs::read_to_string(path).ok()?.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// Memory of a process that is not shared with a file it maps, in MiB.
pub(crate) fn memory(process: u32) -> Option<u64> {
    let path = format!("/proc/{process}/status");
    let text = field(&path, "RssAnon")?;
    let kib: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(kib.div_ceil(1024))
}

/// Seconds of processors that the program and its database have taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Busy {
    pub(crate) program: f64,
    pub(crate) database: f64,
}

impl Busy {
    /// What was taken since then.
    pub(crate) fn since(self, before: Busy) -> Busy {
        Busy {
            program: self.program - before.program,
            database: self.database - before.database,
        }
    }
}

/// Ticks of the kernel's clock in a second, on every machine that Linux runs on.
const TICKS: f64 = 100.0;

/// Seconds of processors that a process has taken.
pub(crate) fn busy(process: u32) -> f64 {
    ticks(process).map_or(0.0, |[user, system, ..]| (user + system) as f64 / TICKS)
}

/// The same with its children, those that have ended included.
pub(crate) fn busy_with_children(process: u32) -> f64 {
    let ended = ticks(process).map_or(0, |[.., user, system]| user + system);
    let path = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(path).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|id| id.parse().ok());
    busy(process) + ended as f64 / TICKS + children.map(busy).sum::<f64>()
}

/// Ticks as user and in the system, of the process and of children that have ended.
fn ticks(process: u32) -> Option<[u64; 4]> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold anything; what follows is counted from it.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let of = |at: usize| fields.get(at)?.parse().ok();
    Some([of(11)?, of(12)?, of(13)?, of(14)?])
}
