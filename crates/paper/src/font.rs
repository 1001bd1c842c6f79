//! The fonts that are compiled in, and which of them has a character.

use std::sync::LazyLock;

use krilla::text::Font;
use rustybuzz::ttf_parser::GlyphId;

/// How heavy text is. Only Latin, Greek and Cyrillic have a bold face; other scripts stay regular.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Weight {
    #[default]
    Regular,
    Bold,
}

/// One font, opened twice: for shaping and for embedding.
pub(crate) struct Face {
    pub(crate) font: Font,
    pub(crate) shaper: rustybuzz::Face<'static>,
    pub(crate) units_per_em: f32,
}

/// Index of a face in [`FACES`].
pub(crate) type FaceId = usize;

const REGULAR: FaceId = 0;
const BOLD: FaceId = 1;

const FILES: [&[u8]; 6] = [
    notosans::REGULAR_TTF,
    notosans::BOLD_TTF,
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansNKo-Regular.ttf"),
    include_bytes!("../fonts/NotoSansAdlam-Regular.ttf"),
    include_bytes!("../fonts/DroidSansFallback-Han.ttf"),
];

static FACES: LazyLock<Vec<Face>> = LazyLock::new(|| FILES.into_iter().map(open).collect());

#[expect(
    clippy::expect_used,
    reason = "the files are compiled in, and a test opens each of them"
)]
fn open(bytes: &'static [u8]) -> Face {
    let shaper = rustybuzz::Face::from_slice(bytes, 0).expect("a compiled-in font is readable");
    let font = Font::new(bytes.into(), 0).expect("a compiled-in font is readable");
    let units_per_em = font.units_per_em();
    Face {
        font,
        shaper,
        units_per_em,
    }
}

/// The face with this index, as [`having`] gave it.
pub(crate) fn face(id: FaceId) -> &'static Face {
    &FACES[id]
}

/// The first face that has the character, preferring the weight that was asked for.
pub(crate) fn having(character: char, weight: Weight) -> Option<FaceId> {
    let latin = match weight {
        Weight::Regular => REGULAR,
        Weight::Bold => BOLD,
    };
    std::iter::once(latin)
        .chain(BOLD + 1..FACES.len())
        .find(|&id| {
            FACES[id]
                .shaper
                .glyph_index(character)
                .is_some_and(|glyph| glyph != GlyphId(0))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_of_the_region_are_at_hand() {
        for (text, what) in [
            ("ŊaalaƁahƴɗɓŋñéàçœ", "West African Latin"),
            ("محمد علي گپچ", "Arabic"),
            ("王伟陳麗華", "Chinese, simplified and traditional"),
            ("ߒߞߏ", "N'Ko"),
            ("𞤀𞤣𞤤𞤢𞤥", "Adlam"),
            ("Ωмир…–—‘’“”•½²µ°≥≤±→", "signs"),
        ] {
            for character in text.chars().filter(|c| !c.is_whitespace()) {
                for weight in [Weight::Regular, Weight::Bold] {
                    assert!(having(character, weight).is_some(), "{what}: {character}");
                }
            }
        }
        assert!(having('\u{2b7a9}', Weight::Regular).is_none());
    }
}
