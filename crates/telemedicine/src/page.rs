//! The page that a join link opens: plain HTML, one script and one style of our own, and nothing from elsewhere.
//!
//! Opening it changes nothing and lets nobody in: its script shows the link once more when it opens the socket.

use std::fmt::Write;

use http::StatusCode;
use kernel::Code;
use platform::app::App;
use platform::cx::Cx;
use platform::error::Error;
use platform::http::call::{Call as Request, Reply, ReplyBody};
use platform::module::Module;
use platform::route::{Route, Run};
use platform::serde_json::json;
use platform::texts::Text;

use crate::link::{self, Holder};
use crate::live;
use crate::participant::{Call, Role};

/// Below `/api/`.
pub(crate) const PATH: &str = "telemedicine/call/";

const SCRIPT: &str = include_str!("page/call.js");
const STYLE: &str = include_str!("page/call.css");

/// Nothing but our own script, style and socket; pictures come as streams, which no policy counts as a source. Nobody
/// frames the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What the script says, by its own name of it.
const SAID: &[(&str, &str)] = &[
    ("waiting", "telemedicine-page-waiting"),
    ("alone", "telemedicine-page-alone"),
    ("connecting", "telemedicine-page-connecting"),
    ("talking", "telemedicine-page-talking"),
    ("left", "telemedicine-page-left"),
    ("moved", "telemedicine-page-moved"),
    ("over", "telemedicine-page-over"),
    ("elsewhere", "telemedicine-page-elsewhere"),
    ("refused", "telemedicine-page-refused"),
    ("lost", "telemedicine-page-lost"),
    ("nocamera", "telemedicine-page-no-camera"),
    ("hungup", "telemedicine-page-hung-up"),
    ("you", "telemedicine-page-you"),
    ("other", "telemedicine-page-other"),
];

/// Adds the page, its script and its style.
pub(crate) fn declare(module: Module) -> Module {
    let page: Run = |cx, call| Box::pin(page(cx, call));
    let script: Run = |_, _| Box::pin(async { Ok(file("text/javascript; charset=utf-8", SCRIPT)) });
    let style: Run = |_, _| Box::pin(async { Ok(file("text/css; charset=utf-8", STYLE)) });
    module
        .route(
            Route::get("telemedicine", PATH, page)
                .open()
                .answers_file("text/html")
                .query("role", json!({ "type": "string", "enum": ["doctor", "patient"] }), "The part that the link is for.")
                .query("link", json!({ "type": "string" }), "The signed part of a join link.")
                .summary("The page on which a video call takes place")
                .description(
                    "What the links of `join_info/` open, for people. 401 for a link that is not ours, was altered or is \
                     too old, 409 once the call is over.\n\nThe page opens `/ws/telemedicine/<room>/` and offers the \
                     protocols `chelal` and `letter-<link>` (clients of their own may show their access token instead). The \
                     server says `{\"event\": \"welcome\", \"role\", \"scheduled_start\", \"ice_servers\"}`, and of the other side \
                     `joined` and `left`; `moved` with `scheduled_start` when the call was given another time. While both \
                     are there it passes on `{\"event\": \"offer\", \"sdp\"}` (the doctor begins), `answer`, `{\"event\": \
                     \"candidate\", \"candidate\"}` and `{\"event\": \"chat\", \"text\"}` of at most 2000 characters; what it does not \
                     pass on it answers with `{\"event\": \"refused\", \"reason\"}`. Nothing of it is stored. It closes with 4410 \
                     when the call is over, 4409 when the same participant came in elsewhere, 4403 (not a participant), 4401 \
                     (sign in again), 1001 or 1011 (connect again).",
                )
                .done(),
        )
        .route(asset("telemedicine/call/call.js/", "text/javascript", script, "The script of the page of a video call"))
        .route(asset("telemedicine/call/call.css/", "text/css", style, "The style of the page of a video call"))
}

fn asset(
    path: &str,
    kind: &'static str,
    run: Run,
    summary: &str,
) -> platform::operation::Operation {
    Route::get("telemedicine", path, run)
        .open()
        .answers_file(kind)
        .summary(summary)
        .done()
}

fn file(kind: &str, text: &'static str) -> Reply {
    let mut reply = Reply::empty(StatusCode::OK);
    reply.header("content-type", kind);
    reply.header("cache-control", "no-cache");
    reply.body = ReplyBody::Whole(text.into());
    reply
}

async fn page(cx: &mut Cx, request: &Request) -> Result<Reply, Error> {
    let page = Page {
        app: &cx.app,
        language: cx.origin.language,
    };
    let link = request.query("link").unwrap_or_default();
    let role = request.query("role").unwrap_or_default();
    Ok(match invited(&cx.app, link, role).await {
        Ok((room, role)) => page.call(&room, role, link),
        Err(Error::Refused(refusal)) => page.says(refusal.code, &refusal.text),
        Err(error) => return Err(error),
    })
}

