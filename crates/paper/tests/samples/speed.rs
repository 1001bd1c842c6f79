//! How long each document takes, as it is printed by
//! `cargo test --release -p chelal-paper --test documents -- how_long --ignored --nocapture`.

use std::time::{Duration, Instant};

use kernel::Language;
use paper::Sheet;
use paper::documents::PatientCard;

use super::{
    appointment_slip, discharge_summary, form, invoice, lab_report, medicine_label, patient,
    prescription, receipt, referral_letter, wristband,
};

/// Times that each is made.
const TIMES: usize = 50;

#[expect(clippy::print_stdout, reason = "it is what is asked for")]
fn measure(name: &str, mut make: impl FnMut() -> usize) {
    let bytes = make();
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            make();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |part: usize| times[(TIMES - 1) * part / 100].as_secs_f64() * 1_000.0;
    println!(
        "| {name} | {:.0} | {:.1} | {:.1} |",
        bytes as f64 / 1024.0,
        at(50),
        at(95)
    );
}

#[test]
#[expect(clippy::print_stdout, reason = "it is what is asked for")]
#[ignore = "a measurement, which means something only in a release build"]
fn how_long_each_document_takes() {
    println!("| document | KB | p50 ms | p95 ms |\n|---|---|---|---|");
    let a4 = form(Language::En, Sheet::A4);
    let roll = form(Language::En, Sheet::Roll80);
    let label = form(Language::En, Sheet::Label);
    let band = form(Language::En, Sheet::Wristband);
    measure("invoice of 6 lines", || {
        invoice(6).print(&a4).unwrap().pdf.len()
    });
    measure("invoice of 200 lines", || {
        invoice(200).print(&a4).unwrap().pdf.len()
    });
    measure("receipt", || receipt().print(&a4).unwrap().pdf.len());
    measure("receipt on a roll", || {
        receipt().print(&roll).unwrap().pdf.len()
    });
    measure("prescription", || {
        prescription().print(&a4).unwrap().pdf.len()
    });
    measure("laboratory report", || {
        lab_report(true).print(&a4).unwrap().pdf.len()
    });
    measure("referral letter", || {
        referral_letter().print(&a4).unwrap().pdf.len()
    });
    measure("discharge summary", || {
        discharge_summary().print(&a4).unwrap().pdf.len()
    });
    measure("appointment slip", || {
        appointment_slip().print(&a4).unwrap().pdf.len()
    });
    measure("patient card", || {
        let patient = patient("Aminata Diébaté-Ñuñez");
        PatientCard { patient }.print(&label).unwrap().pdf.len()
    });
    measure("medicine label", || {
        medicine_label().print(&label).unwrap().pdf.len()
    });
    measure("wristband", || {
        wristband(patient("陳麗華 Chan"))
            .print(&band)
            .unwrap()
            .pdf
            .len()
    });
}
