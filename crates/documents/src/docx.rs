//! Whether a ZIP archive is a word-processor document, and a harmless one.

use std::io::{self, Read, Seek};

use zip::ZipArchive;

/// Parts of a document, at most.
const PARTS: usize = 5_000;
/// What a document is unpacked to, at most: a larger one is made to exhaust whoever opens it.
const UNPACKED: u64 = 200 << 20;
/// How much larger a document is unpacked, at most; text in XML reaches some twenty.
const RATIO: u64 = 100;
/// Below this size a ratio says nothing.
const SMALL: u64 = 10 << 20;

/// Why an archive is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no document, but some other archive, or broken.
    NoDocument,
    /// It carries macros.
    Macros,
    /// It unpacks to far more than it says or than a document needs.
    Bomb,
}

/// Reads the archive through once, with the memory of one buffer.
pub(crate) fn check(file: impl Read + Seek, size: u64) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(file).map_err(|_| Refusal::NoDocument)?;
    if archive.len() > PARTS {
        return Err(Refusal::Bomb);
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    if !has("[Content_Types].xml") || !has("word/document.xml") {
        return Err(Refusal::NoDocument);
    }
    for name in archive.file_names() {
        let name = name.map_err(|_| Refusal::NoDocument)?.to_lowercase();
        if name.ends_with("vbaproject.bin") {
            return Err(Refusal::Macros);
        }
    }
    let most = UNPACKED.min((size * RATIO).max(SMALL));
    let mut left = most;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| Refusal::NoDocument)?;
        // What is said of the length need not be true: it is counted.
        let read = io::copy(&mut part.take(left + 1), &mut io::sink());
        let read = read.map_err(|_| Refusal::NoDocument)?;
        left = left.checked_sub(read).ok_or(Refusal::Bomb)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn checked(parts: &[(&str, Vec<u8>)]) -> Result<(), Refusal> {
        let bytes = archive(parts);
        let size = bytes.len() as u64;
        check(Cursor::new(bytes), size)
    }

    #[test]
    fn a_document_passes_and_what_only_looks_like_one_does_not() {
        let types = ("[Content_Types].xml", b"<Types/>".to_vec());
        let text = ("word/document.xml", b"<w:document/>".to_vec());
        assert_eq!(checked(&[types.clone(), text.clone()]), Ok(()));
        assert_eq!(
            checked(&[("a.txt", b"a".to_vec())]),
            Err(Refusal::NoDocument)
        );
        let macros = ("word/vbaProject.bin", b"x".to_vec());
        assert_eq!(
            checked(&[types.clone(), text.clone(), macros]),
            Err(Refusal::Macros)
        );
        // 60 MiB of zeros in some 60 kB.
        let bomb = ("word/media/a.xml", vec![0; 60 << 20]);
        assert_eq!(checked(&[types, text, bomb]), Err(Refusal::Bomb));
        let junk = b"PK\x03\x04 and then nothing".to_vec();
        let size = junk.len() as u64;
        assert_eq!(check(Cursor::new(junk), size), Err(Refusal::NoDocument));
    }
}
