//! The places in `docs/performance.md` that are written by the program, each alone.

use std::path::Path;

use crate::Outcome;

/// Puts figures into the document, between the two marks of what was measured.
pub(crate) fn put(document: &Path, measured: &str, figures: &str) -> Outcome<()> {
    let text = std::fs::read_to_string(document)?;
    let text = replaced(&text, measured, figures)
        .ok_or_else(|| format!("{} lacks the marks for {measured}", document.display()))?;
    Ok(std::fs::write(document, text)?)
}

fn replaced(text: &str, measured: &str, figures: &str) -> Option<String> {
    let begin = format!("<!-- measured: {measured} -->");
    let end = format!("<!-- /measured: {measured} -->");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    let figures = figures.trim();
    Some(format!("{before}{begin}\n\n{figures}\n\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn each_place_is_written_alone() {
        let text = "# Figures\n<!-- measured: a -->old<!-- /measured: a -->\n<!-- measured: b -->kept<!-- /measured: b -->\n";
        let expected = "# Figures\n<!-- measured: a -->\n\nnew\n\n<!-- /measured: a -->\n<!-- measured: b -->kept<!-- /measured: b -->\n";
        assert_eq!(replaced(text, "a", "new\n").as_deref(), Some(expected));
        assert_eq!(replaced(text, "c", "new"), None);
    }
}
