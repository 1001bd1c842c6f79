//! `role-change-requests/`: asking for another role, and deciding.

use futures_util::future::join_all;
use kernel::BuiltinRole;
use serde_json::json;

use crate::support::{NEW_PASSWORD, rows, statuses};

testkit::on_both! {
    async fn a_request_is_asked_and_decided(world: &World) {
        let (admin, nurse) = (world.admin().await, world.nurse().await);
        nurse.post("role-change-requests/", json!({ "requested_role": 4 })).await.complains_about("requested_role");
        nurse.post("role-change-requests/", json!({ "requested_role_id": 999 })).await.complains_about("requested_role");
        let sent = json!({ "requested_role_id": 2, "reason": "Graduated", "status": "approved", "user": admin.id });
        let asked = nurse.post("role-change-requests/", sent).await;
        let row = asked.is(201);
        assert_eq!((&row["status"], &row["user"]["id"], &row["user_id"]), (&json!("pending"), &json!(nurse.id), &json!(nurse.id)));
        assert_eq!((&row["role"]["name"], &row["requested_role"]["name"], &row["requested_role_id"]), (&json!("Doctor"), &json!("Doctor"), &json!(2)));
        assert_eq!(row["current_role"]["name"], "Nurse");
        nurse.post("role-change-requests/", json!({ "requested_role": 3 })).await.refuses(409, "state_conflict");
        let path = |verb: &str| format!("role-change-requests/{}/{verb}/", asked.id());
        nurse.post(&path("approve"), json!({})).await.refuses(403, "permission_denied");
        world.doctor().await.get(&path("")[..path("").len() - 1]).await.is(404);
        assert_eq!(rows(&admin.get("role-change-requests/?status=pending").await).len(), 1);
        let approved = admin.post(&path("approve"), json!({ "admin_response": "Congratulations" })).await;
        let row = approved.is(200);
        assert_eq!((&row["status"], &row["reviewed_by"], &row["admin_response"]), (&json!("approved"), &json!(admin.id), &json!("Congratulations")));
        // It holds at once, in the session that is open.
        assert_eq!(nurse.get("users/me/").await.is(200)["role"]["name"], "Doctor");
        admin.post(&path("reject"), json!({})).await.refuses(409, "state_conflict");
        let audit = world.audit_of("User").await;
        let edit = audit.iter().find(|row| row.action.as_str() == "edit" && row.object_id == Some(nurse.id)).unwrap();
        assert_eq!((edit.user, &edit.details.open().0["fields"]["role"]), (Some(admin.id), &json!([4, 2])));
    }

    async fn nobody_but_an_admin_makes_an_admin(world: &World) {
        let admin = world.admin().await;
        let permissions = ["role-change-requests:approve", "role-change-requests:read"];
        let scopes = json!({ "role-change-requests": "all" });
        let role = json!({ "name": "HR", "permissions": permissions, "scopes": scopes });
        let role = admin.post("roles/", role).await.id();
        admin.post("users/", json!({ "username": "hr", "password": NEW_PASSWORD, "role": role })).await.is(201);
        let hr = world.sign_in("hr", NEW_PASSWORD).await;
        let nurse = world.nurse().await;
        let asked = nurse.post("role-change-requests/", json!({ "requested_role": 1 })).await.id();
        let path = format!("role-change-requests/{asked}/");
        hr.post(&format!("{path}approve/"), json!({})).await.refuses(403, "permission_denied");
        assert_eq!(hr.get(&path).await.is(200)["status"], "pending");
        assert_eq!(nurse.get("users/me/").await.is(200)["role"]["name"], "Nurse");
        // Any other role is theirs to give.
        let doctor = world.doctor().await;
        let asked = doctor.post("role-change-requests/", json!({ "requested_role": 4 })).await.id();
        hr.post(&format!("role-change-requests/{asked}/approve/"), json!({})).await.is(200);
    }

    async fn of_approve_and_reject_one_wins(world: &World) {
        let admin = world.admin().await;
        for _ in 0..4 {
            let nurse = world.nurse().await;
            let id = nurse.post("role-change-requests/", json!({ "requested_role": 2 })).await.id();
            let (approve, reject) = (format!("role-change-requests/{id}/approve/"), format!("role-change-requests/{id}/reject/"));
            let replies = join_all((0..10).map(|n| admin.post(if n % 2 == 0 { &approve } else { &reject }, json!({})))).await;
            assert_eq!((statuses(&replies, 200), statuses(&replies, 409)), (1, 9));
            let row = admin.get(&format!("role-change-requests/{id}/")).await;
            let role = nurse.get("users/me/").await.is(200)["role"]["id"].clone();
            let approved = row.is(200)["status"] == "approved";
            assert_eq!(role, if approved { json!(2) } else { json!(4) });
        }
    }

    async fn of_parallel_requests_one_is_pending(world: &World) {
        let nurse = world.nurse().await;
        let replies = join_all((0..10).map(|_| nurse.post("role-change-requests/", json!({ "requested_role": 2 })))).await;
        assert_eq!((statuses(&replies, 201), statuses(&replies, 409)), (1, 9));
    }

    async fn nobody_decides_their_own(world: &World) {
        let admin = world.caller(Some(BuiltinRole::Admin)).await;
        let id = admin.post("role-change-requests/", json!({ "requested_role": 2 })).await.id();
        admin.post(&format!("role-change-requests/{id}/approve/"), json!({})).await.refuses(403, "permission_denied");
        let other = world.admin().await;
        let reject = format!("role-change-requests/{id}/reject/");
        assert_eq!(other.post(&reject, json!({ "admin_response": "Stay" })).await.is(200)["status"], "rejected");
        assert_eq!(admin.get("users/me/").await.is(200)["role"]["name"], "Admin");
        admin.post("role-change-requests/", json!({ "requested_role": 2 })).await.is(201);
    }
}
