//! Which lists are longer than anybody counts.

use std::time::Duration;

/// Remembers for a few seconds which lists are long.
pub struct CountCache(moka::sync::Cache<u64, ()>);

impl Default for CountCache {
    fn default() -> Self {
        CountCache(
            moka::sync::Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(5))
                .build(),
        )
    }
}

impl CountCache {
    /// Whether this list was long a moment ago.
    pub fn is_long(&self, list: u64) -> bool {
        self.0.contains_key(&list)
    }

    /// Remembers that it is.
    pub fn remember(&self, list: u64) {
        self.0.insert(list, ());
    }
}
