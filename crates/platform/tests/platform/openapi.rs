//! The API document and the permission matrix of a small module.
use kernel::BuiltinRole;
use platform::access::Permission;
use platform::access::{Access, Grant, Scope};
use platform::cx::Cx;
use platform::error::Error;
use platform::field::{Blank, Line, Ref};
use platform::http::call::Reply;
use platform::matrix::permissions_text;
use platform::module::{Module, Registry};
use platform::openapi::{Info, document, problems};
use platform::record::Column;
use platform::resource::Resource;
use platform::route::{Route, Undecided};
use platform::verb::Verb;
use serde_json::{Value as Json, json};

platform::choice! {
    /// What can be done about a bed.
    pub enum State {
        /// Empty.
        Free = "free",
        /// Somebody lies in it.
        Taken = "taken",
    }
}

platform::record! {
    /// A room with beds.
    ///
    /// Closed ones stay on record.
    pub(crate) struct Ward in "ward" {
        client {
            /// What people call it.
            name: Line<40>,
            /// How many beds fit.
            capacity: i64 = 10,
        }
        server {}
        hidden {}
    }
}

impl Resource for Ward {
    const PATH: &'static str = "wards";
    const FILTERS: &'static [Column<Self>] = &[Ward::capacity];
    const ORDERING: &'static [Column<Self>] = &[Ward::name];
    type Extra = ();
    fn access() -> Access {
        Access::nobody()
            .role(BuiltinRole::Admin, "crud")
            .role(BuiltinRole::Nurse, "r")
    }
    fn scope(_: &Grant) -> Scope {
        Scope::All
    }
}

/// A node of a tree, whose schema refers to itself.
#[derive(Default, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Turn {
    /// Who came before.
    before: Vec<Turn>,
}

/// What is worked out for each bed.
#[derive(Default, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct BedExtra {
    /// The ward's name.
    ward_name: String,
    /// Who lay in it.
    turns: Vec<Turn>,
}

platform::record! {
    /// A bed.
    pub(crate) struct Bed in "bed" {
        client {
            /// Where it stands.
            ward: Ref<Ward>,
            /// What it says on the frame.
            label: Blank<40>,
        }
        server {
            /// Whether it can be had.
            state: State = State::Free,
        }
        hidden {
            /// Nobody's business.
            secret: i64 = 0,
        }
    }
}

impl Resource for Bed {
    const PATH: &'static str = "beds";
    const VERBS: &'static str = "cru";
    const PATIENT_DATA: bool = true;
    const CLIENT_UID: bool = true;
    const FILTERS: &'static [Column<Self>] = &[Bed::ward, Bed::state];
    const ALIASES: &'static [(&'static str, Column<Self>)] = &[("tag", Bed::label)];
    type Extra = BedExtra;
    fn access() -> Access {
        Access::nobody()
            .role(BuiltinRole::Admin, "cru")
            .reach(BuiltinRole::Doctor, "r", kernel::Reach::Assigned)
            .role(BuiltinRole::Patient, "r")
    }
    fn scope(_: &Grant) -> Scope {
        Scope::All
    }
}

platform::input! {
    /// Who moves in.
    pub(crate) struct AssignInput {
        /// The patient.
        patient: i64,
        /// Why this bed.
        reason: Blank<500>,
    }
}

platform::input! {
    /// A drawing of a ward.
    pub(crate) struct PlanInput {
        /// What it shows.
        title: Line<80>,
    }
}

/// What came of it.
#[derive(serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Assigned {
    /// The bed.
    bed: i64,
}

struct Assign;

impl Verb for Assign {
    type On = Bed;
    type Input = AssignInput;
    type Answer = Assigned;
    const NAME: &'static str = "assign_patient";
    const SUMMARY: &'static str = "Lay a patient into a bed";
    fn access() -> Access {
        Access::may(&[BuiltinRole::Admin, BuiltinRole::LabTechnician])
    }
    async fn run(_: &mut Cx, bed: Bed, _: AssignInput) -> Result<Assigned, Error> {
        Ok(Assigned { bed: bed.meta.id })
    }
}

