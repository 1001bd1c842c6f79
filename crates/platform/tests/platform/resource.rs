//! The generic handlers, through the router, on a small module of their own.
use platform::record::Column;
use std::sync::Arc;

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kernel::{BuiltinRole, Clock, Reach};
use ops::boot::{Parts, boot, registry};
use platform::access::{Access, Grant, Grants, Scope};
use platform::actor::{Actor, SignedIn, Who};
use platform::app::{App, Door, Shared};
use platform::cx::Cx;
use platform::db::{Ddl, Migration};
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::http::call::Head;
use platform::mail::Mailer;
use platform::module::Module;
use platform::resource::Resource;
use platform::seal::Sealed;
use platform::settings::Settings;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

platform::record! {
    /// A place with beds.
    pub struct Ward in "ward" {
        client {
            /// What people call it.
            name: Line<40>,
            /// How many it holds.
            capacity: i64 = 10,
        }
        server {}
        hidden {}
    }
}

impl Resource for Ward {
    const PATH: &'static str = "wards";
    const FILTERS: &'static [Column<Self>] = &[Ward::name, Ward::capacity];
    const ORDERING: &'static [Column<Self>] = &[Ward::name, Ward::capacity];
    const SEARCH: &'static [Column<Self>] = &[Ward::name];
    type Extra = ();
    fn access() -> Access {
        Access::nobody().role(BuiltinRole::Admin, "crud")
    }
    fn scope(_: &Grant) -> Scope {
        Scope::All
    }
}

platform::record! {
    /// Somebody in a ward.
    pub struct Guest in "guest" for id {
        client {
            /// Where.
            ward: Ref<Ward>,
            /// Who.
            name: Sealed<Line<100>>,
            /// What else.
            notes: Sealed<Blank<1000>>,
        }
        server {}
        hidden {}
    }
}

impl Resource for Guest {
    const PATH: &'static str = "guests";
    const PATIENT_DATA: bool = true;
    const RETAINED: bool = true;
    const FILTERS: &'static [Column<Self>] = &[Guest::ward];
    type Extra = ();
    fn access() -> Access {
        Access::nobody().role(BuiltinRole::Admin, "crud")
    }
    fn scope(_: &Grant) -> Scope {
        Scope::All
    }
}

platform::record! {
    /// Something locked away. Who asks in French may not read by what it opens.
    pub struct Safe in "safe" {
        client {
            /// Where it stands.
            place: Line<40>,
            /// By what it opens.
            combination: Line<40>,
        }
        server {}
        hidden {}
    }
}

impl Resource for Safe {
    const PATH: &'static str = "safes";
    const FILTERS: &'static [Column<Self>] = &[Safe::place, Safe::combination];
    const ORDERING: &'static [Column<Self>] = &[Safe::place, Safe::combination];
    const SEARCH: &'static [Column<Self>] = &[Safe::place, Safe::combination];
    type Extra = ();
    fn access() -> Access {
        Access::nobody().role(BuiltinRole::Admin, "crud")
    }
    fn scope(_: &Grant) -> Scope {
        Scope::All
    }
    fn hidden_from(cx: &Cx) -> &'static [Column<Self>] {
        match cx.origin.language {
            "fr" => &[Safe::combination],
            _ => &[],
        }
    }
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001",
        up: tables,
    },
    Migration {
        name: "0002",
        up: |ddl| {
            ddl.table("safe", |t| {
                t.standard();
                t.text("place");
                t.text("combination");
            });
        },
    },
];

fn tables(ddl: &mut Ddl) {
    ddl.table("ward", |t| {
        t.standard();
        t.text("name").unique();
        t.int("capacity");
        t.check("ward_capacity_check", "capacity >= 0");
    });
    ddl.table("guest", |t| {
        t.standard();
        t.bytes("sealed");
        t.int("ward").references("ward");
        t.timestamp("voided_at").null();
        t.int("voided_by").null();
    });
}

struct OpenDoor;

impl Door for OpenDoor {
    fn enter<'a>(
        &'a self,
        app: &'a Arc<App>,
        head: &'a Head,
    ) -> BoxFuture<'a, Result<Actor, Error>> {
        Box::pin(async move {
            if head.header("authorization").is_none() {
                return Err(Error::refuse(
                    kernel::Code::NotAuthenticated,
                    platform::texts::Text::new("not-authenticated"),
                ));
            }
            let grants = app
                .registry
                .permissions
                .values()
                .map(|p| (p.name(), Reach::All));
            Ok(Actor {
                who: Who::User(SignedIn {
                    id: 1,
                    username: "ann".into(),
                    role: Some(1),
                    session: None,
                    acting: None,
                    must_change_password: false,
                }),
                grants: Arc::new(Grants::new(grants)),
                language: None,
            })
        })
    }
}

