//! A page of HTML: self-contained, without scripts, in the reader's language.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use platform::app::App;
use platform::module::Module;
use platform::texts::Text;
use serde_json::{Map, Value as Json};

use super::forms::language;

/// Nothing is loaded but our own style; forms go nowhere else; nobody frames a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The style of all pages, at `/pages.css`.
pub(super) const STYLE: &[u8] = include_bytes!("pages.css");

/// The texts of the pages, as a module of its own.
pub(crate) fn module() -> Module {
    Module::new("pages").texts(platform::texts!("server", "../../texts"))
}

/// What a field is, so that browsers and password managers help with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Username,
    Email,
    /// Asked for twice.
    NewPassword,
}

/// A field of a form, by the name under which the API takes it and complains.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) sort: Sort,
    pub(super) optional: bool,
}

impl Field {
    /// The name of the second input of a password.
    pub(super) fn again(&self) -> String {
        format!("{}_again", self.name)
    }
}

/// A form: its texts, and the operation that it asks.
pub(super) struct Form {
    pub(super) path: &'static str,
    pub(super) api: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) button: &'static str,
    pub(super) done: &'static str,
    pub(super) fields: &'static [Field],
}

/// Writes pages for one reader.
pub(super) struct Page<'a> {
    app: &'a App,
    language: &'static str,
}

impl<'a> Page<'a> {
    pub(super) fn for_reader(app: &'a App, headers: &HeaderMap) -> Page<'a> {
        Page {
            app,
            language: language(app, headers),
        }
    }

    /// A text in the reader's language; not escaped.
    pub(super) fn text(&self, key: &'static str) -> String {
        self.app.texts.render(self.language, &Text::new(key))
    }

    /// A sentence instead of a form.
    pub(super) fn says(
        &self,
        status: StatusCode,
        title: &'static str,
        key: &'static str,
    ) -> Response {
        let body = format!("<p class=\"notice\">{}</p>", escape(&self.text(key)));
        self.page(status, title, &body)
    }

    /// That all went well.
    pub(super) fn done(&self, title: &'static str, key: &'static str) -> Response {
        self.says_this(title, &self.text(key))
    }

    /// That all went well, in words of the API.
    pub(super) fn says_this(&self, title: &'static str, text: &str) -> Response {
        let body = format!(
            "<p class=\"notice done\" role=\"status\">{}</p>",
            escape(text)
        );
        self.page(StatusCode::OK, title, &body)
    }

    /// A form, with what was sent before (passwords aside) and what the API said of it.
    pub(super) fn form(
        &self,
        status: StatusCode,
        form: &Form,
        token: &str,
        sent: &[(String, String)],
        faults: &Map<String, Json>,
    ) -> Response {
        let mut body = format!("<p>{}</p>", escape(&self.text(form.intro)));
        for said in self.general(form, faults) {
            body += &format!("<p class=\"notice\" role=\"alert\">{}</p>", escape(&said));
        }
        body += &format!("<form method=\"post\" action=\"{}\">", form.path);
        if !token.is_empty() {
            body += &format!(
                "<input type=\"hidden\" name=\"token\" value=\"{}\">",
                escape(token)
            );
        }
        let mut first = true;
        for field in form.fields {
            let value = sent.iter().find(|(name, _)| name == field.name);
            let value = value.map_or("", |(_, value)| value);
            let said = said(faults.get(field.name));
            body += &self.input(field, field.name, field.label, value, &said, &mut first);
            if field.sort == Sort::NewPassword {
                let again = field.again();
                let said = super::page::said(faults.get(&again));
                body += &self.input(field, &again, "page-password-again", "", &said, &mut first);
            }
        }
        body += &format!(
            "<button>{}</button></form>",
            escape(&self.text(form.button))
        );
        self.page(status, form.title, &body)
    }

    /// What is said of no input of the form.
    fn general(&self, form: &Form, faults: &Map<String, Json>) -> Vec<String> {
        let mut of_fields = false;
        let mut all = Vec::new();
        for (name, json) in faults {
            let known = |field: &Field| field.name == name || field.again() == *name;
            if form.fields.iter().any(known) {
                of_fields = true;
            } else if !matches!(name.as_str(), "code" | "request_id") {
                all.extend(Some(said(Some(json))).filter(|said| !said.is_empty()));
            }
        }
        if of_fields {
            all.push(self.text("page-check"));
        }
        all
    }

    fn input(
        &self,
        field: &Field,
        name: &str,
        label: &'static str,
        value: &str,
        said: &str,
        first: &mut bool,
    ) -> String {
        let label = escape(&self.text(label));
        let (kind, complete) = match field.sort {
            Sort::Username => ("text", "username"),
            Sort::Email => ("email", "email"),
            Sort::NewPassword => ("password", "new-password"),
        };
        let mut described = Vec::new();
        let mut after = String::new();
        if field.sort == Sort::NewPassword && name == field.name {
            described.push(format!("{name}-hint"));
            after += &format!(
                "<p class=\"hint\" id=\"{name}-hint\">{}</p>",
                escape(&self.text("page-password-hint"))
            );
        }
        if !said.is_empty() {
            described.push(format!("{name}-error"));
            after += &format!(
                "<p class=\"error\" id=\"{name}-error\">{}</p>",
                escape(said)
            );
        }
        let mut attributes = format!("type=\"{kind}\" autocomplete=\"{complete}\"");
        if field.sort != Sort::NewPassword {
            attributes += &format!(
                " value=\"{}\" autocapitalize=\"none\" spellcheck=\"false\"",
                escape(value)
            );
        }
        for (holds, attribute) in [
            (!field.optional, " required"),
            (!said.is_empty(), " aria-invalid=\"true\""),
            (std::mem::take(first), " autofocus"),
        ] {
            if holds {
                attributes += attribute;
            }
        }
        if !described.is_empty() {
            attributes += &format!(" aria-describedby=\"{}\"", described.join(" "));
        }
        format!(
            "<label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" {attributes}>{after}"
        )
    }

    fn page(&self, status: StatusCode, title: &'static str, body: &str) -> Response {
        let title = escape(&self.text(title));
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · Chelal</title>\n<link rel=\"stylesheet\" href=\"/pages.css\">\n</head>\n\
             <body>\n<main>\n<p class=\"brand\">Chelal</p>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
            self.language
        );
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "accept-language"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// What the API said of one thing, as one sentence or several.
fn said(json: Option<&Json>) -> String {
    match json {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(texts)) => {
            let texts: Vec<&str> = texts.iter().filter_map(Json::as_str).collect();
            texts.join(" ")
        }
        _ => String::new(),
    }
}

/// Text that is no markup, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Marks that only steer the direction of other text would garble a page.
            '\u{2066}'..='\u{2069}' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_never_markup() {
        assert_eq!(
            escape("<a href=\"x\" onclick='y'>&</a>"),
            "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;&lt;/a&gt;"
        );
        assert_eq!(escape("Awa Ceesay"), "Awa Ceesay");
    }
}
