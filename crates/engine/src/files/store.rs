//! Where files lie.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use uuid::Uuid;

use super::chunks::{CHUNK, FileKey, TAG, chunks, content};
use outside::settings::Settings;
use records::error::Error;

/// Sealed bytes that are handed to a folder at once.
const FOLDER_PART: usize = 4 * (CHUNK + TAG);
/// The least that an S3-compatible store takes as a part, except the last.
const S3_PART: usize = 5 << 20;
/// Parts of one file that are under way at once.
pub(super) const IN_FLIGHT: usize = 2;

/// The store of files.
#[derive(Clone)]
pub struct Files {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) part: usize,
    folder: Option<PathBuf>,
    pub(super) whereabouts: Arc<str>,
}

impl Files {
    /// As the settings say: `s3://bucket/prefix`, or a folder, which is made when a first file is stored.
    ///
    /// # Errors
    /// When the address makes no sense.
    pub fn open(settings: &Settings) -> Result<Files, Error> {
        if let Some(address) = &settings.files_s3 {
            let store = AmazonS3Builder::from_env()
                .with_url(address)
                .with_allow_http(true)
                .build()
                .map_err(|error| Error::internal(format!("CHELAL_FILES_S3: {error}")))?;
            let prefix = address.split_once("://").map_or("", |(_, rest)| rest);
            let prefix = prefix.split_once('/').map_or("", |(_, prefix)| prefix);
            return Ok(Files {
                store: Arc::new(object_store::prefix::PrefixStore::new(store, prefix)),
                part: S3_PART,
                folder: None,
                whereabouts: address.as_str().into(),
            });
        }
        Files::in_folder(settings.files_path())
    }

