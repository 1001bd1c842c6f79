//! How somebody uses a page: with a mouse, with keys alone, or without scripts.

use serde_json::{Value as Json, json};
use testkit::Page;

use crate::crawl::LOOK;

/// What somebody has to work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Mouse,
    Keys,
    Scriptless,
}

/// Somebody at a page. Parts are found by what they do, not by their words, which have a language.
pub(crate) struct Hands {
    pub(crate) page: Page,
    pub(crate) at: String,
    pub(crate) manner: Manner,
}

/// A form by the operation that it asks.
fn form(operation: &str) -> String {
    format!("main form:has(> input[name=\"_do\"][value=\"{operation}\"])")
}

impl Hands {
    /// Opens a page by its address, as from a bookmark.
    pub(crate) async fn open(&self, path: &str) {
        self.page.open(&format!("{}{path}", self.at)).await;
        self.ready().await;
    }

    async fn ready(&self) {
        self.page
            .until("document.readyState === 'complete' && document.querySelector('h1')")
            .await;
        let said = self
            .page
            .run("document.querySelector('#error-summary')?.innerText ?? ''")
            .await;
        assert_eq!(said, "", "{}", self.page.text().await);
        // Also the pages that only a form leads to, which no crawl along links finds.
        let found = self.page.run(LOOK).await;
        let path = self.path().await;
        assert_eq!(found["h1"], 1, "{path}");
        for name in ["raw", "cut", "widest", "spilled"] {
            let none = found[name].as_array().is_some_and(Vec::is_empty);
            assert!(none, "{path}: {name} {}", found[name]);
        }
    }

    /// Does something that leads to another page, and waits for it.
    async fn leads(&self, act: impl Future<Output = ()>) {
        self.page.run("window.before = 1").await;
        act.await;
        self.page.until("window.before === undefined").await;
        self.ready().await;
    }

    /// Goes from element to element until this one is reached.
    async fn reach(&self, selector: &str) {
        let there = format!("document.activeElement?.matches({})", json!(selector));
        self.page
            .until(&format!("document.querySelector({})", json!(selector)))
            .await;
        for _ in 0..200 {
            if self.page.run(&there).await == true {
                return;
            }
            self.page.press("Tab").await;
        }
        panic!(
            "{selector} cannot be reached by Tab: {}",
            self.page.text().await
        );
    }

    /// Presses the letter that a link or button shows, where it has one and nobody is typing.
    async fn letter(&self, selector: &str) -> bool {
        let own = format!(
            "(() => {{ const typing = document.activeElement?.matches('input, textarea, select'); \
             const key = document.querySelector({})?.dataset.key; \
             const first = key && document.querySelector(`main [data-key=\"${{key}}\"], .banner [data-key=\"${{key}}\"]`); \
             return !typing && first === document.querySelector({}) ? key ?? '' : ''; }})()",
            json!(selector),
            json!(selector)
        );
        let key = self.page.run(&own).await;
        let Some(key) = key.as_str().filter(|key| key.len() == 1) else {
            return false;
        };
        self.key(key, &["Key", &key.to_uppercase()].concat(), 0)
            .await;
        true
    }

    /// Follows a link.
    pub(crate) async fn follow(&self, selector: &str) {
        self.leads(async {
            if self.manner == Manner::Keys {
                if !self.letter(selector).await {
                    self.reach(selector).await;
                    self.page.press("Enter").await;
                }
            } else {
                self.page.click(selector).await;
            }
        })
        .await;
    }

    /// Fills a field of a form in.
    pub(crate) async fn set(&self, operation: &str, name: &str, value: &str) {
        let field = format!("{} [name=\"{name}\"]:not([type=hidden])", form(operation));
        let kind = self
            .page
            .until(&format!("document.querySelector({})?.type", json!(field)))
            .await;
        let kind = kind.as_str().unwrap_or_default();
        match (kind, self.manner) {
            ("radio" | "checkbox", _) => self.tick(&format!("{field}[value=\"{value}\"]")).await,
            ("select-one", Manner::Keys) => {
                self.reach(&field).await;
                for _ in 0..60 {
                    let held = self
                        .page
                        .run(&format!("document.querySelector({}).value", json!(field)))
                        .await;
                    if held == value {
                        return;
                    }
                    self.page.press("ArrowDown").await;
                }
                panic!("{field} has no {value}");
            }
            ("select-one" | "date" | "time", _) => {
                let set = format!(
                    "(() => {{ const e = document.querySelector({}); e.value = {}; e.dispatchEvent(new Event('change', {{ bubbles: true }})); return e.value; }})()",
                    json!(field),
                    json!(value)
                );
                assert_eq!(self.page.run(&set).await, value, "{field}");
            }
            (_, Manner::Keys) => {
                self.reach(&field).await;
                self.write(value).await;
            }
            _ => self.page.fill(&field, value).await,
        }
    }

