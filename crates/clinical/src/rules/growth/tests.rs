use super::*;
use proptest::prelude::*;

/// z-scores computed apart from this program with WHO's daily tables: indicator, sex, x, y, z.
const REFERENCE: &str = include_str!("reference.csv");

#[test]
fn no_row_of_the_tables_is_left_out() {
    let files = [
        (Indicator::WeightForAge, 312),
        (Indicator::HeightForAge, 528),
        (Indicator::BmiForAge, 528),
        (Indicator::HeadForAge, 194),
        (Indicator::MuacForAge, 118),
        (Indicator::WeightForLength, 262),
        (Indicator::WeightForHeight, 222),
    ];
    for (indicator, rows) in files {
        assert_eq!(Table::of(indicator).len(), rows, "{indicator:?}");
    }
}

#[test]
fn scores_agree_with_the_daily_tables() {
    let mut worst = 0.0_f64;
    let cases = data::rows(REFERENCE, |line| {
        Some((
            Indicator::from_text(line.text("indicator"))?,
            match line.text("sex") {
                "male" => Sex::Male,
                _ => Sex::Female,
            },
            line.needed::<f64>("x")?,
            line.needed::<f64>("y")?,
            line.needed::<f64>("z")?,
        ))
    });
    assert_eq!(cases.len(), 280);
    for (indicator, sex, x, y, expected) in cases {
        let score = z(indicator, sex, x, y).unwrap();
        let off = (score - expected).abs();
        worst = worst.max(off);
        assert!(
            off < 0.06,
            "{indicator:?} {sex:?} {x} {y}: {score} instead of {expected}"
        );
    }
    assert!(worst > 0.0);
}

#[test]
fn published_medians_and_limits_are_met() {
    let cases = [
        (Indicator::WeightForAge, Sex::Male, 365.0, 9.6, 0.0),
        (Indicator::WeightForAge, Sex::Female, 365.0, 7.0, -2.0),
        (Indicator::HeightForAge, Sex::Male, 1826.0, 110.0, 0.0),
        (Indicator::WeightForLength, Sex::Female, 60.0, 4.9, -2.0),
        (Indicator::WeightForHeight, Sex::Male, 100.0, 15.4, 0.0),
        (Indicator::BmiForAge, Sex::Female, 3652.0, 16.6, 0.0),
    ];
    for (indicator, sex, x, y, expected) in cases {
        let score = z(indicator, sex, x, y).unwrap();
        assert!((score - expected).abs() < 0.1, "{indicator:?}: {score}");
    }
}

fn child(age_days: i64) -> Person {
    Person {
        age_days,
        sex: Some(Sex::Male),
        pregnant: false,
    }
}

fn of(growth: &[Growth], indicator: Indicator) -> Option<f64> {
    growth
        .iter()
        .find(|it| it.indicator == indicator)
        .map(|it| it.z)
}

#[test]
fn the_other_position_is_corrected_by_seven_millimetres() {
    let height = |age, cm, position| {
        let measured = Measured {
            height: Some(cm),
            position,
            ..Measured::default()
        };
        of(&assess(&child(age), &measured), Indicator::HeightForAge)
    };
    use Position::{Lying, Standing};
    assert_eq!(
        height(700, 85_000, Some(Standing)),
        height(700, 85_700, Some(Lying))
    );
    assert_eq!(height(700, 85_000, None), height(700, 85_000, Some(Lying)));
    assert_eq!(height(731, 85_700, Some(Lying)), height(731, 85_000, None));
    assert_eq!(
        height(731, 85_000, Some(Standing)),
        height(731, 85_000, None)
    );
}

