//! A document of each kind, and a reader of their text.

mod speed;

use std::path::PathBuf;
use std::process::Command;

use jiff::civil::{date, datetime};
use kernel::{Language, Money};
use paper::documents::{
    Allergies, AppointmentSlip, DischargeSummary, Form, Given, Invoice, InvoiceItem, LabReport,
    LabResult, Medicine, MedicineLabel, MedicineStanding, PastPayment, Patient, PatientCard,
    Prescription, Receipt, ReceiptLine, ReferralLetter, Review, Standing, Wristband,
};
use paper::{Hospital, Printed, Sheet, Verification};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn form(language: Language, sheet: Sheet) -> Form {
    Form {
        hospital: Hospital {
            name: "Hôpital général de Brikama".into(),
            lines: vec![
                "Mosque Road, Brikama, West Coast Region".into(),
                "+220 448 4228 · info@brikama.example".into(),
            ],
            logo: None,
        },
        language,
        sheet,
        issued: datetime(2026, 11, 28, 9, 5, 0, 0),
        verification: Some(Verification {
            url: "https://chelal.brikama.example/api/verify/7KQM-2D9X-HW4T/".into(),
            code: "7KQM-2D9X-HW4T".into(),
        }),
    }
}

pub(crate) fn patient(name: &str) -> Patient {
    Patient {
        name: name.into(),
        number: "P2026000017".into(),
        born: Some(date(1990, 1, 31)),
        born_about: false,
        sex: "Female".into(),
    }
}

pub(crate) fn invoice(items: usize) -> Invoice {
    Invoice {
        number: "2026-000123".into(),
        patient: patient("Ŋaala Ɓah"),
        date: Some(date(2026, 11, 28)),
        due: Some(date(2026, 12, 28)),
        currency: "GMD".into(),
        insurer: "O'Brien & Sons <Life>, AB-77120".into(),
        items: (1..=items)
            .map(|n| InvoiceItem {
                description: format!(
                    "{n}. Consultation & soins <urgents>, including the dressing of a wound"
                ),
                quantity: 2,
                unit_price: money("1250.50"),
                discount: if n == 2 { money("100") } else { Money::ZERO },
                total: money("2501"),
            })
            .collect(),
        total: money("500200"),
        insurance: money("400160"),
        insurer_paid: Money::ZERO,
        paid: money("40"),
        balance: money("100000"),
        payments: vec![PastPayment {
            date: date(2026, 11, 28),
            method: "Mobile Money".into(),
            reference: "TX-99812".into(),
            amount: money("40"),
        }],
        standing: Standing::Issued,
        note: "Payable at the cash desk from 8 to 16.".into(),
    }
}

pub(crate) fn discharge_summary() -> DischargeSummary {
    DischargeSummary {
        number: "A-81".into(),
        patient: patient("محمد علي"),
        ward: "Women’s ward".into(),
        bed: "W-12".into(),
        admitted: datetime(2026, 11, 24, 10, 0, 0, 0),
        discharged: datetime(2026, 11, 28, 8, 30, 0, 0),
        bed_days: 4,
        reason: "Fever and vomiting for three days".into(),
        diagnosis: "Severe malaria (B50.8)".into(),
        summary: "Artesunate for 24 h, then artemether–lumefantrine.\nAfebrile since the second day; haemoglobin 9.1 g/dL.".into(),
        medicines: medicines(),
        follow_up: "In one week at the outpatient clinic.".into(),
        discharged_by: "Fatou Bah".into(),
    }
}

fn medicines() -> Vec<Medicine> {
    vec![
        Medicine {
            name: "Artemether–lumefantrine 20/120 mg, tablets".into(),
            dosage: "4 tablets".into(),
            frequency: "twice a day".into(),
            duration: "2 days".into(),
            quantity: "16".into(),
            note: "With food or milk.".into(),
            given: Some(Given {
                units: 16,
                of: Some(16),
                on: Some(date(2026, 11, 28)),
            }),
            standing: MedicineStanding::Completed,
            ..Medicine::default()
        },
        Medicine {
            name: "Ferrous sulfate 200 mg".into(),
            dosage: "1 tablet".into(),
            frequency: "once a day".into(),
            duration: "30 days".into(),
            quantity: "30".into(),
            prescribed: Some(date(2026, 11, 27)),
            ..Medicine::default()
        },
    ]
}

