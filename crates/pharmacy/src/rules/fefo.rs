//! First expired, first out: which batches a quantity is taken from.

use jiff::civil::Date;

/// A batch as the rule sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// The batch.
    pub(crate) batch: i64,
    /// The last day on which it may be used.
    pub(crate) expiry_date: Date,
    /// Units on the shelf.
    pub(crate) quantity: i64,
    /// Neither quarantined nor recalled.
    pub(crate) released: bool,
}

impl Held {
    /// Whether units of it may be given to a patient on this day.
    pub(crate) fn usable(&self, today: Date) -> bool {
        self.released && self.expiry_date >= today && self.quantity > 0
    }
}

/// Units taken from one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The batch.
    pub(crate) batch: i64,
    /// Whole units, at least 1.
    pub(crate) quantity: i64,
}

/// Fewer units may be taken than were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short {
    /// Units that may be taken.
    pub(crate) available: i64,
}

/// Units that may be given to a patient on this day.
pub(crate) fn available(held: &[Held], today: Date) -> i64 {
    let usable = held.iter().filter(|held| held.usable(today));
    usable.fold(0, |sum, held| sum.saturating_add(held.quantity))
}

/// Takes a quantity from the usable batches, those that expire first before others; of those that expire
/// on the same day, the one received first.
pub(crate) fn allocate(held: &[Held], wanted: i64, today: Date) -> Result<Vec<Taken>, Short> {
    let usable = held.iter().filter(|held| held.usable(today)).copied();
    take(usable.collect(), wanted)
}

/// Takes a quantity from whatever is on the shelf, as a write-off does: expired units first.
pub(crate) fn write_off(held: &[Held], wanted: i64) -> Result<Vec<Taken>, Short> {
    let there = held.iter().filter(|held| held.quantity > 0).copied();
    take(there.collect(), wanted)
}

fn take(mut held: Vec<Held>, wanted: i64) -> Result<Vec<Taken>, Short> {
    held.sort_by_key(|held| (held.expiry_date, held.batch));
    let mut missing = wanted;
    let mut taken = Vec::new();
    for batch in &held {
        if missing <= 0 {
            break;
        }
        let quantity = batch.quantity.min(missing);
        missing -= quantity;
        taken.push(Taken {
            batch: batch.batch,
            quantity,
        });
    }
    if missing > 0 {
        return Err(Short {
            available: wanted - missing,
        });
    }
    Ok(taken)
}

/// A usable batch that expires before the named one: naming another than the first needs a reason.
pub(crate) fn passed_over(held: &[Held], named: i64, today: Date) -> Option<Held> {
    let chosen = held.iter().find(|held| held.batch == named)?;
    held.iter()
        .filter(|other| other.usable(today) && other.expiry_date < chosen.expiry_date)
        .min_by_key(|other| (other.expiry_date, other.batch))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Span;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2027, 5, 27);

    fn held(batch: i64, days: i64, quantity: i64) -> Held {
        Held {
            batch,
            expiry_date: TODAY.checked_add(Span::new().days(days)).unwrap(),
            quantity,
            released: true,
        }
    }

    fn taken(pairs: &[(i64, i64)]) -> Vec<Taken> {
        let pairs = pairs.iter();
        pairs
            .map(|(batch, quantity)| Taken {
                batch: *batch,
                quantity: *quantity,
            })
            .collect()
    }

    #[test]
    fn those_that_expire_first_are_used_up_first() {
        let blocked = Held {
            released: false,
            ..held(1, 5, 100)
        };
        type Case = (Vec<Held>, i64, Result<Vec<Taken>, Short>);
        let cases: Vec<Case> = vec![
            (vec![held(1, 300, 10), held(2, 30, 10)], 14, Ok(taken(&[(2, 10), (1, 4)]))),
            (vec![held(1, 30, 10), held(2, 30, 10)], 10, Ok(taken(&[(1, 10)]))),
            // The last day counts; the day after does not.
            (vec![held(1, 0, 3)], 3, Ok(taken(&[(1, 3)]))),
            (vec![held(1, -1, 3), held(2, 9, 1)], 2, Err(Short { available: 1 })),
            (vec![blocked, held(2, 9, 1)], 1, Ok(taken(&[(2, 1)]))),
            (vec![held(1, 9, 0)], 1, Err(Short { available: 0 })),
            (vec![], 1, Err(Short { available: 0 })),
        ];
        for (held, wanted, expected) in cases {
            assert_eq!(allocate(&held, wanted, TODAY), expected, "{held:?} {wanted}");
        }
    }

    #[test]
    fn a_write_off_takes_expired_units_first() {
        let held = [held(1, 30, 5), held(2, -30, 5)];
        assert_eq!(write_off(&held, 7), Ok(taken(&[(2, 5), (1, 2)])));
        assert_eq!(write_off(&held, 11), Err(Short { available: 10 }));
    }

    #[test]
    fn passing_over_a_batch_is_noticed() {
        let held = [held(1, 30, 5), held(2, 10, 5), held(3, -1, 5)];
        assert_eq!(passed_over(&held, 1, TODAY), Some(held[1]));
        assert_eq!(passed_over(&held, 2, TODAY), None);
    }

    fn shelves() -> impl Strategy<Value = Vec<Held>> {
        prop::collection::vec((-20i64..200, 0i64..50, any::<bool>()), 0..12).prop_map(|rows| {
            rows.into_iter()
                .zip(1..)
                .map(|((days, quantity, released), batch)| Held {
                    released,
                    ..held(batch, days, quantity)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_taken_is_exactly_what_was_asked_and_first_expired(shelf in shelves(), wanted in 1i64..400) {
            let there = available(&shelf, TODAY);
            match allocate(&shelf, wanted, TODAY) {
                Err(short) => {
                    prop_assert!(there < wanted);
                    prop_assert_eq!(short.available, there);
                }
                Ok(taken) => {
                    prop_assert_eq!(taken.iter().map(|t| t.quantity).sum::<i64>(), wanted);
                    let of = |id: i64| shelf.iter().find(|held| held.batch == id).unwrap();
                    for one in &taken {
                        prop_assert!(of(one.batch).usable(TODAY));
                        prop_assert!(one.quantity >= 1 && one.quantity <= of(one.batch).quantity);
                    }
                    // Nothing usable that expires earlier is left over.
                    for pair in taken.windows(2) {
                        prop_assert_eq!(pair[0].quantity, of(pair[0].batch).quantity);
                        prop_assert!(of(pair[0].batch).expiry_date <= of(pair[1].batch).expiry_date);
                    }
                    if let Some(last) = taken.last() {
                        let earlier = shelf.iter().filter(|held| held.usable(TODAY) && held.expiry_date < of(last.batch).expiry_date);
                        for other in earlier {
                            prop_assert!(taken.iter().any(|one| one.batch == other.batch));
                        }
                    }
                }
            }
        }

        #[test]
        fn never_panics(rows in prop::collection::vec((any::<i64>(), any::<bool>()), 0..5), wanted: i64) {
            let shelf: Vec<Held> = rows.iter().map(|(quantity, released)| Held { quantity: (*quantity).max(0), released: *released, ..held(1, 1, 0) }).collect();
            let _ = allocate(&shelf, wanted, TODAY);
            let _ = available(&shelf, TODAY);
        }
    }
}
