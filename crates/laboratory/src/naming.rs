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
const SYNONYMS: [(&str, &str); 26] = [
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
    ("kalium", "K"),
    ("natrium", "NA"),
    ("ca2", "CA"),
    ("mg2", "MG"),
];

/// Which of the parameters of a test, given as (code, name), a name means. The code, the name, a synonym; and where the
/// test reports one value only, the test's own name, or a word for any value ("Result").
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
    at(&|code, _| code.eq_ignore_ascii_case(written.trim()) || fold(code) == folded)
        .or_else(|| at(&|_, name| fold(name) == folded))
        .or_else(|| at(&|code, _| synonym.is_some_and(|(_, known)| *known == code)))
        .or_else(|| at(&|_, name| fold(name.split(['(', ',']).next().unwrap_or(name)) == folded))
        .or_else(|| {
            let (code, name) = test;
            let names_test = code.eq_ignore_ascii_case(written.trim()) || fold(name) == folded;
            let names_any = folded.is_empty() && written.contains(char::is_alphabetic);
            ((names_test || names_any) && parameters.clone().count() == 1).then_some(0)
        })
}

/// Words for what a quantity is measured in; who writes them means the same quantity.
const SPECIMENS: [&str; 4] = ["blood", "plasma", "serum", "venous"];

/// Whether a written name is a parameter's but for a slip of the pen, or for the specimen beside it: `Potasium`, `S-Potassium`.
pub fn is_nearly(code: &str, name: &str, written: &str) -> bool {
    let written = plain(written);
    let synonyms = SYNONYMS.iter().filter(|(_, known)| *known == code);
    let short = name.split(['(', ',']).next().unwrap_or(name);
    let mut names = vec![plain(name), plain(short), plain(code)];
    names.extend(synonyms.map(|(synonym, _)| plain(synonym)));
    names
        .iter()
        .any(|name| !name.is_empty() && is_slip(name, &written))
}

/// A name without the specimen.
fn plain(name: &str) -> String {
    let folded = fold(name);
    let words = folded.split(' ').filter(|word| {
        let of_specimen = SPECIMENS.contains(word) || matches!(*word, "b" | "p" | "s");
        !of_specimen
    });
    words.collect::<Vec<_>>().join(" ")
}

/// One letter of four or more, two of eight or more when the first is right: "fluoride" is no chloride.
fn is_slip(name: &str, written: &str) -> bool {
    let letters = name.chars().count().min(written.chars().count());
    let distance = strsim::osa_distance(name, written);
    let same_start = name.chars().next() == written.chars().next();
    match distance {
        0 => true,
        1 => letters >= 4,
        2 => letters >= 8 && same_start,
        _ => false,
    }
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
            ("UE", "K+", "K"),
            ("UE", "Na+", "NA"),
            ("ESR", "ESR", "ESR"),
            ("GLUR", "Glucose", "GLU"),
            ("K", "Result", "K"),
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
            ("UE", "Result"),
            ("K", ""),
        ] {
            assert_eq!(found(test, written), None, "{test} {written}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_told_from_another_quantity() {
        for (code, name, written) in [
            ("K", "Potassium", "Potasium"),
            ("K", "Potassium", "Pottasium"),
            ("K", "Potassium", "Potassuim"),
            ("K", "Potassium", "S-Potassium"),
            ("K", "Potassium", "S-K"),
            ("NA", "Sodium", "Sodum"),
            ("HGB", "Haemoglobin", "Hemoglobine"),
            ("GLU", "Glucose, random", "Glucoze"),
        ] {
            assert!(is_nearly(code, name, written), "{written}");
        }
        for (code, name, written) in [
            ("CL", "Chloride", "Fluoride"),
            ("K", "Potassium", "Sodium"),
            ("PLT", "Platelets", "Platelet distribution width"),
            ("K", "Potassium", "K2"),
            ("UREA", "Urea", "Uric acid"),
            ("K", "Potassium", ""),
        ] {
            assert!(!is_nearly(code, name, written), "{written}");
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
