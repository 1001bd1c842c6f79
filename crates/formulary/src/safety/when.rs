//! When a warning about a patient's circumstances holds.

use super::check::{Circumstances, Pregnancy};

/// The circumstances in which a warning holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum When {
    /// Always.
    Any,
    /// In some trimesters, one bit each (1, 2, 4).
    Trimesters(u8),
    /// Below an age in days.
    Younger(f64),
    /// Above an age in days.
    Older(f64),
}

impl When {
    /// Reads an age limit: `<12y`, `>65y`; days, weeks, months or years.
    pub(super) fn age(text: &str) -> Option<Self> {
        if let Some(limit) = text.strip_prefix('<') {
            return days(limit).map(When::Younger);
        }
        text.strip_prefix('>').and_then(days).map(When::Older)
    }

    /// Reads trimesters: `any`, `near-term`, `1`, `2;3`. The week is not known, so near term is all of the third.
    pub(super) fn trimesters(text: &str) -> Option<Self> {
        match text {
            "any" => Some(When::Any),
            "near-term" => Some(When::Trimesters(4)),
            list => {
                let mut bits = 0;
                for part in list.split(';') {
                    bits |= match part.trim() {
                        "1" => 1,
                        "2" => 2,
                        "3" => 4,
                        _ => return None,
                    };
                }
                Some(When::Trimesters(bits))
            }
        }
    }

    pub(super) fn fits_age(self, patient: &Circumstances) -> bool {
        match (self, patient.age_days) {
            (When::Younger(limit), Some(age)) => age < limit,
            (When::Older(limit), Some(age)) => age > limit,
            _ => false,
        }
    }

    pub(super) fn fits_pregnancy(self, patient: &Circumstances) -> bool {
        let Some(pregnancy) = patient.pregnancy else {
            return false;
        };
        match (self, pregnancy) {
            (When::Any, _) | (When::Trimesters(_), Pregnancy::Unknown) => true,
            (When::Trimesters(bits), Pregnancy::First) => bits & 1 != 0,
            (When::Trimesters(bits), Pregnancy::Second) => bits & 2 != 0,
            (When::Trimesters(bits), Pregnancy::Third) => bits & 4 != 0,
            _ => false,
        }
    }
}

/// An age in days: `28d`, `6w`, `3m`, `12y`.
pub(super) fn days(text: &str) -> Option<f64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u16 = number.parse().ok()?;
    let length = match unit {
        "d" => 1.0,
        "w" => 7.0,
        "m" => 30.4375,
        "y" => 365.25,
        _ => return None,
    };
    Some(f64::from(number) * length)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::When;
    use crate::safety::{Circumstances, Pregnancy};

    #[test]
    fn an_age_limit_holds_on_its_side() {
        let aged = |days: f64| Circumstances {
            age_days: Some(days),
            ..Circumstances::default()
        };
        let below = When::age("<12y").unwrap();
        assert!(below.fits_age(&aged(4382.0)));
        assert!(!below.fits_age(&aged(4383.0)));
        assert!(When::age(">65y").unwrap().fits_age(&aged(24000.0)));
        assert!(
            !below.fits_age(&Circumstances::default()),
            "an unknown age fits no limit"
        );
        for wrong in ["12y", "<12", "<y", "< 12y", "<-1y", "<12q", "", "<é"] {
            assert!(When::age(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_trimester_uses_every_row() {
        let pregnant = |stage| Circumstances {
            pregnancy: Some(stage),
            ..Circumstances::default()
        };
        let late = When::trimesters("2;3").unwrap();
        assert!(!late.fits_pregnancy(&pregnant(Pregnancy::First)));
        assert!(late.fits_pregnancy(&pregnant(Pregnancy::Third)));
        assert!(late.fits_pregnancy(&pregnant(Pregnancy::Unknown)));
        let near_term = When::trimesters("near-term").unwrap();
        assert!(near_term.fits_pregnancy(&pregnant(Pregnancy::Third)));
        assert!(!near_term.fits_pregnancy(&pregnant(Pregnancy::Second)));
        assert!(!late.fits_pregnancy(&Circumstances::default()));
        assert!(When::trimesters("4").is_none());
    }
}
