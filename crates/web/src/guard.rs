//! What every page's request passes, and what every page's answer carries.

use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, header};
use kernel::Code;
use platform::error::Error;
use platform::http::call::Head;
use platform::texts::Text;

/// Nothing but our own files; nothing inline; nobody frames a page; scripts write no markup but by one policy.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types chelal";

/// The headers of every page.
pub(crate) fn headers(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // Without a referrer Chromium posts `Origin: null`.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "cookie, accept-language"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(self), geolocation=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Whether a request that changes something comes from a page of ours.
///
/// # Errors
/// 403 when it comes from elsewhere, or does not say from where.
pub(crate) fn same_origin(head: &Head) -> Result<(), Error> {
    if matches!(head.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let ours = match (head.header("sec-fetch-site"), head.header("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == head.base(),
        (None, None) => false,
    };
    if ours {
        Ok(())
    } else {
        Err(Error::refuse(
            Code::PermissionDenied,
            Text::new("page-elsewhere"),
        ))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn asked(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = http::HeaderMap::new();
        map.insert("host", "chelal.example".parse().unwrap());
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let head = Head {
            method,
            path: "/".to_owned(),
            query: Vec::new(),
            headers: map,
            ip: None,
            proxied: false,
        };
        same_origin(&head).is_ok()
    }

    #[test]
    fn only_our_own_pages_post() {
        let ours = ("origin", "http://chelal.example");
        for (headers, let_in) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ours], false),
            (&[("sec-fetch-site", "none")], false),
            (&[ours], true),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(asked(Method::POST, headers), let_in, "{headers:?}");
        }
        assert!(asked(Method::GET, &[("sec-fetch-site", "cross-site")]));
    }
}
