//! The anchor: a file outside the database that keeps signed heads of the chain.
//!
//! Whoever can write the database can cut the end off the trail; they cannot take back what the anchor
//! promised. The file is only ever appended to. Every node that seals keeps its own, and each alone
//! proves the whole chain up to its last line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use seal::{KeyRing, SignedHead};

/// Ends a line that a crash had left half written.
const TORN: &str = " torn";

/// More than any line has.
const TAIL: u64 = 4096;

/// Appends a head, durable when this returns. Processes that share the file take turns.
///
/// # Errors
/// When the file cannot be created, locked, written or flushed.
pub fn append(path: &Path, head: &SignedHead) -> io::Result<()> {
    let existed = path.exists();
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.lock()?;
    let mut line = String::new();
    if ends_in_mid_line(&mut file)? {
        line.push_str(TORN);
        line.push('\n');
    }
    line.push_str(&head.to_string());
    line.push('\n');
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    if !existed && let Some(directory) = path.parent() {
        // The name, too, must survive a power cut.
        let directory = if directory.as_os_str().is_empty() {
            Path::new(".")
        } else {
            directory
        };
        File::open(directory)?.sync_all()?;
    }
    file.unlock()
}

fn ends_in_mid_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The last head in the file that these keys signed; none when there is no such line, or no file.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn last(path: &Path, ring: &KeyRing) -> io::Result<Option<SignedHead>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let heads = String::from_utf8_lossy(&tail)
        .lines()
        .filter_map(|line| line.parse::<SignedHead>().ok())
        .filter(|head| ring.verify_head(head))
        .max_by_key(|head| head.head.sequence);
    Ok(heads)
}

/// A line of an anchor file.
pub(super) enum Line {
    /// A promise.
    Head(SignedHead),
    /// Not a head.
    Unreadable,
}

/// The lines of one anchor file as it was when it was opened, one at a time.
pub(super) struct Lines {
    pub(super) path: PathBuf,
    reader: io::Take<BufReader<File>>,
    /// The number of the line read last, from 1.
    pub(super) number: u64,
}

impl Lines {
    pub(super) fn open(path: &Path) -> io::Result<Lines> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Lines {
            path: path.to_owned(),
            reader: BufReader::new(file).take(length),
            number: 0,
        })
    }

    /// The next line that says something.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            // A line without end would fill the memory.
            if (&mut self.reader)
                .take(TAIL)
                .read_until(b'\n', &mut bytes)?
                == 0
            {
                return Ok(None);
            }
            self.number += 1;
            let text = String::from_utf8_lossy(&bytes);
            let line = text.trim_end();
            if let Ok(head) = line.parse() {
                return Ok(Some(Line::Head(head)));
            }
            // What a crash left: marked by the next writer, or still the last of the file.
            let torn = line.ends_with(TORN) || !text.ends_with('\n');
            if !torn && !line.is_empty() {
                return Ok(Some(Line::Unreadable));
            }
        }
    }
}

/// The anchor files that a path names: itself, or every `.log` file of a directory, in order.
pub(super) fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(if path.exists() {
            vec![path.to_owned()]
        } else {
            Vec::new()
        });
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "log") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
