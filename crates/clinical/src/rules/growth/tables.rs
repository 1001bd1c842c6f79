//! The tables: L, M and S by sex along age, length or height.

use std::sync::LazyLock;

use super::Indicator;
use crate::rules::data;
use crate::rules::person::Sex;

/// Box-Cox power, median and coefficient of variation at one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lms {
    l: f64,
    m: f64,
    s: f64,
}

impl Lms {
    /// The z-score by the formula.
    pub(super) fn z(self, y: f64) -> f64 {
        if self.l == 0.0 {
            (y / self.m).ln() / self.s
        } else {
            ((y / self.m).powf(self.l) - 1.0) / (self.l * self.s)
        }
    }

    /// The value at a z-score.
    pub(super) fn value(self, z: f64) -> f64 {
        if self.l == 0.0 {
            self.m * (self.s * z).exp()
        } else {
            self.m * (1.0 + self.l * self.s * z).powf(1.0 / self.l)
        }
    }
}

/// The rows of one sex, rising in x.
type Curve = Vec<(f64, Lms)>;

/// One indicator.
#[derive(Debug)]
pub(super) struct Table {
    male: Curve,
    female: Curve,
}

macro_rules! table {
    ($file:literal, $x:literal) => {{
        static TABLE: LazyLock<Table> =
            LazyLock::new(|| Table::read(include_str!(concat!("../../../data/", $file)), $x));
        &TABLE
    }};
}

impl Table {
    /// The table of an indicator.
    pub(super) fn of(indicator: Indicator) -> &'static Table {
        match indicator {
            Indicator::WeightForAge => table!("who_lms_wfa.csv", "age_days"),
            Indicator::HeightForAge => table!("who_lms_lhfa.csv", "age_days"),
            Indicator::BmiForAge => table!("who_lms_bmi.csv", "age_days"),
            Indicator::HeadForAge => table!("who_lms_hc.csv", "age_days"),
            Indicator::MuacForAge => table!("who_lms_muac.csv", "age_days"),
            Indicator::WeightForLength => table!("who_lms_wfl.csv", "length_cm"),
            Indicator::WeightForHeight => table!("who_lms_wfh.csv", "height_cm"),
        }
    }

    fn read(text: &str, x: &str) -> Table {
        let curve = |sex| {
            data::rows(text, |line| {
                (Sex::from_table(line.text("sex"))? == sex).then_some(())?;
                let lms = Lms {
                    l: line.needed("l")?,
                    m: line.needed("m")?,
                    s: line.needed("s")?,
                };
                Some((line.needed(x)?, lms))
            })
        };
        Table {
            male: curve(Sex::Male),
            female: curve(Sex::Female),
        }
    }

    /// L, M and S at `x`, between two rows along a straight line; `None` outside the table.
    pub(super) fn at(&self, sex: Sex, x: f64) -> Option<Lms> {
        let curve = match sex {
            Sex::Male => &self.male,
            Sex::Female => &self.female,
        };
        let after = curve.partition_point(|(at, _)| *at < x);
        let (right, upper) = *curve.get(after)?;
        if right == x {
            return Some(upper);
        }
        let (left, lower) = *curve.get(after.checked_sub(1)?)?;
        let share = (x - left) / (right - left);
        let between = |a: f64, b: f64| a + (b - a) * share;
        Some(Lms {
            l: between(lower.l, upper.l),
            m: between(lower.m, upper.m),
            s: between(lower.s, upper.s),
        })
    }

    /// How many rows were read.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.male.len() + self.female.len()
    }
}
