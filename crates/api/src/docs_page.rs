//! The browsable API documentation at `/docs/`: a small page of our own that reads the OpenAPI
//! document at `/schema/` and renders it in the browser.
//!
//! It loads nothing from elsewhere, so that it works in a hospital without an internet connection,
//! and under [`CSP`], because scripts and styles are files of their own. Text from the document
//! reaches the page only as text nodes, never as markup.

/// The `Content-Security-Policy` to serve the page and its assets with.
pub const CSP: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// The file at `path`, relative to `/docs/` (`""` is the page itself), as content type and bytes;
/// `None` when there is no such file.
///
/// ```
/// let (content_type, body) = api::docs_page::asset("style.css").expect("it is built in");
/// assert_eq!(content_type, "text/css; charset=utf-8");
/// assert!(!body.is_empty());
/// assert!(api::docs_page::asset("../Cargo.toml").is_none());
/// ```
#[must_use]
pub fn asset(path: &str) -> Option<(&'static str, &'static [u8])> {
    const HTML: &str = "text/html; charset=utf-8";
    const CSS: &str = "text/css; charset=utf-8";
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    let found: (&'static str, &'static [u8]) = match path {
        "" | "index.html" => (HTML, include_bytes!("docs_page/index.html")),
        "style.css" => (CSS, include_bytes!("docs_page/style.css")),
        "app.js" => (SCRIPT, include_bytes!("docs_page/app.js")),
        "schema.js" => (SCRIPT, include_bytes!("docs_page/schema.js")),
        "try.js" => (SCRIPT, include_bytes!("docs_page/try.js")),
        "texts.js" => (SCRIPT, include_bytes!("docs_page/texts.js")),
        "icon.svg" => ("image/svg+xml", include_bytes!("docs_page/icon.svg")),
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const SCRIPTS: [&str; 4] = ["app.js", "schema.js", "try.js", "texts.js"];

    fn text(path: &str) -> &'static str {
        std::str::from_utf8(asset(path).unwrap().1).unwrap()
    }

    #[test]
    fn every_file_that_the_page_names_is_served() {
        let mut named = 0;
        for file in ["", "app.js", "schema.js", "try.js"] {
            for quoted in text(file).split('"').filter(|part| {
                part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".svg")
            }) {
                let path = quoted.trim_start_matches("/docs/").trim_start_matches("./");
                assert!(asset(path).is_some(), "{file} names {quoted}");
                named += 1;
            }
        }
        assert!(
            named >= 6,
            "the page should name its style, its icon and its scripts"
        );
    }

    #[test]
    fn the_page_obeys_its_policy() {
        let html = text("");
        for forbidden in [
            "<style",
            "style=",
            "onclick",
            "onload",
            "javascript:",
            "http:",
            "https:",
            "<script>",
        ] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        for script in SCRIPTS {
            for forbidden in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
                "localStorage",
                "sessionStorage",
            ] {
                assert!(!text(script).contains(forbidden), "{script}: {forbidden}");
            }
        }
    }

    #[test]
    fn every_language_has_every_text() {
        let texts = text("texts.js");
        let keys = |language: &str| -> Vec<&str> {
            let start = texts.find(&format!("\n  {language}: {{")).unwrap();
            let block = texts.get(start + 1..).unwrap();
            let block = block.get(..block.find("\n  },").unwrap()).unwrap();
            block
                .lines()
                .skip(1)
                .filter_map(|line| line.trim().split(':').next())
                .collect()
        };
        assert!(keys("en").len() > 20);
        assert_eq!(keys("en"), keys("fr"));
        assert_eq!(keys("en"), keys("sw"));
    }
}
