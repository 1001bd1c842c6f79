//! Note templates that a new site starts with.

use super::data;

/// A template to begin a note with; `___` marks what is to be filled in.
#[derive(Debug, Clone)]
pub struct NoteSeed {
    /// What it is for.
    pub title: String,
    /// The text.
    pub content: String,
}

const TABLE: &str = include_str!("../../data/note_templates.csv");

/// Every template.
pub fn all() -> Vec<NoteSeed> {
    data::rows(TABLE, |line| {
        Some(NoteSeed {
            title: line.owned("title"),
            content: line.owned("content"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_a_title_and_something_to_fill_in() {
        let seeds = all();
        assert_eq!(seeds.len(), data::count(TABLE));
        assert!(seeds.len() >= 5);
        for seed in seeds {
            assert!(
                !seed.title.is_empty() && seed.content.contains("___"),
                "{}",
                seed.title
            );
        }
    }
}
