//! Several doctors prescribe for one patient in the same moment.

use serde_json::json;
use tokio::task::JoinSet;

use crate::prescriptions::of;
use crate::support::{Room, encounter};

testkit::on_both! {
    async fn of_ten_who_prescribe_the_same_at_once_one_succeeds(world: &World) {
        let room = Room::new(world).await;
        let doctor = room.doctor.over(world.listen().await);
        let mut sent = JoinSet::new();
        for _ in 0..10 {
            // Encounters of their own: no lock of the encounter keeps them apart.
            let encounter = encounter(&room.doctor, room.patient).await;
            let body = of(&room, "Paracetamol", json!({ "encounter": encounter }));
            sent.spawn(doctor.request("POST", "prescriptions/").json(&body).send());
        }
        let replies = sent.join_all().await;
        let made = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(made, 1);
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            reply.refuses(409, "override_reason_required");
        }
        world.settle().await;
    }
}
