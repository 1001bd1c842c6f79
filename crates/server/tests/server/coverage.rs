//! What must hold of every operation that any module declares, read from the list of modules.
//!
//! Exemptions are lists that may only shrink: one that no longer names an operation fails.

use http::Method;
use kernel::{BuiltinRole, Reach};
use platform::field::Kind;
use platform::module::Registry;
use platform::openapi;
use platform::operation::{Need, Operation, Without};
use platform::record::FieldInfo;
use testkit::Caller;

/// Operations that end the caller's own session or account when they are merely tried.
const ENDS_THE_CALLER: &[&str] = &["auth/logout/", "account/delete/"];

/// Text beside a patient that says nothing about them: codes, and what messages are known by. The list may
/// only shrink.
const IN_THE_CLEAR: &[(&str, &str)] = &[
    ("allergy", "code"),
    ("notification", "related_object"),
    ("appointment_notification", "provider_message_id"),
    ("appointment_notification", "claim"),
    ("encounter", "diagnosis_code"),
    ("medical_condition", "code"),
    ("vaccination", "code"),
    ("care_event", "code"),
    ("clinical_alert", "source_type"),
    ("task", "source_type"),
    ("clinical_alert", "rule"),
    ("prescription", "safety_pack"),
    // What stands on the wall above a bed.
    ("bed", "number"),
    ("insurance_detail", "provider"),
    ("payment", "reference"),
    ("bill", "gather_key"),
    // A doctor's number, days and times.
    ("waiting_entry", "wish"),
    // A random name.
    ("telemedicine_session", "room"),
    // A random name in the store of files.
    ("patient_document", "file"),
];

/// A path with every parameter filled in by a record that does not exist.
fn path(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
        path.replace_range(start..=end, "999999999");
    }
    path
}

async fn try_out(caller: &Caller, operation: &Operation) -> testkit::Reply {
    let request = caller.request(operation.method.as_str(), &path(operation));
    if operation.method == Method::GET {
        request.send().await
    } else {
        request.json(&serde_json::json!({})).send().await
    }
}

#[track_caller]
fn all_used(exemptions: &[&str], operations: &[std::sync::Arc<Operation>]) {
    for exempt in exemptions {
        assert!(
            operations.iter().any(|operation| operation.path == *exempt),
            "{exempt} is exempt, and no operation"
        );
    }
}

