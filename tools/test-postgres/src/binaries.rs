//! PostgreSQL's programs: where they are, and as whom they run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where PostgreSQL's programs are.
#[derive(Debug)]
pub(super) struct Binaries {
    pub(super) directory: PathBuf,
    pub(super) version: String,
}

impl Binaries {
    /// The newest of those on `PATH` and in Debian's directories, which are not on `PATH`.
    pub(super) fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let debian = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten();
        std::env::split_paths(&path)
            .chain(debian.map(|entry| entry.path().join("bin")))
            .filter(|directory| {
                ["initdb", "pg_ctl", "postgres"]
                    .iter()
                    .all(|name| directory.join(name).is_file())
            })
            // Through a link, postgres would look for its libraries beside the link.
            .filter_map(|directory| {
                fs::canonicalize(directory.join("postgres"))
                    .ok()?
                    .parent()
                    .map(Path::to_path_buf)
            })
            .filter_map(|directory| {
                let version = Command::new(directory.join("postgres"))
                    .arg("--version")
                    .output()
                    .ok()?;
                let version = String::from_utf8(version.stdout).ok()?.trim().to_owned();
                let number = version
                    .split_whitespace()
                    .nth(2)?
                    .split(|c: char| !c.is_ascii_digit());
                let number: Vec<u32> = number.map_while(|part| part.parse().ok()).collect();
                Some((number, Self { directory, version }))
            })
            .max_by(|(one, _), (other, _)| one.cmp(other))
            .map(|(_, binaries)| binaries)
    }
}

/// User and group that PostgreSQL runs as when we are root, which it refuses to run as.
#[derive(Clone, Copy)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// Who PostgreSQL can run as instead of root.
    pub(super) fn unprivileged() -> Result<Self, String> {
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| {
                Some(Self {
                    uid: id("-u", Some(name))?,
                    gid: id("-g", Some(name))?,
                })
            })
            .ok_or_else(|| {
                "PostgreSQL does not run as root, and there is no user postgres or nobody".into()
            })
    }
}

/// What `id` says of a user, or of us.
pub(super) fn id(option: &str, user: Option<&str>) -> Option<u32> {
    let output = Command::new("id").arg(option).args(user).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Runs a program to its end; the error holds what it said.
pub(super) fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    let output = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!(
        "{name}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&said)
    ))
}
