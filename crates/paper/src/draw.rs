//! Writes the pages as a tagged PDF. The rules of PDF/UA-1 are checked by the writer on the way.

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ContentTag, Identifier, SpanTag, TagGroup, TagTree};
use krilla::{SerializeSettings, color::rgb};

use crate::document::{Document, Error, Printed};
use crate::flow::{Child, Flow, Ink, Node, ROOT, Role};
use crate::font;
use crate::shape::Piece;
use crate::sheet::mm;

pub(crate) fn write(document: Document) -> Result<Printed, Error> {
    let Document {
        flow,
        language,
        title,
        ..
    } = document;
    let invalid = |error: &dyn std::fmt::Debug| Error::Invalid(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| invalid(&error))?;
    let mut pdf = krilla::Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    pdf.set_metadata(
        Metadata::new()
            .title(title.clone())
            .creator("Chelal".to_owned())
            .language(language.code().to_owned()),
    );
    let height = flow
        .sheet
        .height()
        .unwrap_or_else(|| (flow.y + flow.sheet.bottom()).max(mm(30.0)));
    let mut identifiers = Vec::with_capacity(flow.pages.len());
    for leaves in &flow.pages {
        let settings = PageSettings::from_wh(flow.sheet.width(), height)
            .ok_or_else(|| invalid(&"a page without a size"))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        identifiers.push(
            leaves
                .iter()
                .map(|leaf| draw(&mut surface, &leaf.ink, leaf.role))
                .collect::<Vec<_>>(),
        );
        surface.finish();
        page.finish();
    }
    pdf.set_outline(outline(&flow, &title));
    let mut tree = TagTree::new().with_lang(Some(language.code().to_owned()));
    tree.push(group(&flow.nodes, ROOT, &identifiers));
    pdf.set_tag_tree(tree);
    let pages = flow.pages.len();
    let bytes = pdf.finish().map_err(|error| invalid(&error))?;
    Ok(Printed {
        pdf: bytes,
        pages,
        unshown: flow.unshown,
    })
}

fn outline(flow: &Flow, title: &str) -> Outline {
    let mut outline = Outline::new();
    if flow.outline.is_empty() {
        let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(title.to_owned(), top));
    }
    for entry in &flow.outline {
        let place = XyzDestination::new(entry.page, Point::from_xy(0.0, entry.y));
        outline.push_child(OutlineNode::new(entry.text.clone(), place));
    }
    outline
}

/// The structure below a node; a part without content is left out.
fn group(nodes: &[Node], id: usize, identifiers: &[Vec<Vec<Identifier>>]) -> TagGroup {
    let mut group = TagGroup::new(nodes[id].tag.clone());
    for child in &nodes[id].children {
        match *child {
            Child::Node(child) => group.push(self::group(nodes, child, identifiers)),
            Child::Leaf { page, leaf } => {
                for &identifier in &identifiers[page][leaf] {
                    group.push(identifier);
                }
            }
        }
    }
    group
}

/// Draws a leaf. A line of several spans has several identifiers.
fn draw(surface: &mut Surface<'_>, ink: &Ink, role: Role) -> Vec<Identifier> {
    let span = |actual| match role {
        Role::Artifact(kind) => ContentTag::Artifact(Artifact::with_kind(kind)),
        Role::Content(_) => ContentTag::Span(SpanTag::empty().with_actual_text(actual)),
    };
    let Ink::Text {
        line,
        x,
        baseline,
        size,
        grey,
    } = ink
    else {
        let tag = match role {
            Role::Artifact(kind) => ContentTag::Artifact(Artifact::with_kind(kind)),
            Role::Content(_) => ContentTag::Other,
        };
        let identifier = surface.start_tagged(tag);
        draw_picture(surface, ink);
        surface.end_tagged();
        return vec![identifier];
    };
    surface.set_fill(Some(ink_of(*grey)));
    // One span for the line, but a span of its own for each word that goes along as an actual text.
    let spans: Vec<&[Piece]> = match line.actual {
        Some(_) => vec![&line.pieces],
        None => line
            .pieces
            .chunk_by(|one, next| !one.is_told() && !next.is_told())
            .collect(),
    };
    let mut identifiers = Vec::with_capacity(spans.len());
    for pieces in spans {
        let word = pieces.first().filter(|piece| piece.is_told());
        let actual = line
            .actual
            .as_deref()
            .or(word.map(|piece| piece.text.as_str()));
        identifiers.push(surface.start_tagged(span(actual)));
        for piece in pieces {
            surface.draw_glyphs(
                Point::from_xy(x + piece.x * size, *baseline),
                &piece.glyphs,
                font::face(piece.face).font.clone(),
                &piece.text,
                *size,
                false,
            );
        }
        surface.end_tagged();
    }
    identifiers
}

fn draw_picture(surface: &mut Surface<'_>, ink: &Ink) {
    match ink {
        Ink::Text { .. } => {}
        Ink::Boxes(boxes) => {
            surface.set_fill(Some(ink_of(false)));
            let mut path = PathBuilder::new();
            for [x, y, width, height] in boxes {
                if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                    path.push_rect(rect);
                }
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Ink::Image { image, place } => {
            let [x, y, width, height] = *place;
            if let Some(size) = Size::from_wh(width, height) {
                surface.push_transform(&Transform::from_translate(x, y));
                surface.draw_image(image.clone(), size);
                surface.pop();
            }
        }
    }
}

/// Black, or a grey that is still dark enough to read (contrast 7 : 1).
fn ink_of(grey: bool) -> Fill {
    let level = if grey { 85 } else { 0 };
    Fill {
        paint: rgb::Color::new(level, level, level).into(),
        opacity: NormalizedF32::ONE,
        rule: krilla::paint::FillRule::default(),
    }
}
