//! A real browser for tests of pages: Chromium without a window, driven by its DevTools protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>).
//!
//! [`Browser::start`] answers `None` where no browser is installed, and the test passes without it; with
//! `CHELAL_TEST_BROWSER=required` that is a failure. `CHELAL_TEST_BROWSER` may also name the program.
//! Camera and microphone are Chromium's own test pictures and tones, and are allowed without asking.
//!
//! ```ignore
//! use testkit::Browser;
//!
//! let Some(browser) = Browser::start().await else { return };
//! // Each page is a visitor of its own: cookies and storage are not shared.
//! let page = browser.page("http://127.0.0.1:8000/").await;
//! page.until("document.querySelector('h1').textContent === 'Chelal'").await;
//! page.fill("#username", "awa").await;
//! page.click("button[type=submit]").await;
//! assert_eq!(page.run("document.title").await, "Chelal");
//! assert!(page.complaints().is_empty());
//! ```

mod wire;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::client_async;
use wire::{Complaints, Wire};

/// Which program, or `required`.
const VARIABLE: &str = "CHELAL_TEST_BROWSER";

/// Where systems keep it.
const PROGRAMS: &[&str] = &[
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/snap/bin/chromium",
];

/// How it is started, besides its profile.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-port=0",
    // Tests run in containers, as root too, where the browser cannot build its own sandbox.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
    // A page that nobody looks at would run its timers once a second only.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    // Two pages on one machine without a network still find each other.
    "--allow-loopback-in-peer-connection",
    "--lang=en",
];

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser at work; it ends with the value.
pub struct Browser {
    child: Child,
    wire: Wire,
    _profile: TempDir,
}

/// One visitor's page.
pub struct Page {
    wire: Wire,
    target: String,
    session: String,
    context: Json,
    complaints: Complaints,
}

