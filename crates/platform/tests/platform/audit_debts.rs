//! What is written past the typed ways is on record, or is not written at all.
use crate::hospital::{Guest, World, add_guest, each};
use platform::audit::{Action, AuditEntry};
use platform::cx::Cx;
use platform::db::{Statement, ToValue};
use platform::error::Error;
use platform::field::Line;
use platform::record::Meta;
use platform::record::Record;
use platform::seal::Sealed;
use platform::unit::{self, Opening};

const RAISE: &str = "UPDATE guest SET visits = visits + 1 WHERE id = $1";
const RAISE_AND_TELL: &str = "UPDATE guest SET visits = visits + 1 WHERE id = $1 RETURNING visits";

/// How a unit tries to count a visit.
#[derive(Clone, Copy)]
enum Way {
    Silently,
    Answering,
    OnRecord,
    OnlyOfAnother(i64),
    AsPartOfAnother(i64),
    Untraced,
}

async fn raise(cx: &mut Cx, guest: i64, way: Way) -> Result<(), Error> {
    let id = || vec![guest.to_value()];
    if let Way::OnlyOfAnother(other) | Way::AsPartOfAnother(other) = way {
        let mut row = Guest {
            meta: Meta::unstored(),
            name: Sealed::new(Line::cut(&format!("Companion of {other}"))),
            visits: 0,
        };
        cx.insert(&mut row).await?;
    }
    match way {
        Way::Answering => {
            let statement = Statement::raw(RAISE_AND_TELL, id());
            let _: Vec<(i64,)> = cx.unscoped("test").all(statement).await?;
        }
        Way::AsPartOfAnother(_) => {
            let unscoped = cx.unscoped("test").part_of::<Guest>();
            unscoped.execute(Statement::raw(RAISE, id())).await?;
        }
        Way::Untraced => {
            let unscoped = cx.unscoped("test").untraced();
            unscoped.execute(Statement::raw(RAISE, id())).await?;
        }
        Way::Silently | Way::OnRecord | Way::OnlyOfAnother(_) => {
            let statement = Statement::raw(RAISE, id());
            cx.unscoped("test").execute(statement).await?;
        }
    }
    if matches!(way, Way::OnRecord) {
        cx.audit(AuditEntry::new(Action::Edit, Guest::NAME, Some(guest)));
    }
    Ok(())
}

async fn try_to(world: &World, guest: i64, way: Way) -> Result<(), Error> {
    unit::program(&world.app, "test", move |cx| {
        Box::pin(raise(cx, guest, way))
    })
    .await
}

async fn visits(world: &World) -> i64 {
    world.number("SELECT sum(visits) FROM guest").await
}

fn names_the_guest(refused: &Error) -> bool {
    format!("{refused:?}").contains("Guest was changed, and the audit trail was not told")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_record_that_nobody_put_on_record_is_not_committed() {
    each(|world| async move {
        let guest = add_guest(&world.app, "Awa").await;
        // That another guest was stored with an audit row says nothing of this one.
        for way in [Way::Silently, Way::Answering, Way::OnlyOfAnother(guest)] {
            let refused = try_to(&world, guest, way).await.unwrap_err();
            assert!(names_the_guest(&refused), "{refused:?}");
            assert_eq!(visits(&world).await, 0);
        }
        assert_eq!(world.number("SELECT count(*) FROM guest").await, 1);
        for way in [Way::OnRecord, Way::AsPartOfAnother(guest), Way::Untraced] {
            try_to(&world, guest, way).await.unwrap();
        }
        assert_eq!(visits(&world).await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_nothing_needs_no_record() {
    each(|world| async move {
        add_guest(&world.app, "Awa").await;
        for way in [Way::Silently, Way::Answering] {
            try_to(&world, 999_999, way).await.unwrap();
        }
        assert_eq!(visits(&world).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_stored_in_other_words_needs_those_words() {
    each(|world| async move {
        let store = |said: bool| {
            let app = world.app.clone();
            async move {
                unit::program(&app, "test", move |cx| {
                    Box::pin(async move {
                        let mut row = Guest {
                            meta: Meta::unstored(),
                            name: Sealed::new(Line::cut("Awa")),
                            visits: 0,
                        };
                        cx.unscoped("test").insert(&mut row).await?;
                        if said {
                            cx.audit(AuditEntry::new(Action::Create, Guest::NAME, None));
                        }
                        Ok(())
                    })
                })
                .await
            }
        };
        assert!(names_the_guest(&store(false).await.unwrap_err()));
        assert_eq!(world.number("SELECT count(*) FROM guest").await, 0);
        store(true).await.unwrap();
        assert_eq!(world.number("SELECT count(*) FROM guest").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_unit_writes_nothing() {
    each(|world| async move {
        let guest = add_guest(&world.app, "Awa").await;
        let opening = Opening::program("test");
        for way in [Way::Silently, Way::Answering, Way::Untraced] {
            let read = unit::read(&world.app, &opening, move |cx| {
                Box::pin(raise(cx, guest, way))
            });
            let refused = read.await.unwrap_err();
            assert!(format!("{refused:?}").contains("only reads"), "{refused:?}");
        }
        assert_eq!(visits(&world).await, 0);
    })
    .await;
}
