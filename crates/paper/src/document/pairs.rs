//! Labels with their values.

use krilla::tagging::{ListNumbering, Tag};

use super::Document;
use crate::flow::{ROOT, Role, Style};
use crate::shape;
use crate::sheet::mm;

impl Document {
    /// Labels with their values, in one or more columns, read row by row. Pairs without a value are left out; the
    /// last value of a row has the rest of its width.
    pub fn pairs(&mut self, columns: usize, pairs: &[(&str, &str)]) {
        let filled: Vec<_> = pairs
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .collect();
        if filled.is_empty() {
            return;
        }
        let list = self.flow.node(ROOT, Tag::L(ListNumbering::None));
        let size = self.size();
        let (label, value) = (Style::of(size * 0.92).grey(), Style::of(size));
        let gap = mm(3.0);
        for row in filled.chunks(columns.max(1)) {
            let cell =
                (self.flow.width() - gap * (columns.max(1) - 1) as f32) / columns.max(1) as f32;
            let named = (cell * 0.38).min(mm(42.0));
            let left = |at: usize| at as f32 * (cell + gap);
            let whole = self.flow.width();
            let room = |at: usize| match at + 1 == row.len() {
                true => whole - left(at) - named,
                false => cell - named,
            };
            let laid: Vec<_> = row
                .iter()
                .enumerate()
                .map(|(at, (name, text))| {
                    (
                        self.flow.lines(name, label, named - mm(1.0)),
                        self.flow.lines(text, value, room(at)),
                    )
                })
                .collect();
            let height = laid
                .iter()
                .map(|(names, values)| names.len().max(values.len()))
                .max()
                .unwrap_or(1) as f32
                * value.line_height();
            self.flow.need(height.min(self.flow.full_room() / 2.0));
            if height > self.flow.room() {
                // No page holds it: the values go on over the page, one pair after the other.
                for (name, text) in row {
                    self.pair_as_text(list, name, text, label, value);
                }
                continue;
            }
            let top = self.flow.y;
            for (at, (names, values)) in laid.into_iter().enumerate() {
                let x = self.flow.left() + left(at);
                let item = self.flow.node(list, Tag::LI);
                let name = self.flow.node(item, Tag::Lbl);
                self.stack(names, label, x, top, named, name);
                let body = self.flow.node(item, Tag::LBody);
                self.stack(values, value, x + named, top, room(at), body);
            }
            self.flow.y = top + height;
        }
        self.flow.space(mm(1.0));
    }

    fn pair_as_text(&mut self, list: usize, name: &str, text: &str, label: Style, value: Style) {
        let item = self.flow.node(list, Tag::LI);
        let node = self.flow.node(item, Tag::Lbl);
        self.flow.paragraph(name, label, node);
        let node = self.flow.node(item, Tag::LBody);
        self.flow.paragraph(text, value, node);
    }

    pub(super) fn stack(
        &mut self,
        lines: Vec<shape::Line>,
        style: Style,
        x: f32,
        top: f32,
        width: f32,
        node: usize,
    ) {
        for (at, line) in lines.into_iter().enumerate() {
            let y = top + at as f32 * style.size.max(self.size()) * 1.36;
            self.flow
                .put_line(line, style, x, width, y, Role::Content(node));
        }
    }
}