    /// In a folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_folder(folder: PathBuf) -> Result<Files, Error> {
        let denied = |error| Error::internal(format!("{}: {error}", folder.display()));
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(denied)?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(Error::internal)?;
        Ok(Files {
            store: Arc::new(store.with_fsync(true)),
            part: FOLDER_PART,
            whereabouts: folder.display().to_string().into(),
            folder: Some(folder),
        })
    }

    /// Of a folder that does not exist: nothing is in it.
    pub(super) fn nowhere(folder: PathBuf) -> Files {
        Files {
            store: Arc::new(InMemory::new()),
            part: FOLDER_PART,
            whereabouts: folder.display().to_string().into(),
            folder: None,
        }
    }

    pub(super) fn place(file: Uuid) -> Path {
        let name = file.simple().to_string();
        Path::from_iter([&name[30..], &name])
    }

    /// Begins to store a file.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub(super) async fn begin(&self, file: Uuid, key: FileKey) -> Result<Writer, Error> {
        let upload = self.store.put_multipart(&Files::place(file)).await;
        Ok(Writer {
            parts: WriteMultipart::new_with_chunk_size(upload.map_err(unreachable)?, self.part),
            key,
            at: 0,
            chunk: Vec::with_capacity(CHUNK + TAG),
        })
    }

    /// A stored file as it is removed again unless a row comes to name it.
    pub(super) fn pending(&self, file: Uuid) -> Pending {
        Pending {
            files: self.clone(),
            file: Some(file),
        }
    }

    /// One chunk of a file.
    ///
    /// # Errors
    /// When the file is not there, or is not what was stored.
    pub(super) async fn chunk(
        &self,
        file: Uuid,
        key: &FileKey,
        size: u64,
        at: u64,
    ) -> Result<Vec<u8>, Error> {
        let from = at * (CHUNK + TAG) as u64;
        let until = from + content(size, at) + TAG as u64;
        let read = self.store.get_range(&Files::place(file), from..until).await;
        let mut chunk = Vec::from(read.map_err(unreachable)?);
        key.open(at, at + 1 == chunks(size), &mut chunk)?;
        Ok(chunk)
    }

    /// A file's content, chunk by chunk.
    pub fn read(
        &self,
        file: Uuid,
        key: FileKey,
        size: u64,
    ) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
        let files = self.clone();
        stream::iter(0..chunks(size)).then(move |at| {
            let (files, key) = (files.clone(), key.clone());
            async move { files.chunk(file, &key, size, at).await.map(Bytes::from) }
        })
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn remove(&self, file: Uuid) -> Result<(), Error> {
        match self.store.delete(&Files::place(file)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Removes files that no row names and that are older than an hour, among them what a killed process
    /// left half-written. `named` answers which of some files have a row. Returns how many were removed.
    ///
    /// # Errors
    /// When the store cannot be reached or `named` fails.
    pub async fn sweep<F>(
        &self,
        now: Timestamp,
        named: impl Fn(Vec<Uuid>) -> F + Send,
    ) -> Result<usize, Error>
    where
        F: Future<Output = Result<HashSet<Uuid>, Error>> + Send,
    {
        let mut removed = self.sweep_unfinished(now).await?;
        let listed = self
            .store
            .list(None)
            .try_filter_map(|found| async move {
                let old = older(found.last_modified.timestamp(), now);
                let name = found.location.filename().map(Uuid::try_parse);
                Ok(name.and_then(Result::ok).filter(|_| old))
            })
            .try_chunks(500);
        let mut listed = std::pin::pin!(listed);
        while let Some(page) = listed.next().await {
            let page = page.map_err(|error| unreachable(error.1))?;
            let known = named(page.clone()).await?;
            for file in page.into_iter().filter(|file| !known.contains(file)) {
                self.remove(file).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// A folder's half-written files end in `#` and a number; S3 forgets unfinished uploads by a rule of
    /// the bucket.
    async fn sweep_unfinished(&self, now: Timestamp) -> Result<usize, Error> {
        let Some(folder) = self.folder.clone() else {
            return Ok(0);
        };
        let swept = tokio::task::spawn_blocking(move || -> std::io::Result<usize> {
            let mut removed = 0;
            for shelf in std::fs::read_dir(&folder)?.flatten() {
                if !shelf.file_type()?.is_dir() {
                    continue;
                }
                for file in std::fs::read_dir(shelf.path())?.flatten() {
                    let unfinished = file.file_name().to_string_lossy().contains('#');
                    let age = file.metadata()?.modified()?.elapsed().unwrap_or_default();
                    if unfinished && (age > GRACE || now == Timestamp::MAX) {
                        std::fs::remove_file(file.path())?;
                        removed += 1;
                    }
                }
            }
            Ok(removed)
        });
        swept
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)
    }
}

/// A file may wait so long for its row.
const GRACE: Duration = Duration::from_secs(3600);

fn older(seconds: i64, now: Timestamp) -> bool {
    now.as_second() - seconds > GRACE.as_secs() as i64
}

pub(super) fn unreachable(error: object_store::Error) -> Error {
    Error::internal(format!("the store of files: {error}"))
}

/// A file under way to the store.
pub(super) struct Writer {
    parts: WriteMultipart,
    key: FileKey,
    at: u64,
    chunk: Vec<u8>,
}

impl Writer {
    /// Adds content.
    pub(super) async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            // A full chunk waits until more comes: only then it is known not to be the last.
            if self.chunk.len() == CHUNK {
                self.flush(false).await?;
            }
            let room = (CHUNK - self.chunk.len()).min(bytes.len());
            self.chunk.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
        }
        Ok(())
    }

    async fn flush(&mut self, last: bool) -> Result<(), Error> {
        let mut chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK + TAG));
        self.key.seal(self.at, last, &mut chunk)?;
        self.at += 1;
        let room = self.parts.wait_for_capacity(IN_FLIGHT).await;
        room.map_err(unreachable)?;
        self.parts.write(&chunk);
        Ok(())
    }

    /// Seals the last chunk; the file is durable when this returns.
    pub(super) async fn finish(mut self) -> Result<(), Error> {
        self.flush(true).await?;
        self.parts.finish().await.map_err(unreachable)?;
        Ok(())
    }

    /// Leaves nothing in the store.
    pub(super) async fn abort(self) -> Result<(), Error> {
        self.parts.abort().await.map_err(unreachable)
    }
}

/// A stored file that no row names yet: removed when it is dropped, unless it was [kept](Pending::keep).
pub struct Pending {
    files: Files,
    file: Option<Uuid>,
}

impl Pending {
    /// A committed row names the file.
    pub fn keep(&mut self) {
        self.file = None;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(file) = self.file else { return };
        let files = self.files.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = files.remove(file).await {
                    // The sweep finds it again.
                    tracing::warn!(%file, "a file without a row was not removed: {error:?}");
                }
            });
        }
    }
}
