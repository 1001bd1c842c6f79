//! Links, the page that they open, and rooms of an outside service.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value as Json, json};

use crate::{Practice, SESSIONS, join_info, letter_of, link, path_of};

testkit::on_both! {
    async fn a_link_opens_the_page_for_an_hour(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let nobody = world.anonymous();
        let url = link(&practice.patient, id, "patient").await;
        assert!(url.starts_with("http://localhost:8000/api/telemedicine/call/?role=patient&link="), "{url}");
        let path = path_of(&url);
        let page = nobody.get(&path).await;
        page.is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
        practice.pass(world, 59);
        nobody.get(&path).await.is(200);
        practice.pass(world, 1);
        let late = nobody.get(&path).await;
        late.is(401);
        assert!(late.text().contains("This link has expired"), "{}", late.text());
        assert!(!late.text().contains("<script"));
        world.settle().await;
    }

    async fn what_was_altered_opens_nothing(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let nobody = world.anonymous();
        let path = path_of(&link(&practice.patient, id, "patient").await);
        let letter = letter_of(&path);
        for at in (0..letter.len()).step_by(7) {
            let other = if letter.as_bytes()[at] == b'A' { "B" } else { "A" };
            let mut altered = letter.clone();
            altered.replace_range(at..=at, other);
            nobody.get(&path.replace(&letter, &altered)).await.is(401);
        }
        for nonsense in ["", "x", "é", &"A".repeat(5000)] {
            let nonsense = nonsense.replace('é', "%C3%A9");
            nobody.get(&path.replace(&letter, &nonsense)).await.is(401);
        }
        // The part stands in the link, and not in the address alone.
        nobody.get(&path.replace("role=patient", "role=doctor")).await.is(401);
        nobody.get("/api/telemedicine/call/").await.is(401);
        // The doctor's place is nobody else's, whoever hands the link on.
        let doctors = nobody.get(&path_of(&link(&practice.desk, id, "doctor").await)).await;
        doctors.is(403);
        assert!(doctors.text().contains("Sign in to Chelal"), "{}", doctors.text());
        world.settle().await;
    }

    async fn the_page_runs_our_own_script_and_nothing_else(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let nobody = world.anonymous();
        let path = path_of(&link(&practice.patient, id, "patient").await);
        let page = nobody.get(&path).await;
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        let text = page.text();
        assert_eq!(text.matches("<script").count(), 1);
        assert!(text.contains("<script src=\"/api/telemedicine/call/call.js\"></script>"));
        assert!(!text.contains("style=") && !text.contains("onclick"), "{text}");
        for (file, kind) in [("call.js", "text/javascript"), ("call.css", "text/css")] {
            let file = nobody.get(&format!("/api/telemedicine/call/{file}")).await;
            file.is(200);
            assert!(file.header("content-type").starts_with(kind));
        }
        for (language, said) in [("fr", "Rejoindre"), ("sw", "Jiunge"), ("en", "Join")] {
            let page = nobody.request("GET", &path).header("accept-language", language).send().await;
            assert!(page.text().contains(said) && page.text().contains(&format!("lang=\"{language}\"")), "{language}");
        }
        world.settle().await;
    }

    async fn opening_a_link_changes_nothing(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let row = format!("{SESSIONS}{id}/");
        let before = practice.desk.get(&row).await.header("etag").to_owned();
        let path = path_of(&link(&practice.patient, id, "patient").await);
        for _ in 0..2 {
            world.anonymous().get(&path).await.is(200);
        }
        assert_eq!(practice.desk.get(&row).await.header("etag"), before);
        // Nothing else can be done with it.
        practice.patient.request("POST", &path).send().await.is(405);
        world.settle().await;
    }

    async fn an_outside_service_is_given_room_and_token(world: &World) {
        let practice = Practice::new(world).await;
        let id = practice.session().await;
        let settings = [
            ("CHELAL_VIDEO_BASE_URL", "https://meet.hospital.gm"), ("CHELAL_VIDEO_SECRET", "between us two"),
            ("CHELAL_VIDEO_APP_ID", "hospital"),
        ];
        let node = world.node(&settings).await;
        let there = practice.at_node(&node);
        for (caller, role, moderator) in [(&there.doctor, "doctor", true), (&there.patient, "patient", false)] {
            let info = caller.get(&join_info(id)).await.is(200).clone();
            let url = info[format!("join_url_{role}")].as_str().unwrap();
            let room = info["video_room_id"].as_str().unwrap();
            let (address, token) = url.split_once("&jwt=").unwrap();
            assert_eq!(address, format!("https://meet.hospital.gm/{room}?role={role}"));
            let mut rules = Validation::new(Algorithm::HS256);
            rules.set_audience(&["hospital"]);
            // The world's clock stands still, the library's does not.
            (rules.validate_exp, rules.validate_nbf) = (false, false);
            let claims = decode::<Json>(token, &DecodingKey::from_secret(b"between us two"), &rules).unwrap().claims;
            assert!(decode::<Json>(token, &DecodingKey::from_secret(b"another"), &rules).is_err());
            assert_eq!((&claims["room"], &claims["iss"], &claims["sub"]), (&json!(room), &json!("hospital"), &json!("meet.hospital.gm")));
            assert_eq!(claims["context"]["user"]["moderator"], moderator);
            let now = world.clock.now().as_second();
            assert_eq!(claims["exp"], now + 3600);
        }
        // Nobody is handed the doctor's place.
        let info = there.desk.get(&join_info(id)).await.is(200).clone();
        assert!(info["join_url_doctor"].is_null() && info["join_url_patient"].is_string());
        world.settle().await;
        node.app.close().await;
    }
}
