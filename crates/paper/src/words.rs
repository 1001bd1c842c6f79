//! The words that stand on documents, in each language.

use kernel::Language;

/// Declares the words once, with the three languages side by side, so that none is forgotten.
macro_rules! words {
    ($($name:ident: $en:literal, $fr:literal, $sw:literal;)*) => {
        /// One text for each place of a document.
        pub(crate) struct Words {
            $(pub(crate) $name: &'static str,)*
            language: Language,
        }

        const EN: Words = Words { $($name: $en,)* language: Language::En };
        const FR: Words = Words { $($name: $fr,)* language: Language::Fr };
        const SW: Words = Words { $($name: $sw,)* language: Language::Sw };

        #[cfg(test)]
        const ALL: &[(&str, [&str; 3])] = &[$((stringify!($name), [$en, $fr, $sw]),)*];
    };
}

words! {
    admitted: "Admitted", "Admis le", "Alilazwa";
    about: "about", "environ", "takriban";
    allergies: "Allergies", "Allergies", "Mizio";
    amount: "Amount", "Montant", "Kiasi";
    appointment: "Appointment", "Rendez-vous", "Miadi";
    balance: "Balance due", "Reste à payer", "Salio la kulipwa";
    batch: "Batch", "Lot", "Kundi";
    bed: "Bed", "Lit", "Kitanda";
    bed_days: "Bed days", "Journées d’hospitalisation", "Siku za kulazwa";
    birth_date: "Date of birth", "Date de naissance", "Tarehe ya kuzaliwa";
    born: "Born", "Né(e) le", "Kuzaliwa";
    bring: "Please bring this slip and your patient card.", "Merci d’apporter cette feuille et votre carte de patient.", "Tafadhali njoo na karatasi hii na kadi yako ya mgonjwa.";
    cashier: "Received by", "Reçu par", "Imepokelewa na";
    change: "Change", "Monnaie rendue", "Chenji";
    check: "This document can be checked at the address below. The answer says only whether it was issued, by whom and when.", "Ce document peut être vérifié à l’adresse ci-dessous. La réponse indique seulement s’il a été émis, par qui et quand.", "Hati hii inaweza kuthibitishwa kwenye anwani iliyo hapa chini. Jibu linaeleza tu kama ilitolewa, na nani na lini.";
    cancelled: "CANCELLED: not to be dispensed", "ANNULÉE : ne pas délivrer", "IMEFUTWA: isitolewe";
    check_code: "QR code to check this document", "Code QR pour vérifier ce document", "Msimbo wa QR wa kuthibitisha hati hii";
    collected: "Collected", "Prélevé le", "Ilichukuliwa";
    comment: "Remarks", "Remarques", "Maelezo";
    corrected_report: "Corrected report: it replaces what was printed before.", "Résultats corrigés : ils remplacent ce qui a été imprimé avant.", "Ripoti iliyosahihishwa: inachukua nafasi ya iliyochapishwa awali.";
    course: "Course and treatment", "Évolution et traitement", "Maendeleo na matibabu";
    completed: "COMPLETED: nothing more is to be dispensed", "TERMINÉE : plus rien à délivrer", "IMEKAMILIKA: hakuna zaidi cha kutolewa";
    date: "Date", "Date", "Tarehe";
    description: "Description", "Désignation", "Maelezo";
    diagnosis: "Diagnosis", "Diagnostic", "Utambuzi";
    discharge_summary: "Discharge summary", "Compte rendu de sortie", "Muhtasari wa kuruhusiwa";
    discharged_by: "Discharged by", "Sortie prononcée par", "Ameruhusiwa na";
    discharged: "Discharged", "Sorti le", "Aliruhusiwa";
    discount: "Discount", "Remise", "Punguzo";
    doctor: "Doctor", "Médecin", "Daktari";
    dosage: "Dose", "Dose", "Dozi";
    draft: "Draft, not issued yet", "Brouillon, pas encore émise", "Rasimu, bado haijatolewa";
    due: "Due", "Échéance", "Mwisho wa kulipa";
    duration: "Duration", "Durée", "Muda";
    expires: "Use by", "À utiliser jusqu’au", "Tumia kabla ya";
    flag: "Flag", "Signal", "Alama";
    follow_up: "Follow-up", "Suivi", "Ufuatiliaji";
    frequency: "How often", "Fréquence", "Mara ngapi";
    given: "Given", "Remis le", "Ilitolewa";
    insurance: "Insurer’s part", "Part de l’assurance", "Sehemu ya bima";
    insurer_paid: "of which the insurer has paid", "dont payé par l’assurance", "ambayo bima imelipa";
    insurer: "Insurer", "Assureur", "Kampuni ya bima";
    invoice: "Invoice", "Facture", "Ankara";
    issued: "Issued", "Émis le", "Ilitolewa";
    lab_report: "Laboratory report", "Résultats de laboratoire", "Ripoti ya maabara";
    medicine: "Medicine", "Médicament", "Dawa";
    medicines: "Medicines", "Médicaments", "Dawa";
    method: "Method", "Mode de paiement", "Njia ya malipo";
    not_asked: "Not asked yet", "Pas encore demandé", "Bado hajaulizwa";
    not_final: "Not reviewed yet: values may still change.", "Non validé : les valeurs peuvent encore changer.", "Bado haijakaguliwa: matokeo yanaweza kubadilika.";
    ordered_by: "Ordered by", "Prescrit par", "Ameagiza";
    paid: "Paid", "Payé", "Imelipwa";
    parameter: "Test", "Analyse", "Kipimo";
    patient: "Patient", "Patient", "Mgonjwa";
    patient_card: "Patient card", "Carte de patient", "Kadi ya mgonjwa";
    patient_code: "Bar code of the patient number", "Code-barres du numéro de patient", "Msimbo pau wa namba ya mgonjwa";
    patient_number: "Patient number", "Numéro de patient", "Namba ya mgonjwa";
    payments: "Payments", "Paiements", "Malipo";
    place: "Place", "Lieu", "Mahali";
    prescribed: "Prescribed", "Prescrit le", "Iliandikwa";
    prescriber: "Prescriber", "Prescripteur", "Aliyeandika dawa";
    prescription: "Prescription", "Ordonnance", "Cheti cha dawa";
    printed: "Printed", "Imprimé le", "Ilichapishwa";
    quantity: "Quantity", "Quantité", "Idadi";
    queue_number: "Queue number", "Numéro d’attente", "Namba ya foleni";
    range: "Reference range", "Valeurs de référence", "Kiwango cha kawaida";
    reason: "Reason", "Motif", "Sababu";
    receipt: "Receipt", "Reçu", "Risiti";
    reference: "Reference", "Référence", "Kumbukumbu";
    referral_letter: "Referral letter", "Lettre de référence", "Barua ya rufaa";
    referred_by: "Referred by", "Adressé par", "Ametumwa na";
    referred_to: "Referred to", "Adressé à", "Ametumwa kwa";
    refunded: "Refunded", "Remboursé", "Imerejeshwa";
    result: "Result", "Résultat", "Matokeo";
    reviewed: "Reviewed by", "Validé par", "Imekaguliwa na";
    sex: "Sex", "Sexe", "Jinsia";
    specimen: "Specimen", "Prélèvement", "Sampuli";
    still_to_pay: "Still to pay", "Reste à payer", "Bado kulipwa";
    tendered: "Tendered", "Montant remis", "Kiasi kilichotolewa";
    to_pay: "Patient’s part", "Part du patient", "Sehemu ya mgonjwa";
    total: "Total", "Total", "Jumla";
    unit: "Unit", "Unité", "Kipimo";
    unit_price: "Unit price", "Prix unitaire", "Bei ya kimoja";
    void: "VOID", "ANNULÉ", "IMEFUTWA";
    ward: "Ward", "Service", "Wodi";
    weight: "Weight", "Poids", "Uzito";
}

impl Words {
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Fr => &FR,
            Language::Sw => &SW,
        }
    }

    /// What stands between a word and what it is said of.
    pub(crate) const fn colon(&self) -> &'static str {
        self.language.colon()
    }

    /// `12 of 20 given, last on 12 November 2026`; without what it comes to, only what was given.
    pub(crate) fn given_of(&self, units: i64, of: Option<i64>, on: &str) -> String {
        let number = match (self.language, of) {
            (_, None) => units.to_string(),
            (Language::En, Some(of)) => format!("{units} of {of}"),
            (Language::Fr, Some(of)) => format!("{units} sur {of}"),
            (Language::Sw, Some(of)) => format!("{units} kati ya {of}"),
        };
        match (self.language, on.is_empty()) {
            (Language::En, true) => format!("{number} given"),
            (Language::En, false) => format!("{number} given, last on {on}"),
            (Language::Fr, true) => format!("{number} remis"),
            (Language::Fr, false) => format!("{number} remis, en dernier le {on}"),
            (Language::Sw, true) => format!("{number} zimetolewa"),
            (Language::Sw, false) => format!("{number} zimetolewa, mwisho tarehe {on}"),
        }
    }

    /// `corrected, was 7.4`.
    pub(crate) fn corrected(&self, was: &str) -> String {
        match self.language {
            Language::En => format!("corrected, was {was}"),
            Language::Fr => format!("corrigé, était {was}"),
            Language::Sw => format!("imesahihishwa, ilikuwa {was}"),
        }
    }

    /// `Page 1 of 3`.
    pub(crate) fn page_of(&self, page: usize, count: usize) -> String {
        match self.language {
            Language::En => format!("Page {page} of {count}"),
            Language::Fr => format!("Page {page} sur {count}"),
            Language::Sw => format!("Ukurasa {page} kati ya {count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_can_be_printed_in_every_language() {
        for (name, texts) in ALL {
            for text in texts {
                assert!(!text.trim().is_empty(), "{name}");
                let mut unshown = Vec::new();
                let lines =
                    crate::shape::lines(text, crate::font::Weight::Bold, f32::MAX, &mut unshown);
                assert_eq!((lines.len(), unshown.len()), (1, 0), "{name}: {text}");
            }
        }
    }
}
