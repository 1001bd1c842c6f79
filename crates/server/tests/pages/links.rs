//! The pages behind links, as a browser without JavaScript uses them.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;
use testkit::{Caller, PASSWORD, Reply};

/// What the pages load and may do.
#[track_caller]
fn is_a_page(reply: &Reply, status: u16) -> String {
    assert_eq!(
        reply.status.as_u16(),
        status,
        "{} {}",
        reply.asked,
        reply.text()
    );
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let policy = reply.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("form-action 'self'"),
        "{policy}"
    );
    assert_eq!(reply.header("referrer-policy"), "same-origin");
    assert_eq!(reply.header("cache-control"), "no-store");
    let html = reply.text();
    let scripts = html.matches("<script").count();
    assert_eq!(
        scripts,
        html.matches("<script type=\"module\" src=\"/assets/")
            .count()
    );
    for forbidden in ["style=", "http://", "https://", "onclick"] {
        assert!(!html.contains(forbidden), "{forbidden} in {html}");
    }
    // Every input has its label.
    for input in html.split("<input id=\"").skip(1) {
        let id = input.split('"').next().unwrap();
        assert!(html.contains(&format!("<label for=\"{id}\">")), "{id}");
    }
    html
}

fn encoded(pairs: &[(&str, &str)]) -> Vec<u8> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn send(caller: &Caller, path: &str, pairs: &[(&str, &str)]) -> Reply {
    caller
        .request("POST", path)
        .header("sec-fetch-site", "same-origin")
        .raw("application/x-www-form-urlencoded", encoded(pairs))
        .send()
        .await
}

/// The token of the only link in the last mail.
fn mailed(world: &testkit::World, path: &str) -> String {
    let mails = world.mails();
    let body = &mails.last().unwrap().body;
    let link = body.split_once(&format!("/{path}?token=")).unwrap().1;
    link.split_whitespace().next().unwrap().to_owned()
}

