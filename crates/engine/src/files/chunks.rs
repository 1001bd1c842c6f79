//! A file as sealed chunks.
//!
//! ```text
//! chunk 0 | chunk 1 | … | last chunk        each AES-256-GCM, CHUNK bytes of content (the last one fewer) + 16
//! ```
//!
//! The nonce is the chunk's number and whether it is the last, which is safe because each file has a random
//! key of its own; so chunks cannot be swapped, and a file that was cut does not end with a last chunk
//! (STREAM, Hoang et al. 2015).

use aws_lc_rs::aead::{self, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use records::error::Error;

/// Content bytes of a chunk.
pub(super) const CHUNK: usize = 64 * 1024;
/// Bytes that sealing adds to a chunk.
pub(super) const TAG: usize = 16;

/// The key of one file.
#[derive(Clone)]
pub struct FileKey(Zeroizing<[u8; 32]>);

impl FileKey {
    /// A new random key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn random() -> Result<FileKey, Error> {
        let mut key = Zeroizing::new([0; 32]);
        let filled = SystemRandom::new().fill(&mut *key);
        filled.map_err(|_| Error::internal("no randomness for a file's key"))?;
        Ok(FileKey(key))
    }

    /// As text, for the sealed part of a row.
    pub fn to_text(&self) -> String {
        STANDARD_NO_PAD.encode(*self.0)
    }

    /// From the text that [`FileKey::to_text`] made.
    ///
    /// # Errors
    /// When it is no key.
    pub fn from_text(text: &str) -> Result<FileKey, Error> {
        let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(text).map_err(Error::internal)?);
        let key: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| Error::internal("a file's key has another length"))?;
        Ok(FileKey(Zeroizing::new(key)))
    }

    fn aead(&self) -> Result<LessSafeKey, Error> {
        let key = UnboundKey::new(&aead::AES_256_GCM, &*self.0);
        key.map(LessSafeKey::new)
            .map_err(|_| Error::internal("a file's key cannot be used"))
    }

    /// Seals a chunk in place.
    pub(super) fn seal(&self, at: u64, last: bool, chunk: &mut Vec<u8>) -> Result<(), Error> {
        self.aead()?
            .seal_in_place_append_tag(nonce(at, last), aead::Aad::empty(), chunk)
            .map_err(|_| Error::internal("a chunk cannot be sealed"))
    }

    /// Opens a chunk in place.
    pub(super) fn open(&self, at: u64, last: bool, chunk: &mut Vec<u8>) -> Result<(), Error> {
        let opened = self
            .aead()?
            .open_in_place(nonce(at, last), aead::Aad::empty(), chunk)
            .map_err(|_| Error::internal("a stored file was damaged or changed"))?
            .len();
        chunk.truncate(opened);
        Ok(())
    }
}

fn nonce(at: u64, last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[0] = u8::from(last);
    bytes[4..].copy_from_slice(&at.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

/// The number of chunks of a file of this many bytes; at least one.
pub(super) fn chunks(size: u64) -> u64 {
    size.div_ceil(CHUNK as u64).max(1)
}

/// Content bytes of one chunk of a file.
pub(super) fn content(size: u64, at: u64) -> u64 {
    (size - at * CHUNK as u64).min(CHUNK as u64)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_opens_only_in_its_place() {
        let key = FileKey::from_text(&FileKey::random().unwrap().to_text()).unwrap();
        let mut sealed = b"X-ray of the left hand".to_vec();
        key.seal(3, false, &mut sealed).unwrap();
        assert_eq!(sealed.len(), 22 + TAG);
        let mut opened = sealed.clone();
        key.open(3, false, &mut opened).unwrap();
        assert_eq!(opened, b"X-ray of the left hand");
        // Moved, cut off as the end, under another key, changed.
        assert!(key.open(2, false, &mut sealed.clone()).is_err());
        assert!(key.open(3, true, &mut sealed.clone()).is_err());
        let other = FileKey::random().unwrap();
        assert!(other.open(3, false, &mut sealed.clone()).is_err());
        sealed[0] ^= 1;
        assert!(key.open(3, false, &mut sealed).is_err());
    }

    #[test]
    fn sizes_are_cut_into_chunks() {
        let chunk = CHUNK as u64;
        for (size, number, last) in [
            (0, 1, 0),
            (1, 1, 1),
            (chunk, 1, chunk),
            (chunk + 1, 2, 1),
            (3 * chunk, 3, chunk),
        ] {
            assert_eq!(chunks(size), number, "{size}");
            assert_eq!(content(size, number - 1), last, "{size}");
        }
    }
}
