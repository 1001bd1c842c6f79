//! Pages in a real browser: what is typed, cut lines, two tabs, keys.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests, which tell what they saw"
)]

mod crawl;
mod demo;
mod document;
mod hands;
mod journey;
mod pictures;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use kernel::BuiltinRole;
use serde_json::{Value as Json, json};
use testkit::{Base, Browser, Caller, PASSWORD, Page, World};

/// A visitor who signed in by the page for it.
async fn signed_in(browser: &Browser, world: &World, name: &str) -> (Page, String) {
    let at = format!("http://{}", world.listen().await);
    let page = browser.page(&format!("{at}/sign-in")).await;
    page.until("document.readyState === 'complete'").await;
    page.fill("[name=username]", name).await;
    page.fill("[name=password]", PASSWORD).await;
    page.press("Enter").await;
    page.until("document.querySelector('.me')").await;
    (page, at)
}

async fn is_at(page: &Page, path: &str) {
    page.until(&format!("location.pathname === '{path}'")).await;
    page.until("document.readyState === 'complete'").await;
}

async fn shows(page: &Page, words: &str) {
    let words = json!(words);
    page.until(&format!("document.body.innerText.includes({words})"))
        .await;
}

async fn found(admin: &Caller, path: &str) -> Vec<Json> {
    admin.get(path).await.is(200).as_array().unwrap().clone()
}

fn in_a_browser(
    test: impl for<'a> FnOnce(&'a World, &'a Browser) -> BoxFuture<'a, ()> + Send + 'static,
) {
    testkit::run(Base::Sqlite, |world| {
        Box::pin(async move {
            if let Some(browser) = Browser::start().await {
                test(world, &browser).await;
            }
        })
    });
}

#[test]
fn nothing_typed_is_lost_and_nothing_is_done_twice() {
    in_a_browser(|world, browser| {
        Box::pin(async move {
            world.user("awa", Some(BuiltinRole::Admin)).await;
            let admin = world.admin().await;
            let (page, at) = signed_in(browser, world, "awa").await;

            // A double click.
            page.open(&format!("{at}/admin/wards/new")).await;
            page.fill("[name=name]", "Maternity").await;
            page.run("(() => { const b = document.querySelector('main button.primary'); b.click(); b.click(); })()").await;
            page.until("location.pathname.match(/^.admin.wards.[0-9]+/)")
                .await;
            assert_eq!(found(&admin, "wards/?search=Maternity").await.len(), 1);

            // What was typed is kept after a moment, and offered to whoever comes back.
            page.open(&format!("{at}/admin/wards/new")).await;
            page.fill("[name=name]", "Burns").await;
            page.until("document.querySelector('.kept')").await;
            page.open(&format!("{at}/account/")).await;
            is_at(&page, "/account/").await;
            page.open(&format!("{at}/admin/wards/new")).await;
            page.click("button[value=resume]").await;
            page.until("document.querySelector('[name=name]').value === 'Burns'")
                .await;

            // The line is cut while the form is sent: it is still there, and sent once.
            page.offline(true).await;
            page.click("main button.primary").await;
            shows(&page, "Not sent").await;
            assert_eq!(
                page.run("document.querySelector('[name=name]').value")
                    .await,
                "Burns"
            );
            page.offline(false).await;
            page.click("main button.primary").await;
            page.until("location.pathname.match(/^.admin.wards.[0-9]+/)")
                .await;
            assert_eq!(found(&admin, "wards/?search=Burns").await.len(), 1);

            // Refused in place: the summary has the focus, the title says so, what was typed stands.
            page.open(&format!("{at}/admin/wards/new")).await;
            page.fill("[name=capacity]", "7").await;
            page.click("main button.primary").await;
            page.until("document.activeElement.id === 'error-summary' && document.title.startsWith('Error')").await;
            assert_eq!(
                page.run("document.querySelector('[name=capacity]').value")
                    .await,
                "7"
            );

            // The session ends in the middle of the form.
            page.fill("[name=name]", "Eye clinic").await;
            world.pass(SignedDuration::from_mins(31));
            page.click("main button.primary").await;
            shows(&page, "what you typed is still there").await;
            page.fill("[name=username]", "awa").await;
            page.fill("[name=password]", PASSWORD).await;
            page.press("Enter").await;
            page.until("document.querySelector('main [name=name]')?.value === 'Eye clinic'")
                .await;
            assert_eq!(
                page.run("document.querySelector('[name=capacity]').value")
                    .await,
                "7"
            );
            page.click("main button.primary").await;
            page.until("location.pathname.match(/^.admin.wards.[0-9]+/)")
                .await;
            let admin = world.sign_in("awa", PASSWORD).await;
            assert_eq!(found(&admin, "wards/?search=Eye").await.len(), 1);

            // Back after signing out shows nothing.
            shows(&page, "Eye clinic").await;
            page.click(".me button").await;
            is_at(&page, "/sign-in").await;
            page.run("history.back()").await;
            page.until(
                "location.pathname === '/sign-in' && document.querySelector('[name=password]')",
            )
            .await;
            assert!(!page.text().await.contains("Eye clinic"));
            let expected = |said: &String| {
                said.contains("ERR_INTERNET_DISCONNECTED") || said.contains("status of 4")
            };
            let complaints: Vec<String> = page
                .complaints()
                .into_iter()
                .filter(|said| !expected(said))
                .collect();
            assert!(complaints.is_empty(), "{complaints:?}");
        })
    });
}

