//! The files that pages load: named by what is in them, so that browsers keep them for good.

use std::sync::OnceLock;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};

struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static [u8],
}

const ASSETS: [Asset; 3] = [
    Asset {
        name: "chelal.css",
        kind: "text/css; charset=utf-8",
        body: include_bytes!("../assets/chelal.css"),
    },
    Asset {
        name: "chelal.js",
        kind: "text/javascript; charset=utf-8",
        body: include_bytes!("../assets/chelal.js"),
    },
    Asset {
        name: "icon.svg",
        kind: "image/svg+xml",
        body: include_bytes!("../assets/icon.svg"),
    },
];

/// Tells one set of files from another; FNV-1a over all of them.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let bytes = ASSETS.iter().flat_map(|asset| asset.body);
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    })
}

/// Where a file is.
pub(crate) fn address(name: &str) -> String {
    ["/assets/", version(), "/", name].concat()
}

/// A file, if it is one of this version.
pub(crate) fn find(hash: &str, name: &str) -> Option<Response> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .filter(|_| hash == version())?;
    let mut response = Response::new(Body::from(asset.body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Some(response)
}
