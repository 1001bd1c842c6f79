//! The archive as a file: parts in, hashed and checked.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use bytes::{Buf, Bytes};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{MANIFEST_PART, Manifest, PartInfo, Temporary, beside, documents, refuse, rename};
use records::error::Error;

/// No manifest is as large.
const MANIFEST_LIMIT: u64 = 64 << 20;

/// A part to be added.
pub(super) enum Part {
    Bytes {
        name: String,
        content: Vec<u8>,
    },
    /// The first bytes of a file.
    File {
        name: String,
        path: PathBuf,
        length: u64,
    },
    /// What comes through a channel.
    Stream {
        name: String,
        length: u64,
        pieces: Pieces,
    },
}

type Pieces = mpsc::Receiver<Result<Bytes, Error>>;

impl Part {
    pub(super) fn stream(name: &str, length: u64, pieces: Pieces) -> Part {
        let name = name.to_owned();
        Part::Stream {
            name,
            length,
            pieces,
        }
    }

    pub(super) fn file(name: &str, path: PathBuf, length: u64) -> Part {
        let name = name.to_owned();
        Part::File { name, path, length }
    }
}

enum Order {
    Add(Part),
    Finish(Box<Manifest>),
}

/// Writes an archive on a thread of its own. It appears under its name when it is complete; given up
/// before, it leaves nothing.
pub(super) struct Writer {
    orders: mpsc::Sender<Order>,
    thread: JoinHandle<Result<Manifest, Error>>,
}

impl Writer {
    /// Refuses to replace anything.
    pub(super) fn create(out: &Path) -> Result<Writer, Error> {
        if out.exists() {
            return Err(refuse(format!("{} exists already", out.display())));
        }
        let partial = beside(out, "partial");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&partial)
            .map_err(|error| refuse(format!("{}: {error}", partial.display())))?;
        let (orders, mut received) = mpsc::channel(2);
        let out = out.to_owned();
        let thread = tokio::task::spawn_blocking(move || {
            let index = Temporary(beside(&out, "index"));
            let done = write(file, &index.0, &mut received);
            match done {
                Ok(manifest) => rename(&partial, &out).map(|()| manifest),
                Err(error) => {
                    // It holds nothing of use.
                    let _ = std::fs::remove_file(&partial);
                    Err(error)
                }
            }
        });
        Ok(Writer { orders, thread })
    }

    pub(super) async fn add(&self, part: Part) -> Result<(), Error> {
        // When the thread has stopped, `finish` tells why.
        let sent = self.orders.send(Order::Add(part)).await;
        sent.map_err(|_| refuse("the archive could not be written; is the disk full?"))
    }

    pub(super) async fn finish(self, manifest: Manifest) -> Result<Manifest, Error> {
        let sent = self.orders.send(Order::Finish(Box::new(manifest))).await;
        // The thread's own error says more.
        drop(sent);
        self.thread.await.map_err(Error::internal)?
    }
}

fn write(file: File, index: &Path, orders: &mut mpsc::Receiver<Order>) -> Result<Manifest, Error> {
    let mut tar = tar::Builder::new(BufWriter::new(file));
    let mut parts = Vec::new();
    let mut index = Index::new(index);
    loop {
        match orders.blocking_recv() {
            None => return Err(refuse("the backup was given up")),
            Some(Order::Add(part)) => {
                let part = add(&mut tar, part).map_err(Error::internal)?;
                if part.name.starts_with(documents::FOLDER) {
                    index.add(&part).map_err(Error::internal)?;
                } else {
                    parts.push(part);
                }
            }
            Some(Order::Finish(mut manifest)) => {
                if let Some(index) = index.finish().map_err(Error::internal)? {
                    parts.push(add(&mut tar, index).map_err(Error::internal)?);
                }
                manifest.parts = parts;
                let content = serde_json::to_vec_pretty(&*manifest)?;
                let name = MANIFEST_PART.to_owned();
                add(&mut tar, Part::Bytes { name, content }).map_err(Error::internal)?;
                let done = tar.into_inner().and_then(|writer| {
                    let file = writer
                        .into_inner()
                        .map_err(io::IntoInnerError::into_error)?;
                    file.sync_all()
                });
                done.map_err(Error::internal)?;
                return Ok(*manifest);
            }
        }
    }
}

/// The hashes of the stored files, in a file of their own: there may be a million.
struct Index<'a> {
    path: &'a Path,
    file: Option<BufWriter<File>>,
    bytes: u64,
}

impl Index<'_> {
    fn new(path: &Path) -> Index<'_> {
        Index {
            path,
            file: None,
            bytes: 0,
        }
    }

    fn add(&mut self, part: &PartInfo) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(File::create(self.path)?)),
        };
        let line = index_line(&part.name, &part.sha256);
        file.write_all(line.as_bytes())?;
        self.bytes += line.len() as u64;
        Ok(())
    }

    fn finish(self) -> io::Result<Option<Part>> {
        let Some(mut file) = self.file else {
            return Ok(None);
        };
        file.flush()?;
        let path = self.path.to_owned();
        Ok(Some(Part::file(documents::INDEX, path, self.bytes)))
    }
}

