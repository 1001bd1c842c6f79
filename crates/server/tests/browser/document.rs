//! The page of the API document, as somebody reads it who builds a client: on a phone, in another language, and trying
//! what it describes.

use serde_json::json;
use testkit::PASSWORD;

use crate::crawl::{axe, violations};
use crate::in_a_browser;

#[test]
fn the_document_is_read_on_a_phone_in_another_language_and_tried_out() {
    in_a_browser(|world, browser| {
        Box::pin(async move {
            world.user("awa", Some(kernel::BuiltinRole::Admin)).await;
            let at = format!("http://{}", world.listen().await);
            // From elsewhere: going from `/docs/` to a place on it would not load it again, in French.
            let page = browser.page("about:blank").await;
            page.reads("fr").await;
            page.resize(320, 640).await;
            page.open(&format!("{at}/docs/#patients_list")).await;
            page.until("document.querySelector('main h1')").await;
            // The page's words are the reader's, and the document's are marked as English.
            assert_eq!(page.run("document.documentElement.lang").await, "fr");
            let unmarked = page.run("[...document.querySelectorAll('main h1, .prose, .summary')].filter((el) => el.lang !== 'en').length");
            assert_eq!(unmarked.await, 0);
            // Nothing goes sideways, and what a parameter does has the width of the page.
            let wide = page
                .run("document.documentElement.scrollWidth - innerWidth")
                .await;
            assert!(wide.as_i64().unwrap() <= 0, "{wide} px too wide");
            let widths = page.run("Math.min(...[...document.querySelectorAll('main td')].map((td) => td.getBoundingClientRect().width))").await;
            assert!(widths.as_f64().unwrap() > 240.0, "{widths}");
            if let Some(axe) = axe() {
                assert_eq!(violations(&page, &axe).await, Vec::<String>::new());
            }
            // Somebody signs in there, and what they try next is tried as them.
            page.open(&format!("{at}/docs/#auth_post")).await;
            page.until("document.querySelector('main textarea')").await;
            let example = page
                .run("JSON.parse(document.querySelector('main textarea').value)")
                .await;
            let fields: Vec<&String> = example.as_object().unwrap().keys().collect();
            assert_eq!(
                fields,
                ["password", "username"],
                "what is needed and no more"
            );
            let body = json!({ "username": "awa", "password": PASSWORD }).to_string();
            page.run(&format!(
                "document.querySelector('main textarea').value = {}",
                json!(body)
            ))
            .await;
            page.click("main form button").await;
            page.until("document.querySelector('#token').value.length > 40")
                .await;
            page.open(&format!("{at}/docs/#users_me_get")).await;
            // The operation before has a form too, until this one is shown in its place.
            page.until("!document.querySelector('main textarea') && document.querySelector('main form button')")
                .await;
            page.click("main form button").await;
            page.until("document.querySelector('.answer .s2')").await;
            assert!(page.text().await.contains("\"username\": \"awa\""));
            assert!(page.complaints().is_empty(), "{:?}", page.complaints());
        })
    });
}