#[test]
fn two_tabs_do_not_mix_up_patients_nor_overwrite_each_other() {
    in_a_browser(|world, browser| {
        Box::pin(async move {
            world.user("awa", Some(BuiltinRole::Admin)).await;
            let admin = world.admin().await;
            let register = async |name: &str| {
                let body = json!({ "first_name": name, "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
                admin.post("patients/", body).await.id()
            };
            let (jane, ann) = (register("Jane").await, register("Ann").await);
            let (first, at) = signed_in(browser, world, "awa").await;
            let change = |id: i64| format!("{at}/admin/patients/{id}/change");
            first.open(&change(jane)).await;
            first.fill("[name=address]", "1 Jane Street").await;
            let second = first.tab(&change(ann)).await;
            second.fill("[name=address]", "2 Ann Street").await;
            let third = first.tab(&change(jane)).await;
            third
                .until("document.querySelector('[name=address]')")
                .await;
            for page in [&first, &second] {
                page.click("main button.primary").await;
                page.until("!location.pathname.endsWith('change')").await;
            }
            for (id, address) in [(jane, "1 Jane Street"), (ann, "2 Ann Street")] {
                let stored = admin.get(&format!("patients/{id}/")).await.is(200).clone();
                assert_eq!(stored["address"], address);
            }
            // The third tab has an old version: both are shown, and sending it again is a decision.
            third.fill("[name=address]", "3 Other Street").await;
            third.click("main button.primary").await;
            shows(&third, "Somebody else changed this meanwhile").await;
            shows(&third, "1 Jane Street").await;
            assert_eq!(
                third
                    .run("document.querySelector('[name=address]').value")
                    .await,
                "3 Other Street"
            );
            let stored = admin
                .get(&format!("patients/{jane}/"))
                .await
                .is(200)
                .clone();
            assert_eq!(stored["address"], "1 Jane Street");
            third.click("main button.primary").await;
            third.until("!location.pathname.endsWith('change')").await;
            let stored = admin
                .get(&format!("patients/{jane}/"))
                .await
                .is(200)
                .clone();
            assert_eq!(stored["address"], "3 Other Street");
        })
    });
}

#[test]
fn a_scanner_fills_what_stands_on_a_package() {
    in_a_browser(|world, browser| {
        Box::pin(async move {
            world.user("ousman", Some(BuiltinRole::Pharmacist)).await;
            let admin = world.admin().await;
            for name in ["Paracetamol", "Amoxicillin"] {
                let item = json!({ "name": name, "strength": "500 mg", "form": "Tablet" });
                admin.post("medications/", item).await.is(201);
            }
            let (page, at) = signed_in(browser, world, "ousman").await;
            page.open(&format!("{at}/pharmacy/receive")).await;
            page.until("document.readyState === 'complete' && document.querySelector('[name=\"items.0.batch_number\"]')")
                .await;
            // What ends with Enter picks the only one that is found, and goes on.
            page.fill("[name=\"items.0.medication_item__q\"]", "Amox")
                .await;
            page.press("Enter").await;
            page.until("document.querySelector('[data-name=\"items.0.medication_item\"] .found input:checked')")
                .await;
            page.until("document.activeElement.name === 'items.0.batch_number'")
                .await;
            // Item, expiry at the end of a month, batch.
            let code = json!({ "text": "]d201061414100004151727020010LOT-7" });
            page.ask("Input.insertText", code).await;
            page.press("Enter").await;
            let value = "document.querySelector('[name=\"items.0.batch_number\"]').value";
            page.until(&format!("{value} === 'LOT-7'")).await;
            let expiry = page
                .run("document.querySelector('[name=\"items.0.expiry_date\"]').value")
                .await;
            assert_eq!(expiry, "2027-02-28");
            // A batch number that is none of these stays as it is.
            page.fill("[name=\"items.1.batch_number\"]", "10-AB").await;
            page.press("Enter").await;
            page.until("document.activeElement.name === 'items.1.expiry_date'")
                .await;
            let kept = page
                .run("document.querySelector('[name=\"items.1.batch_number\"]').value")
                .await;
            assert_eq!(kept, "10-AB");
            assert_eq!(page.run("location.pathname").await, "/pharmacy/receive");
            assert!(page.complaints().is_empty(), "{:?}", page.complaints());
        })
    });
}

#[test]
fn what_was_typed_beside_a_file_stays_when_the_file_is_missing() {
    in_a_browser(|world, browser| {
        Box::pin(async move {
            world.user("kumba", Some(BuiltinRole::Nurse)).await;
            let body = json!({ "first_name": "Jane", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "Female" });
            let jane = world.admin().await.post("patients/", body).await.id();
            let (page, at) = signed_in(browser, world, "kumba").await;
            page.open(&format!("{at}/patients/{jane}/documents")).await;
            page.until("document.readyState === 'complete' && document.querySelector('form[enctype] [name=description]')")
                .await;
            page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
                .await;
            page.fill("form[enctype] [name=description]", "Letter of referral")
                .await;
            page.run("document.querySelector('form[enctype]').requestSubmit()")
                .await;
            page.until("document.activeElement.id === 'error-summary'")
                .await;
            let title = page
                .run("document.querySelector('form[enctype] [name=description]').value")
                .await;
            assert_eq!(title, "Letter of referral");
            shows(&page, "Choose the file again.").await;
        })
    });
}

#[test]
fn keys_can_be_switched_off_in_a_browser() {
    in_a_browser(|world, browser| {
        Box::pin(async move {
            world.user("awa", Some(BuiltinRole::Admin)).await;
            let (page, at) = signed_in(browser, world, "awa").await;
            let press = async |path: &str| {
                page.open(&format!("{at}{path}")).await;
                page.until("document.readyState === 'complete' && document.querySelector('h1')")
                    .await;
                page.run("document.activeElement?.blur()").await;
                page.run("dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true })); !!document.querySelector('dialog[open]')").await
            };
            assert_eq!(press("/admin/wards/").await, true);
            page.open(&format!("{at}/account/")).await;
            page.until("document.querySelector('[data-remember=keys]')?.checked")
                .await;
            page.click("[data-remember=keys]").await;
            page.until("localStorage.getItem('keys') === 'off'").await;
            assert_eq!(press("/admin/wards/").await, false);
        })
    });
}