fn module() -> Module {
    Module::new("wards")
        .resource::<Ward>()
        .resource::<Bed>()
        .verb::<Assign>()
        .permission(
            Permission::new("beds", "overbook"),
            Access::may(&[BuiltinRole::Nurse]),
        )
        .route(
            Route::post("knock", "knock/", |_, _| {
                Box::pin(async { Ok(Reply::empty(http::StatusCode::NO_CONTENT)) })
            })
            .open()
            .limited()
            .summary("Knock at the door")
            .answers_nothing(204)
            .done(),
        )
        .route(
            Route::post("plans", "plans/{key}/", |_, _| {
                Box::pin(async { Ok(Reply::empty(http::StatusCode::CREATED)) })
            })
            .signed_in()
            .summary("Hang up a plan")
            .takes::<PlanInput>()
            .uploads()
            .conflicts()
            .limited()
            .answers::<Assigned>(201)
            .done(),
        )
        .route(
            Route::get("beds", "beds/export/", |_, _| {
                Box::pin(async { Ok(Reply::empty(http::StatusCode::OK)) })
            })
            .signed_in()
            .summary("All beds as a table")
            .answers_file("text/csv")
            .done(),
        )
}

fn registry() -> Registry {
    Registry::new(vec![ops::migrations::module(), module()])
}

fn shown() -> Json {
    document(&registry(), &Info::default())
}

fn names(json: &Json) -> Vec<&str> {
    json.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn parameters(operation: &Json) -> Vec<&str> {
    let parameters = operation["parameters"].as_array().unwrap();
    parameters
        .iter()
        .map(|one| one["name"].as_str().or(one["$ref"].as_str()).unwrap())
        .map(|name| name.rsplit('/').next().unwrap())
        .collect()
}

#[test]
fn nothing_is_wrong_with_the_document() {
    assert_eq!(problems(&registry()), Vec::<String>::new());
}

#[test]
fn the_same_modules_give_the_same_text() {
    assert_eq!(shown().to_string(), shown().to_string());
    let other = Registry::new(vec![module(), ops::migrations::module()]);
    assert_eq!(document(&other, &Info::default()), shown());
}

#[test]
fn every_operation_is_in_it_and_nothing_else() {
    let document = shown();
    let mut described: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        described.extend(names(item).iter().map(|method| format!("{method} {path}")));
    }
    let registry = registry();
    let mut declared: Vec<String> = registry
        .operations()
        .iter()
        .map(|one| format!("{} /{}", one.method.as_str().to_lowercase(), one.path))
        .collect();
    declared.sort();
    described.sort();
    assert_eq!(described, declared);
}