pub(crate) fn wristband(patient: Patient) -> Wristband {
    Wristband {
        patient,
        place: "Women’s ward, W-12".into(),
        allergies: Allergies::Known("Penicillin, peanuts".into()),
    }
}

pub(crate) fn medicine_label() -> MedicineLabel {
    MedicineLabel {
        patient: patient("Aminata Diébaté-Ñuñez"),
        medicine: "Amoxicillin/clavulanic acid 875 mg/125 mg".into(),
        quantity: "14 Tablet".into(),
        directions: ["1 tablet".into(), "2 times a day".into(), "7 days".into()],
        note: "With food. Finish all of it even when you feel better.".into(),
        batch: "AMX-2026-0917".into(),
        expiry: Some(date(2027, 9, 30)),
        given: Some(date(2026, 11, 28)),
    }
}

/// Every form on the papers that it is made for.
pub(crate) fn prints(language: Language) -> Vec<(&'static str, Sheet, Printed)> {
    let mut prints = Vec::new();
    for sheet in Sheet::ALL {
        let form = form(language, sheet);
        let mut add = |name, printed: Result<Printed, paper::Error>| {
            prints.push((name, sheet, printed.unwrap()));
        };
        match sheet {
            Sheet::A4 | Sheet::A5 => {
                add("invoice", invoice(6).print(&form));
                add("receipt", receipt().print(&form));
                add("prescription", prescription().print(&form));
                add("lab-report", lab_report(true).print(&form));
                add("lab-report-early", lab_report(false).print(&form));
                add("referral-letter", referral_letter().print(&form));
                add("discharge-summary", discharge_summary().print(&form));
                add("appointment-slip", appointment_slip().print(&form));
            }
            Sheet::Roll80 => {
                add("receipt", receipt().print(&form));
                add("appointment-slip", appointment_slip().print(&form));
                add("prescription", prescription().print(&form));
            }
            Sheet::Label => {
                let patient = patient("Aminata Diébaté-Ñuñez");
                add("patient-card", PatientCard { patient }.print(&form));
                add("medicine-label", medicine_label().print(&form));
            }
            Sheet::Wristband => {
                add("wristband", wristband(patient("陳麗華 Chan")).print(&form));
            }
        }
    }
    prints
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        number: "R-2026-000991".into(),
        bill: "2026-000123".into(),
        patient: patient("王伟"),
        at: datetime(2026, 11, 28, 9, 5, 0, 0),
        currency: "GMD".into(),
        method: "Cash".into(),
        reference: String::new(),
        lines: vec![
            ReceiptLine {
                description: "Consultation".into(),
                quantity: 1,
                amount: money("250"),
            },
            ReceiptLine {
                description: "Full blood count with differential".into(),
                quantity: 1,
                amount: money("1250.50"),
            },
        ],
        amount: money("1500.50"),
        tendered: Some(money("2000")),
        balance: Money::ZERO,
        cashier: "Lamin Touray".into(),
    }
}

pub(crate) fn prescription() -> Prescription {
    Prescription {
        number: "31".into(),
        patient: patient("Fatou Ceesay"),
        allergies: Allergies::Known("Penicillin (severe)".into()),
        weight: "61 kg".into(),
        prescribed: Some(datetime(2026, 11, 26, 9, 30, 0, 0)),
        prescriber: "Dr Isatou Jallow".into(),
        medicines: medicines(),
    }
}

