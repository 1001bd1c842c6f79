//! The discharge summary on paper, and the code on it.

use serde_json::json;

use crate::House;

/// A code that stands in the text of a document.
fn code_in(text: &str) -> String {
    let at = text.find("/api/verify/").unwrap() + "/api/verify/".len();
    text[at..].chars().take_while(|c| *c != '/').collect()
}

/// The text of a PDF by an independent reader; `None` where it is not installed.
fn text_of(pdf: &[u8]) -> Option<String> {
    let mut child = std::process::Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-raw", "-", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), pdf).unwrap();
    let output = child.wait_with_output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

testkit::on_both! {
    async fn a_summary_is_printed_and_can_be_checked(world: &World) {
        let house = House::new(world).await;
        let body = json!({ "patient_id": house.patients[0], "reason": "Fever" });
        let id = house.nurse.post(&house.verb(0, "assign_patient"), body).await.is(200)["admission"].as_i64().unwrap();
        let path = format!("print/discharge-summary/{id}.pdf");
        house.nurse.get(&path).await.refuses(409, "state_conflict");
        let summary = json!({ "discharge_summary": "Malaria, treated.\nO'Brien & Sons <Life>" });
        house.nurse.post(&house.verb(0, "discharge_patient"), summary).await.is(200);
        let reply = house.nurse.get(&path).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("content-type"), "application/pdf");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.bytes.starts_with(b"%PDF-1.7"));
        house.nurse.get(&format!("{path}?paper=80mm")).await.complains_about("paper");
        house.nurse.get(&format!("{path}?language=de")).await.complains_about("language");
        house.nurse.get("print/discharge-summary/x.pdf").await.is(404);
        for stranger in [world.patient().await, house.desk.clone()] {
            stranger.get(&path).await.refuses(404, "not_found");
        }
        let rows = world.audit_of("PrintedDocument").await;
        assert_eq!(rows.len(), 1);
        let Some(text) = text_of(&reply.bytes) else { return };
        for part in ["Discharge summary", "Awa Bah", "Women", "W-1", "Fever", "Malaria, treated.", "O'Brien & Sons <Life>"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        // A nurse let the patient go, and no doctor.
        assert!(text.contains("Discharged by") && !text.contains("Doctor"), "{text}");
        let fr = house.nurse.get(&format!("{path}?paper=a5&language=fr")).await;
        assert!(text_of(&fr.bytes).unwrap().contains("Compte rendu de sortie"));
        // Who holds the paper learns that it was issued, by whom and when, and nothing else.
        let code = code_in(&text);
        let answer = world.anonymous().get(&format!("verify/{code}/")).await.is(200).clone();
        let mut keys: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["hospital", "issued_at", "issued_by", "status"]);
        assert_eq!(answer["status"], "issued");
        assert!(!answer.to_string().contains("Awa"), "{answer}");
        let typed = code.to_lowercase().replace('-', "");
        world.anonymous().get(&format!("verify/{typed}/")).await.is(200);
        for wrong in ["7KQM-2D9X-HW4T-9BCF", "1", "' OR 1=1", "%00"] {
            world.anonymous().get(&format!("verify/{}/", wrong.replace(' ', "%20"))).await.is(404);
        }
        world.settle().await;
    }
}