async fn app(dir: &std::path::Path, database: &str) -> Arc<App> {
    let pairs = [
        ("CHELAL_DATA_DIR".to_owned(), dir.display().to_string()),
        ("DATABASE_URL".to_owned(), database.to_owned()),
        ("CHELAL_MASTER_KEY".to_owned(), "5e01".repeat(16)),
    ];
    boot(Parts {
        settings: Settings::from_pairs(pairs).unwrap().settings,
        clock: Clock::system(),
        registry: registry([Module::new("hotel")
            .migrations(MIGRATIONS)
            .resource::<Ward>()
            .resource::<Guest>()
            .resource::<Safe>()]),
        door: Arc::new(OpenDoor),
        mailer: Mailer::Off,
        shared: Shared::default(),
    })
    .await
    .unwrap()
}

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    json: Json,
}

async fn send(
    app: &Arc<App>,
    method: &str,
    path: &str,
    body: Json,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "x");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() {
        Body::empty()
    } else {
        Body::from(body.to_string())
    };
    let response = platform::http::router(app)
        .oneshot(request.body(body).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        json: serde_json::from_slice(&bytes).unwrap_or(Json::Null),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_table_is_served() {
    let dir = tempfile::tempdir().unwrap();
    declared_table(app(dir.path(), "sqlite://test.db").await).await;
    if let Some(server) = test_postgres::server() {
        declared_table(app(dir.path(), &server.create_database("resource")).await).await;
    }
}

async fn declared_table(app: Arc<App>) {
    let none = Json::Null;

    let made = send(
        &app,
        "POST",
        "/api/wards/",
        json!({"name": " East ", "capacity": "12"}),
        &[],
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.json);
    assert_eq!(made.json["name"], "East");
    assert_eq!(made.json["capacity"], 12);
    assert_eq!(made.headers["location"], "/api/wards/1/");
    assert_eq!(made.headers["etag"], "\"1\"");

    let taken = send(&app, "POST", "/api/wards", json!({"name": "East"}), &[]).await;
    assert_eq!(taken.status, 400, "{}", taken.json);
    assert!(taken.json["name"].is_array(), "{}", taken.json);

    let wrong = send(&app, "POST", "/api/wards/", json!({"capacity": "x"}), &[]).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.json["name"].is_array() && wrong.json["capacity"].is_array(),
        "{}",
        wrong.json
    );

    let guest = send(
        &app,
        "POST",
        "/api/v1/guests/",
        json!({"ward_id": 1, "name": "Fatou"}),
        &[],
    )
    .await;
    assert_eq!(guest.status, 201, "{}", guest.json);
    assert_eq!(
        (&guest.json["ward"], &guest.json["ward_id"]),
        (&json!(1), &json!(1))
    );
    let lost = send(
        &app,
        "POST",
        "/api/guests/",
        json!({"ward": 99, "name": "Fatou"}),
        &[],
    )
    .await;
    assert_eq!(lost.status, 400, "{}", lost.json);
    assert!(lost.json["ward"].is_array());

    let changed = send(
        &app,
        "PATCH",
        "/api/guests/1/",
        json!({"notes": "window"}),
        &[("if-match", "\"1\"")],
    )
    .await;
    assert_eq!(
        (changed.status, &changed.json["version"]),
        (StatusCode::OK, &json!(2)),
        "{}",
        changed.json
    );
    assert_eq!(changed.json["name"], "Fatou");
    let stale = send(
        &app,
        "PATCH",
        "/api/guests/1/",
        json!({"notes": "door"}),
        &[("if-match", "\"1\"")],
    )
    .await;
    assert_eq!(
        (stale.status, &stale.json["code"]),
        (StatusCode::PRECONDITION_FAILED, &json!("stale_version"))
    );

    let list = send(&app, "GET", "/api/guests/?ward=1", none.clone(), &[]).await;
    assert_eq!(
        (list.status, &list.headers["x-total-count"]),
        (StatusCode::OK, &"1".parse().unwrap())
    );
    assert_eq!(list.json[0]["notes"], "window");
    let page = send(
        &app,
        "GET",
        "/api/wards/?limit=1&ordering=-name",
        none.clone(),
        &[],
    )
    .await;
    assert_eq!(page.json["count"], 1);
    let unknown = send(&app, "GET", "/api/guests/?colour=red", none.clone(), &[]).await;
    assert_eq!(unknown.status, 400);

    let used = send(&app, "DELETE", "/api/wards/1/", none.clone(), &[]).await;
    assert_eq!(
        (used.status, &used.json["code"]),
        (StatusCode::CONFLICT, &json!("in_use")),
        "{}",
        used.json
    );
    assert_eq!(used.json["dependents"], json!(["guests"]));
    assert_eq!(
        send(&app, "DELETE", "/api/guests/1/", none.clone(), &[])
            .await
            .status,
        204
    );
    assert_eq!(
        send(&app, "DELETE", "/api/guests/1/", none.clone(), &[])
            .await
            .status,
        404
    );
    // The voided guest stays on record, and so does where they were.
    let kept = send(&app, "DELETE", "/api/wards/1/", none.clone(), &[]).await;
    assert_eq!(kept.json["dependents"], json!(["guests"]));
    let south = send(&app, "POST", "/api/wards/", json!({"name": "South"}), &[]).await;
    let south = format!("/api/wards/{}/", south.json["id"]);
    assert_eq!(
        send(&app, "DELETE", &south, none.clone(), &[]).await.status,
        204
    );

    let again = [("idempotency-key", "k1")];
    let first = send(&app, "POST", "/api/wards/", json!({"name": "West"}), &again).await;
    let second = send(&app, "POST", "/api/wards/", json!({"name": "West"}), &again).await;
    assert_eq!(
        (first.status, second.status),
        (StatusCode::CREATED, StatusCode::CREATED),
        "{}",
        second.json
    );
    assert_eq!(first.json, second.json);
    let other = send(
        &app,
        "POST",
        "/api/wards/",
        json!({"name": "North"}),
        &again,
    )
    .await;
    assert_eq!(
        (other.status, &other.json["code"]),
        (StatusCode::CONFLICT, &json!("idempotency_key_reused"))
    );

    let trail = send(
        &app,
        "GET",
        "/api/audit_logs/?object_type=Guest&ordering=id",
        none.clone(),
        &[],
    )
    .await;
    let actions: Vec<&str> = trail
        .json
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["create", "edit", "view", "delete"]);
    assert_eq!(
        trail.json[1]["details"]["fields"]["notes"],
        json!(["", "window"])
    );
    let paged = send(&app, "GET", "/api/audit-logs/", none.clone(), &[]).await;
    assert!(paged.json["results"].is_array());

    let gone = send(&app, "PUT", "/api/wards/", json!({}), &[]).await;
    assert_eq!(
        (gone.status, &gone.headers["allow"]),
        (
            StatusCode::METHOD_NOT_ALLOWED,
            &"GET, POST".parse().unwrap()
        )
    );
    assert_eq!(
        send(&app, "GET", "/api/nowhere/", none, &[]).await.status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_may_not_read_is_not_found_by_either() {
    let dir = tempfile::tempdir().unwrap();
    kept_from_searches(app(dir.path(), "sqlite://test.db").await).await;
    if let Some(server) = test_postgres::server() {
        kept_from_searches(app(dir.path(), &server.create_database("safe")).await).await;
    }
}

async fn kept_from_searches(app: Arc<App>) {
    for (place, combination) in [("Cellar", "4711"), ("Attic", "0815")] {
        let body = json!({ "place": place, "combination": combination });
        send(&app, "POST", "/api/safes/", body, &[]).await;
    }
    let french = [("accept-language", "fr")];
    let found = async |query: &str, headers: &[(&str, &str)]| {
        let list = send(
            &app,
            "GET",
            &format!("/api/safes/?{query}"),
            Json::Null,
            headers,
        )
        .await;
        assert_eq!(list.status, 200, "{}", list.json);
        assert!(!headers.contains(&french[0]) || !list.json.to_string().contains("4711"));
        list.json.as_array().unwrap().len()
    };
    for (query, to_all, to_some) in [
        ("search=4711", 1, 0),
        ("search=47", 1, 0),
        ("search=cell", 1, 1),
        ("search=%25", 0, 0),
        ("combination=4711", 1, 0),
        ("", 2, 2),
    ] {
        assert_eq!(found(query, &[]).await, to_all, "{query}");
        assert_eq!(found(query, &french).await, to_some, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_not_known_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let app = app(dir.path(), "sqlite://test.db").await;
    let ward = json!({ "name": "East", "colour": "red" });
    // Older clients write back whatever they read, unless they ask for more.
    let strict = [("prefer", "respond-async, handling=strict")];
    let refused = send(&app, "POST", "/api/wards/", ward.clone(), &strict).await;
    assert_eq!(refused.status, 400, "{}", refused.json);
    assert!(
        refused.json["colour"][0]
            .as_str()
            .unwrap()
            .contains("capacity"),
        "{}",
        refused.json
    );
    let lenient = send(&app, "POST", "/api/wards/", ward, &[]).await;
    assert_eq!(lenient.status, 201, "{}", lenient.json);
    let known = send(
        &app,
        "PATCH",
        "/api/wards/1/",
        json!({ "capacity": 4 }),
        &strict,
    )
    .await;
    assert_eq!(
        (known.status, &known.headers["preference-applied"]),
        (StatusCode::OK, &"handling=strict".parse().unwrap())
    );
    // A misspelt name of a query would answer another question than was asked.
    for (method, path, field) in [
        ("GET", "/api/wards/?capcity=4", "capcity"),
        ("GET", "/api/wards/1/?fields=name", "fields"),
        ("PATCH", "/api/wards/1/?force=true", "force"),
        ("GET", "/api/guests/?search=fatou", "search"),
        ("GET", "/api/wards/?format=csv", "format"),
    ] {
        let answer = send(&app, method, path, json!({}), &[]).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.json);
        assert!(answer.json[field].is_array(), "{path}: {}", answer.json);
    }
    let named = send(
        &app,
        "GET",
        "/api/wards/?format=json&search=east",
        Json::Null,
        &[],
    )
    .await;
    assert_eq!(named.json.as_array().unwrap().len(), 1, "{}", named.json);
}
