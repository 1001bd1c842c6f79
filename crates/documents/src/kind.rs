//! What a file is, by its content.

platform::choice! {
    /// The kinds of files that are taken.
    pub enum DocumentKind {
        /// A PDF document.
        Pdf = "application/pdf",
        /// A PNG picture.
        Png = "image/png",
        /// A JPEG picture.
        Jpeg = "image/jpeg",
        /// A WebP picture.
        Webp = "image/webp",
        /// A DICOM recording.
        Dicom = "application/dicom",
        /// A word-processor document in Office Open XML.
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        /// Plain text in UTF-8.
        Text = "text/plain",
    }
}

/// Beginnings of text that a browser or a shell would run.
const ACTIVE: &[&str] = &[
    "#!",
    "<!doctype",
    "<html",
    "<svg",
    "<?xml",
    "<script",
    "<head",
    "<body",
    "<iframe",
    "<math",
];

/// What a file is, from its first bytes and whether all of it is UTF-8 text; `None` for what is not taken.
/// A DOCX is only suspected here: its inside decides.
pub(crate) fn kind(head: &[u8], is_text: bool) -> Option<DocumentKind> {
    if head.starts_with(b"%PDF-") {
        return Some(DocumentKind::Pdf);
    }
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(DocumentKind::Png);
    }
    if head.starts_with(b"\xff\xd8\xff") {
        return Some(DocumentKind::Jpeg);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(DocumentKind::Webp);
    }
    if head.get(128..132) == Some(b"DICM") {
        return Some(DocumentKind::Dicom);
    }
    if head.starts_with(b"PK\x03\x04") {
        return Some(DocumentKind::Docx);
    }
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let active = ACTIVE.iter().any(|beginning| text.starts_with(beginning));
    (is_text && !active).then_some(DocumentKind::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let mut dicom = vec![0; 128];
        dicom.extend_from_slice(b"DICM\x02\x00");
        let cases: &[(&[u8], bool, Option<DocumentKind>)] = &[
            (b"%PDF-1.7\n", false, Some(DocumentKind::Pdf)),
            (b"\x89PNG\r\n\x1a\n\0\0", false, Some(DocumentKind::Png)),
            (b"\xff\xd8\xff\xe0", false, Some(DocumentKind::Jpeg)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", false, Some(DocumentKind::Webp)),
            (b"RIFF\x10\0\0\0WAVEfmt ", false, None),
            (&dicom, false, Some(DocumentKind::Dicom)),
            (b"PK\x03\x04\x14\0", false, Some(DocumentKind::Docx)),
            (
                "Béchir: seen today".as_bytes(),
                true,
                Some(DocumentKind::Text),
            ),
            (b"", true, Some(DocumentKind::Text)),
            // Programs, and what a browser would run.
            (b"MZ\x90\0", false, None),
            (b"\x7fELF", false, None),
            (b"#!/bin/sh\nrm -rf ~", true, None),
            (
                b"<svg xmlns='x'><script>alert(1)</script></svg>",
                true,
                None,
            ),
            (b"\xef\xbb\xbf  <HTML>", true, None),
            (b"<?xml version='1.0'?><svg/>", true, None),
            (b"\xff\xfe\0", false, None),
        ];
        for (head, is_text, expected) in cases {
            assert_eq!(kind(head, *is_text), *expected, "{head:?}");
        }
    }
}
