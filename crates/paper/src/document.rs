//! A document as it is put together: headings, text, values, tables, figures.

mod pairs;

use kernel::Language;
use krilla::tagging::{ArtifactType, TableHeaderScope, Tag};

use crate::draw;
use crate::figure::Figure;
use crate::flow::{Align, Entry, Flow, Ink, ROOT, Role, Style};
use crate::shape;
use crate::sheet::{Sheet, mm};
use crate::table::{self, Table};
use crate::words::Words;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file would not have been a valid tagged PDF.
    #[error("the document is not valid PDF/UA: {0}")]
    Invalid(String),
}

/// A finished document.
#[derive(Debug)]
pub struct Printed {
    /// The file.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// The characters that no font has and that were printed as code points, such as `[U+2B7A9]`.
    /// The text that a search or a screen reader finds has them as they were entered.
    pub unshown: Vec<char>,
}

/// Who issues documents: printed at their head.
#[derive(Clone, Debug, Default)]
pub struct Hospital {
    /// The name.
    pub name: String,
    /// Address, phone, e-mail: a line each.
    pub lines: Vec<String>,
    /// The logo, a PNG or JPEG file. One that cannot be read is left out.
    pub logo: Option<Vec<u8>>,
}

/// What proves that a document was issued: an address that answers, and a code to type there.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The address that says whether the document was issued.
    pub url: String,
    /// The code in that address.
    pub code: String,
}

/// A document that is being put together.
pub struct Document {
    pub(crate) flow: Flow,
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) issuer: String,
}

impl Document {
    /// An empty document. The title is what a reader's window shows, and stands above later pages.
    #[must_use]
    pub fn new(sheet: Sheet, language: Language, title: impl Into<String>) -> Self {
        Self {
            flow: Flow::new(sheet),
            language,
            title: title.into(),
            issuer: String::new(),
        }
    }

    /// The paper.
    #[must_use]
    pub const fn sheet(&self) -> Sheet {
        self.flow.sheet
    }

    /// Names of the document's language.
    pub(crate) const fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    pub(crate) const fn size(&self) -> f32 {
        self.flow.sheet.text_size()
    }

    /// The hospital's name, address and logo.
    pub fn letterhead(&mut self, hospital: &Hospital) {
        self.issuer.clone_from(&hospital.name);
        let narrow = self.flow.sheet == Sheet::Roll80;
        let align = if narrow { Align::Centre } else { Align::Left };
        if let Some(logo) = hospital.logo.as_deref().and_then(Figure::image) {
            let height = mm(if narrow { 12.0 } else { 18.0 });
            let width = logo.width_at(height).min(self.flow.width() / 2.0);
            if narrow {
                let x = self.flow.left() + (self.flow.width() - width) / 2.0;
                self.place(&logo, &hospital.name, x, width);
                self.flow.space(logo.height_at(width) + mm(1.0));
            } else {
                let x = self.flow.left() + self.flow.width() - width;
                self.place(&logo, &hospital.name, x, width);
                self.flow
                    .set_aside(width + mm(4.0), logo.height_at(width) + mm(1.0));
            }
        }
        let size = self.size();
        if !hospital.name.is_empty() {
            let node = self.flow.node(ROOT, Tag::P);
            let style = Style::of(size * 1.45).bold().align(align);
            self.flow.paragraph(&hospital.name, style, node);
        }
        for line in &hospital.lines {
            let node = self.flow.node(ROOT, Tag::P);
            let style = Style::of(size * 0.9).grey().align(align);
            self.flow.paragraph(line, style, node);
        }
        self.flow.clear_aside();
        self.flow.space(mm(1.5));
        self.rule();
    }

