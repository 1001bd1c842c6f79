//! The pairs of a form that came in parts (`multipart/form-data`) although nothing is uploaded with it, such as a
//! program's.

use axum::body::{Body, to_bytes};
use futures_util::stream;
use kernel::Code;
use platform::error::Error;
use platform::texts::Text;

use crate::post;

/// Parts of a form, at most.
const MOST: usize = 500;

/// Its texts. A file among them is left out: files go to the operations that take them, and their forms say so in
/// their address.
pub(crate) async fn pairs(
    kind: &str,
    body: Option<Body>,
    most: usize,
) -> Result<Vec<(String, String)>, Error> {
    let boundary = multer::parse_boundary(kind).map_err(|_| post::unreadable())?;
    let bytes = to_bytes(body.unwrap_or_default(), most).await;
    let bytes = bytes.map_err(|_| {
        let text = Text::new("payload-too-large").with("limit", most);
        Error::refuse(Code::PayloadTooLarge, text)
    })?;
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let mut form = multer::Multipart::new(whole, boundary);
    let mut pairs = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| post::unreadable())? {
        if pairs.len() >= MOST {
            return Err(post::unreadable());
        }
        let name = field.name().map(str::to_owned);
        let Some(name) = name.filter(|_| field.file_name().is_none()) else {
            continue;
        };
        let value = field.text().await.map_err(|_| post::unreadable())?;
        pairs.push((name, value));
    }
    Ok(lines(pairs))
}

/// Browsers end the lines of a text with CR LF, whatever it was that they were given; programs with LF.
pub(crate) fn lines(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    for (_, value) in &mut pairs {
        if value.contains('\r') {
            *value = value.replace("\r\n", "\n");
        }
    }
    pairs
}
