//! The master key: the one secret that lives outside the database.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::ops::Deref;
use std::path::Path;

use aws_lc_rs::hkdf;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::{Zeroize, Zeroizing};

use super::SealError;

/// More than any written form of a key, little enough to refuse a wrong file early.
const KEY_FILE_LIMIT: u64 = 4096;

/// Keys are pasted by people: padding is optional.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// 32 secret bytes: on the heap so that moving does not leave copies, erased on drop, never printed.
///
/// Dereferences to a byte slice, so `EncodingKey::from_secret(ring.token_secret())` just works.
#[derive(Clone)]
pub struct Secret(Box<[u8; 32]>);

impl Secret {
    /// Fresh bytes from the system's generator.
    pub(super) fn random() -> Result<Self, SealError> {
        let mut secret = Self::zero();
        SystemRandom::new().fill(secret.0.as_mut_slice())?;
        Ok(secret)
    }

    /// A copy of exactly 32 bytes; `None` for any other length.
    pub(super) fn copy_of(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self::zero();
        if bytes.len() != secret.0.len() {
            return None;
        }
        secret.0.copy_from_slice(bytes);
        Some(secret)
    }

    /// HKDF-SHA256 (RFC 5869) of these bytes: salt `chelal/v1`, info `label`.
    #[expect(
        clippy::expect_used,
        reason = "HKDF refuses only outputs over 8160 bytes or of another length than announced; both are fixed here"
    )]
    pub(super) fn derive(&self, label: &str) -> Self {
        let mut derived = Self::zero();
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"chelal/v1")
            .extract(self.0.as_slice())
            .expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(derived.0.as_mut_slice()))
            .expect("32 bytes are within HKDF's limits");
        derived
    }

    /// The bytes as an array, for interfaces that want the length in the type.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn zero() -> Self {
        Self(Box::new([0; 32]))
    }
}

impl Deref for Secret {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A short public name of a master key, to compare by eye and to notice a wrong one: eight bytes derived one way.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    pub(super) const LENGTH: usize = 8;

    pub(super) fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    /// Four groups of four hexadecimal digits: `3f9a-07c2-b81d-5e60`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, pair) in self.0.chunks(2).enumerate() {
            if n > 0 {
                f.write_str("-")?;
            }
            for byte in pair {
                write!(f, "{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The 256-bit key that wraps all others. Comes from `CHELAL_MASTER_KEY` or a key file, never from the database.
#[derive(Clone)]
pub struct MasterKey(Secret);

impl MasterKey {
    /// A new random key.
    ///
    /// # Errors
    /// [`SealError::Crypto`] when the system has no randomness to give.
    pub fn generate() -> Result<Self, SealError> {
        Secret::random().map(Self)
    }

    /// Reads a key from 64 hexadecimal digits or from base64 (either alphabet, padding optional). Blanks around it are
    /// ignored.
    ///
    /// # Errors
    /// [`SealError::MasterKeyText`] for anything but exactly 32 bytes, and for 32 equal bytes: those are a placeholder
    /// someone forgot, not a key.
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        let text = text.trim();
        let wrong = |problem| SealError::MasterKeyText {
            length: text.chars().count(),
            problem,
        };
        if text.is_empty() {
            return Err(wrong("it is empty"));
        }
        let bytes = decode(text).ok_or_else(|| wrong("neither hexadecimal nor base64"))?;
        let secret = Secret::copy_of(&bytes).ok_or_else(|| wrong("not 32 bytes when decoded"))?;
        if secret.iter().all(|byte| *byte == secret[0]) {
            return Err(wrong("all bytes are equal: a placeholder, not a key"));
        }
        Ok(Self(secret))
    }

    /// Reads a key file: the text [`MasterKey::from_text`] understands.
    ///
    /// # Errors
    /// [`SealError::KeyFile`] when it can't be read, is no regular file or holds no key (the source then says what is
    /// wrong with its text), [`SealError::KeyFileOpenToOthers`] when its mode gives its group or everyone any right (unix).
    pub fn load_file(path: impl AsRef<Path>) -> Result<Self, SealError> {
        let path = path.as_ref();
        let failed = |doing| {
            move |source| SealError::KeyFile {
                doing,
                path: path.to_owned(),
                source,
            }
        };
        let file = File::open(path).map_err(failed("open"))?;
        // Asked of the open file, not of the path: what is checked is what is read.
        let metadata = file.metadata().map_err(failed("examine"))?;
        if !metadata.is_file() {
            return Err(failed("read")(io::Error::other("it is not a regular file")));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = metadata.permissions().mode() & 0o7777;
            if mode & 0o077 != 0 {
                return Err(SealError::KeyFileOpenToOthers {
                    path: path.to_owned(),
                    mode,
                });
            }
        }
        let mut text = Zeroizing::new(String::with_capacity(128));
        file.take(KEY_FILE_LIMIT)
            .read_to_string(&mut text)
            .map_err(failed("read"))?;
        // With the path: an empty file is what an interrupted first start leaves behind.
        Self::from_text(&text).map_err(|wrong| {
            failed("understand")(io::Error::new(io::ErrorKind::InvalidData, wrong))
        })
    }

    /// Makes a new key and stores it in a new file of mode 0600. Returns only once file and directory entry are on disk:
    /// what is sealed afterwards can be opened after a power cut.
    ///
    /// # Errors
    /// [`SealError::KeyFile`] when the file exists (a key is never overwritten), or can't be written; a file that could
    /// not be completed is removed again.
    pub fn create_file(path: impl AsRef<Path>) -> Result<Self, SealError> {
        let path = path.as_ref();
        let failed = |doing| {
            move |source| SealError::KeyFile {
                doing,
                path: path.to_owned(),
                source,
            }
        };
        let key = Self::generate()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(failed("create"))?;
        let mut text = Zeroizing::new(BASE64.encode(&*key.0));
        text.push('\n');
        let written = file
            .write_all(text.as_bytes())
            .and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| sync_directory_of(path)) {
            // The file is ours and incomplete; left behind it would block the next start. Nothing was sealed with it.
            drop(file);
            return Err(match std::fs::remove_file(path) {
                Ok(()) => failed("write")(error),
                Err(left) => failed("remove the incomplete remains of")(left),
            });
        }
        Ok(key)
    }

    /// The public name of this key: tells keys apart, says nothing about them.
    pub fn fingerprint(&self) -> Fingerprint {
        let derived = self.derive("fingerprint");
        let mut bytes = [0; Fingerprint::LENGTH];
        bytes.copy_from_slice(&derived[..Fingerprint::LENGTH]);
        Fingerprint(bytes)
    }

    /// A key for one use, from HKDF-SHA256. Different `purpose` texts give independent keys.
    pub fn derive(&self, purpose: &str) -> Secret {
        self.0.derive(&format!("master/{purpose}"))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.fingerprint())
    }
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // 64 hexadecimal digits are valid base64 too (of 48 bytes), hence the order.
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let digits = text.as_bytes().chunks_exact(2);
        let bytes = digits.map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        return bytes.collect::<Option<Vec<u8>>>().map(Zeroizing::new);
    }
    let decoded = BASE64.decode(text).or_else(|_| BASE64_URL.decode(text));
    decoded.ok().map(Zeroizing::new)
}

/// A new file survives a power cut only when its directory entry does.
#[cfg(unix)]
fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}

/// Other systems offer no way to do this, and write directory entries through their own journal.
#[cfg(not(unix))]
fn sync_directory_of(_path: &Path) -> io::Result<()> {
    Ok(())
}
