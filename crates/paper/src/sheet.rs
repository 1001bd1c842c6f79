//! The paper that a document is printed on.

/// Millimetres in points.
pub(crate) const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

/// A size of paper. Its name in an address is in parentheses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sheet {
    /// 210 × 297 mm (`a4`).
    #[default]
    A4,
    /// 148 × 210 mm (`a5`).
    A5,
    /// A till roll, 80 mm wide, as long as the document (`80mm`).
    Roll80,
    /// A label, 86 × 54 mm, the size of a bank card (`label`).
    Label,
    /// A wristband, 279 × 25 mm (`wristband`).
    Wristband,
}

impl Sheet {
    /// Every size.
    pub const ALL: [Self; 5] = [
        Self::A4,
        Self::A5,
        Self::Roll80,
        Self::Label,
        Self::Wristband,
    ];

    /// The name in an address: `?paper=a5`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A5 => "a5",
            Self::Roll80 => "80mm",
            Self::Label => "label",
            Self::Wristband => "wristband",
        }
    }

    /// The size with this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|sheet| sheet.name().eq_ignore_ascii_case(name.trim()))
    }

    pub(crate) const fn width(self) -> f32 {
        match self {
            Self::A4 => mm(210.0),
            Self::A5 => mm(148.0),
            Self::Roll80 => mm(80.0),
            Self::Label => mm(86.0),
            Self::Wristband => mm(279.0),
        }
    }

    /// `None` where the paper is as long as what is printed on it.
    pub(crate) const fn height(self) -> Option<f32> {
        match self {
            Self::A4 => Some(mm(297.0)),
            Self::A5 => Some(mm(210.0)),
            Self::Roll80 => None,
            Self::Label => Some(mm(54.0)),
            Self::Wristband => Some(mm(25.0)),
        }
    }

    /// Left and right.
    pub(crate) const fn side(self) -> f32 {
        match self {
            Self::A4 => mm(18.0),
            Self::A5 => mm(12.0),
            Self::Roll80 => mm(4.0),
            Self::Label => mm(4.0),
            // The ends are glued or clasped.
            Self::Wristband => mm(30.0),
        }
    }

    pub(crate) const fn top(self) -> f32 {
        match self {
            Self::A4 => mm(16.0),
            Self::A5 => mm(11.0),
            Self::Roll80 => mm(4.0),
            Self::Label => mm(3.5),
            Self::Wristband => mm(2.5),
        }
    }

    pub(crate) const fn bottom(self) -> f32 {
        match self {
            Self::A4 => mm(18.0),
            Self::A5 => mm(14.0),
            Self::Roll80 => mm(6.0),
            Self::Label => mm(3.0),
            Self::Wristband => mm(2.0),
        }
    }

    /// The size of running text in points.
    pub(crate) const fn text_size(self) -> f32 {
        match self {
            Self::A4 => 9.5,
            Self::A5 | Self::Roll80 => 8.5,
            Self::Label | Self::Wristband => 8.0,
        }
    }

    /// Whether pages carry a running head and page numbers.
    pub(crate) const fn numbers_pages(self) -> bool {
        matches!(self, Self::A4 | Self::A5)
    }
}
