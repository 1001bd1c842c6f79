//! Pictures: codes to scan, and a logo.

use krilla::image::Image;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::code128;
use crate::flow::Ink;

/// A picture. Its width is chosen where it is placed.
pub struct Figure(Kind);

enum Kind {
    /// Filled boxes in units of their own.
    Boxes {
        boxes: Vec<[f32; 4]>,
        width: f32,
        height: f32,
    },
    Image(Image),
}

impl Figure {
    /// A QR code that survives a quarter of it being dirty. `None` for more than it can hold.
    #[must_use]
    pub fn qr(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Quartile)
            .or_else(|_| QrCode::encode_text(text, QrCodeEcc::Low))
            .ok()?;
        let size = code.size();
        let mut boxes = Vec::new();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let start = x;
                while x < size && code.get_module(x, y) {
                    x += 1;
                }
                if x > start {
                    boxes.push([start as f32, y as f32, (x - start) as f32, 1.0]);
                }
                x += 1;
            }
        }
        Some(Self(Kind::Boxes {
            boxes,
            width: size as f32,
            height: size as f32,
        }))
    }

    /// A Code 128 bar code, a sixth as high as wide. `None` for text outside printable ASCII.
    #[must_use]
    pub fn code128(text: &str) -> Option<Self> {
        let (bars, width) = code128::bars(text)?;
        let width = width as f32;
        let height = width / 6.0;
        let boxes = bars
            .into_iter()
            .map(|(x, bar)| [x as f32, 0.0, bar as f32, height])
            .collect();
        Some(Self(Kind::Boxes {
            boxes,
            width,
            height,
        }))
    }

    /// A PNG or JPEG file. `None` if it is neither.
    #[must_use]
    pub fn image(file: &[u8]) -> Option<Self> {
        let data = file.to_vec();
        let image = if file.starts_with(b"\x89PNG") {
            Image::from_png(data.into(), false)
        } else {
            Image::from_jpeg(data.into(), false)
        }
        .ok()?;
        let (width, height) = image.size();
        (width > 0 && height > 0).then_some(Self(Kind::Image(image)))
    }

    fn size(&self) -> (f32, f32) {
        match &self.0 {
            Kind::Boxes { width, height, .. } => (*width, *height),
            Kind::Image(image) => {
                let (width, height) = image.size();
                (width as f32, height as f32)
            }
        }
    }

    pub(crate) fn height_at(&self, width: f32) -> f32 {
        let (own_width, own_height) = self.size();
        own_height * width / own_width
    }

    pub(crate) fn width_at(&self, height: f32) -> f32 {
        let (own_width, own_height) = self.size();
        own_width * height / own_height
    }

    pub(crate) fn ink(&self, x: f32, y: f32, width: f32) -> Ink {
        match &self.0 {
            Kind::Boxes {
                boxes,
                width: own_width,
                ..
            } => {
                let scale = width / own_width;
                let placed = boxes
                    .iter()
                    .map(|[bx, by, bw, bh]| {
                        [x + bx * scale, y + by * scale, bw * scale, bh * scale]
                    })
                    .collect();
                Ink::Boxes(placed)
            }
            Kind::Image(image) => Ink::Image {
                image: image.clone(),
                place: [x, y, width, self.height_at(width)],
            },
        }
    }
}
