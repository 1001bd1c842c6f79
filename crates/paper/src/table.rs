//! Tables whose heads are repeated on each page.

use krilla::tagging::{ArtifactType, TableHeaderScope, Tag};

use crate::flow::{Align, Flow, ROOT, Role, Style};
use crate::font::Weight;
use crate::shape::{self, Line};
use crate::sheet::mm;

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    /// As wide as its widest cell, at most a third of the table.
    Fit,
    /// A share of what the others leave.
    Share(f32),
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The head.
    pub head: String,
    /// How wide it is.
    pub width: Width,
    /// Where its text stands.
    pub align: Align,
}

impl Column {
    /// A column of text that takes a share of the width.
    #[must_use]
    pub fn text(head: impl Into<String>, share: f32) -> Self {
        Self {
            head: head.into(),
            width: Width::Share(share),
            align: Align::Left,
        }
    }

    /// A column of text that is as wide as it must be.
    #[must_use]
    pub fn fit(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            width: Width::Fit,
            align: Align::Left,
        }
    }

    /// A column of numbers, at the right.
    #[must_use]
    pub fn number(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            width: Width::Fit,
            align: Align::Right,
        }
    }
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<String>,
    /// Printed bold: a total, a value out of range.
    pub strong: bool,
}

impl Row {
    /// A plain row.
    #[must_use]
    pub const fn of(cells: Vec<String>) -> Self {
        Self {
            cells,
            strong: false,
        }
    }
}

/// A table. Its head is repeated on each page that it reaches.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
}

const PAD: f32 = mm(1.0);
/// Between columns.
const GAP: f32 = mm(2.5);

/// A row, broken into lines.
struct Laid {
    cells: Vec<Vec<Line>>,
    style: Style,
}

impl Laid {
    fn height(&self) -> f32 {
        let lines = self.cells.iter().map(Vec::len).max().unwrap_or(1);
        lines as f32 * self.style.line_height() + 2.0 * PAD
    }
}

/// Where each column starts, how wide it is, where its text stands.
type Places = Vec<(f32, f32, Align)>;

pub(crate) fn draw(flow: &mut Flow, table: &Table) {
    let size = flow.sheet.text_size();
    let places = places(flow, table, size);
    let table_node = flow.node(ROOT, Tag::Table);
    let head = lay(
        flow,
        table.columns.iter().map(|column| column.head.as_str()),
        &places,
        Style::of(size * 0.92).bold(),
    );
    // A head alone at the foot of a page says nothing.
    flow.need(head.height() + 2.0 * size * 1.4 + 2.0 * PAD);
    let head_node = flow.node(table_node, Tag::THead);
    let row_node = flow.node(head_node, Tag::TR);
    draw_head(flow, &head, &places, Some(row_node));
    let body = flow.node(table_node, Tag::TBody);
    for row in &table.rows {
        let style = if row.strong {
            Style::of(size).bold()
        } else {
            Style::of(size)
        };
        let laid = lay(flow, row.cells.iter().map(String::as_str), &places, style);
        draw_row(flow, laid, &places, body, &head);
    }
    flow.space(PAD);
}

fn draw_head(flow: &mut Flow, head: &Laid, places: &Places, row: Option<usize>) {
    for (cell, &(x, width, align)) in head.cells.iter().zip(places) {
        let role = match row {
            Some(row) => Role::Content(flow.node(row, Tag::TH(TableHeaderScope::Column))),
            // On later pages it is a repetition, which a screen reader must not read again.
            None => Role::Artifact(ArtifactType::PaginationOther),
        };
        let mut y = flow.y + PAD;
        for line in cell {
            flow.put_line(line.clone(), head.style.align(align), x, width, y, role);
            y += head.style.line_height();
        }
    }
    flow.y += head.height();
    let (left, width) = (flow.left(), flow.width());
    flow.hairline(left, width, 0.8);
}

/// A row stays on one page, unless no page could hold it: then its lines go on over the page.
fn draw_row(flow: &mut Flow, laid: Laid, places: &Places, body: usize, head: &Laid) {
    if flow.need(laid.height().min(flow.full_room() / 2.0)) {
        draw_head(flow, head, places, None);
    }
    let row = flow.node(body, Tag::TR);
    let cells: Vec<usize> = places.iter().map(|_| flow.node(row, Tag::TD)).collect();
    let step = laid.style.line_height();
    let mut rest: Vec<std::vec::IntoIter<Line>> =
        laid.cells.into_iter().map(Vec::into_iter).collect();
    flow.y += PAD;
    loop {
        let left = rest.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        if left == 0 {
            break;
        }
        if flow.need(step) {
            draw_head(flow, head, places, None);
            flow.y += PAD;
        }
        // Cell by cell as far as this page goes, so that each cell is read as a whole.
        let fits = ((flow.room() + 0.01) / step).max(1.0).min(left as f32) as usize;
        let top = flow.y;
        for ((cell, &(x, width, align)), node) in rest.iter_mut().zip(places).zip(&cells) {
            for (at, line) in cell.by_ref().take(fits).enumerate() {
                let y = top + at as f32 * step;
                let style = laid.style.align(align);
                flow.put_line(line, style, x, width, y, Role::Content(*node));
            }
        }
        flow.y = top + fits as f32 * step;
    }
    flow.y += PAD;
    let (left, width) = (flow.left(), flow.width());
    flow.hairline(left, width, 0.25);
}

fn lay<'t>(
    flow: &mut Flow,
    cells: impl Iterator<Item = &'t str>,
    places: &Places,
    style: Style,
) -> Laid {
    let cells = places
        .iter()
        .zip(cells.chain(std::iter::repeat("")))
        .map(|(&(_, width, _), text)| flow.lines(text, style, width))
        .collect();
    Laid { cells, style }
}

fn places(flow: &Flow, table: &Table, size: f32) -> Places {
    let gaps = GAP * table.columns.len().saturating_sub(1) as f32;
    let full = flow.width() - gaps;
    let widest = |index: usize, column: &Column| {
        let cells = table.rows.iter().filter_map(|row| {
            let weight = if row.strong {
                Weight::Bold
            } else {
                Weight::Regular
            };
            row.cells
                .get(index)
                .map(|cell| shape::width(cell, weight) * size)
        });
        let head = shape::width(&column.head, Weight::Bold) * size * 0.92;
        cells.fold(head, f32::max).min(full / 3.0) + 0.1
    };
    let mut widths: Vec<f32> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| match column.width {
            Width::Fit => widest(index, column),
            Width::Share(_) => 0.0,
        })
        .collect();
    let shares: f32 = table
        .columns
        .iter()
        .map(|column| match column.width {
            Width::Share(share) => share,
            Width::Fit => 0.0,
        })
        .sum();
    let fixed: f32 = widths.iter().sum();
    // Columns that share what is left never become narrower than a fifth of the table together.
    let left = (full - fixed).max(full / 5.0);
    if shares > 0.0 {
        let shrink = ((full - left) / fixed.max(1.0)).min(1.0);
        for (width, column) in widths.iter_mut().zip(&table.columns) {
            match column.width {
                Width::Share(share) => *width = left * share / shares,
                Width::Fit => *width *= shrink,
            }
        }
    }
    let mut x = flow.left();
    widths
        .into_iter()
        .zip(&table.columns)
        .map(|(width, column)| {
            let place = (x, width, column.align);
            x += width + GAP;
            place
        })
        .collect()
}
