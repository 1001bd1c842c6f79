//! From text to lines of glyphs: fonts, direction, line breaks.
//!
//! Each glyph goes along with the characters that it stands for. Where those are not what was entered (a
//! character that no font has), the text goes along as the line's actual text, so that a screen reader and a
//! search find it. Arabic has none: readers turn its glyphs by themselves, and would turn an actual text as
//! well.

use kernel::lookalike::is_invisible;
use std::ops::Range;

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::char::is_combining_mark;

use crate::font::{self, FaceId, Weight};

/// Glyphs of one font, from left to right.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) face: FaceId,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    pub(crate) text: String,
    /// In em.
    pub(crate) x: f32,
}

impl Piece {
    /// Whether the piece needs its text as an actual text: see [`not_turned_by_readers`].
    pub(crate) fn is_told(&self) -> bool {
        self.text.chars().any(not_turned_by_readers)
    }
}

/// One line, as wide as `width` em.
#[derive(Clone, Default)]
pub(crate) struct Line {
    pub(crate) pieces: Vec<Piece>,
    /// Without the space at its end.
    pub(crate) width: f32,
    /// The text as entered, where the glyphs stand for another.
    pub(crate) actual: Option<String>,
}

/// Breaks text into lines that are at most `limit` em wide. A word that is wider is cut. There is at least
/// one line. Characters without a font are added to `unshown`.
pub(crate) fn lines(text: &str, weight: Weight, limit: f32, unshown: &mut Vec<char>) -> Vec<Line> {
    let text = clean(text);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        break_paragraph(paragraph, weight, limit, unshown, &mut lines);
    }
    lines
}

/// The text's width on a single line, in em.
pub(crate) fn width(text: &str, weight: Weight) -> f32 {
    lines(text, weight, f32::INFINITY, &mut Vec::new())
        .iter()
        .map(|line| line.width)
        .fold(0.0, f32::max)
}

/// One kind of line break, spaces for tabs, and nothing that a font could not draw in principle.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars()
        .filter_map(|character| match character {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\t' => Some(' '),
            '\u{feff}' | '\u{fffe}' | '\u{ffff}' => None,
            control if control.is_control() => None,
            other => Some(other),
        })
        .collect()
}

/// What stays together on a line, with the spaces after it.
struct Word {
    /// As entered.
    entered: String,
    /// As shown: a character without a font is replaced by its code point.
    shown: String,
    spaces: usize,
    width: f32,
}

fn break_paragraph(
    paragraph: &str,
    weight: Weight,
    limit: f32,
    unshown: &mut Vec<char>,
    lines: &mut Vec<Line>,
) {
    let base = BidiInfo::new(paragraph, None)
        .paragraphs
        .first()
        .map_or_else(Level::ltr, |first| first.level);
    let space = shape_line(" ", weight, Level::ltr()).1;
    let mut line: Vec<Word> = Vec::new();
    let mut used = 0.0;
    let start = lines.len();
    for word in words(paragraph, weight, limit, unshown) {
        if !line.is_empty() && used + word.width > limit {
            lines.push(finish(&line, weight, base));
            line.clear();
            used = 0.0;
        }
        used += word.width + space * word.spaces as f32;
        line.push(word);
    }
    if !line.is_empty() {
        lines.push(finish(&line, weight, base));
    }
    if lines.len() == start {
        lines.push(Line::default());
    }
}

fn finish(words: &[Word], weight: Weight, base: Level) -> Line {
    let mut entered = String::new();
    let mut shown = String::new();
    for word in words {
        entered.push_str(&word.entered);
        shown.push_str(&word.shown);
        for _ in 0..word.spaces {
            entered.push(' ');
            shown.push(' ');
        }
    }
    let (pieces, _) = shape_line(&shown, weight, base);
    let (_, width) = shape_line(shown.trim_end(), weight, base);
    let actual = (entered != shown).then(|| entered.trim_end().to_owned());
    Line {
        pieces,
        width,
        actual,
    }
}

/// Splits at spaces and around Chinese characters, and cuts what is wider than a line.
fn words(paragraph: &str, weight: Weight, limit: f32, unshown: &mut Vec<char>) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut current = String::new();
    let mut take = |text: &mut String, spaces: usize, found: &mut Vec<Word>| {
        if !text.is_empty() || spaces > 0 {
            add_word(std::mem::take(text), spaces, weight, limit, unshown, found);
        }
    };
    for character in paragraph.chars() {
        if character == ' ' {
            if current.is_empty()
                && let Some(last) = found.last_mut()
            {
                last.spaces += 1;
            } else {
                take(&mut current, 1, &mut found);
            }
        } else if breaks_around(character) {
            take(&mut current, 0, &mut found);
            take(&mut character.to_string(), 0, &mut found);
        } else {
            current.push(character);
        }
    }
    take(&mut current, 0, &mut found);
    found
}

fn add_word(
    entered: String,
    spaces: usize,
    weight: Weight,
    limit: f32,
    unshown: &mut Vec<char>,
    found: &mut Vec<Word>,
) {
    let shown = showable(&entered, weight, unshown);
    let width = shape_line(&shown, weight, level_of(&shown)).1;
    let cut = (width > limit).then(|| halves(&entered)).flatten();
    if let Some(middle) = cut {
        let (head, tail) = entered.split_at(middle);
        add_word(head.to_owned(), 0, weight, limit, unshown, found);
        add_word(tail.to_owned(), spaces, weight, limit, unshown, found);
        return;
    }
    found.push(Word {
        entered,
        shown,
        spaces,
        width,
    });
}

