//! What people write where a list of allergies is asked for and there is none, or where nobody knows: words that name
//! nothing a patient could react to. English, French and Swahili.

use kernel::names;

/// That there is none.
const NO: &[&str] = &[
    "0", "aucun", "aucune", "aucunes", "denies", "hakuna", "hana", "hapana", "neant", "nil", "nka",
    "nkda", "nkma", "no", "non", "none", "nothing", "pas", "ras", "rien", "sans", "sina", "zero",
];

/// Of allergies.
const ALLERGY: &[&str] = &[
    "aleji",
    "allergic",
    "allergie",
    "allergies",
    "allergique",
    "allergy",
    "dallergie",
    "dallergies",
    "mizio",
    "mzio",
];

/// Known, said, written down.
const KNOWN: &[&str] = &[
    "a",
    "any",
    "au",
    "connu",
    "connue",
    "connues",
    "d",
    "date",
    "de",
    "declaree",
    "declarees",
    "found",
    "history",
    "inayojulikana",
    "is",
    "known",
    "kwa",
    "noted",
    "of",
    "on",
    "recorded",
    "record",
    "reported",
    "sasa",
    "signalee",
    "signalees",
    "signaler",
    "so",
    "far",
    "to",
    "unaojulikana",
    "wa",
    "wowote",
    "yoyote",
];

/// Of medicines: it says something only together with the word for allergies.
const DRUG: &[&str] = &[
    "dawa",
    "drug",
    "drugs",
    "medicament",
    "medicaments",
    "medicamenteuse",
    "medicamenteuses",
    "medication",
    "medications",
    "medicine",
    "medicines",
    "ya",
    "za",
];

/// Whole sentences that are put together of other words.
const NONE: &[&str] = &["n a", "na", "not allergic"];

/// That nobody asked, or nobody could say.
const UNASKED: &[&str] = &[
    "unknown",
    "not known",
    "not asked",
    "not sure",
    "inconnu",
    "inconnue",
    "inconnues",
    "non connu",
    "non connue",
    "non connues",
    "allergies inconnues",
    "allergies non connues",
    "allergies unknown",
    "haijulikani",
    "haujulikani",
];

/// Whether something in a list says that there are no allergies. Whatever names anything else is an allergy: "No
/// penicillin" may be one.
pub(super) fn says_none(item: &str) -> bool {
    let folded = names::fold(item);
    if says_unasked(item) {
        return false;
    }
    if NONE.contains(&folded.as_str()) {
        return true;
    }
    let words: Vec<&str> = folded.split(' ').collect();
    let any = |of: &[&str]| words.iter().any(|word| of.contains(word));
    let known = [NO, ALLERGY, KNOWN, DRUG];
    let all = words
        .iter()
        .all(|word| known.iter().any(|of| of.contains(word)));
    all && any(NO) && (!any(DRUG) || any(ALLERGY))
}

/// Whether something says that nobody knows of allergies, which is not that there are none.
pub fn says_unasked(item: &str) -> bool {
    UNASKED.contains(&names::fold(item).as_str())
}

/// Whether something names nothing that a patient could react to.
pub(crate) fn names_nothing(item: &str) -> bool {
    says_none(item) || says_unasked(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_none_are_told_from_what_somebody_reacts_to() {
        for none in [
            "No allergies",
            "No known allergies",
            "no known drug allergies",
            "Hakuna mzio",
            "Hakuna mzio wowote",
            "Non",
            "hapana",
            "No",
            "Aucune allergie",
            "Aucune allergie connue",
            "Pas d'allergie",
            "Pas d’allergies connues",
            "Pas d allergie",
            "NKA",
            "NKDA",
            "None known",
            "nil known",
            "Nil",
            "none",
            "N/A",
            "Aucune",
            "Néant",
            "Hana mzio",
            "No drug allergy known",
            "none reported",
            "denies any allergies",
            "RAS",
            "Rien à signaler",
            "0",
            "Hakuna mzio wa dawa",
            "Sans allergie",
        ] {
            assert!(says_none(none) && names_nothing(none), "{none}");
        }
        for something in [
            "No penicillin",
            "Penicillin",
            "Hakuna samaki",
            "Pas de pénicilline",
            "no nuts",
            "allergies",
            "known",
            "drug",
            "No drugs",
            "mzio wa karanga",
            "none of the antibiotics except ceftriaxone",
            "Nilotinib",
            "Non-steroidal",
            "Latex",
            "a",
            "de",
            "No food allergies",
            "",
        ] {
            assert!(!names_nothing(something), "{something}");
        }
        for unasked in [
            "unknown",
            "Not known",
            "inconnu",
            "haijulikani",
            "Allergies non connues",
        ] {
            assert!(
                says_unasked(unasked) && !says_none(unasked) && names_nothing(unasked),
                "{unasked}"
            );
        }
    }
}