#[test]
fn indicators_begin_and_end_at_their_ages() {
    use Indicator::{
        BmiForAge, HeadForAge, HeightForAge, MuacForAge, WeightForAge, WeightForHeight,
        WeightForLength,
    };
    let measured = Measured {
        weight: Some(12_000),
        height: Some(86_000),
        position: None,
        head: Some(48_000),
        muac: Some(150_000),
    };
    let indicators = |person: Person| {
        let growth = assess(&person, &measured);
        growth
            .into_iter()
            .map(|it| it.indicator)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        indicators(child(90)),
        [
            WeightForAge,
            HeightForAge,
            BmiForAge,
            HeadForAge,
            WeightForLength
        ]
    );
    assert_eq!(
        indicators(child(730)),
        [
            WeightForAge,
            HeightForAge,
            BmiForAge,
            HeadForAge,
            MuacForAge,
            WeightForLength
        ]
    );
    assert_eq!(
        indicators(child(731)),
        [
            WeightForAge,
            HeightForAge,
            BmiForAge,
            HeadForAge,
            MuacForAge,
            WeightForHeight
        ]
    );
    assert_eq!(
        indicators(child(4_000)),
        [HeightForAge, BmiForAge, WeightForHeight]
    );
    // Whoever is grown up is not on the charts, and neither is whose sex is not known.
    let unknown = Person {
        sex: None,
        ..child(90)
    };
    assert!(indicators(unknown).is_empty());
    assert!(
        assess(
            &child(8_000),
            &Measured {
                height: Some(170_000),
                ..Measured::default()
            }
        )
        .is_empty()
    );
}

#[test]
fn a_crossed_line_is_flagged_once_and_with_its_direction() {
    let cases: [(f64, f64, &[i8]); 8] = [
        (-1.5, -2.1, &[-2]),
        (-2.1, -1.9, &[-2]),
        (-1.9, -2.0, &[]),
        (0.5, -0.5, &[]),
        (-0.5, -3.5, &[-3, -2, -1]),
        (1.0, 1.01, &[1]),
        (2.5, 2.9, &[]),
        (3.2, 1.4, &[2, 3]),
    ];
    for (from, to, lines) in cases {
        assert_eq!(crossed(from, to), lines, "{from} to {to}");
    }
    let at = |z: f64, implausible| Growth {
        indicator: Indicator::WeightForAge,
        z,
        implausible,
        crossed: Vec::new(),
        now: None,
    };
    let mut now = [at(-2.3, false)];
    mark_crossings(&[at(-1.2, false)], &mut now);
    assert_eq!(
        (now[0].crossed.as_slice(), now[0].now),
        (&[-2_i8][..], Some("below"))
    );
    let mut error = [at(-7.0, true)];
    mark_crossings(&[at(-1.2, false)], &mut error);
    assert!(error[0].crossed.is_empty());
}

fn restricted() -> impl Strategy<Value = (Indicator, f64)> {
    prop_oneof![
        (0_i64..=1_826).prop_map(|days| (Indicator::WeightForAge, days as f64)),
        (0_i64..=6_900).prop_map(|days| (Indicator::HeightForAge, days as f64)),
        (0_i64..=6_900).prop_map(|days| (Indicator::BmiForAge, days as f64)),
        (450_i64..=1_100).prop_map(|mm| (Indicator::WeightForLength, mm as f64 / 10.0)),
        (650_i64..=1_200).prop_map(|mm| (Indicator::WeightForHeight, mm as f64 / 10.0)),
    ]
}

proptest! {
    /// More is never a lower score, also across the ±3 SD where the formula gives way to the line.
    #[test]
    fn scores_rise_with_the_value((indicator, x) in restricted(), male: bool, share in 0.05_f64..5.0, more in 1.0_f64..1.5) {
        let sex = if male { Sex::Male } else { Sex::Female };
        let median = Table::of(indicator).at(sex, x).unwrap().value(0.0);
        let low = z(indicator, sex, x, median * share).unwrap();
        let high = z(indicator, sex, x, median * share * more).unwrap();
        prop_assert!(low.is_finite() && high.is_finite());
        prop_assert!(low <= high + 1e-9, "{} {}", low, high);
    }

    #[test]
    fn the_median_is_zero((indicator, x) in restricted(), male: bool) {
        let sex = if male { Sex::Male } else { Sex::Female };
        let median = Table::of(indicator).at(sex, x).unwrap().value(0.0);
        prop_assert!(z(indicator, sex, x, median).unwrap().abs() < 1e-9);
    }
}
