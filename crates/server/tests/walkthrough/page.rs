//! A page being written while what stands on it happens.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value as Json;
use testkit::{Caller, Reply};

/// A page being written.
pub(crate) struct Page {
    text: String,
}

impl Page {
    pub(crate) fn new(title: &str, begin: &str) -> Page {
        let note = "This page is made and checked by a test (`crates/server/tests/walkthrough/`): requests and \
                    answers are what was really sent, but for tokens, which are left out, and `uid`s, which differ \
                    each time.";
        Page {
            text: format!("# {title}\n\n{begin}\n\n{note}\n"),
        }
    }

    pub(crate) fn say(&mut self, text: &str) {
        write!(self.text, "\n{text}\n").unwrap();
    }

    pub(crate) fn show(&mut self, kind: &str, text: &str) {
        write!(self.text, "\n```{kind}\n{}\n```\n", text.trim_end()).unwrap();
    }

    pub(crate) async fn ask(
        &mut self,
        who: &Caller,
        method: &str,
        path: &str,
        body: Option<Json>,
    ) -> Reply {
        let reply = self.send(who, method, path, body).await;
        self.answered(&reply, &pretty(&reply.text()));
        assert!(reply.status.is_success(), "{}", reply.text());
        reply
    }

    /// The same; of the answer, only these keys are shown. `items{id,status}` shows two keys of each item.
    pub(crate) async fn brief(
        &mut self,
        who: &Caller,
        method: &str,
        path: &str,
        body: Option<Json>,
        keys: &[&str],
    ) -> Reply {
        let reply = self.send(who, method, path, body).await;
        assert!(
            reply.status.is_success(),
            "{method} {path}: {}",
            reply.text()
        );
        self.answered(&reply, &pretty(&picked(&reply.json, keys)));
        reply
    }

    /// Something that is not allowed.
    pub(crate) async fn refused(
        &mut self,
        who: &Caller,
        method: &str,
        path: &str,
        body: Option<Json>,
        keys: &[&str],
    ) -> Reply {
        let reply = self.send(who, method, path, body).await;
        assert!(
            reply.status.is_client_error(),
            "{method} {path}: {}",
            reply.text()
        );
        self.answered(&reply, &pretty(&picked(&reply.json, keys)));
        reply
    }

    /// A document; what stands on it is not shown.
    pub(crate) async fn pdf(&mut self, who: &Caller, path: &str) -> Reply {
        let reply = self.send(who, "GET", path, None).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert!(reply.bytes.starts_with(b"%PDF-1.7"), "{path}");
        let kind = format!("Content-Type: {}", reply.header("content-type"));
        self.answered(&reply, &kind);
        reply
    }

    async fn send(&mut self, who: &Caller, method: &str, path: &str, body: Option<Json>) -> Reply {
        let mut request = who.request(method, path);
        let mut shown = format!("{method} /api/{path}");
        if let Some(body) = &body {
            request = request.json(body);
            if body.as_object().is_some_and(|body| !body.is_empty()) {
                write!(shown, "\n\n{}", pretty(&body.to_string())).unwrap();
            }
        }
        let reply = request.send().await;
        self.show("http", &shown);
        reply
    }

    fn answered(&mut self, reply: &Reply, text: &str) {
        let answer = format!("HTTP {}\n\n{text}", reply.status);
        self.show("http", &answer);
    }

    /// Compares with the file, or writes it.
    pub(crate) fn finish(self, name: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/walkthroughs");
        let path = root.join(name);
        if std::env::var_os("CHELAL_TEST_WRITE").is_some() {
            std::fs::create_dir_all(&root).unwrap();
            std::fs::write(&path, self.text).unwrap();
            return;
        }
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            known == self.text,
            "docs/walkthroughs/{name} is not what happens now; look at the difference after\n\
             CHELAL_TEST_WRITE=1 cargo test -p chelal --test walkthrough"
        );
    }
}

/// Some keys of an object, or of each object of a list, as JSON; what is left out is an ellipsis.
pub(crate) fn picked(json: &Json, keys: &[&str]) -> String {
    if let Some(list) = json.as_array() {
        let rows: Vec<String> = list.iter().map(|row| picked(row, keys)).collect();
        return format!("[{}]", rows.join(","));
    }
    let Some(object) = json.as_object() else {
        return json.to_string();
    };
    let mut shown = Vec::new();
    for key in keys {
        let (name, inner) = key.split_once('{').unwrap_or((key, ""));
        let value = object.get(name);
        let value = value.unwrap_or_else(|| panic!("no {name} in {json}"));
        let value = match inner.strip_suffix('}') {
            Some(inner) => picked(value, &inner.split(',').collect::<Vec<_>>()),
            None => value.to_string(),
        };
        shown.push(format!("\"{name}\":{value}"));
    }
    if keys.len() < object.len() {
        shown.push("…".to_owned());
    }
    format!("{{{}}}", shown.join(","))
}

/// JSON with a line for each member, its members in their order, and without what differs each time.
pub(crate) fn pretty(json: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut inside, mut escaped) = (0usize, false, false);
    let mut before = ' ';
    for c in json.chars() {
        let break_line = |out: &mut String, depth: usize| {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        };
        if inside {
            out.push(c);
            inside = escaped || c != '"';
            escaped = c == '\\' && !escaped;
        } else {
            match c {
                '{' | '[' => depth += 1,
                '}' | ']' => depth -= 1,
                _ => {}
            }
            let empty = matches!((before, c), ('{', '}') | ('[', ']'));
            let opened = matches!(before, '{' | '[' | ',');
            if !empty && (opened || matches!(c, '}' | ']')) {
                break_line(&mut out, depth - usize::from(matches!(c, '{' | '[')));
            }
            out.push(c);
            if c == ':' {
                out.push(' ');
            }
            inside = c == '"';
        }
        before = c;
    }
    let lines = out
        .lines()
        .map(|line| match line.split_once("\"uid\": \"") {
            Some((start, _)) => format!("{start}\"uid\": \"…\","),
            None => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text without the signatures of its links, which are other ones each time.
pub(crate) fn without_signatures(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let signed = line
            .contains("/visits/answer/")
            .then(|| line.rsplit_once('-'));
        match signed.flatten() {
            Some((link, _)) => format!("{link}-…/\n"),
            None => line.to_owned(),
        }
    });
    lines.collect()
}