pub(crate) fn lab_report(reviewed: bool) -> LabReport {
    let result = |parameter: &str, value: &str, unit: &str, range: &str, flag: &str| LabResult {
        parameter: parameter.into(),
        value: value.into(),
        unit: unit.into(),
        range: range.into(),
        flag: flag.into(),
        was: if parameter == "Potassium" {
            "7.4 mmol/L"
        } else {
            ""
        }
        .into(),
    };
    LabReport {
        number: "L-9".into(),
        patient: patient("Ebrima Sarr"),
        specimen: "Blood".into(),
        collected: Some(datetime(2026, 11, 28, 7, 40, 0, 0)),
        ordered_by: "Dr Isatou Jallow".into(),
        results: vec![
            result("Haemoglobin", "6.8", "g/dL", "12.0–15.5", "critical"),
            result("White cells", "7.2", "10⁹/L", "4.0–11.0", ""),
            result("Potassium", "5.2", "mmol/L", "3.5–5.1", "high"),
            result("Malaria film", "P. falciparum ++", "", "", ""),
        ],
        comment: "Sample slightly haemolysed; potassium may be overestimated.".into(),
        review: reviewed.then(|| Review {
            by: "Dr Isatou Jallow".into(),
            at: datetime(2026, 11, 28, 8, 55, 0, 0),
        }),
    }
}

pub(crate) fn referral_letter() -> ReferralLetter {
    ReferralLetter {
        number: String::new(),
        patient: patient("Ousmane سليمان Sow"),
        from: "Dr Smith".into(),
        to: "Dr Jones, neurology, Edward Francis Small Teaching Hospital, Banjul".into(),
        reason: "Specialist evaluation for chronic headache.\n\nNo focal signs; blood pressure 128/82 mmHg. Paracetamol without effect.".into(),
        allergies: Allergies::NotAsked,
        medicines: "Paracetamol 500 mg".into(),
    }
}

pub(crate) fn appointment_slip() -> AppointmentSlip {
    AppointmentSlip {
        patient: patient("Fatou Ceesay"),
        doctor: "Dr Isatou Jallow".into(),
        at: datetime(2027, 5, 27, 10, 0, 0, 0),
        place: "Outpatients, room 4".into(),
        queue_number: Some(12),
    }
}

/// Keeps a document in the folder that `CHELAL_TEST_PAPER` names, to be looked at.
pub(crate) fn keep(name: &str, printed: &Printed) {
    if let Some(folder) = std::env::var_os("CHELAL_TEST_PAPER") {
        std::fs::write(
            PathBuf::from(folder).join(format!("{name}.pdf")),
            &printed.pdf,
        )
        .unwrap();
    }
}

/// Poppler's `pdftotext`, an independent reader.
pub(crate) struct Extract(());

impl Extract {
    /// `None`, with a word in the test's output, where it is not installed.
    pub(crate) fn available() -> Option<Self> {
        let found = Command::new("pdftotext").arg("-v").output().is_ok();
        if !found {
            eprintln!("skipped: pdftotext (poppler-utils) is not installed");
        }
        found.then_some(Self(()))
    }

    /// The text in the order of the file, which is the order of reading.
    pub(crate) fn text(&self, printed: &Printed) -> String {
        self.pages(printed).join("\n")
    }

    /// The text as it stands on the page, line by line.
    pub(crate) fn as_laid_out(&self, printed: &Printed) -> String {
        self.run(printed, "-layout").join("\n")
    }

    /// The text in the order of the file, page by page.
    pub(crate) fn pages(&self, printed: &Printed) -> Vec<String> {
        self.run(printed, "-raw")
    }

    fn run(&self, printed: &Printed, mode: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document.pdf");
        std::fs::write(&file, &printed.pdf).unwrap();
        let output = Command::new("pdftotext")
            .args(["-enc", "UTF-8", mode])
            .arg(&file)
            .arg("-")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut pages: Vec<String> = text
            // Marks of direction that the reader adds around text from right to left.
            .replace(
                ['\u{202a}', '\u{202b}', '\u{202c}', '\u{200e}', '\u{200f}'],
                "",
            )
            .split('\u{c}')
            .map(str::to_owned)
            .collect();
        pages.pop();
        pages
    }
}
