//! A demonstration hospital in a process of its own.

use std::net::SocketAddr;
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Base, Browser, Caller, Installation, Page};

/// The program that these tests were built with; `CHELAL_DEMO_PROGRAM` names another, such as an optimised one.
const PROGRAM: &str = env!("CARGO_BIN_EXE_chelal");

/// At work until it is dropped.
pub(crate) struct Demo {
    child: Child,
    address: SocketAddr,
    password: String,
    _around: Installation,
}

impl Demo {
    /// Starts it, and waits until it has its three months.
    pub(crate) fn start() -> Demo {
        let program = std::env::var("CHELAL_DEMO_PROGRAM").unwrap_or_else(|_| PROGRAM.to_owned());
        let around = Installation::empty(Base::Sqlite, &program).unwrap();
        let log = around.dir().join("demo.log");
        let mut command = around.command(&["demo"]);
        command
            .env("TMPDIR", around.dir())
            .stdout(std::fs::File::create(&log).unwrap());
        let mut demo = Demo {
            child: command.spawn().unwrap(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            password: String::new(),
            _around: around,
        };
        let until = Instant::now() + Duration::from_secs(180);
        loop {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            let address = said
                .lines()
                .find_map(|line| line.split_once("listens on http://")?.1.parse().ok());
            let password = said
                .split_once("the password  ")
                .and_then(|(_, rest)| rest.lines().next());
            if let (Some(address), Some(password)) = (address, password) {
                demo.address = address;
                demo.password = password.to_owned();
                return demo;
            }
            assert!(Instant::now() < until, "{said}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Where it listens.
    pub(crate) fn at(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its accounts.
    pub(crate) fn roles(&self) -> [&'static str; 8] {
        [
            "admin",
            "dr.jallow",
            "reception",
            "nurse",
            "pharmacy",
            "lab",
            "cashier",
            "patient",
        ]
    }

    /// A visitor who signed in, and reads a language.
    pub(crate) async fn enter(&self, browser: &Browser, role: &str, language: &str) -> Page {
        let caller = Caller::at(self.address).sign_in(role, &self.password).await;
        caller
            .patch("profile/", json!({ "language_preference": language }))
            .await
            .is(200);
        let page = browser.page(&format!("{}/sign-in", self.at())).await;
        page.until(
            "document.readyState === 'complete' && document.querySelector('[name=username]')",
        )
        .await;
        page.fill("[name=username]", role).await;
        page.fill("[name=password]", &self.password).await;
        page.press("Enter").await;
        page.until("document.querySelector('.me')").await;
        page
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