#[test]
fn a_list_is_an_array_or_a_page() {
    let document = shown();
    let list = &document["paths"]["/beds/"]["get"];
    assert_eq!(list["operationId"], "beds_list");
    assert_eq!(
        parameters(list),
        [
            "ward",
            "ward_id",
            "ward__in",
            "state",
            "state__in",
            "ordering",
            "search",
            "labels",
            "id__in",
            "uid",
            "created_at__gte",
            "created_at__lte",
            "updated_at__gte",
            "updated_at__lte",
            "limit",
            "offset",
            "page",
            "page_size",
            "cursor",
            "ActAs",
            "AcceptLanguage"
        ]
    );
    assert_eq!(
        list["responses"]["200"]["content"]["application/json"]["schema"],
        json!({ "anyOf": [
            { "type": "array", "items": { "$ref": "#/components/schemas/Bed" }, "maxItems": 1000 },
            { "$ref": "#/components/schemas/Page_Bed" },
            { "type": "array", "items": { "$ref": "#/components/schemas/Label" }, "maxItems": 1000 },
            { "$ref": "#/components/schemas/Page_Label" },
        ] })
    );
    assert_eq!(
        names(&list["responses"]["200"]["headers"]),
        ["Link", "X-Request-Id", "X-Total-Count"]
    );
    assert_eq!(
        names(&list["responses"]),
        ["200", "400", "401", "403", "500", "503"]
    );
    assert_eq!(list["x-permission"], "beds:read");
    assert_eq!(list["x-roles"], json!(["Admin", "Doctor", "Patient"]));
    assert_eq!(list["x-patient-data"], true);
    assert_eq!(list["summary"], "List beds");
    let wards = parameters(&document["paths"]["/wards/"]["get"]);
    assert!(wards.contains(&"capacity__gte"), "{wards:?}");
    let audit = &document["paths"]["/audit-logs/"]["get"]["responses"]["200"]["content"];
    assert_eq!(
        audit["application/json"]["schema"],
        json!({ "$ref": "#/components/schemas/Page_AuditLog" })
    );
    for page in ["Page_Bed", "Page_Ward", "Page_AuditLog"] {
        let items = &document["components"]["schemas"][page]["properties"]["results"]["items"];
        assert_eq!(
            items["$ref"],
            page.replace("Page_", "#/components/schemas/")
        );
    }
}

#[test]
fn a_change_is_conditional_and_a_create_repeatable() {
    let document = shown();
    let change = &document["paths"]["/beds/{id}/"]["patch"];
    assert_eq!(
        parameters(change),
        ["id", "IfMatch", "Prefer", "ActAs", "AcceptLanguage"]
    );
    assert_eq!(
        change["parameters"][0]["schema"],
        json!({ "type": "integer", "format": "int64", "minimum": 1 })
    );
    assert_eq!(
        names(&change["responses"]),
        [
            "200", "400", "401", "403", "404", "409", "412", "413", "415", "500", "503"
        ]
    );
    assert_eq!(
        names(&change["responses"]["200"]["headers"]),
        ["ETag", "X-Request-Id"]
    );
    let body = |operation: &Json| operation["requestBody"]["content"]["application/json"].clone();
    assert_eq!(
        body(change)["schema"]["$ref"],
        "#/components/schemas/BedChange"
    );
    assert!(document["components"]["schemas"]["BedChange"]["required"].is_null());
    let create = &document["paths"]["/beds/"]["post"];
    assert_eq!(
        parameters(create),
        ["IdempotencyKey", "Prefer", "ActAs", "AcceptLanguage"]
    );
    assert_eq!(
        names(&create["responses"]["201"]["headers"]),
        ["ETag", "Location", "X-Request-Id"]
    );
    assert_eq!(
        body(create)["schema"]["$ref"],
        "#/components/schemas/BedWrite"
    );
    let delete = &document["paths"]["/wards/{id}/"]["delete"];
    assert_eq!(
        parameters(delete),
        ["id", "IfMatch", "ActAs", "AcceptLanguage"]
    );
    assert!(delete["responses"]["204"]["content"].is_null());
}

#[test]
fn records_are_described_by_their_comments() {
    let document = shown();
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["Ward"]["description"],
        "A room with beds.\n\nClosed ones stay on record."
    );
    let bed = &schemas["Bed"];
    assert_eq!(
        names(&bed["properties"]),
        [
            "created_at",
            "id",
            "label",
            "state",
            "tag",
            "turns",
            "uid",
            "updated_at",
            "version",
            "ward",
            "ward_id",
            "ward_name"
        ]
    );
    assert_eq!(
        bed["required"],
        json!([
            "id",
            "uid",
            "ward_name",
            "turns",
            "created_at",
            "updated_at",
            "version"
        ])
    );
    assert_eq!(
        bed["properties"]["state"],
        json!({
            "type": "string",
            "enum": ["free", "taken"],
            "readOnly": true,
            "description": "Whether it can be had.",
        })
    );
    assert_eq!(
        schemas["Turn"]["properties"]["before"]["items"]["$ref"],
        "#/components/schemas/Turn"
    );
    let write = &schemas["BedWrite"];
    assert_eq!(
        names(&write["properties"]),
        ["label", "tag", "uid", "ward", "ward_id"]
    );
    assert_eq!(write["required"], json!(["ward"]));
    let tags = document["tags"].as_array().unwrap();
    assert!(tags.contains(&json!({
        "name": "beds",
        "description": "A bed.",
        "x-module": "wards",
    })));
}

