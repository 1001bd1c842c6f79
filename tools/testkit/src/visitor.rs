//! People at pages without scripts.

use std::collections::BTreeMap;

use kernel::BuiltinRole;
use parking_lot::Mutex;

use crate::{Caller, PASSWORD, Reply, World};

/// A visitor without scripts: it keeps cookies and sends forms.
pub struct Visitor {
    /// How requests go: in process, or over the network.
    pub caller: Caller,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Visitor {
    /// Nobody yet, in process.
    #[must_use]
    pub fn new(world: &World) -> Visitor {
        Visitor {
            caller: world.anonymous(),
            cookies: Mutex::default(),
        }
    }

    /// Signed in with a role of a new user.
    pub async fn of(world: &World, role: BuiltinRole) -> Visitor {
        let name = ["page", &role.id().to_string()].concat();
        world.user(&name, Some(role)).await;
        let visitor = Visitor::new(world);
        visitor.sign_in(&name).await;
        visitor
    }

    /// Signs in by the page for it.
    pub async fn sign_in(&self, name: &str) {
        let sent = [("username", name), ("password", PASSWORD)];
        self.post("/sign-in", &sent).await.is(303);
    }

    /// Looks at a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.with(self.caller.request("GET", path)).await
    }

    /// Sends a form as the page at our own address does.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let request = self
            .caller
            .request("POST", path)
            .header("sec-fetch-site", "same-origin");
        self.with(request.raw("application/x-www-form-urlencoded", encoded(pairs)))
            .await
    }

    /// Sends a form, such as [`form`] finds it.
    pub async fn submit(&self, path: &str, pairs: &[(String, String)]) -> Reply {
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(path, &pairs).await
    }

    /// Sends a request with the cookies, and keeps those of the answer.
    pub async fn with(&self, request: crate::Request) -> Reply {
        let cookies: Vec<String> = {
            let kept = self.cookies.lock();
            kept.iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        let reply = request.header("cookie", &cookies.join("; ")).send().await;
        for cookie in reply.headers.get_all("set-cookie") {
            let (name, rest) = cookie
                .to_str()
                .expect("a page is well formed")
                .split_once('=')
                .expect("a page is well formed");
            let value = rest.split(';').next().expect("a page is well formed");
            let mut kept = self.cookies.lock();
            if rest.contains("Max-Age=0") {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }
}

/// How the keys of texts begin that pages show.
const KEYS: &[&str] = &[
    "access",
    "admin",
    "billing",
    "chart",
    "choice",
    "clinical",
    "compliance",
    "documents",
    "done",
    "draft",
    "field",
    "find",
    "form",
    "formulary",
    "laboratory",
    "label",
    "messaging",
    "month",
    "nav",
    "page",
    "patients",
    "pharmacy",
    "portal",
    "print",
    "refused",
    "report",
    "scheduling",
    "sign",
    "telemedicine",
    "verb",
    "wards",
];

/// What holds for every page, in any language and with any status: one heading, a language, a title, words instead of
/// keys of texts, nothing inline, each id once.
#[track_caller]
pub fn is_a_page(reply: &Reply, status: u16) -> String {
    let html = reply.text();
    let asked = &reply.asked;
    assert_eq!(reply.status.as_u16(), status, "{asked}: {html}");
    assert_eq!(html.matches("<h1").count(), 1, "{asked}: {html}");
    assert!(
        html.contains("<html lang=\"") && html.contains("<title>"),
        "{asked}"
    );
    for inline in [" style=", "<script>"] {
        assert!(!html.contains(inline), "{inline} in {asked}: {html}");
    }
    for text in html
        .split('>')
        .filter_map(|part| part.split_once('<'))
        .map(|(text, _)| text.trim())
    {
        let begins = text.split_once('-').map_or("", |(begins, _)| begins);
        let key = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(
            !(key && KEYS.contains(&begins)),
            "{text} in {asked}: {html}"
        );
    }
    let mut ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{asked}: an id is there twice: {html}");
    html
}

/// Where a post led.
#[track_caller]
pub fn leads(reply: &Reply) -> String {
    assert_eq!(
        reply.status.as_u16(),
        303,
        "{}: {}",
        reply.asked,
        reply.text()
    );
    reply.header("location").to_owned()
}

/// The number in an address.
#[track_caller]
pub fn id_in(address: &str) -> i64 {
    let digits: String = address.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("an address with a number")
}

/// Pairs as a form sends them.
#[must_use]
pub fn encoded(pairs: &[(&str, &str)]) -> Vec<u8> {
    let percent =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)))
        .collect();
    pairs.join("&").into_bytes()
}

/// What the form of an operation on a page would send, untouched.
pub fn form(html: &str, operation: &str) -> Vec<(String, String)> {
    let at = html
        .find(&format!("name=\"_do\" value=\"{operation}\""))
        .unwrap_or_else(|| panic!("no {operation} in {html}"));
    let begin = html[..at].rfind("<form").expect("a page is well formed");
    let end = begin
        + html[begin..]
            .find("</form>")
            .expect("a page is well formed");
    let mut pairs = Vec::new();
    for tag in html[begin..end]
        .split('<')
        .filter(|tag| tag.starts_with("input"))
    {
        let attribute = |name: &str| {
            let rest = tag.split_once(&format!(" {name}=\""))?.1;
            Some(unescape(rest.split('"').next()?))
        };
        let ticked = !tag.contains("type=\"checkbox\"") && !tag.contains("type=\"radio\"")
            || tag.contains(" checked");
        if let Some(name) = attribute("name").filter(|_| ticked) {
            pairs.push((name, attribute("value").unwrap_or_default()));
        }
    }
    for (tag, end) in [("<textarea", "</textarea>"), ("<select", "</select>")] {
        for part in html[begin
            ..begin
                + html[begin..]
                    .find("</form>")
                    .expect("a page is well formed")]
            .split(tag)
            .skip(1)
        {
            let name = part
                .split_once("name=\"")
                .expect("a page is well formed")
                .1
                .split('"')
                .next()
                .expect("a page is well formed");
            let inner = part.split(end).next().expect("a page is well formed");
            let value = if tag == "<textarea" {
                inner
                    .split_once('>')
                    .expect("a page is well formed")
                    .1
                    .to_owned()
            } else {
                let chosen = inner
                    .split("<option")
                    .find(|option| option.contains(" selected"));
                chosen
                    .and_then(|option| option.split_once("value=\""))
                    .map(|(_, rest)| {
                        rest.split('"')
                            .next()
                            .expect("a page is well formed")
                            .to_owned()
                    })
                    .unwrap_or_default()
            };
            pairs.push((name.to_owned(), unescape(&value)));
        }
    }
    pairs
}

/// A text as it stood before it became HTML.
#[must_use]
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Types over a field of a form.
pub fn set(pairs: &mut Vec<(String, String)>, name: &str, value: &str) {
    pairs.retain(|(known, _)| known != name);
    pairs.push((name.to_owned(), value.to_owned()));
}
