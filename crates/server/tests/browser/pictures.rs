//! Pictures for people who choose a system: `docs/screens/`.

use std::path::Path;

use testkit::Browser;

use crate::demo::Demo;

/// Who shows what, how wide, and the picture's name.
const PICTURES: [(&str, &str, u32, &str); 6] = [
    ("dr.jallow", "/clinic", 1280, "doctor"),
    ("dr.jallow", "chart", 1280, "chart"),
    ("reception", "/calendar/", 1280, "calendar"),
    ("lab", "/lab", 1280, "laboratory"),
    ("cashier", "/cash", 1280, "cash"),
    ("patient", "/me", 390, "patient"),
];

/// Takes them from the demonstration.
#[test]
#[ignore = "writes pictures: cargo test --workspace --test browser pictures -- --ignored"]
fn six_screens_are_pictured() {
    let into = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/screens");
    std::fs::create_dir_all(&into).unwrap();
    let demo = Demo::start();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = Browser::start().await else {
            return;
        };
        for (role, path, width, name) in PICTURES {
            let page = demo.enter(&browser, role, "en").await;
            page.resize(width, 800).await;
            if path == "chart" {
                page.until("document.querySelector('main a[href^=\"/patients/\"]')")
                    .await;
                page.click("main a[href^=\"/patients/\"]").await;
                page.until("location.pathname.startsWith('/patients/')")
                    .await;
            } else {
                page.open(&format!("{}{path}", demo.at())).await;
                page.until(&format!("location.pathname === '{path}'")).await;
            }
            page.until("document.readyState === 'complete' && document.querySelector('h1')")
                .await;
            page.run("document.activeElement?.blur(); window.scrollTo(0, 0)")
                .await;
            page.screenshot(&into.join(format!("{name}.png"))).await;
            page.close().await;
        }
    });
}