/// As `sha256sum` writes it.
fn index_line(name: &str, sha256: &str) -> String {
    format!("{sha256}  {name}\n")
}

fn add(tar: &mut tar::Builder<BufWriter<File>>, part: Part) -> io::Result<PartInfo> {
    let (name, length, source): (_, _, Box<dyn Read>) = match part {
        Part::Bytes { name, content } => {
            let length = content.len() as u64;
            (name, length, Box::new(io::Cursor::new(content)))
        }
        Part::File { name, path, length } => {
            let file = BufReader::new(File::open(path)?);
            (name, length, Box::new(file.take(length)))
        }
        Part::Stream {
            name,
            length,
            pieces,
        } => {
            let rest = Bytes::new();
            (
                name,
                length,
                Box::new(Piecewise { pieces, rest }.take(length)),
            )
        }
    };
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    let mut source = Hashing::new(source);
    tar.append_data(&mut header, &name, &mut source)?;
    let (bytes, sha256) = source.finish();
    if bytes != length {
        return Err(io::Error::other(format!("{name} became shorter meanwhile")));
    }
    Ok(PartInfo {
        name,
        bytes,
        sha256,
    })
}

/// Reads what comes through a channel. Only for threads that may block.
struct Piecewise {
    pieces: Pieces,
    rest: Bytes,
}

impl Read for Piecewise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(Err(error)) => return Err(io::Error::other(format!("{error:?}"))),
                Some(Ok(piece)) => self.rest = piece,
            }
        }
        let length = buffer.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

/// Hashes what is read through it.
struct Hashing<R> {
    from: R,
    bytes: u64,
    digest: digest::Context,
}

impl<R: Read> Hashing<R> {
    fn new(from: R) -> Self {
        Hashing {
            from,
            bytes: 0,
            digest: digest::Context::new(&digest::SHA256),
        }
    }

    fn finish(self) -> (u64, String) {
        let hash = self.digest.finish();
        (self.bytes, hex(hash.as_ref()))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.digest.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the whole archive, compares every part with the manifest, and returns it.
pub(super) fn check(path: &Path) -> Result<Manifest, Error> {
    let damaged = |what: &str| {
        refuse(format!(
            "{} is not a whole backup: {what}. Nothing has been changed",
            path.display()
        ))
    };
    let mut found = BTreeMap::new();
    let mut manifest: Option<Manifest> = None;
    let mut files = 0;
    // What the index must hold; it comes after the files.
    let mut index = digest::Context::new(&digest::SHA256);
    each_part(path, |name, part| {
        if name == MANIFEST_PART {
            let mut text = Vec::new();
            part.take(MANIFEST_LIMIT).read_to_end(&mut text)?;
            manifest = serde_json::from_slice(&text).ok();
            return Ok(());
        }
        let mut part = Hashing::new(part);
        io::copy(&mut part, &mut io::sink())?;
        let (bytes, sha256) = part.finish();
        if name.starts_with(documents::FOLDER) {
            files += 1;
            index.update(index_line(name, &sha256).as_bytes());
            return Ok(());
        }
        let info = PartInfo {
            name: name.to_owned(),
            bytes,
            sha256,
        };
        found.insert(name.to_owned(), info);
        Ok(())
    })
    .map_err(|error| damaged(&error.to_string()))?;
    let manifest = manifest.ok_or_else(|| damaged("the manifest at its end is missing"))?;
    if files != manifest.documents.count {
        return Err(damaged(&format!(
            "it has {files} documents, not {}",
            manifest.documents.count
        )));
    }
    let listed = found.get(documents::INDEX).map(|part| part.sha256.as_str());
    if files > 0 && listed != Some(hex(index.finish().as_ref()).as_str()) {
        return Err(damaged("a document is not what was written"));
    }
    let promised: BTreeMap<_, _> = manifest
        .parts
        .iter()
        .map(|part| (part.name.clone(), part.clone()))
        .collect();
    if promised == found {
        return Ok(manifest);
    }
    let differs = promised
        .iter()
        .find(|(name, part)| found.get(*name) != Some(part));
    let differs = differs.map_or("unknown parts", |(name, _)| name.as_str());
    Err(damaged(&format!("{differs} is not what was written")))
}

/// Writes one part to a file, durable when this returns; false when there is no such part.
pub(super) fn extract(path: &Path, wanted: &str, to: &Path) -> Result<bool, Error> {
    let mut written = false;
    each_part(path, |name, part| {
        if name == wanted {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(to)?;
            io::copy(part, &mut file)?;
            file.flush()?;
            file.sync_all()?;
            written = true;
        }
        Ok(())
    })
    .map_err(|error| refuse(format!("{}: {error}", to.display())))?;
    Ok(written)
}

/// Hands every part to `each`, by name and in order. Nothing is ever written under a name that the
/// archive says.
pub(super) fn each_part(
    path: &Path,
    mut each: impl FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(BufReader::new(File::open(path)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        each(&name, &mut entry)?;
    }
    Ok(())
}