#[test]
fn actions_and_routes_say_what_they_need() {
    let document = shown();
    let assign = &document["paths"]["/beds/{id}/assign_patient/"]["post"];
    assert_eq!(assign["operationId"], "beds_assign_patient");
    assert_eq!(assign["x-permission"], "beds:assign_patient");
    assert_eq!(assign["x-roles"], json!(["Admin", "Lab Technician"]));
    assert_eq!(
        assign["requestBody"],
        json!({
            "required": true,
            "content": { "application/json": { "schema": {
                "type": "object",
                "description": "Who moves in.",
                "properties": {
                    "patient": { "type": "integer", "format": "int64", "description": "The patient." },
                    "reason": { "type": "string", "maxLength": 500, "description": "Why this bed." },
                },
                "required": ["patient"],
            } } },
        })
    );
    let knock = &document["paths"]["/knock/"]["post"];
    assert_eq!(knock["security"], json!([]));
    assert_eq!(
        names(&knock["responses"]),
        ["204", "401", "429", "500", "503"]
    );
    let export = &document["paths"]["/beds/export/"]["get"]["responses"]["200"];
    assert_eq!(names(&export["content"]), ["text/csv"]);
    assert!(document["paths"]["/beds/export/"]["get"]["security"].is_null());
    assert_eq!(
        document["security"],
        json!([{ "bearer": [] }, { "apiKey": [] }])
    );
}

#[test]
fn an_upload_is_a_form_with_a_file() {
    let document = shown();
    let plan = &document["paths"]["/plans/{key}/"]["post"];
    let form = &plan["requestBody"]["content"]["multipart/form-data"]["schema"];
    assert_eq!(names(&form["properties"]), ["file", "title"]);
    assert_eq!(form["required"], json!(["title", "file"]));
    assert_eq!(
        plan["parameters"][0]["schema"],
        json!({ "type": "string" }),
        "a key is no number"
    );
    assert_eq!(
        parameters(plan),
        ["key", "IdempotencyKey", "Prefer", "ActAs", "AcceptLanguage"]
    );
    assert_eq!(
        names(&plan["responses"]),
        [
            "201", "400", "401", "403", "404", "409", "413", "415", "429", "500", "503"
        ]
    );
    assert!(plan["x-permission"].is_null());
}

#[test]
fn refusals_list_their_codes() {
    let document = shown();
    let stale = &document["components"]["responses"]["PreconditionFailed"];
    assert_eq!(
        stale["content"]["application/json"]["schema"]["allOf"][1],
        json!({ "properties": { "code": { "enum": ["stale_version"] } } })
    );
}

mod wrong {
    use super::*;

    /// Another answer under a name that is taken.
    #[derive(serde::Serialize, schemars::JsonSchema)]
    #[schemars(rename = "Assigned")]
    struct Impostor {
        other: String,
    }

    fn route(path: &str) -> Route {
        undecided(path).signed_in()
    }

    fn undecided(path: &str) -> Route<Undecided> {
        Route::get("wrong", path, |_, _| {
            Box::pin(async { Ok(Reply::empty(http::StatusCode::OK)) })
        })
    }

    fn with(operations: Vec<platform::operation::Operation>) -> Vec<String> {
        let extra = operations
            .into_iter()
            .fold(Module::new("wrong"), Module::route);
        problems(&Registry::new(vec![module(), extra]))
    }

