//! `organizations/` and `organization-memberships/`.

use serde_json::json;

use crate::support::rows;

testkit::on_both! {
    async fn whoever_founds_one_keeps_its_members(world: &World) {
        let (founder, member, stranger) = (world.nurse().await, world.doctor().await, world.patient().await);
        let made = founder.post("organizations/", json!({ "name": "Outreach", "open": false })).await;
        made.is(201);
        let organization = made.id();
        let mine = founder.get("organization-memberships/?mine=true").await;
        assert_eq!((rows(&mine).len(), &rows(&mine)[0]["is_admin"], &rows(&mine)[0]["organization_name"]), (1, &json!(true), &json!("Outreach")));
        stranger.get(&format!("organizations/{organization}/")).await.is(404);
        stranger.post("organization-memberships/", json!({ "user": stranger.id, "organization": organization })).await.is(400);
        let joined = founder.post("organization-memberships/", json!({ "user": member.id, "organization": organization, "role": "Driver" })).await;
        assert_eq!(joined.is(201)["joined_at"], testkit::MORNING);
        founder.post("organization-memberships/", json!({ "user": member.id, "organization": organization })).await.is(400);
        let path = format!("organization-memberships/{}/", joined.id());
        // A member sees the place and themselves, and does not rise by themselves.
        member.get(&format!("organizations/{organization}/")).await.is(200);
        assert_eq!(rows(&member.get("organization-memberships/").await).len(), 1);
        member.patch(&path, json!({ "is_admin": true })).await.refuses(403, "permission_denied");
        member.patch(&format!("organizations/{organization}/"), json!({ "name": "Mine" })).await.refuses(403, "permission_denied");
        founder.patch(&path, json!({ "user": stranger.id })).await.complains_about("user");
        // Those of one's organization, unless one asks for one's own.
        assert_eq!(rows(&founder.get("organization-memberships/").await).len(), 2);
        assert_eq!(rows(&founder.get("organization-memberships/?mine=true").await).len(), 1);
        assert_eq!(rows(&founder.get("organization-memberships/?mine=false").await).len(), 2);
        founder.get("organization-memberships/?mine=maybe").await.complains_about("mine");
        founder.patch(&path, json!({ "is_admin": true })).await.is(200);
        assert_eq!(rows(&member.get("organization-memberships/").await).len(), 2);
        member.delete(&path).await.is(204);
        // Staff see what there is; one that is not open is not joined by oneself.
        member.get(&format!("organizations/{organization}/")).await.is(200);
        member.post("organization-memberships/", json!({ "organization": organization })).await.refuses(403, "permission_denied");
    }

    async fn staff_join_what_is_open_and_get_no_rights_by_it(world: &World) {
        let (admin, nurse, patient) = (world.admin().await, world.nurse().await, world.patient().await);
        let open = admin.post("organizations/", json!({ "name": "Outreach" })).await.id();
        let past = admin.post("organizations/", json!({ "name": "Past", "is_active": false })).await.id();
        let seen = nurse.get("organizations/").await;
        assert_eq!(rows(&seen).iter().map(|row| row["id"].as_i64()).collect::<Vec<_>>(), [Some(open)]);
        // The client of Join Organization sends nothing but the organization.
        let joined = nurse.post("organization-memberships/", json!({ "organization": open })).await;
        assert_eq!((&joined.is(201)["user"], &joined.json["is_admin"]), (&json!(nurse.id), &json!(false)));
        nurse.patch(&format!("organizations/{open}/"), json!({ "name": "Mine" })).await.refuses(403, "permission_denied");
        nurse.patch(&format!("organization-memberships/{}/", joined.id()), json!({ "is_admin": true })).await.refuses(403, "permission_denied");
        let other = world.nurse().await;
        other.post("organization-memberships/", json!({ "organization": open, "is_admin": true })).await.refuses(403, "permission_denied");
        other.post("organization-memberships/", json!({ "organization": open, "user": nurse.id })).await.refuses(403, "permission_denied");
        other.post("organization-memberships/", json!({ "organization": past })).await.complains_about("organization");
        // Patients see none that they do not belong to.
        assert!(rows(&patient.get("organizations/").await).is_empty());
        patient.post("organization-memberships/", json!({ "organization": open })).await.complains_about("organization");
    }

    async fn whoever_makes_one_is_its_first_administrator(world: &World) {
        let admin = world.admin().await;
        let made = admin.post("organizations/", json!({ "name": "Outreach" })).await.id();
        let mine = admin.get(&format!("organization-memberships/?mine=true&organization={made}")).await;
        assert_eq!(rows(&mine).len(), 1);
        assert_eq!(rows(&mine)[0]["is_admin"], true);
    }

    async fn whoever_sees_no_users_names_none(world: &World) {
        let (patient, doctor) = (world.patient().await, world.doctor().await);
        let organization = patient.post("organizations/", json!({ "name": "Choir" })).await.id();
        let member = json!({ "user": doctor.id, "organization": organization });
        let refused = patient.post("organization-memberships/", member).await;
        let unknown = json!({ "user": 999_999, "organization": organization });
        let absent = patient.post("organization-memberships/", unknown).await;
        // Somebody who is there is refused like somebody who is not.
        let text = |complaint: &serde_json::Value| complaint.to_string().replace("999999", &doctor.id.to_string());
        assert_eq!(text(refused.complains_about("user")), text(absent.complains_about("user")));
    }

    async fn a_name_is_found_whatever_its_case_in_every_language(world: &World) {
        let admin = world.admin().await;
        let made = admin.post("organizations/", json!({ "name": "École de la Mère" })).await.id();
        for text in ["École", "école", "ÉCOLE", "mère", "LA MÈ"] {
            let path = format!("organizations/?search={}", text.replace(' ', "%20"));
            assert_eq!(rows(&admin.get(&path).await)[0]["id"], made, "{text}");
        }
    }

    async fn admins_keep_all(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        let made = admin.post("organizations/", json!({ "name": "Outreach" })).await.id();
        nurse.post("organizations/", json!({ "name": "Outreach" })).await.complains_about("name");
        admin.post("organization-memberships/", json!({ "user_id": nurse.id, "organization_id": made })).await.is(201);
        admin.delete(&format!("organizations/{made}/")).await.refuses(409, "in_use");
        let memberships = admin.get(&format!("organization-memberships/?organization={made}")).await;
        for membership in rows(&memberships) {
            admin.delete(&format!("organization-memberships/{}/", membership["id"])).await.is(204);
        }
        admin.patch(&format!("organizations/{made}/"), json!({ "is_active": false })).await.is(200);
        admin.delete(&format!("organizations/{made}/")).await.is(204);
    }
}