/// Where to cut a word: near its middle, never between a letter and its marks. `None` for a single letter.
fn halves(word: &str) -> Option<usize> {
    let places: Vec<usize> = word
        .char_indices()
        .skip(1)
        .filter(|&(_, character)| !is_combining_mark(character) && !is_invisible(character))
        .map(|(at, _)| at)
        .collect();
    places.get(places.len() / 2).copied()
}

/// Whether a line may be broken before and after the character.
fn breaks_around(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

fn showable(entered: &str, weight: Weight, unshown: &mut Vec<char>) -> String {
    let mut shown = String::with_capacity(entered.len());
    for character in entered.chars() {
        if is_invisible(character) || font::having(character, weight).is_some() {
            shown.push(character);
        } else {
            if !unshown.contains(&character) {
                unshown.push(character);
            }
            shown.push_str(&format!("[U+{:04X}]", u32::from(character)));
        }
    }
    shown
}

/// Letters of N'Ko and Adlam: text from right to left that many readers take to run from left to right.
fn not_turned_by_readers(character: char) -> bool {
    matches!(character, '\u{7c0}'..='\u{7ff}' | '\u{1e900}'..='\u{1e95f}')
}

fn has_rtl(text: &str) -> bool {
    text.chars().any(|character| {
        use unicode_bidi::BidiClass::{AL, AN, R};
        matches!(unicode_bidi::bidi_class(character), AL | AN | R)
    })
}

fn level_of(text: &str) -> Level {
    if text.is_ascii() || !has_rtl(text) {
        return Level::ltr();
    }
    BidiInfo::new(text, None)
        .paragraphs
        .first()
        .map_or_else(Level::ltr, |first| first.level)
}

/// The pieces of a line in the order of reading, and its width in em.
fn shape_line(text: &str, weight: Weight, base: Level) -> (Vec<Piece>, f32) {
    let mut pieces = Vec::new();
    let mut x = 0.0;
    let mut run = |range: Range<usize>, rtl: bool| {
        let mut segments = segments(&text[range.clone()], weight, rtl);
        if rtl {
            segments.reverse();
        }
        for (face, segment) in segments {
            let start = range.start + segment.start;
            let part = &text[start..range.start + segment.end];
            let (glyphs, width) = shape(part, face, rtl);
            if !glyphs.is_empty() {
                let text = part.to_owned();
                pieces.push((
                    start,
                    Piece {
                        face,
                        glyphs,
                        text,
                        x,
                    },
                ));
            }
            x += width;
        }
    };
    if base.is_ltr() && (text.is_ascii() || !has_rtl(text)) {
        run(0..text.len(), false);
    } else {
        let bidi = BidiInfo::new(text, Some(base));
        for paragraph in &bidi.paragraphs {
            let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in runs {
                let rtl = levels[range.start].is_rtl();
                run(range, rtl);
            }
        }
    }
    // Drawn in the order of reading, wherever they stand.
    pieces.sort_by_key(|&(start, _)| start);
    (pieces.into_iter().map(|(_, piece)| piece).collect(), x)
}

/// Neighbouring characters that one font can draw. Marks and joiners stay with the letter before them. Text
/// from right to left is split into words as well, so that its words can be drawn in the order of reading.
fn segments(text: &str, weight: Weight, rtl: bool) -> Vec<(FaceId, Range<usize>)> {
    let mut segments: Vec<(FaceId, Range<usize>)> = Vec::new();
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let starts_word = rtl && character != ' ' && text[..at].ends_with(' ');
        let last = segments.last_mut().filter(|_| !starts_word);
        let stays = |face: FaceId| {
            is_invisible(character)
                || (character == ' ' || is_combining_mark(character))
                    && font::face(face).shaper.glyph_index(character).is_some()
        };
        match last {
            Some((face, range)) if stays(*face) => range.end = end,
            last => {
                let face = font::having(character, weight).unwrap_or_default();
                match last {
                    Some((same, range)) if *same == face => range.end = end,
                    _ => segments.push((face, at..end)),
                }
            }
        }
    }
    segments
}

fn shape(text: &str, face: FaceId, rtl: bool) -> (Vec<KrillaGlyph>, f32) {
    let face = font::face(face);
    let mut buffer = UnicodeBuffer::new();
    // What has no picture is left out: not every font has the joiners, and an empty glyph is a box.
    let mut starts = Vec::new();
    for (at, character) in text.char_indices() {
        if is_invisible(character) && face.shaper.glyph_index(character).is_none() {
            continue;
        }
        buffer.add(character, u32::try_from(at).unwrap_or(u32::MAX));
        starts.push(at);
    }
    buffer.guess_segment_properties();
    buffer.set_direction(if rtl {
        Direction::RightToLeft
    } else {
        Direction::LeftToRight
    });
    let output = rustybuzz::shape(&face.shaper, &[], buffer);
    let mut clusters: Vec<usize> = output
        .glyph_infos()
        .iter()
        .map(|info| info.cluster as usize)
        .collect();
    clusters.sort_unstable();
    clusters.dedup();
    let mut width = 0.0;
    let glyphs = output
        .glyph_infos()
        .iter()
        .zip(output.glyph_positions())
        .map(|(info, position)| {
            let start = info.cluster as usize;
            let next = clusters.partition_point(|&cluster| cluster <= start);
            let end = clusters.get(next).copied().unwrap_or(text.len());
            let em = |value: i32| value as f32 / face.units_per_em;
            width += em(position.x_advance);
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                em(position.x_advance),
                em(position.x_offset),
                em(position.y_offset),
                em(position.y_advance),
                start..end,
                None,
            )
        })
        .collect();
    (glyphs, width)
}
