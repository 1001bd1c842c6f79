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

/// The screens of each role.
const SCREENS: [(&str, &[&str]); 8] = [
    (
        "reception",
        &[
            "/desk",
            "/calendar/",
            "/calendar/book",
            "/queue/",
            "/queue/screen",
            "/patients/",
            "/patients/new",
            "/find?q=ja",
            "/patients/1/",
            "/appointments/1/",
            "/account/",
            "/scan",
        ],
    ),
    (
        "dr.jallow",
        &[
            "/clinic",
            "/patients/1/",
            "/patients/1/results",
            "/patients/1/medicines",
            "/patients/1/timeline",
            "/patients/1/visits",
            "/patients/1/stays",
            "/encounters/1/",
            "/encounters/1/lab-orders",
            "/results",
        ],
    ),
    (
        "nurse",
        &[
            "/ward",
            "/beds/",
            "/beds/1/",
            "/vitals",
            "/patients/1/vitals",
        ],
    ),
    (
        "pharmacy",
        &[
            "/pharmacy",
            "/pharmacy/receive",
            "/pharmacy/counts/",
            "/pharmacy/witness",
            "/prescriptions/1/dispense",
        ],
    ),
    ("lab", &["/lab", "/lab-orders/1/"]),
    (
        "cashier",
        &["/cash", "/bills/1/", "/patients/1/bills", "/drawer"],
    ),
    (
        "admin",
        &[
            "/admin/",
            "/admin/appointments/",
            "/admin/appointments/1/",
            "/admin/users/2/",
            "/admin/roles/2/reach",
            "/admin/wards/new",
            "/admin/reports/financial-reports/daily_cash",
        ],
    ),
    (
        "patient",
        &["/me", "/me/messages", "/me/access", "/me/details"],
    ),
];

/// For whoever looks at every screen as a designer would: at three widths, into `CHELAL_TEST_PICTURES`.
#[test]
#[ignore = "writes pictures into the directory that CHELAL_TEST_PICTURES names"]
fn every_screen_is_pictured_at_three_widths() {
    let Some(into) = std::env::var_os("CHELAL_TEST_PICTURES") else {
        return;
    };
    let into = Path::new(&into);
    std::fs::create_dir_all(into).unwrap();
    let demo = Demo::start();
    let language = std::env::var("CHELAL_TEST_LANGUAGE").unwrap_or_else(|_| "en".to_owned());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = Browser::start().await else {
            return;
        };
        for (role, paths) in SCREENS {
            let page = demo.enter(&browser, role, &language).await;
            for path in paths {
                for width in [360, 768, 1280] {
                    page.resize(width, 800).await;
                    page.open(&format!("{}{path}", demo.at())).await;
                    page.until(
                        "document.readyState === 'complete' && document.querySelector('h1')",
                    )
                    .await;
                    let name = path.trim_matches('/').replace(['/', '?', '='], "-");
                    page.screenshot(&into.join(format!("{role}-{name}-{width}.png")))
                        .await;
                }
            }
            page.close().await;
        }
    });
}
