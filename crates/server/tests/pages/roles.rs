//! How far a role's rights reach, seen and set by page.

use kernel::BuiltinRole::{Admin, Doctor, Nurse};
use serde_json::{Value as Json, json};
use testkit::visitor::{Visitor, form, is_a_page, leads, set};

/// How far a right of a role reaches.
fn reach(role: &Json, right: &str) -> String {
    let scopes = &role["scopes"];
    let own = scopes[right].as_str();
    let of_resource = scopes[right.split(':').next().unwrap_or_default()].as_str();
    own.or(of_resource).unwrap_or_default().to_owned()
}

testkit::on_both! {
    async fn an_admin_sees_and_sets_how_far_a_role_reaches(world: &World) {
        let (visitor, admin) = (Visitor::of(world, Admin).await, world.admin().await);
        let path = format!("roles/{}/", Doctor.id());
        let record = format!("/admin/{path}");
        let address = format!("{record}reach");
        let before = admin.get(&path).await.is(200).clone();
        assert_eq!(reach(&before, "encounters:read"), "all");
        assert!(is_a_page(&visitor.get(&record).await, 200).contains(&address));

        let page = is_a_page(&visitor.get(&address).await, 200);
        let mut pairs = form(&page, "roles_patch");
        let held = pairs.iter().filter(|(name, _)| name.starts_with("scopes."));
        assert_eq!(held.count(), before["permissions"].as_array().map_or(0, Vec::len));
        set(&mut pairs, "scopes.encounters:read", "assigned");
        assert_eq!(leads(&visitor.submit(&address, &pairs).await), address);
        // That right alone, and nothing of what the role may do.
        let after = admin.get(&path).await.is(200).clone();
        assert_eq!(reach(&after, "encounters:read"), "assigned");
        assert_eq!(after["permissions"], before["permissions"]);
        for right in before["permissions"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            if right != "encounters:read" {
                assert_eq!(reach(&after, right), reach(&before, right), "{right}");
            }
        }
        let page = is_a_page(&visitor.get(&address).await, 200);
        let shown = form(&page, "roles_patch");
        assert!(shown.contains(&("scopes.encounters:read".to_owned(), "assigned".to_owned())));

        // Somebody else changed it meanwhile.
        admin.patch(&path, json!({ "scopes": { "vitals:read": "assigned" } })).await.is(200);
        set(&mut pairs, "scopes.encounters:read", "all");
        is_a_page(&visitor.submit(&address, &pairs).await, 412);
        assert_eq!(reach(admin.get(&path).await.is(200), "encounters:read"), "assigned");
        world.settle().await;
    }

    async fn an_admin_keeps_the_way_to_set_things_right(world: &World) {
        let visitor = Visitor::of(world, Admin).await;
        let address = format!("/admin/roles/{}/reach", Admin.id());
        let page = is_a_page(&visitor.get(&address).await, 200);
        let mut pairs = form(&page, "roles_patch");
        set(&mut pairs, "scopes.roles:read", "own");
        let refused = is_a_page(&visitor.submit(&address, &pairs).await, 400);
        assert!(refused.contains("roles:read"), "{refused}");
        world.settle().await;
    }

    async fn others_see_it_and_set_nothing(world: &World) {
        let visitor = Visitor::of(world, Nurse).await;
        let page = is_a_page(&visitor.get(&format!("/admin/roles/{}/reach", Nurse.id())).await, 200);
        assert!(!page.contains("roles_patch") && !page.contains("<select"), "{page}");
        world.settle().await;
    }
}
