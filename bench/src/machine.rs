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