testkit::on_both! {
    async fn somebody_forgot_a_password(world: &World) {
        world.user("awa", None).await;
        let nobody = world.anonymous();
        let html = is_a_page(&nobody.get("/password-reset").await, 200);
        assert!(html.contains("name=\"email\""), "{html}");
        for login in ["awa@hospital.example", "nobody@hospital.example"] {
            let reply = send(&nobody, "/password-reset", &[("email", login)]).await;
            assert!(is_a_page(&reply, 200).contains("role=\"status\""));
        }
        is_a_page(&send(&nobody, "/password-reset", &[("email", "")]).await, 400);
        world.settle().await;
        assert_eq!(world.mails().len(), 1);
        let token = mailed(world, "password-reset");

        let html = is_a_page(&nobody.get(&format!("/password-reset/?token={token}")).await, 200);
        assert!(html.contains(&format!("name=\"token\" value=\"{token}\"")), "{html}");
        let next = "Balafon and kora 1965";
        let try_with = |one: &'static str, other: &'static str| {
            let (nobody, token) = (nobody.clone(), token.clone());
            async move {
                let pairs = [("token", token.as_str()), ("new_password", one), ("new_password_again", other)];
                send(&nobody, "/password-reset", &pairs).await
            }
        };
        let html = is_a_page(&try_with(next, "something else").await, 400);
        assert!(html.contains("id=\"new_password_again-error\""), "{html}");
        let html = is_a_page(&try_with("short", "short").await, 400);
        assert!(html.contains("aria-describedby=\"new_password-hint new_password-error\""), "{html}");
        assert!(!html.contains("value=\"short\""), "a password is not shown again");
        is_a_page(&try_with(next, next).await, 200);
        let html = is_a_page(&try_with(next, next).await, 400);
        assert!(html.contains("role=\"alert\""), "the link works once: {html}");
        // Whoever opens it again is told before they type anything.
        let html = is_a_page(&nobody.get(&format!("/password-reset?token={token}")).await, 400);
        assert!(html.contains("has expired or was used already") && !html.contains("name=\"new_password\""), "{html}");
        let cut = &token[..token.len() - 3];
        let html = is_a_page(&nobody.get(&format!("/password-reset?token={cut}")).await, 400);
        assert!(html.contains("Copy it as a whole") && !html.contains("name=\"new_password\""), "{html}");
        world.sign_in("awa", next).await.get("users/me/").await.is(200);
        world.settle().await;
    }

    async fn somebody_is_invited(world: &World) {
        let admin = world.admin().await;
        let body = json!({ "username": "kumba", "email": "kumba@hospital.example", "role": 4 });
        admin.post("users/", body).await.is(201);
        world.settle().await;
        let token = mailed(world, "accept-invitation");
        let nobody = world.anonymous();
        is_a_page(&nobody.get("/accept-invitation").await, 200);
        is_a_page(&send(&nobody, "/accept-invitation", &[("new_password", PASSWORD)]).await, 400);
        is_a_page(&nobody.get(&format!("/accept-invitation?token={token}")).await, 200);
        let pairs = [("token", token.as_str()), ("new_password", PASSWORD), ("new_password_again", PASSWORD)];
        is_a_page(&send(&nobody, "/accept-invitation/", &pairs).await, 200);
        is_a_page(&nobody.get(&format!("/accept-invitation?token={token}")).await, 400);
        world.sign_in("kumba", PASSWORD).await.get("dashboard/").await.is(200);
    }

    async fn a_mistyped_address_is_a_page_for_people_and_an_error_for_programs(world: &World) {
        let nobody = world.anonymous();
        let look = |path: &'static str| nobody.request("GET", path).header("accept", "text/html,*/*;q=0.8").send();
        let html = is_a_page(&look("/pateints/").await, 404);
        assert!(html.contains("/sign-in"), "{html}");
        // Where the API is, an error is an error of the API, whoever looks.
        look("/api/nothing/").await.refuses(401, "not_authenticated");
        nobody.get("/pateints/").await.refuses(404, "not_found");
        nobody.request("POST", "/pateints/").header("accept", "text/html").send().await.refuses(404, "not_found");
    }

    async fn what_was_sent_comes_back_as_text(world: &World) {
        let nobody = world.anonymous();
        let markup = "\"><script>alert(1)</script>";
        let pairs = [("token", markup), ("username", markup), ("password", PASSWORD), ("password_again", PASSWORD)];
        let reply = send(&nobody, "/setup", &pairs).await;
        let html = is_a_page(&reply, reply.status.as_u16());
        assert!(html.contains("&lt;script&gt;") && html.contains("role=\"alert\""), "{html}");
        let asked = nobody.request("GET", "/setup?token=%22%3E%3Cscript%3E").send().await;
        is_a_page(&asked, 400);
        let huge = "x".repeat(70_000);
        send(&nobody, "/setup", &[("token", &huge)]).await.is(413);
        nobody.request("POST", "/setup").header("sec-fetch-site", "same-origin").raw("application/json", b"{\xff".to_vec()).send().await.is(400);
    }

    async fn pages_speak_the_readers_language(world: &World) {
        let nobody = world.anonymous();
        for (language, words) in [("en", "Reset your password"), ("fr", "Réinitialiser"), ("sw", "Weka upya")] {
            let reply = nobody.request("GET", "/password-reset").header("accept-language", language).send().await;
            let html = is_a_page(&reply, 200);
            assert!(html.contains(words) && html.contains(&format!("<html lang=\"{language}\">")), "{html}");
        }
        let about = is_a_page(&nobody.get("/").await, 200);
        assert!(about.contains("href=\"/docs/\""), "{about}");
        let style = about.split("href=\"").find(|rest| rest.contains("chelal.css")).unwrap();
        let style = nobody.get(style.split('"').next().unwrap()).await;
        assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
        assert!(style.header("cache-control").contains("immutable"));
    }
}
