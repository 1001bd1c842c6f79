//! Documents for people, as PDF: invoices, receipts, prescriptions, laboratory reports, letters, cards.
//!
//! Pure: data in, bytes out. Nothing here reads a database, a clock or a file; the fonts are compiled in. The
//! same data make the same bytes.
//!
//! # What it promises
//! - Every document is a tagged PDF that keeps the rules of PDF/UA-1: a screen reader reads it in the order in
//!   which it was put together, with headings, lists, tables and their heads. The writer checks the rules each
//!   time, and a document that broke one would be an [`Error`], not a file.
//! - Text comes out as it was entered, in Latin (with the letters of West African languages), Arabic, N'Ko,
//!   Adlam, Greek, Cyrillic and Chinese. A character that no font has is printed as its code point
//!   (`[U+2B7A9]`), is told in [`Printed::unshown`], and is still found by a search.
//! - Tables repeat their heads on each page; nothing is cut off, however long.
//!
//! # How to make a document
//! The hospital's own forms are in [`documents`]. A new one is put together from the parts of [`Document`]:
//!
//! ```
//! use kernel::Language;
//! use paper::{Column, Document, Hospital, Row, Sheet, Table};
//!
//! let mut document = Document::new(Sheet::A5, Language::En, "Stock list");
//! document.letterhead(&Hospital { name: "Brikama Hospital".into(), ..Hospital::default() });
//! document.heading(1, "Stock list");
//! document.pairs(2, &[("Place", "Main store"), ("Counted by", "Fatou Ceesay")]);
//! document.table(&Table {
//!     columns: vec![Column::text("Item", 1.0), Column::number("Quantity")],
//!     rows: vec![Row::of(vec!["Paracetamol 500 mg".into(), "1,200".into()])],
//! });
//! let printed = document.finish()?;
//! assert!(printed.pdf.starts_with(b"%PDF-1.7"));
//! assert_eq!(printed.pages, 1);
//! # Ok::<(), paper::Error>(())
//! ```

mod code128;
mod document;
pub mod documents;
mod draw;
mod figure;
mod flow;
mod font;
pub mod format;
mod shape;
mod sheet;
mod table;
mod words;

pub use document::{Document, Error, Hospital, Printed, Verification};
pub use figure::Figure;
pub use flow::Align;
pub use sheet::Sheet;
pub use table::{Column, Row, Table, Width};

/// The licences of the fonts, which must go along with them.
pub const FONT_LICENCES: &str = concat!(
    include_str!("../fonts/README.md"),
    "\n",
    include_str!("../fonts/LICENSE-OFL.txt"),
    "\n",
    include_str!("../fonts/LICENSE-APACHE.txt"),
);
