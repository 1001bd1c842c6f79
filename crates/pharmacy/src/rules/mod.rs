//! Pure rules, each with its table of cases.

pub(crate) mod adjusting;
pub(crate) mod fefo;
pub(crate) mod order_state;
pub(crate) mod planning;
pub(crate) mod receiving;