/// The room and the part of whoever holds a link that still opens it.
async fn invited(app: &App, link: &str, role: &str) -> Result<(String, Role), Error> {
    let claims = link::open_in_time(app, link)?;
    if role != claims.role.as_str() {
        return Err(link::not_ours());
    }
    if (claims.role, claims.holder) == (Role::Doctor, Holder::Anybody) {
        let text = Text::new("telemedicine-page-sign-in");
        return Err(Error::refuse(Code::PermissionDenied, text));
    }
    let call = Call::find(app, &claims.room).await?;
    let call = call
        .filter(|call| claims.fits(call))
        .ok_or_else(Error::denied)?;
    if !call.is_open {
        return Err(crate::session::over());
    }
    Ok((claims.room, claims.role))
}

/// Writes for one reader.
struct Page<'a> {
    app: &'a App,
    language: &'static str,
}

impl Page<'_> {
    fn text(&self, key: &'static str) -> String {
        escape(&self.app.texts.render(self.language, &Text::new(key)))
    }

    /// The call itself.
    fn call(&self, room: &str, role: Role, link: &str) -> Reply {
        let mut data = String::new();
        for (name, key) in SAID {
            // Writing to a text does not fail.
            let _ = write!(data, " data-say-{name}=\"{}\"", self.text(key));
        }
        let long = escape(&self.app.texts.render(self.language, &live::limits()));
        let button = |id, key, attributes| {
            format!(
                "<button type=\"button\" id=\"{id}\"{attributes}>{}</button>",
                self.text(key)
            )
        };
        let body = format!(
            "<main id=\"call\" data-room=\"{}\" data-role=\"{}\" data-link=\"{}\" data-say-long=\"{long}\"{data}>\n\
             <h1>{}</h1>\n<p id=\"status\" role=\"status\" aria-live=\"polite\">{}</p>\n\
             <div class=\"pictures\"><video id=\"remote\" autoplay playsinline></video>\
             <video id=\"local\" autoplay playsinline muted></video></div>\n\
             <p class=\"buttons\">{}{}{}{}</p>\n\
             <section aria-label=\"{}\"><ul id=\"chat\"></ul>\
             <p class=\"say\"><label for=\"text\">{}</label><input id=\"text\" maxlength=\"2000\" autocomplete=\"off\" disabled>{}</p>\
             <p class=\"hint\">{}</p></section>\n</main>\n<script src=\"/api/{PATH}call.js\"></script>",
            escape(room),
            role.as_str(),
            escape(link),
            self.text("telemedicine-page-title"),
            self.text("telemedicine-page-ready"),
            button("join", "telemedicine-page-join", " disabled"),
            button(
                "sound",
                "telemedicine-page-sound",
                " aria-pressed=\"true\" disabled"
            ),
            button(
                "picture",
                "telemedicine-page-picture",
                " aria-pressed=\"true\" disabled"
            ),
            button("leave", "telemedicine-page-leave", " disabled"),
            self.text("telemedicine-page-chat"),
            self.text("telemedicine-page-message"),
            button("send", "telemedicine-page-send", " disabled"),
            self.text("telemedicine-page-not-kept"),
        );
        self.page(StatusCode::OK, &body)
    }

    /// A sentence instead of a call.
    fn says(&self, code: Code, text: &Text) -> Reply {
        let said = escape(&self.app.texts.render(self.language, text));
        let title = self.text("telemedicine-page-title");
        let body =
            format!("<main><h1>{title}</h1>\n<p id=\"status\" role=\"alert\">{said}</p></main>");
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::FORBIDDEN);
        self.page(status, &body)
    }

    fn page(&self, status: StatusCode, body: &str) -> Reply {
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} · Chelal</title>\n\
             <link rel=\"stylesheet\" href=\"/api/{PATH}call.css\">\n</head>\n<body>\n{body}\n</body>\n</html>\n",
            self.language,
            self.text("telemedicine-page-title"),
        );
        let mut reply = Reply::empty(status);
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", POLICY),
            // The link stands in the address.
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("permissions-policy", "camera=(self), microphone=(self)"),
            ("x-content-type-options", "nosniff"),
            ("vary", "accept-language"),
        ] {
            reply.header(name, value);
        }
        reply.body = ReplyBody::Whole(html.into());
        reply
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
    fn texts_are_never_markup() {
        assert_eq!(
            escape("<a b=\"c\" d='e'>&"),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;"
        );
    }

    #[test]
    fn the_script_says_only_what_the_page_has() {
        let mut rest = SCRIPT;
        let mut said = 0;
        while let Some((_, after)) = rest.split_once("say('") {
            let (name, after) = after.split_once('\'').unwrap();
            assert!(
                name == "long" || SAID.iter().any(|(known, _)| *known == name),
                "{name}"
            );
            (rest, said) = (after, said + 1);
        }
        assert!(said > 5, "{said}");
    }
}
