//! The browser that tests of pages use.

use testkit::{Base, Browser};

/// A page with a field, a button that answers, and a script that the test can let fail.
const PAGE: &str = "data:text/html,<title>Ward</title><input id=name><button onclick=\"\
    document.title = document.getElementById('name').value\">Go</button>";

#[test]
fn a_visitor_types_clicks_and_sees() {
    testkit::run(Base::Sqlite, |world| {
        Box::pin(async move {
            let Some(browser) = Browser::start().await else {
                return;
            };
            let address = world.listen().await;
            let page = browser.page(&format!("http://{address}/")).await;
            page.until("document.querySelector('h1')").await;
            page.until("document.title.includes('Chelal')").await;
            assert_eq!(page.complaints(), Vec::<String>::new());

            let other = browser.page(PAGE).await;
            other.fill("#name", "Fatou").await;
            other.fill("#name", "Awa").await;
            other.click("button").await;
            other.until("document.title === 'Awa'").await;
            assert_eq!(other.run("Promise.resolve([1, 2])").await[1], 2);
            let thrown = other.try_run("nothing.at.all").await;
            assert!(thrown.is_err_and(|error| error.contains("nothing is not defined")));
            other
                .run("setTimeout(() => { throw new Error('torn') })")
                .await;
            while other.complaints().is_empty() {
                other.run("new Promise(done => setTimeout(done, 20))").await;
            }
            assert!(other.complaints()[0].contains("torn"));

            // Visitors share nothing.
            page.run("localStorage.setItem('seen', 'yes')").await;
            let stranger = browser.page(&format!("http://{address}/")).await;
            stranger.until("document.querySelector('h1')").await;
            assert!(stranger.run("localStorage.getItem('seen')").await.is_null());
            stranger.close().await;
        })
    });
}
