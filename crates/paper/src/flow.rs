//! Where things stand: lines, rules and figures on pages, with their place in the document's structure.

use krilla::tagging::{ArtifactType, Tag, TagKind};

use crate::font::Weight;
use crate::shape::{self, Line};
use crate::sheet::Sheet;

/// Height of a line in em: room for accents above capitals and for the descenders of Arabic.
const LEADING: f32 = 1.36;
/// From the top of a line to its baseline, in em.
const ASCENT: f32 = 1.05;

/// On which side text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right edge, as amounts do.
    Right,
}

/// Size, weight and shade of text.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    pub(crate) align: Align,
    pub(crate) grey: bool,
}

impl Style {
    pub(crate) const fn of(size: f32) -> Self {
        Self {
            size,
            weight: Weight::Regular,
            align: Align::Left,
            grey: false,
        }
    }

    pub(crate) const fn bold(mut self) -> Self {
        self.weight = Weight::Bold;
        self
    }

    pub(crate) const fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    pub(crate) const fn grey(mut self) -> Self {
        self.grey = true;
        self
    }

    pub(crate) fn line_height(&self) -> f32 {
        self.size * LEADING
    }
}

/// What is drawn.
pub(crate) enum Ink {
    Text {
        line: Line,
        x: f32,
        baseline: f32,
        size: f32,
        grey: bool,
    },
    /// Filled rectangles that are one picture: a rule, a QR code, a bar code.
    Boxes(Vec<[f32; 4]>),
    Image {
        image: krilla::image::Image,
        place: [f32; 4],
    },
}

/// Something drawn on a page, and what it is to a reader who cannot see it.
pub(crate) struct Leaf {
    pub(crate) ink: Ink,
    pub(crate) role: Role,
}

/// A leaf's place in the structure.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// Index of the node that it belongs to.
    Content(usize),
    Artifact(ArtifactType),
}

/// A part of the document's structure.
pub(crate) struct Node {
    pub(crate) tag: TagKind,
    pub(crate) children: Vec<Child>,
}

pub(crate) enum Child {
    Node(usize),
    Leaf { page: usize, leaf: usize },
}

/// An entry of the outline.
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) page: usize,
    pub(crate) y: f32,
}

/// Pages as they fill up.
pub(crate) struct Flow {
    pub(crate) sheet: Sheet,
    pub(crate) pages: Vec<Vec<Leaf>>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) outline: Vec<Entry>,
    pub(crate) unshown: Vec<char>,
    /// The next free place on the last page.
    pub(crate) y: f32,
    /// What a figure takes away from the column on the right, and down to where.
    aside: Option<(f32, f32)>,
}

/// The root of the structure.
pub(crate) const ROOT: usize = 0;

impl Flow {
    pub(crate) fn new(sheet: Sheet) -> Self {
        Self {
            sheet,
            pages: vec![Vec::new()],
            nodes: vec![Node {
                tag: Tag::Part.into(),
                children: Vec::new(),
            }],
            outline: Vec::new(),
            unshown: Vec::new(),
            y: sheet.top(),
            aside: None,
        }
    }

    pub(crate) fn left(&self) -> f32 {
        self.sheet.side()
    }

    /// The width of the column at the current place.
    pub(crate) fn width(&self) -> f32 {
        let full = self.sheet.width() - 2.0 * self.sheet.side();
        match self.aside {
            Some((taken, down_to)) if self.y < down_to => full - taken,
            _ => full,
        }
    }

    /// Where the last line of a page must end.
    fn floor(&self) -> f32 {
        self.sheet
            .height()
            .map_or(f32::MAX, |height| height - self.sheet.bottom())
    }

    pub(crate) fn room(&self) -> f32 {
        self.floor() - self.y
    }

    /// The height of an empty page.
    pub(crate) fn full_room(&self) -> f32 {
        self.floor() - self.sheet.top()
    }

    pub(crate) fn page(&self) -> usize {
        self.pages.len() - 1
    }

    pub(crate) fn next_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = self.sheet.top();
        if self.sheet.numbers_pages() {
            // Below the running head.
            self.y += self.sheet.text_size() * 2.0;
        }
        self.aside = None;
    }

    /// Goes to the next page unless `height` is left on this one. What no page could hold stays.
    pub(crate) fn need(&mut self, height: f32) -> bool {
        let fits = height <= self.room() + 0.01;
        if !fits && !self.pages[self.page()].is_empty() {
            self.next_page();
            return true;
        }
        false
    }

    pub(crate) fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// Narrows the column by `width` from here down by `height`.
    pub(crate) fn set_aside(&mut self, width: f32, height: f32) {
        self.aside = Some((width, self.y + height));
    }

    /// Goes below the figure beside the column.
    pub(crate) fn clear_aside(&mut self) {
        if let Some((_, down_to)) = self.aside.take() {
            self.y = self.y.max(down_to);
        }
    }

    pub(crate) fn node(&mut self, parent: usize, tag: impl Into<TagKind>) -> usize {
        let id = self.nodes.len();
        self.nodes.push(Node {
            tag: tag.into(),
            children: Vec::new(),
        });
        self.nodes[parent].children.push(Child::Node(id));
        id
    }

    pub(crate) fn put(&mut self, ink: Ink, role: Role) {
        let page = self.page();
        if let Role::Content(node) = role {
            let leaf = self.pages[page].len();
            self.nodes[node].children.push(Child::Leaf { page, leaf });
        }
        self.pages[page].push(Leaf { ink, role });
    }

    pub(crate) fn lines(&mut self, text: &str, style: Style, width: f32) -> Vec<Line> {
        shape::lines(
            text,
            style.weight,
            (width / style.size).max(1.0),
            &mut self.unshown,
        )
    }

    /// One line in a box that starts at `x` and is `width` wide; `y` is its top.
    pub(crate) fn put_line(
        &mut self,
        line: Line,
        style: Style,
        x: f32,
        width: f32,
        y: f32,
        role: Role,
    ) {
        if line.pieces.is_empty() {
            return;
        }
        let free = width - line.width * style.size;
        let shift = match style.align {
            Align::Left => 0.0,
            Align::Centre => free / 2.0,
            Align::Right => free,
        };
        self.put(
            Ink::Text {
                line,
                x: x + shift,
                baseline: y + style.size * ASCENT,
                size: style.size,
                grey: style.grey,
            },
            role,
        );
    }

    /// A paragraph in the column, over as many pages as it needs.
    pub(crate) fn paragraph(&mut self, text: &str, style: Style, node: usize) {
        let width = self.width();
        for line in self.lines(text, style, width) {
            self.need(style.line_height());
            let (x, y) = (self.left(), self.y);
            self.put_line(line, style, x, width, y, Role::Content(node));
            self.y += style.line_height();
        }
    }

    /// A hairline across the column.
    pub(crate) fn hairline(&mut self, x: f32, width: f32, thickness: f32) {
        let place = [x, self.y, width, thickness];
        self.put(
            Ink::Boxes(vec![place]),
            Role::Artifact(ArtifactType::Layout),
        );
    }
}
