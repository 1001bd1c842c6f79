//! A unit of work that nobody waits for any more is committed and told of, or neither.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use platform::db::{Statement, ToValue};
use platform::hub::Signal;
use platform::unit;

/// Takes so many steps of some work, and leaves.
async fn leave_after(steps: usize, work: impl Future) {
    let mut work = pin!(work);
    let mut taken = 0;
    poll_fn(|cx| {
        if taken == steps {
            return Poll::Ready(());
        }
        taken += 1;
        work.as_mut().poll(cx).map(drop)
    })
    .await;
}

testkit::on_both! {
    async fn what_is_committed_is_told_though_whoever_asked_has_left(world: &World) {
        let app = &world.app;
        let mut news = app.hub.subscribe_to(&["left".to_owned()]);
        // Given units of which each is left a step later, the last after it ended.
        for steps in 0..40 {
            let name = format!("left:{steps:02}");
            let work = unit::program(app, "test", |cx| {
                let name = name.clone();
                Box::pin(async move {
                    let insert = "INSERT INTO job_schedule (kind, next_run_at) VALUES ($1, $2)";
                    let values = vec![name.to_value(), cx.now().to_value()];
                    cx.unscoped("test").execute(Statement::raw(insert, values)).await?;
                    cx.tell("left", &name);
                    Ok(())
                })
            });
            leave_after(steps, work).await;
        }
        // Then those that are stored and those that were told of are the same, and some are.
        let mut told = BTreeSet::new();
        while let Ok(signal) = tokio::time::timeout(Duration::from_millis(500), news.recv()).await {
            if let Some(Signal::Message(message)) = signal {
                told.insert(message.payload.to_string());
            }
        }
        let stored = Statement::raw("SELECT kind FROM job_schedule WHERE kind LIKE 'left:%'", vec![]);
        let stored: Vec<(String,)> = app.unguarded("test").all(stored).await.unwrap();
        let stored: BTreeSet<String> = stored.into_iter().map(|(name,)| name).collect();
        assert_eq!(stored, told);
        assert!(stored.contains("left:39") && !stored.contains("left:00"), "{stored:?}");
    }
}