    /// A heading; level 1 is the document's own.
    pub fn heading(&mut self, level: u8, text: &str) {
        let size = self.size();
        let scale = match level {
            1 => 1.7,
            2 => 1.2,
            _ => 1.0,
        };
        let mut style = Style::of(size * scale).bold();
        if self.flow.sheet == Sheet::Roll80 && level == 1 {
            style = Style::of(size * 1.35).bold().align(Align::Centre);
        }
        let above = if level == 1 { mm(2.0) } else { mm(3.0) };
        // A heading stays with what it is the heading of.
        self.flow
            .need(above + style.line_height() + 3.0 * size * 1.4);
        self.flow.space(above);
        let level =
            std::num::NonZeroU16::new(u16::from(level)).unwrap_or(std::num::NonZeroU16::MIN);
        let entry = Entry {
            text: text.to_owned(),
            page: self.flow.page(),
            y: self.flow.y,
        };
        self.flow.outline.push(entry);
        let node = self.flow.node(ROOT, Tag::Hn(level, Some(text.to_owned())));
        self.flow.paragraph(text, style, node);
        self.flow.space(mm(1.0));
    }

    /// A paragraph; line breaks in it are kept.
    pub fn text(&mut self, text: &str) {
        self.styled(text, Style::of(self.size()));
    }

    /// A paragraph in bold.
    pub fn strong(&mut self, text: &str) {
        self.styled(text, Style::of(self.size()).bold());
    }

    /// A small grey paragraph: a remark.
    pub fn note(&mut self, text: &str) {
        self.styled(text, Style::of(self.size() * 0.88).grey());
    }

    pub(crate) fn styled(&mut self, text: &str, style: Style) {
        if text.trim().is_empty() {
            return;
        }
        let node = self.flow.node(ROOT, Tag::P);
        self.flow.paragraph(text, style, node);
        self.flow.space(mm(0.8));
    }

    /// A line of text as large as the column allows, between two sizes in points.
    pub(crate) fn fitted(&mut self, text: &str, largest: f32, smallest: f32) {
        let style = Style::of(largest).bold();
        let em = shape::width(text, style.weight).max(0.1);
        let size = (self.flow.width() / em).clamp(smallest, largest);
        let node = self.flow.node(ROOT, Tag::P);
        self.flow.paragraph(text, Style::of(size).bold(), node);
    }

    /// A table whose head is repeated on each page that it reaches.
    pub fn table(&mut self, table: &Table) {
        table::draw(&mut self.flow, table);
    }

    /// Sums at the right below a table: label, amount, whether it is what the reader looks for.
    pub fn totals(&mut self, sums: &[(&str, String, bool)]) {
        let size = self.size();
        let height = sums.len() as f32 * size * 1.6;
        self.flow.need(height.min(self.flow.full_room()));
        let table = self.flow.node(ROOT, Tag::Table);
        let full = self.flow.width();
        let width = if self.flow.sheet == Sheet::Roll80 {
            full
        } else {
            full * 0.55
        };
        let x = self.flow.left() + full - width;
        for (label, amount, strong) in sums {
            let style = if *strong {
                Style::of(size * 1.15).bold()
            } else {
                Style::of(size)
            };
            self.flow.need(style.line_height());
            let row = self.flow.node(table, Tag::TR);
            let amount_width = shape::width(amount, style.weight) * style.size + 0.1;
            let label_width = (width - amount_width - mm(3.0)).max(width / 3.0);
            let top = self.flow.y;
            let names = self.flow.lines(label, style, label_width);
            let rows = names.len();
            let head = self.flow.node(row, Tag::TH(TableHeaderScope::Row));
            self.stack(names, style, x, top, label_width, head);
            let cell = self.flow.node(row, Tag::TD);
            for line in self.flow.lines(amount, style, width) {
                let style = style.align(Align::Right);
                self.flow
                    .put_line(line, style, x, width, top, Role::Content(cell));
            }
            self.flow.y = top + rows as f32 * style.line_height() + mm(0.4);
        }
        self.flow.space(mm(1.5));
    }

    /// A line across the column.
    pub fn rule(&mut self) {
        let (left, width) = (self.flow.left(), self.flow.width());
        self.flow.hairline(left, width, 0.6);
        self.flow.space(mm(1.5));
    }

    /// Empty space, in millimetres.
    pub fn space(&mut self, millimetres: f32) {
        self.flow.space(mm(millimetres));
    }

    /// A figure in the middle of the column, `millimetres` wide.
    pub fn figure(&mut self, figure: &Figure, alternative: &str, millimetres: f32) {
        let width = mm(millimetres).min(self.flow.width());
        self.flow.need(figure.height_at(width));
        let x = self.flow.left() + (self.flow.width() - width) / 2.0;
        self.place(figure, alternative, x, width);
        self.flow.space(figure.height_at(width) + mm(1.0));
    }

