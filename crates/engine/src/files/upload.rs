//! A form with a file, received as a stream.

use aws_lc_rs::digest;
use futures_util::StreamExt;
use http::header::CONTENT_TYPE;
use kernel::Code;
use multer::{Constraints, SizeLimit};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::chunks::FileKey;
use super::store::{Files, Pending, Writer};
use crate::call::Call;
use records::error::Error;
use records::record::Body;
use texts::Text;

/// The most that the fields beside the file hold together.
const FIELDS: usize = 256 * 1024;
/// Boundaries and headers of a form's parts.
const FRAME: usize = 64 * 1024;
/// Bytes from the beginning of a file that tell what it is.
const HEAD: usize = 4096;

/// A received form: its fields and its file, which is stored and sealed already.
pub struct Form {
    /// The fields beside the file, as text.
    pub fields: Body,
    /// The file.
    pub file: Option<UploadedFile>,
}

/// A file that was received and stored.
pub struct UploadedFile {
    /// Its name in the store.
    pub file: Uuid,
    /// The key that opens it.
    pub key: FileKey,
    /// The last component of the name that the client gave.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
    /// Its first bytes.
    pub head: Vec<u8>,
    /// All of it is UTF-8 text.
    pub is_text: bool,
    /// Removes it unless it is kept.
    pub pending: Pending,
}

/// Receives the form of an upload: the field `file` goes to the store as it arrives.
///
/// # Errors
/// 400 when it is no such form, or carries a part twice, 413 when the file is larger than allowed; nothing is left in the store.
pub async fn receive(files: &Files, call: &Call, limit: usize) -> Result<Form, Error> {
    let boundary = call
        .head
        .header(CONTENT_TYPE)
        .and_then(|kind| multer::parse_boundary(kind).ok())
        .ok_or_else(|| Error::refuse(Code::UnsupportedMediaType, Text::new("upload-not-a-form")))?;
    // The file, its fields and the frame around them.
    let whole = (limit + FIELDS + FRAME) as u64;
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole));
    let stream = call.incoming.stream();
    let mut form = multer::Multipart::with_constraints(stream, boundary, limits);
    let mut fields = Map::new();
    let mut held = 0;
    let mut file = None;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if fields.contains_key(&name) || (name == "file" && file.is_some()) {
            return Err(Error::field(&name, Text::new("said-twice")));
        }
        if name == "file" {
            let given = field.file_name().unwrap_or_default().to_owned();
            file = Some(store(files, &mut field, &given, limit).await?);
            continue;
        }
        let mut text = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            held += piece.len();
            if held > FIELDS {
                return Err(Error::refuse(
                    Code::PayloadTooLarge,
                    Text::new("upload-fields-too-large"),
                ));
            }
            text.extend_from_slice(&piece);
        }
        let text = String::from_utf8(text)
            .map_err(|_| Error::field("non_field_errors", Text::new("upload-not-a-form")))?;
        fields.insert(name, Json::String(text));
    }
    Ok(Form {
        fields: Body(fields),
        file,
    })
}

fn broken(error: multer::Error) -> Error {
    if matches!(error, multer::Error::StreamSizeExceeded { .. }) {
        return Error::refuse(Code::PayloadTooLarge, Text::new("upload-fields-too-large"));
    }
    tracing::debug!("a form could not be read: {error}");
    Error::field("non_field_errors", Text::new("upload-not-a-form"))
}

async fn store(
    files: &Files,
    field: &mut multer::Field<'_>,
    given: &str,
    limit: usize,
) -> Result<UploadedFile, Error> {
    let (file, key) = (Uuid::now_v7(), FileKey::random()?);
    let mut writer = files.begin(file, key.clone()).await?;
    match stream(&mut writer, field, limit).await {
        Ok(seen) => {
            writer.finish().await?;
            Ok(UploadedFile {
                pending: files.pending(file),
                file,
                key,
                name: last_component(given),
                size: seen.size,
                is_text: seen.text.is_text(),
                sha256: kernel::hex(seen.sha256.finish().as_ref()),
                head: seen.head,
            })
        }
        Err(error) => {
            writer.abort().await?;
            Err(error)
        }
    }
}

struct Seen {
    size: u64,
    sha256: digest::Context,
    head: Vec<u8>,
    text: TextCheck,
}

async fn stream(
    writer: &mut Writer,
    field: &mut multer::Field<'_>,
    limit: usize,
) -> Result<Seen, Error> {
    let mut seen = Seen {
        size: 0,
        sha256: digest::Context::new(&digest::SHA256),
        head: Vec::new(),
        text: TextCheck::default(),
    };
    while let Some(piece) = field.next().await {
        let piece = piece.map_err(broken)?;
        seen.size += piece.len() as u64;
        if seen.size > limit as u64 {
            let text = Text::new("upload-too-large").with("max", limit / (1 << 20));
            return Err(Error::refuse(Code::PayloadTooLarge, text));
        }
        seen.sha256.update(&piece);
        seen.text.look(&piece);
        let room = HEAD.saturating_sub(seen.head.len()).min(piece.len());
        seen.head.extend_from_slice(&piece[..room]);
        writer.write(&piece).await?;
    }
    Ok(seen)
}

/// Whether a stream is UTF-8 text without control characters, piece by piece.
#[derive(Default)]
struct TextCheck {
    rest: Vec<u8>,
    broken: bool,
}

impl TextCheck {
    fn look(&mut self, piece: &[u8]) {
        if self.broken {
            return;
        }
        self.rest.extend_from_slice(piece);
        let valid = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            // A character may be cut by the end of the piece.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                self.broken = true;
                return;
            }
        };
        let control = |byte: &u8| *byte < 0x20 && !b"\t\n\r\x0c".contains(byte);
        self.broken = self.rest[..valid].iter().any(control);
        self.rest.drain(..valid);
    }

    fn is_text(&self) -> bool {
        !self.broken && self.rest.is_empty()
    }
}

/// The last component of a path of any system, without control characters and without those that nobody sees, which could
/// make `gpj.exe` read as `exe.jpg`; at most 255 bytes.
fn last_component(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = |c: &char| !c.is_control() && !kernel::lookalike::is_invisible(*c);
    let mut name: String = last.chars().filter(seen).collect();
    while name.len() > 255 {
        name.pop();
    }
    match name.trim().trim_matches('.') {
        "" => "file".to_owned(),
        _ => name.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_to_their_last_component() {
        for (given, name) in [
            ("x-ray.png", "x-ray.png"),
            ("scan\u{202e}gpj.exe", "scangpj.exe"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\scan.pdf", "scan.pdf"),
            ("/", "file"),
            ("..", "file"),
            ("", "file"),
            ("a\nb\0.pdf", "ab.pdf"),
            ("Röntgen 王伟.pdf", "Röntgen 王伟.pdf"),
        ] {
            assert_eq!(last_component(given), name, "{given:?}");
        }
        assert!(last_component(&"ŋ".repeat(300)).len() <= 255);
    }

    #[test]
    fn text_is_told_whatever_the_pieces() {
        let said = |pieces: &[&[u8]]| {
            let mut check = TextCheck::default();
            pieces.iter().for_each(|piece| check.look(piece));
            check.is_text()
        };
        assert!(said(&["Ŋaala".as_bytes()]));
        let word = "Ŋ".as_bytes();
        assert!(said(&[&word[..1], &word[1..]]));
        assert!(said(&[]));
        assert!(!said(&[&word[..1]]));
        assert!(!said(&[b"MZ\x90\x00"]));
        assert!(!said(&[b"abc\0def"]));
        assert!(!said(&[b"\xff\xfe"]));
    }
}