    /// Writes over what the field holds.
    async fn write(&self, value: &str) {
        let all = json!({ "type": "keyDown", "key": "a", "code": "KeyA", "modifiers": 2, "commands": ["selectAll"] });
        self.page.ask("Input.dispatchKeyEvent", all).await;
        let up = json!({ "type": "keyUp", "key": "a", "code": "KeyA", "modifiers": 2 });
        self.page.ask("Input.dispatchKeyEvent", up).await;
        self.page
            .ask("Input.insertText", json!({ "text": value }))
            .await;
    }

    async fn tick(&self, box_: &str) {
        if self.manner == Manner::Keys {
            self.reach(box_).await;
            self.key(" ", "Space", 0).await;
        } else {
            self.page.click(box_).await;
        }
        self.page
            .until(&format!("document.querySelector({}).checked", json!(box_)))
            .await;
    }

    async fn key(&self, key: &str, code: &str, modifiers: u8) {
        let number = match code {
            "Space" => 32,
            "Enter" => 13,
            // A letter's is that of its capital.
            _ => code.bytes().last().unwrap_or_default(),
        };
        let text = if modifiers == 0 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({
                "type": kind, "key": key, "code": code, "modifiers": modifiers, "windowsVirtualKeyCode": number,
            });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.page.ask("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Finds a record by some letters and picks the first.
    pub(crate) async fn pick(&self, operation: &str, name: &str, letters: &str) {
        let form = form(operation);
        let search = format!("{form} [name=\"{name}__q\"]");
        let found =
            format!("{form} [data-name=\"{name}\"] .found input[type=radio]:not([value=\"\"])");
        match self.manner {
            Manner::Scriptless => {
                self.page.fill(&search, letters).await;
                let look = format!("{form} button[name=_look][value=\"{name}\"]");
                self.leads(self.page.click(&look)).await;
            }
            Manner::Keys => {
                self.reach(&search).await;
                self.write(letters).await;
            }
            Manner::Mouse => self.page.fill(&search, letters).await,
        }
        self.page
            .until(&format!("document.querySelector({})", json!(found)))
            .await;
        self.tick(&found).await;
    }

    /// Sends a form by one of its buttons, wherever on the page it stands: `button.primary`, or the last step
    /// `[data-final]`.
    pub(crate) async fn send(&self, operation: &str, button: &str) {
        let form = form(operation);
        let marked = format!(
            "(() => {{ document.querySelectorAll('[data-hand]').forEach((e) => e.removeAttribute('data-hand')); \
             const found = [...document.querySelector({})?.elements ?? []].find((e) => e.matches({}) && !e.matches('.sr')); \
             found?.setAttribute('data-hand', ''); \
             return found && (found.matches('[data-final]') ? 'last' : found.matches('form button.primary') ? 'main' : 'other'); }})()",
            json!(form),
            json!(button)
        );
        let which = self.page.until(&marked).await;
        self.leads(async {
            if self.manner != Manner::Keys {
                self.page.click("[data-hand]").await;
                return;
            }
            let inside = format!("!!document.activeElement?.closest({})", json!(form));
            let inside = self.page.run(&inside).await == true;
            if which == "last" && inside {
                self.key("Enter", "Enter", 2 | 8).await;
            } else if which == "main" && inside {
                self.key("Enter", "Enter", 2).await;
            } else if !self.letter("[data-hand]").await {
                self.reach("[data-hand]").await;
                self.page.press("Enter").await;
            }
        })
        .await;
    }

    /// Where the page is.
    pub(crate) async fn path(&self) -> String {
        let path: Json = self.page.run("location.pathname").await;
        path.as_str().unwrap_or_default().to_owned()
    }

    /// The first value of an attribute.
    pub(crate) async fn attribute(&self, selector: &str, name: &str) -> String {
        let found = self
            .page
            .until(&format!(
                "document.querySelector({})?.getAttribute({})",
                json!(selector),
                json!(name)
            ))
            .await;
        found.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn shows(&self, words: &str) {
        self.page
            .until(&format!(
                "document.body.innerText.includes({})",
                json!(words)
            ))
            .await;
    }
}