    #[test]
    fn a_name_for_two_schemas_is_found_and_shown_in_place() {
        let impostor = || route("zebra/").summary("x").answers::<Impostor>(200).done();
        assert_eq!(
            with(vec![impostor()]),
            ["two different schemas are named Assigned"]
        );
        let registry = Registry::new(vec![module(), Module::new("wrong").route(impostor())]);
        let document = document(&registry, &Info::default());
        let answer = &document["paths"]["/zebra/"]["get"]["responses"]["200"]["content"];
        assert!(answer["application/json"]["schema"]["properties"]["other"].is_object());
        assert!(document["components"]["schemas"]["Assigned"]["properties"]["bed"].is_object());
    }

    #[test]
    fn poor_operations_are_found() {
        let silent = route("silent/").done();
        assert_eq!(
            with(vec![silent]),
            [
                "GET silent/ does not say what it answers with 200",
                "GET silent/ has no summary"
            ]
        );
        let fine = |path: &str| route(path).summary("x").answers::<Assigned>(200).done();
        assert_eq!(with(vec![fine("fine/")]), Vec::<String>::new());
        assert_eq!(
            with(vec![fine("a-b/"), fine("a/b/")]),
            ["the id a_b_get names get /a-b/ and get /a/b/"]
        );
        assert_eq!(
            with(vec![fine("rooms/{id}/"), fine("rooms/{key}/")]),
            ["/rooms/{id}/ and /rooms/{key}/ are the same path"]
        );
        let repeated = route("rows/")
            .summary("x")
            .answers_pages::<Ward>()
            .query("capacity", json!({}), "Again.")
            .done();
        assert_eq!(with(vec![repeated]), ["get /rows/ declares capacity twice"]);
        let twice = with(vec![fine("one/"), fine("one/")]);
        assert_eq!(twice, ["GET one/ is declared twice"]);
    }

    #[test]
    fn a_permission_with_two_defaults_is_found() {
        let lax = undecided("lax/")
            .summary("x")
            .answers::<Assigned>(200)
            .may(
                Permission::new("beds", "assign_patient"),
                Access::may(&BuiltinRole::ALL),
            )
            .done();
        assert_eq!(
            with(vec![lax]),
            ["GET lax/ declares other defaults of beds:assign_patient"]
        );
    }
}

#[test]
fn the_matrix_shows_each_role() {
    let text = permissions_text(&Registry::new(vec![module()]));
    let rows = text.split("\n\n").last().unwrap();
    let expected = "\
operation                       permission           Admin Doctor Receptionist Nurse Pharmacist Lab Cashier Patient NoRole Anon
GET beds/                       beds:read            A     S      -            -     -          -   -       O       -      -
POST beds/                      beds:create          A     -      -            -     -          -   -       -       -      -
GET beds/export/                signed in            O     O      O            O     O          O   O       O       O      -
GET beds/{id}/                  beds:read            A     S      -            -     -          -   -       O       -      -
PATCH beds/{id}/                beds:update          A     -      -            -     -          -   -       -       -      -
PUT beds/{id}/                  beds:update          A     -      -            -     -          -   -       -       -      -
POST beds/{id}/assign_patient/  beds:assign_patient  A     -      -            -     -          A   -       -       -      -
POST knock/                     open                 ·     ·      ·            ·     ·          ·   ·       ·       ·      ·
POST plans/{key}/               signed in            O     O      O            O     O          O   O       O       O      -
GET wards/                      wards:read           A     -      -            A     -          -   -       -       -      -
POST wards/                     wards:create         A     -      -            -     -          -   -       -       -      -
DELETE wards/{id}/              wards:delete         A     -      -            -     -          -   -       -       -      -
GET wards/{id}/                 wards:read           A     -      -            A     -          -   -       -       -      -
PATCH wards/{id}/               wards:update         A     -      -            -     -          -   -       -       -      -
PUT wards/{id}/                 wards:update         A     -      -            -     -          -   -       -       -      -
(besides)                       beds:overbook        -     -      -            A     -          -   -       -       -      -
";
    assert_eq!(rows, expected);
}