    /// A figure at the right; what follows stands beside it until [`Document::below`].
    pub fn beside(&mut self, figure: &Figure, alternative: &str, millimetres: f32) {
        let width = mm(millimetres);
        let height = figure.height_at(width);
        self.flow.need(height);
        let x = self.flow.left() + self.flow.width() - width;
        self.place(figure, alternative, x, width);
        self.flow.set_aside(width + mm(3.0), height);
    }

    /// Goes on below a figure that stands beside the text.
    pub fn below(&mut self) {
        self.flow.clear_aside();
    }

    fn place(&mut self, figure: &Figure, alternative: &str, x: f32, width: f32) {
        let node = self
            .flow
            .node(ROOT, Tag::Figure(Some(alternative.to_owned())));
        let ink = figure.ink(x, self.flow.y, width);
        self.flow.put(ink, Role::Content(node));
    }

    /// A line to sign on, with what stands below it.
    pub fn signature(&mut self, label: &str, name: &str) {
        let size = self.size();
        self.flow.need(mm(16.0) + size * 3.0);
        self.flow.space(mm(13.0));
        let left = self.flow.left();
        let width = mm(70.0).min(self.flow.width());
        self.flow.hairline(left, width, 0.5);
        self.flow.space(mm(1.0));
        self.styled(name, Style::of(size));
        self.styled(label, Style::of(size * 0.88).grey());
    }

    /// How to check that the document was issued here: a code to scan and the same to read.
    pub fn verification(&mut self, verification: Option<&Verification>) {
        let Some(verification) = verification else {
            return;
        };
        let words = self.words();
        self.flow.space(mm(3.0));
        let Some(figure) = Figure::qr(&verification.url) else {
            return;
        };
        if self.flow.sheet == Sheet::Roll80 {
            self.figure(&figure, words.check_code, 26.0);
            let centred = Style::of(self.size() * 0.88).align(Align::Centre);
            self.styled(&verification.code, centred);
            return;
        }
        self.beside(&figure, words.check_code, 20.0);
        self.note(words.check);
        self.styled(&verification.url, Style::of(self.size() * 0.88));
        self.strong(&verification.code);
        self.below();
    }

    /// The file.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the file would break the rules of PDF/UA-1.
    pub fn finish(mut self) -> Result<Printed, Error> {
        self.flow.clear_aside();
        if self.flow.sheet.numbers_pages() {
            self.number_pages();
        }
        draw::write(self)
    }

    /// Title and issuer above later pages, page numbers below all: repetitions, not content.
    fn number_pages(&mut self) {
        let sheet = self.flow.sheet;
        let (left, width) = (sheet.side(), sheet.width() - 2.0 * sheet.side());
        let style = Style::of(self.size() * 0.82).grey();
        let count = self.flow.pages.len();
        let head = [self.title.as_str(), self.issuer.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        for page in 0..count {
            let number = self.words().page_of(page + 1, count);
            let foot = sheet.height().unwrap_or_default() - sheet.bottom() + mm(5.0);
            self.furnish(
                page,
                &number,
                style.align(Align::Right),
                left,
                width,
                foot,
                ArtifactType::Footer,
            );
            if page > 0 {
                self.furnish(
                    page,
                    &head,
                    style,
                    left,
                    width,
                    sheet.top(),
                    ArtifactType::Header,
                );
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a place on a page has this many sides"
    )]
    fn furnish(
        &mut self,
        page: usize,
        text: &str,
        style: Style,
        left: f32,
        width: f32,
        top: f32,
        kind: ArtifactType,
    ) {
        let Some(line) = self.flow.lines(text, style, width).into_iter().next() else {
            return;
        };
        let free = width - line.width * style.size;
        let x = match style.align {
            Align::Right => left + free,
            _ => left,
        };
        let ink = Ink::Text {
            line,
            x,
            baseline: top + style.size,
            size: style.size,
            grey: style.grey,
        };
        self.flow.pages[page].push(crate::flow::Leaf {
            ink,
            role: Role::Artifact(kind),
        });
    }
}
