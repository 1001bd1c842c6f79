//! A stored file as something to read and seek in, for checks that need to look at it as a whole.

use std::io::{self, Read, Seek, SeekFrom};

use tokio::runtime::Handle;
use uuid::Uuid;

use super::chunks::{CHUNK, FileKey, chunks};
use super::store::Files;

/// Reads a file with the memory of one chunk. Only for threads that may block.
pub struct SealedReader {
    files: Files,
    file: Uuid,
    key: FileKey,
    size: u64,
    position: u64,
    chunk: Option<(u64, Vec<u8>)>,
    runtime: Handle,
}

impl SealedReader {
    /// Of a stored file.
    pub fn new(files: Files, file: Uuid, key: FileKey, size: u64, runtime: Handle) -> SealedReader {
        SealedReader {
            files,
            file,
            key,
            size,
            position: 0,
            chunk: None,
            runtime,
        }
    }
}

impl Read for SealedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size {
            return Ok(0);
        }
        let at = (self.position / CHUNK as u64).min(chunks(self.size) - 1);
        if self.chunk.as_ref().is_none_or(|(held, _)| *held != at) {
            let read = self.files.chunk(self.file, &self.key, self.size, at);
            let chunk = self.runtime.block_on(read);
            self.chunk = Some((
                at,
                chunk.map_err(|error| io::Error::other(format!("{error:?}")))?,
            ));
        }
        let Some((_, chunk)) = &self.chunk else {
            return Ok(0);
        };
        let from = (self.position - at * CHUNK as u64) as usize;
        let length = buffer.len().min(chunk.len().saturating_sub(from));
        buffer[..length].copy_from_slice(&chunk[from..from + length]);
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for SealedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = target.ok_or_else(|| io::Error::other("a position before the file"))?;
        Ok(self.position)
    }
}
