//! Keys rotate under a working hospital, on several nodes, and after interruptions.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::hospital::{World, add_guest, each, name_of, settings_with, visit};
use engine::keys::{self, Progress};
use parking_lot::Mutex;
use platform::audit::{sealer, verify};
use seal::{KeyState, MasterKey, Purpose};

fn quiet(_: &Progress) {}

async fn states(world: &World, which: Purpose) -> Vec<(i64, KeyState)> {
    let rows = keys::stored(world.db()).await.unwrap();
    rows.iter()
        .filter(|row| row.purpose == which)
        .map(|row| (row.id, row.state))
        .collect()
}

/// The data keys that sealed values name, by table.
async fn in_use(world: &World) -> BTreeMap<Vec<u8>, i64> {
    let mut found = BTreeMap::new();
    for sql in [
        "SELECT substr(sealed, 1, 5), count(*) FROM guest GROUP BY 1",
        "SELECT substr(sealed, 1, 5), count(*) FROM audit_log GROUP BY 1",
    ] {
        for (header, rows) in world.rows::<(Vec<u8>, i64)>(sql).await {
            *found.entry(header).or_default() += rows;
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn data_keys_rotate_while_rows_change_and_other_nodes_follow() {
    each(|world| async move {
        let mut guests = Vec::new();
        for n in 0..40 {
            guests.push(add_guest(&world.app, &format!("Guest {n}")).await);
        }
        sealer::seal_now(&world.app).await.unwrap();
        let node = world.node("other").await;
        let old_ring = node.ring();

        let (app, writer) = (Arc::clone(&world.app), guests.clone());
        let busy = tokio::spawn(async move {
            let mut visits = 0;
            let end = tokio::time::Instant::now() + Duration::from_secs(4);
            while tokio::time::Instant::now() < end {
                visit(&app, writer[visits % writer.len()]).await;
                visits += 1;
            }
            visits
        });
        let told = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&told);
        let rotated = keys::rotate(&world.app, Purpose::Data, &move |progress: &Progress| {
            seen.lock().push(progress.clone());
        })
        .await
        .unwrap();
        let visits = busy.await.unwrap();
        assert!(rotated.resealed >= 40, "{rotated:?}");
        assert_eq!(rotated.unopened, BTreeMap::new());
        assert!(
            told.lock()
                .iter()
                .any(|p| p.what == "guest" && p.done == p.of)
        );

        // Nothing was lost, nothing is left under the old key.
        let counted = world.number("SELECT sum(visits) FROM guest").await;
        assert_eq!(counted, i64::try_from(visits).unwrap());
        let used = in_use(&world).await;
        let mut header = vec![1];
        header.extend_from_slice(&u32::try_from(rotated.active).unwrap().to_be_bytes());
        assert_eq!(used.keys().collect::<Vec<_>>(), [&header]);
        let states = states(&world, Purpose::Data).await;
        assert_eq!(states.len(), 2);
        assert_eq!(states[0].1, KeyState::Retired);
        assert_eq!(states[1], (rotated.active, KeyState::Active));

        // The other node has followed, and would do so even at the moment of reading.
        assert_eq!(node.ring().active_data_key(), rotated.active);
        node.ring.store(old_ring);
        assert_eq!(name_of(&node, guests[3]).await, "Guest 3");
        assert_eq!(node.ring().active_data_key(), rotated.active);

        sealer::seal_now(&world.app).await.unwrap();
        let (db, settings) = (world.db(), &world.app.settings);
        let verdict = verify::verify(db, settings, &world.anchor()).await.unwrap();
        assert!(verdict.is_intact(), "{verdict}");
        node.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_rotation_is_continued() {
    each(|world| async move {
        for n in 0..5 {
            add_guest(&world.app, &format!("Guest {n}")).await;
        }
        let app = Arc::clone(&world.app);
        let begun = tokio::spawn(async move { keys::rotate(&app, Purpose::Data, &quiet).await });
        while states(&world, Purpose::Data).await.len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        begun.abort();
        assert!(begun.await.is_err());
        let rotated = keys::rotate(&world.app, Purpose::Data, &quiet)
            .await
            .unwrap();
        let states = states(&world, Purpose::Data).await;
        assert_eq!(
            states.iter().map(|(_, state)| *state).collect::<Vec<_>>(),
            [KeyState::Retired, KeyState::Active]
        );
        assert_eq!(states[1].0, rotated.active);
        assert_eq!(in_use(&world).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_keeps_its_key() {
    each(|world| async move {
        let guest = add_guest(&world.app, "Whole").await;
        add_guest(&world.app, "Damaged").await;
        // A value copied into another row does not open.
        let copy =
            "UPDATE guest SET sealed = (SELECT sealed FROM guest WHERE id = $1) WHERE id <> $1";
        world
            .run(copy, vec![platform::db::ToValue::to_value(&guest)])
            .await;
        let rotated = keys::rotate(&world.app, Purpose::Data, &quiet)
            .await
            .unwrap();
        assert_eq!(rotated.unopened, BTreeMap::from([("guest", 1)]));
        assert_eq!(states(&world, Purpose::Data).await[0].1, KeyState::Retiring);
        assert_eq!(name_of(&world.app, guest).await, "Whole");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_is_rebuilt_before_the_old_generation_goes() {
    each(|world| async move {
        let node = world.node("other").await;
        let before = world.app.ring().search_generation();
        for n in 0..20 {
            add_guest(&world.app, &format!("Guest {n}")).await;
        }
        let app = Arc::clone(&world.app);
        let rotating =
            tokio::spawn(async move { keys::rotate(&app, Purpose::Index, &quiet).await });
        let mut added = 20;
        while !rotating.is_finished() {
            // Whoever comes meanwhile is found at every moment, on every node.
            let name = format!("Guest {added}");
            let guest = add_guest(if added % 2 == 0 { &node } else { &world.app }, &name).await;
            for app in [&world.app, &node] {
                let (generation, tag) = app.ring().search_tag64("name", &name);
                let hits = world
                    .rows::<(i64, i64, i64)>("SELECT guest, generation, tag FROM guest_term")
                    .await;
                assert!(hits.contains(&(guest, generation, tag)), "{name}");
            }
            added += 1;
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        let rotated = rotating.await.unwrap().unwrap();
        let generations = world
            .rows::<(i64, i64)>("SELECT generation, count(*) FROM guest_term GROUP BY 1")
            .await;
        assert_eq!(generations, [(rotated.active, added)]);
        assert_ne!(rotated.active, before);
        assert_eq!(world.app.ring().search_generation(), rotated.active);
        assert_eq!(states(&world, Purpose::Index).await[0].1, KeyState::Retired);
        node.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_and_token_keys_rotate_at_once() {
    each(|world| async move {
        add_guest(&world.app, "Before").await;
        sealer::seal_now(&world.app).await.unwrap();
        let secret = world.app.ring().token_secret().to_vec();
        keys::rotate(&world.app, Purpose::Audit, &quiet)
            .await
            .unwrap();
        keys::rotate(&world.app, Purpose::Token, &quiet)
            .await
            .unwrap();
        add_guest(&world.app, "After").await;
        sealer::seal_now(&world.app).await.unwrap();
        let (db, settings) = (world.db(), &world.app.settings);
        let verdict = verify::verify(db, settings, &world.anchor()).await.unwrap();
        assert!(verdict.is_intact(), "{verdict}");
        // Tokens signed before are still verified, and no longer made.
        let ring = world.app.ring();
        assert_ne!(ring.token_secret().to_vec(), secret);
        assert!(
            ring.token_secrets()
                .any(|(_, known)| known.to_vec() == secret)
        );
        assert_eq!(
            states(&world, Purpose::Token).await[0].1,
            KeyState::Retiring
        );
        // Until every one of them has expired.
        world
            .run(
                "UPDATE data_key SET created_at = (SELECT min(created_at) FROM audit_log) \
                   WHERE state = 'active'",
                vec![],
            )
            .await;
        let long_ago = world.app.clock.now() - jiff::SignedDuration::from_hours(2);
        let age = "UPDATE data_key SET created_at = $1 WHERE purpose = 'token'";
        world
            .run(age, vec![platform::db::ToValue::to_value(&long_ago)])
            .await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert_eq!(states(&world, Purpose::Token).await[0].1, KeyState::Retired);
        assert_eq!(world.app.ring().token_secrets().count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_at_a_time_leave_one_active_key() {
    each(|world| async move {
        let node = world.node("other").await;
        let (a, b) = tokio::join!(
            keys::rotate(&world.app, Purpose::Audit, &quiet),
            keys::rotate(&node, Purpose::Audit, &quiet),
        );
        assert!(a.is_ok() || b.is_ok());
        let states = states(&world, Purpose::Audit).await;
        let active = states
            .iter()
            .filter(|(_, state)| *state == KeyState::Active);
        assert_eq!(active.count(), 1, "{states:?}");
        node.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_master_key_wraps_the_same_keys() {
    each(|world| async move {
        let guest = add_guest(&world.app, "Stays").await;
        let old = MasterKey::from_text(crate::hospital::MASTER).unwrap();
        let text = "a70c".repeat(16);
        let new = MasterKey::from_text(&text).unwrap();
        assert_eq!(keys::rewrap(world.db(), &old, &new).await.unwrap(), 4);
        // Repeated, it has nothing to do; from a wrong key, it changes nothing.
        assert_eq!(keys::rewrap(world.db(), &old, &new).await.unwrap(), 0);
        let wrong = MasterKey::from_text(&"b81d".repeat(16)).unwrap();
        keys::rewrap(world.db(), &wrong, &old)
            .await
            .expect_err("a wrong master key");
        let stale = keys::load(world.db(), &world.app.settings).await;
        let text_of = format!("{:?}", stale.expect_err("the old master key"));
        assert!(text_of.contains("wrong master key") || text_of.contains("WrongMasterKey"));
        let again = settings_with(&world.dir, &world.url, &text);
        let ring = keys::load(world.db(), &again).await.unwrap();
        assert_eq!(ring.active_data_key(), world.app.ring().active_data_key());
        assert_eq!(name_of(&world.app, guest).await, "Stays");
    })
    .await;
}