impl Browser {
    /// A new one; `None` where none is installed.
    ///
    /// # Panics
    /// When one is installed and does not start, or none is and one is required.
    pub async fn start() -> Option<Browser> {
        let program = program()?;
        let profile = TempDir::with_prefix("chelal-browser-").expect("a temporary directory");
        let child = Command::new(&program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a browser that can be started");
        let (port, path) = listening(profile.path()).await;
        let stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .expect("a browser that listens");
        let address = format!("ws://127.0.0.1:{port}{path}");
        let (socket, _) = client_async(address, stream)
            .await
            .expect("a browser that speaks DevTools");
        Some(Browser {
            child,
            wire: Wire::over(socket),
            _profile: profile,
        })
    }

    /// A page of a visitor of their own, at this address; it need not be loaded yet.
    pub async fn page(&self, url: &str) -> Page {
        let context = self
            .wire
            .ask(None, "Target.createBrowserContext", json!({}));
        let context = context.await["browserContextId"].clone();
        tab(&self.wire, context, url).await
    }
}

/// A new tab of a visitor, at this address.
async fn tab(wire: &Wire, context: Json, url: &str) -> Page {
    let target = json!({ "url": "about:blank", "browserContextId": context });
    let target = wire.ask(None, "Target.createTarget", target).await;
    let target = text(&target["targetId"]);
    let attach = json!({ "targetId": target, "flatten": true });
    let attached = wire.ask(None, "Target.attachToTarget", attach).await;
    let session = text(&attached["sessionId"]);
    let page = Page {
        complaints: wire.listen(&session),
        wire: wire.clone(),
        target,
        session,
        context,
    };
    for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
        page.ask(domain, json!({})).await;
    }
    page.open(url).await;
    page
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its other processes end with the first.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Page {
    /// Another tab of the same visitor.
    pub async fn tab(&self, url: &str) -> Page {
        tab(&self.wire, self.context.clone(), url).await
    }

    /// Cuts the visitor's line, or mends it.
    pub async fn offline(&self, cut: bool) {
        let state = json!({ "offline": cut, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.ask("Network.enable", json!({})).await;
        self.ask("Network.emulateNetworkConditions", state).await;
    }

    /// Switches the page's scripts off, or on; for what is opened from now on.
    pub async fn scripts(&self, on: bool) {
        let state = json!({ "value": !on });
        self.ask("Emulation.setScriptExecutionDisabled", state)
            .await;
    }

    /// Goes to an address.
    ///
    /// # Panics
    /// When nothing answers there. A page that answers with a refusal is shown as any other.
    pub async fn open(&self, url: &str) {
        let answer = self.ask("Page.navigate", json!({ "url": url })).await;
        let error = answer["errorText"].as_str().unwrap_or_default();
        assert!(
            error.is_empty() || error.contains("ERR_HTTP_RESPONSE_CODE_FAILURE"),
            "{url}: {error}"
        );
    }

    /// What an expression comes to, as JSON; a promise is waited for.
    ///
    /// # Panics
    /// When it throws.
    pub async fn run(&self, expression: &str) -> Json {
        match self.try_run(expression).await {
            Ok(value) => value,
            Err(thrown) => panic!("{expression}\n{thrown}"),
        }
    }

    /// As [`Page::run`].
    ///
    /// # Errors
    /// What it throws.
    pub async fn try_run(&self, expression: &str) -> Result<Json, String> {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let answer = self
            .wire
            .try_ask(Some(&self.session), "Runtime.evaluate", asked);
        let answer = answer.await?;
        match answer.get("exceptionDetails") {
            None => Ok(answer["result"]["value"].clone()),
            Some(thrown) => {
                let what = &thrown["exception"]["description"];
                Err(what
                    .as_str()
                    .map_or_else(|| thrown.to_string(), str::to_owned))
            }
        }
    }

    /// Waits until an expression comes to something true, and returns it. One that throws, as while the page
    /// is still loading, is asked again.
    ///
    /// # Panics
    /// When it does not within a minute; shows what the page says and complains of.
    pub async fn until(&self, expression: &str) -> Json {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = self.try_run(expression).await;
            if let Ok(value) = &found
                && !matches!(value, Json::Null | Json::Bool(false))
                && *value != json!(0)
                && *value != json!("")
            {
                return value.clone();
            }
            if Instant::now() > end {
                let shown = self.text().await;
                panic!(
                    "never: {expression}\nlast: {found:?}\npage: {shown}\ncomplaints: {:?}",
                    self.complaints()
                );
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// What the page says.
    pub async fn text(&self) -> String {
        let shown = self.try_run("document.body ? document.body.innerText : ''");
        text(&shown.await.unwrap_or_default())
    }

    /// Waits for an element and clicks it where it is, as a person does: what covers it is clicked instead.
    pub async fn click(&self, selector: &str) {
        let name = json!(selector);
        let middle = format!(
            "(() => {{ const e = document.querySelector({name}); if (!e || e.disabled) return null; \
             e.scrollIntoView({{ block: 'center' }}); const r = e.getBoundingClientRect(); \
             return r.width ? [r.x + r.width / 2, r.y + r.height / 2] : null; }})()"
        );
        let at = self.until(&middle).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({ "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1 });
            self.ask("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Waits for a field, and types this into it instead of what it held.
    pub async fn fill(&self, selector: &str, value: &str) {
        let name = json!(selector);
        // A page whose script has not run yet would not hear of it.
        self.until(&format!(
            "(() => {{ const e = document.querySelector({name}); \
             if (!e || e.disabled || document.readyState !== 'complete') return false; e.focus(); if (e.select) e.select(); return document.activeElement === e; }})()"
        ))
        .await;
        self.ask("Input.insertText", json!({ "text": value })).await;
    }

    /// Presses a key that types nothing, such as `Tab` or `Escape`, or `Enter`.
    pub async fn press(&self, key: &str) {
        let typed = if key == "Enter" { "\r" } else { "" };
        let code = match key {
            "Enter" => 13,
            "Tab" => 9,
            "Escape" => 27,
            "ArrowUp" => 38,
            "ArrowDown" => 40,
            _ => 0,
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            if kind == "keyDown" && !typed.is_empty() {
                event["text"] = json!(typed);
            }
            self.ask("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Shows the page as on a screen of this size, in CSS pixels; narrow ones are those of phones.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.ask("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// The languages that the visitor reads, as in `Accept-Language`; for what is opened from now on.
    pub async fn reads(&self, languages: &str) {
        let headers = json!({ "headers": { "Accept-Language": languages } });
        self.ask("Network.enable", json!({})).await;
        self.ask("Network.setExtraHTTPHeaders", headers).await;
        // What scripts are told.
        let agent = self.run("navigator.userAgent").await;
        let told = json!({ "userAgent": agent, "acceptLanguage": languages });
        self.ask("Emulation.setUserAgentOverride", told).await;
    }

    /// Writes what is seen to a PNG file.
    pub async fn screenshot(&self, file: &Path) {
        let shot = self
            .ask("Page.captureScreenshot", json!({ "format": "png" }))
            .await;
        let png = STANDARD.decode(text(&shot["data"])).expect("base64");
        std::fs::write(file, png).expect("a file that can be written");
    }

    /// What went wrong so far: exceptions that nobody caught, errors on the console, what the page's policy
    /// or the network refused.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().clone()
    }

    /// Closes the page, as a visitor does.
    pub async fn close(self) {
        let target = json!({ "targetId": self.target });
        self.wire.ask(None, "Target.closeTarget", target).await;
    }

    /// Anything else that the protocol has.
    pub async fn ask(&self, method: &str, params: Json) -> Json {
        self.wire.ask(Some(&self.session), method, params).await
    }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

/// The installed browser.
fn program() -> Option<PathBuf> {
    let said = std::env::var(VARIABLE).unwrap_or_default();
    let required = said == "required";
    let named = (!required && !said.is_empty()).then(|| PathBuf::from(&said));
    let found = named.or_else(|| {
        let known = PROGRAMS.iter().map(PathBuf::from);
        known.into_iter().find(|path| path.exists())
    });
    assert!(
        found.is_some() || !required,
        "{VARIABLE}=required, and none is installed: {PROGRAMS:?}"
    );
    found
}

/// Where a browser listens, which it writes into its profile.
async fn listening(profile: &Path) -> (u16, String) {
    let file = profile.join("DevToolsActivePort");
    let end = Instant::now() + PATIENCE;
    loop {
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        if let Some((port, path)) = written.split_once('\n')
            && let Ok(port) = port.parse()
        {
            return (port, path.trim().to_owned());
        }
        assert!(Instant::now() < end, "the browser does not listen");
        sleep(Duration::from_millis(50)).await;
    }
}
