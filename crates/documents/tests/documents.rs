//! `documents/`: uploads, downloads, and what is refused.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write};
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use testkit::{Caller, Reply, World};

const PDF: &[u8] = b"%PDF-1.7\nnot much of a document, but one by its content\n";

/// A form with a file and fields.
fn form(file_name: &str, content: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        write!(
            body,
            "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
        .unwrap();
    }
    write!(
        body,
        "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .unwrap();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    body
}

async fn upload(caller: &Caller, path: &str, body: Vec<u8>) -> Reply {
    let request = caller.request("POST", path);
    request
        .raw("multipart/form-data; boundary=frontier", body)
        .send()
        .await
}

async fn register(world: &World) -> (Caller, i64) {
    let desk = world.receptionist().await;
    let made = desk
        .post(
            "patients/",
            json!({ "first_name": "Awa", "last_name": "Ceesay", "date_of_birth": "1990-01-01", "gender": "Female" }),
        )
        .await;
    made.is(201);
    let id = made.id();
    (desk, id)
}

/// Files in the store, half-written ones included.
fn stored(world: &World) -> Vec<PathBuf> {
    let Ok(shelves) = std::fs::read_dir(world.dir().join("files")) else {
        return Vec::new();
    };
    let files = shelves
        .flatten()
        .flat_map(|shelf| std::fs::read_dir(shelf.path()).unwrap().flatten());
    files.map(|file| file.path()).collect()
}

/// Removing what was refused goes on after the answer.
async fn nothing_is_left(world: &World) {
    for _ in 0..100 {
        if stored(world).is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("left behind: {:?}", stored(world));
}

fn docx(extra: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("word/document.xml", b"<w:document/>".to_vec()),
    ];
    for (name, content) in parts.iter().chain(extra) {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

testkit::on_both! {
    async fn a_document_is_uploaded_found_and_downloaded(world: &World) {
        let (desk, patient) = register(world).await;
        let fields = [("patient", patient.to_string()), ("description", "Referral letter".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let made = upload(&desk, "documents/", form("letter.pdf", PDF, &fields)).await;
        let row = made.is(201).clone();
        for (field, value) in [
            ("patient", json!(patient)), ("patient_id", json!(patient)), ("description", json!("Referral letter")),
            ("file_name", json!("letter.pdf")), ("content_type", json!("application/pdf")), ("size", json!(PDF.len())),
            ("uploaded_by", json!(desk.id)), ("file", json!(format!("/api/documents/{}/download/", made.id()))),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        assert_eq!(row["sha256"].as_str().map(str::len), Some(64));
        assert!(row.get("file_key").is_none());
        let list = desk.get(&format!("patients/{patient}/documents/")).await;
        assert_eq!(list.is(200).as_array().map(Vec::len), Some(1));
        let content = desk.get(&format!("documents/{}/download/", made.id())).await;
        assert_eq!(content.status, 200);
        assert_eq!(content.text().as_bytes(), PDF);
        assert!(content.header("content-disposition").starts_with("attachment"));
        assert_eq!(content.header("x-content-type-options"), "nosniff");
        assert!(content.header("content-security-policy").contains("sandbox"));
        // What lies in the folder tells nothing.
        let files = stored(world);
        assert_eq!(files.len(), 1);
        let sealed = std::fs::read(&files[0]).unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"document"));
        world.settle().await;
    }

    async fn below_a_patient_the_path_says_whose_it_is(world: &World) {
        let (desk, patient) = register(world).await;
        let path = format!("patients/{patient}/documents/");
        for (name, said) in [("patient", "999"), ("patient_id", "999"), ("patient", "Awa")] {
            upload(&desk, &path, form("a.txt", b"x", &[(name, said)])).await.complains_about(name);
        }
        let said = patient.to_string();
        let made = upload(&desk, &path, form("a.txt", "Ŋaala".as_bytes(), &[("patient", &said)])).await;
        assert_eq!(made.is(201)["patient"], patient);
        assert_eq!(made.json["content_type"], "text/plain");
        let moved = desk.patch(&format!("documents/{}/", made.id()), json!({ "description": "x" })).await;
        moved.refuses(403, "permission_denied");
        let doctor = world.doctor().await;
        let changed = doctor.patch(&format!("documents/{}/", made.id()), json!({ "description": "Note" })).await;
        assert_eq!(changed.is(200)["description"], "Note");
        let other = register(world).await.1;
        doctor.patch(&format!("documents/{}/", made.id()), json!({ "patient": other })).await.complains_about("patient");
        upload(&desk, "patients/9999/documents/", form("a.txt", b"x", &[])).await.is(404);
        world.settle().await;
    }

    async fn a_form_has_one_reading(world: &World) {
        let (desk, patient) = register(world).await;
        let other = register(world).await.1;
        let (patient, other) = (patient.to_string(), other.to_string());
        for (fields, name) in [
            (&[("patient", &*patient), ("patient", &*other)][..], "patient"),
            (&[("patient", &*patient), ("patient_id", &*other)], "patient_id"),
            (&[("patient", &*patient), ("description", "X-ray"), ("description", "Letter")], "description"),
        ] {
            upload(&desk, "documents/", form("a.txt", b"x", fields)).await.complains_about(name);
        }
        // Two files, of which only one would be kept.
        let mut twice = form("a.txt", b"x", &[("patient", &patient)]);
        twice.truncate(twice.len() - "--\r\n".len());
        twice.extend_from_slice(b"\r\n");
        twice.extend_from_slice(&form("b.txt", b"y", &[])["--frontier\r\n".len()..]);
        upload(&desk, "documents/", twice).await.complains_about("file");
        nothing_is_left(world).await;
        let both = [("patient", &*patient), ("patient_id", &*patient)];
        upload(&desk, "documents/", form("a.txt", b"x", &both)).await.is(201);
        world.settle().await;
    }

    async fn what_is_no_document_is_refused_and_leaves_nothing(world: &World) {
        let (desk, patient) = register(world).await;
        let patient = patient.to_string();
        let fields = [("patient", patient.as_str())];
        let bomb = docx(&[("word/media/a.xml", vec![0; 60 << 20])]);
        let macros = docx(&[("word/vbaProject.bin", b"x".to_vec())]);
        let cases: [(&str, &[u8]); 6] = [
            ("report.pdf", b"MZ\x90\0\x03\0\0\0\x04\0\0\0 renamed program"),
            ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
            ("page.txt", b"<!DOCTYPE html><script>alert(1)</script>"),
            ("thesis.docx", &bomb),
            ("letter.docx", &macros),
            ("letter.docx", b"PK\x03\x04 and then nothing"),
        ];
        for (name, content) in cases {
            upload(&desk, "documents/", form(name, content, &fields)).await.complains_about("file");
        }
        let large = vec![b'a'; 26 << 20];
        upload(&desk, "documents/", form("large.txt", &large, &fields)).await.refuses(413, "payload_too_large");
        upload(&desk, "documents/", form("a.pdf", PDF, &[("patient", "9999")])).await.complains_about("patient");
        let without = b"--frontier\r\nContent-Disposition: form-data; name=\"patient\"\r\n\r\n1\r\n--frontier--\r\n".to_vec();
        upload(&desk, "documents/", without).await.complains_about("file");
        desk.post("documents/", json!({ "patient": 1 })).await.refuses(415, "unsupported_media_type");
        nothing_is_left(world).await;
        assert_eq!(*desk.get("documents/").await.is(200), json!([]));
        // A document that is one is taken.
        upload(&desk, "documents/", form("letter.docx", &docx(&[]), &fields)).await.is(201);
        world.settle().await;
    }

    async fn an_empty_file_is_refused(world: &World) {
        let (desk, patient) = register(world).await;
        let path = format!("patients/{patient}/documents/");
        for name in ["", "a.txt"] {
            let form = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n\r\n--x--\r\n");
            let sent = desk.request("POST", &path).raw("multipart/form-data; boundary=x", form.into_bytes()).send().await;
            sent.complains_about("file");
        }
        nothing_is_left(world).await;
    }

    async fn names_are_cut_to_their_last_component(world: &World) {
        let (desk, patient) = register(world).await;
        let path = format!("patients/{patient}/documents/");
        for (given, kept) in [("../../etc/passwd", "passwd"), ("C:\\\\scans\\\\Röntgen.pdf", "Röntgen.pdf")] {
            let made = upload(&desk, &path, form(given, PDF, &[])).await;
            assert_eq!(made.is(201)["file_name"], kept);
        }
        world.settle().await;
    }

    async fn the_same_key_uploads_once(world: &World) {
        let (desk, patient) = register(world).await;
        let path = format!("patients/{patient}/documents/");
        let send = |content: &'static [u8]| {
            let request = desk.request("POST", &path).header("idempotency-key", "scan-1");
            request.raw("multipart/form-data; boundary=frontier", form("a.pdf", content, &[])).send()
        };
        let first = send(PDF).await;
        let again = send(PDF).await;
        assert_eq!(first.is(201)["id"], again.is(201)["id"]);
        send(b"%PDF-1.4 another").await.is(409);
        for _ in 0..100 {
            if stored(world).len() == 1 { break; }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(stored(world).len(), 1);
        world.settle().await;
    }

    async fn a_patient_reads_their_own_and_nobody_elses(world: &World) {
        let (desk, own) = register(world).await;
        let other = register(world).await.1;
        let account = world.patient().await;
        desk.patch(&format!("patients/{own}/"), json!({ "user": account.id })).await.is(200);
        let mine = upload(&desk, &format!("patients/{own}/documents/"), form("a.pdf", PDF, &[])).await.id();
        let theirs = upload(&desk, &format!("patients/{other}/documents/"), form("b.pdf", PDF, &[])).await.id();
        account.get(&format!("documents/{mine}/download/")).await.is_ok(200);
        account.get(&format!("documents/{theirs}/download/")).await.is(404);
        upload(&account, "documents/", form("a.pdf", PDF, &[])).await.refuses(403, "permission_denied");
        let cashier = world.caller(Some(kernel::BuiltinRole::Cashier)).await;
        cashier.get(&format!("documents/{mine}/download/")).await.is(404);
        world.settle().await;
    }

    async fn files_without_a_row_are_swept_and_others_stay(world: &World) {
        let (desk, patient) = register(world).await;
        let kept = upload(&desk, &format!("patients/{patient}/documents/"), form("a.pdf", PDF, &[])).await;
        kept.is(201);
        // What a process leaves that is killed between the file and its row, or half-way through a file.
        let shelf = world.dir().join("files").join("00");
        std::fs::create_dir_all(&shelf).unwrap();
        let hour_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        for name in ["00000000000070008000000000000000", "00000000000070008000000000000001#1"] {
            let file = std::fs::File::create(shelf.join(name)).unwrap();
            file.set_modified(hour_ago).unwrap();
        }
        assert_eq!(stored(world).len(), 3);
        let removed = documents::sweep(&world.app).await.unwrap();
        assert_eq!(removed, 2);
        assert_eq!(stored(world).len(), 1);
        let content = desk.get(&format!("documents/{}/download/", kept.id())).await;
        assert_eq!(content.text().as_bytes(), PDF);
        world.settle().await;
    }
}

/// The shape of JSON answers is compared; a download has none.
trait Ok200 {
    fn is_ok(&self, status: u16);
}

impl Ok200 for Reply {
    fn is_ok(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}", self.asked);
        let _: &Json = &self.json;
    }
}
