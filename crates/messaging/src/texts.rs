//! The module's texts.

use platform::texts::TextSource;

/// One for each language.
pub(crate) const SOURCES: [TextSource; 3] = [
    TextSource {
        language: "en",
        source: include_str!("../texts/en.ftl"),
        name: "messaging/texts/en.ftl",
    },
    TextSource {
        language: "fr",
        source: include_str!("../texts/fr.ftl"),
        name: "messaging/texts/fr.ftl",
    },
    TextSource {
        language: "sw",
        source: include_str!("../texts/sw.ftl"),
        name: "messaging/texts/sw.ftl",
    },
];
