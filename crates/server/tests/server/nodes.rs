//! Two nodes on one PostgreSQL: what one decides holds on the other within a second or so.

use std::time::{Duration, Instant};

use kernel::BuiltinRole;
use serde_json::json;
use testkit::{Base, Caller, Installation, Reply};

/// A second, and what a crowded machine adds.
const SOON: Duration = Duration::from_millis(2500);

async fn soon(what: &str, asked: impl AsyncFn() -> Reply, status: u16) {
    let begun = Instant::now();
    loop {
        let reply = asked().await;
        if reply.status.as_u16() == status {
            return;
        }
        assert!(begun.elapsed() < SOON, "{what}: still {}", reply.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn user(admin: &Caller, name: &str, role: i64) -> i64 {
    let body = json!({
        "username": name, "email": format!("{name}@hospital.example"), "password": testkit::PASSWORD, "role": role,
    });
    admin.post("users/", body).await.is(201)["id"]
        .as_i64()
        .unwrap()
}

#[test]
fn what_one_node_decides_holds_on_the_other() {
    let Some(installation) = Installation::new(Base::Postgres, env!("CARGO_BIN_EXE_chelal")) else {
        return;
    };
    let installation = installation.with_superuser();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (one, two) = (installation.serve(), installation.serve());
        let admin = one.superuser().await;
        let there = two.address;
        let receptionist = BuiltinRole::Receptionist.id();
        for name in ["anna", "binta", "camara"] {
            user(&admin, name, receptionist).await;
        }

        // A session that is ended here is over there.
        let desk = one.anonymous().sign_in("anna", testkit::PASSWORD).await;
        desk.over(there).get("patients/").await.is(200);
        desk.post("auth/logout/", json!({})).await;
        soon("signed out", async || desk.over(there).get("patients/").await, 401).await;

        // So is one of a user who is put out.
        let desk = two.anonymous().sign_in("binta", testkit::PASSWORD).await;
        desk.get("patients/").await.is(200);
        let users = admin.get("users/?search=binta").await;
        let id = users.is(200)[0]["id"].as_i64().unwrap_or_else(|| panic!("{}", users.text()));
        admin.patch(&format!("users/{id}/"), json!({ "is_active": false })).await.is(200);
        soon("deactivated", async || desk.get("patients/").await, 401).await;

        // Rights that a role loses are lost there.
        let desk = two.anonymous().sign_in("camara", testkit::PASSWORD).await;
        let body = |n: i64| json!({ "first_name": "Awa", "last_name": format!("Bah{n}"), "date_of_birth": "1990-01-01", "gender": "Female" });
        desk.post("patients/", body(0)).await.is(201);
        let path = format!("roles/{receptionist}/");
        let role = admin.get(&path).await;
        let held = role.is(200)["permissions"].as_array().unwrap();
        let kept: Vec<_> = held.iter().filter(|name| **name != "patients:create").collect();
        assert_eq!(kept.len() + 1, held.len(), "{}", role.text());
        admin
            .patch(&path, json!({ "permissions": kept }))
            .await
            .is(200);
        soon("without the right", async || desk.post("patients/", body(1)).await, 403).await;

        // Both write, both seal, and the chain has no fork.
        let both = [admin.clone(), admin.over(there)];
        let writers = (0..20).map(|n| {
            let caller = both[n % 2].clone();
            let body = body(n as i64);
            tokio::spawn(async move { caller.post("patients/", body).await.is(201).clone() })
        });
        for written in futures_util::future::join_all(writers).await {
            written.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        two.kill();
        one.stop();
        let verified = installation.run(&["audit", "verify"]);
        assert!(verified.status.success(), "{verified:?}");
    });
}
