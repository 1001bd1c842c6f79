//! `feedback/`.

use serde_json::{Value as Json, json};

use crate::{Side, list, told};

testkit::on_both! {
    async fn feedback_is_answered_once_and_stays_between_the_two(world: &World) {
        let side = Side::new(world).await;
        let body = json!({ "patient": side.patient, "rating": 2, "category": "waiting", "message": "Three hours!" });
        let given = side.jane.post("feedback/", body).await.is(201).clone();
        assert_eq!((&given["status"], &given["user"]), (&json!("new"), &json!(side.jane.id)));
        assert_eq!(told(world, &side.admin).await, ["Somebody gave feedback."]);
        for other in [&side.doctor, &side.nurse, &world.patient().await] {
            assert_eq!(list(other, "feedback/").await, Vec::<Json>::new());
            other.get(&format!("feedback/{}/", given["id"])).await.refuses(404, "not_found");
        }
        let path = format!("feedback/{}/respond/", given["id"]);
        side.jane.post(&path, json!({ "response": "Fine" })).await.refuses(403, "permission_denied");
        side.admin.post(&path, json!({})).await.complains_about("response");
        side.admin.post(&path, json!({ "response": "We are sorry." })).await.is(200);
        side.admin.post(&path, json!({ "response": "Again" })).await.refuses(409, "state_conflict");
        let seen = side.jane.get(&format!("feedback/{}/", given["id"])).await.is(200).clone();
        assert_eq!((&seen["response"], &seen["status"]), (&json!("We are sorry."), &json!("answered")));
        assert_eq!(told(world, &side.jane).await, ["Your feedback was answered."]);
    }

    async fn a_rating_is_from_one_to_five_and_about_ones_own_record(world: &World) {
        let side = Side::new(world).await;
        for rating in [0, 6] {
            side.jane.post("feedback/", json!({ "rating": rating, "message": "x" })).await.complains_about("rating");
        }
        side.jane.post("feedback/", json!({ "contact_email": "no", "message": "x" })).await.complains_about("contact_email");
        let other = crate::register(&side.desk, "Awa", "1980-01-01").await;
        side.jane.post("feedback/", json!({ "patient": other, "message": "x" })).await.complains_about("patient");
        side.jane.post("feedback/", json!({ "message": "Thank you" })).await.is(201);
        world.settle().await;
    }
}