#[test]
fn text_about_a_patient_is_sealed() {
    let registry = Registry::new(server::modules::modules());
    let mut clear = IN_THE_CLEAR.to_vec();
    let mut wrong = Vec::new();
    for info in registry.tables() {
        let about = |field: &FieldInfo| field.shape.reference == Some("patient");
        if info.table != "patient" && !info.fields.iter().any(about) {
            continue;
        }
        let open = info.fields.iter().filter(|field| !field.shape.sealed);
        for field in open.filter(|field| matches!(field.shape.kind, Kind::Text | Kind::Json)) {
            // One of a few words that the program knows says nothing about anybody.
            if !(field.schema)()["enum"].is_null() {
                continue;
            }
            let name = (info.table, field.name);
            match clear.iter().position(|known| *known == name) {
                Some(at) => drop(clear.remove(at)),
                None => wrong.push(name),
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "text about a patient, in the clear: {wrong:?}"
    );
    assert!(clear.is_empty(), "no longer in the clear: {clear:?}");
}

testkit::on_both! {
    async fn anonymous_callers_learn_nothing(world: &World) {
        let nobody = world.anonymous();
        for operation in world.operations().iter().filter(|operation| !matches!(operation.need, Need::Open)) {
            let reply = try_out(&nobody, operation).await;
            reply.refuses(401, "not_authenticated");
            assert_eq!(reply.header("www-authenticate"), "Bearer", "{operation:?}");
        }
        for nowhere in ["nowhere/", "patients/1/nowhere/", ""] {
            nobody.get(nowhere).await.refuses(401, "not_authenticated");
        }
    }

    async fn every_role_may_do_what_the_matrix_says_and_nothing_else(world: &World) {
        let operations = world.operations();
        all_used(ENDS_THE_CALLER, &operations);
        let roles = BuiltinRole::ALL.into_iter().map(Some).chain([None]);
        let mut wrong = Vec::new();
        for role in roles {
            let caller = world.caller(role).await;
            for operation in operations.iter().filter(|operation| !ENDS_THE_CALLER.contains(&operation.path.as_str())) {
                let Need::May(permission, without) = &operation.need else { continue };
                let reply = try_out(&caller, operation).await;
                let status = reply.status.as_u16();
                let held = permission.default_for(role) != Reach::None;
                let as_it_should = match (held, without) {
                    (true, _) => status != 401 && (status != 403 || reply.json["code"] != "permission_denied"),
                    (false, Without::Forbidden) => status == 403,
                    (false, Without::Nothing) if operation.path.contains('{') => status == 404,
                    (false, Without::Nothing) => status == 200 && (reply.json == serde_json::json!([]) || reply.json["count"] == 0),
                };
                if !as_it_should || status >= 500 {
                    wrong.push(format!("{role:?} {operation:?}: {status} {}", reply.text()));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn the_document_and_the_routes_are_the_same(world: &World) {
        let document = openapi::document(&world.app.registry, &openapi::Info::default());
        let mut routes: Vec<String> = world
            .operations()
            .iter()
            .map(|operation| format!("{} /{}", operation.method.as_str().to_lowercase(), operation.path))
            .collect();
        let mut documented: Vec<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.filter(|key| *key != "parameters").map(move |method| format!("{method} {path}"))
            })
            .collect();
        routes.sort();
        documented.sort();
        assert_eq!(routes, documented);
        assert_eq!(openapi::problems(&world.app.registry), Vec::<String>::new());
        for operation in world.operations() {
            // A path that is documented is served: anything but "there is no such path".
            let reply = try_out(&world.anonymous(), &operation).await;
            assert_ne!(reply.status.as_u16(), 405, "{operation:?}");
        }
    }

    async fn declarations_and_schema_agree(world: &World) {
        let mut wrong = Vec::new();
        for info in world.app.registry.tables() {
            let mut columns = world.columns(info.table).await;
            let mut declared: Vec<String> = (info.columns)().iter().map(|name| (*name).to_owned()).collect();
            if info.retained {
                declared.extend(["voided_at".to_owned(), "voided_by".to_owned()]);
            }
            columns.sort();
            declared.sort();
            if columns != declared {
                wrong.push(format!("{}: declared {declared:?}, in the database {columns:?}", info.table));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn every_text_exists_in_every_language(world: &World) {
        assert_eq!(world.app.texts.missing(), Vec::<String>::new());
    }

    async fn unknown_filters_and_orders_name_the_valid_ones(world: &World) {
        let admin = world.admin().await;
        for operation in world.operations() {
            let is_list = operation.id.ends_with("_list") && operation.method == Method::GET;
            if !is_list || operation.path.contains('{') {
                continue;
            }
            let reply = admin.get(&format!("{}?no_such_filter=1", operation.path)).await;
            assert!(reply.complains_about("no_such_filter").to_string().contains("search"), "{}", reply.text());
            admin.get(&format!("{}?ordering=no_such_field", operation.path)).await.complains_about("ordering");
            admin.get(&format!("{}?limit=-1", operation.path)).await.complains_about("limit");
            admin.get(&format!("{}?cursor=x", operation.path)).await.complains_about("cursor");
            admin.get(&format!("{}?created_at__gte=2025-02-30", operation.path)).await.complains_about("created_at__gte");
            let page = admin.get(&format!("{}?limit=5", operation.path)).await;
            assert!(page.is(200)["results"].is_array(), "{}", page.text());
            // Without the last slash, and in the first version by name, it is the same.
            let bare = operation.path.trim_end_matches('/');
            admin.get(bare).await.is(200);
            admin.get(&format!("/api/v1/{}", operation.path)).await.is(200);
        }
    }
}
