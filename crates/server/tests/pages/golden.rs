//! The markup of some screens as it was last agreed on, in `golden/`: a change that nobody meant shows here.
//! `CHELAL_TEST_GOLDEN=write` writes it anew; the difference is read before it is kept.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use kernel::BuiltinRole::{self, Admin, Doctor, Receptionist};
use serde_json::json;
use testkit::visitor::{Visitor, is_a_page};

use crate::registered;

/// One element a line, without what differs each time: keys, the script's and style's addresses, identities.
fn normal(html: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for part in html.split_inclusive('>') {
        let (text, tag) = pieces(part);
        if !text.trim().is_empty() {
            line(&mut out, depth, text.trim());
        }
        if tag.is_empty() {
            continue;
        }
        let closes = tag.starts_with("</");
        depth = depth.saturating_sub(usize::from(closes));
        if !closes {
            line(&mut out, depth, &steady(tag));
        }
        let name: String = tag
            .trim_start_matches('<')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let void = ["input", "meta", "link", "br", "hr", "img"].contains(&name.as_str());
        depth += usize::from(!closes && !void && !tag.starts_with("<!"));
    }
    out
}

/// Text, then the tag that ends it.
fn pieces(part: &str) -> (&str, &str) {
    part.split_at(part.find('<').unwrap_or(part.len()))
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&" ".repeat(depth));
    out.push_str(&steady(text));
    out.push('\n');
}

/// Hexadecimal numbers and identities of many digits say nothing.
fn steady(text: &str) -> String {
    let hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(hex) {
        let (before, run) = rest.split_at(at);
        let end = run.find(|c: char| !hex(c)).unwrap_or(run.len());
        let (run, after) = run.split_at(end);
        out.push_str(before);
        let many = run.len() >= 16 && run.bytes().any(|b| b.is_ascii_digit());
        out.push_str(if many { "…" } else { run });
        rest = after;
    }
    out + rest
}

async fn agreed(visitor: &Visitor, path: &str, name: &str, faults: &mut Vec<String>) {
    let html = normal(&is_a_page(&visitor.get(path).await, 200));
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join([name, ".html"].concat());
    if std::env::var("CHELAL_TEST_GOLDEN").is_ok_and(|said| said == "write") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, html).unwrap();
        return;
    }
    let agreed = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = html
        .lines()
        .zip(agreed.lines())
        .find(|(now, then)| now != then);
    if let Some((now, then)) = differs {
        faults.push(format!("{path}:\n  agreed {then}\n  now    {now}"));
    } else if html.lines().count() != agreed.lines().count() {
        faults.push(format!("{path}: longer or shorter than agreed"));
    }
}

testkit::on_both! {
    async fn screens_are_as_they_were_agreed_on(world: &World) {
        let admin = world.admin().await;
        let doctor = world.user("drjallow", Some(Doctor)).await;
        let jane = registered(&admin, "Jane").await;
        let allergy = json!({ "substance": "Penicillin", "reaction": "Rash", "severity": "severe" });
        admin.post(&format!("patients/{jane}/allergies/"), allergy).await.is(201);
        let visit = json!({ "patient": jane, "doctor": doctor, "date": "2026-11-23", "time": "11:00", "reason": "Cough" });
        admin.post("appointments/", visit).await.is(201);
        admin.post("wards/", json!({ "name": "Maternity", "capacity": 2 })).await.is(201);
        world.settle().await;
        let mut faults = Vec::new();
        agreed(&Visitor::new(world), "/sign-in", "sign-in", &mut faults).await;
        let role = async |role: BuiltinRole| Visitor::of(world, role).await;
        let (desk, office, seen) = (role(Receptionist).await, role(Admin).await, role(Doctor).await);
        for (visitor, path, name) in [
            (&desk, "/desk", "desk"),
            (&desk, "/patients/new", "register"),
            (&desk, "/calendar/?day=2026-11-23", "calendar"),
            (&desk, "/find?q=Jane", "find"),
            (&seen, "/patients/1/", "chart"),
            (&office, "/admin/wards/", "list"),
            (&office, "/admin/wards/new", "form"),
            (&office, "/admin/wards/1/", "record"),
            (&office, "/admin/wards/1/delete", "delete"),
            (&office, "/admin/wards/1/history", "history"),
            (&office, "/account/", "account"),
        ] {
            agreed(visitor, path, name, &mut faults).await;
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
