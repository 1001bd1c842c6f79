//! Names of parameters as people and analysers write them, as a pure rule.

/// A name as it is compared: `Hemoglobin`, `Haemoglobin` and `haemoglobin level` are one.
pub fn fold(name: &str) -> String {
    let lower = name.to_lowercase().replace("ae", "e");
    let words = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && !FILLERS.contains(word));
    let words: Vec<&str> = words.map(singular).collect();
    words.join(" ")
}

/// Words that name no quantity.
const FILLERS: [&str; 6] = ["count", "level", "levels", "value", "result", "the"];

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 3 && !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    }
}

/// Other names of parameters that every laboratory knows: (folded name, code).
const SYNONYMS: [(&str, &str); 22] = [
    ("hb", "HGB"),
    ("packed cell volume", "HCT"),
    ("hematocrit", "HCT"),
    ("pcv", "HCT"),
    ("leukocyte", "WBC"),
    ("leucocyte", "WBC"),
    ("erythrocyte", "RBC"),
    ("thrombocyte", "PLT"),
    ("sodium na", "NA"),
    ("potassium k", "K"),
    ("serum potassium", "K"),
    ("serum sodium", "NA"),
    ("serum creatinine", "CREA"),
    ("creatinine", "CREA"),
    ("blood glucose", "GLU"),
    ("glucose", "GLU"),
    ("fasting glucose", "GLUF"),
    ("bun", "UREA"),
    ("alanine aminotransferase", "ALT"),
    ("sgpt", "ALT"),
    ("sgot", "AST"),
    ("hba1c", "A1C"),
];

/// Which of the parameters of a test, given as (code, name), a name means. The code, the name, a synonym; and the
/// test's own name where it reports one value only.
pub fn find<'a>(
    parameters: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    test: (&str, &str),
    written: &str,
) -> Option<usize> {
    let at = |fits: &dyn Fn(&str, &str) -> bool| {
        parameters.clone().position(|(code, name)| fits(code, name))
    };
    let folded = fold(written);
    let synonym = SYNONYMS.iter().find(|(name, _)| *name == folded);
    at(&|code, _| code.eq_ignore_ascii_case(written.trim()))
        .or_else(|| at(&|_, name| fold(name) == folded))
        .or_else(|| at(&|code, _| synonym.is_some_and(|(_, known)| *known == code)))
        .or_else(|| at(&|_, name| fold(name.split(['(', ',']).next().unwrap_or(name)) == folded))
        .or_else(|| {
            let (code, name) = test;
            let names_test = code.eq_ignore_ascii_case(written.trim()) || fold(name) == folded;
            (names_test && parameters.clone().count() == 1).then_some(0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::starter;

    fn found(test: &str, written: &str) -> Option<String> {
        let parameters = starter::parameters();
        let parameters: Vec<_> = parameters
            .iter()
            .filter(|row| row.test_code == test)
            .collect();
        let tests = starter::tests();
        let test = tests.iter().find(|row| row.test_code == test).unwrap();
        let pairs = parameters
            .iter()
            .map(|row| (row.code.as_str(), row.name.as_str()));
        let at = find(pairs, (&test.test_code, &test.test_name), written)?;
        Some(parameters[at].code.clone())
    }

    #[test]
    fn a_parameter_is_found_under_its_usual_names() {
        for (test, written, code) in [
            ("CBC", "HGB", "HGB"),
            ("CBC", "hgb ", "HGB"),
            ("CBC", "Hemoglobin", "HGB"),
            ("CBC", "Haemoglobin", "HGB"),
            ("CBC", "Hb", "HGB"),
            ("CBC", "White Blood Cell Count", "WBC"),
            ("CBC", "WBC", "WBC"),
            ("CBC", "Platelet count", "PLT"),
            ("CBC", "Hematocrit", "HCT"),
            ("UE", "Potassium", "K"),
            ("UE", "potassium level", "K"),
            ("K", "Potassium", "K"),
            ("ESR", "ESR", "ESR"),
            ("GLUR", "Glucose", "GLU"),
        ] {
            assert_eq!(
                found(test, written).as_deref(),
                Some(code),
                "{test} {written}"
            );
        }
        for (test, written) in [
            ("CBC", "Potassium"),
            ("CBC", "Complete blood count"),
            ("UE", "K+Na"),
            ("K", ""),
        ] {
            assert_eq!(found(test, written), None, "{test} {written}");
        }
    }

    #[test]
    fn no_two_parameters_of_a_test_have_the_same_folded_name() {
        for test in starter::tests() {
            let mut names: Vec<String> = starter::parameters()
                .iter()
                .filter(|row| row.test_code == test.test_code)
                .map(|row| fold(&row.name))
                .collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", test.test_code);
        }
    }
}
