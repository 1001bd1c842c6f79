//! Questions about stock: what is there, what it is worth, what was used, what is lost.

mod as_of;
mod movement;
mod register;
mod shelf_lists;
mod usage;
mod valuation;

use jiff::Span;
use jiff::civil::Date;
use platform::module::Module;

/// Adds them to the table of contents.
pub(crate) fn declare(module: Module) -> Module {
    let module = shelf_lists::declare(module);
    let module = valuation::declare(module);
    let module = usage::declare(module);
    register::declare(as_of::declare(movement::declare(module)))
}

/// Medications of which no more can be dispensed than their reorder level, on day `$1`: id, name, level and
/// units. Expired and blocked units do not hide that something has to be ordered; a level of 0 means that the
/// medication is not reordered.
macro_rules! short_of {
    () => {
        "SELECT m.id, m.generic_name, m.reorder_level, CAST(COALESCE(u.units, 0) AS bigint) AS usable \
         FROM medication_item AS m LEFT JOIN (SELECT medication_item, SUM(current_quantity) AS units FROM stock_batch \
         WHERE current_quantity > 0 AND status = 'active' AND expiry_date >= $1 GROUP BY medication_item) AS u \
         ON u.medication_item = m.id WHERE m.reorder_level > 0 AND COALESCE(u.units, 0) <= m.reorder_level"
    };
}
pub(crate) use short_of;

/// The day that lies this far ahead; the calendar's last when there is none.
pub(crate) fn soon(today: Date, days: i64) -> Date {
    today
        .checked_add(Span::new().days(days.clamp(-36_500, 36_500)))
        .unwrap_or(Date::MAX)
}
