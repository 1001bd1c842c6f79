//! `tasks/`.

use serde_json::json;

testkit::on_both! {
    async fn nobody_who_left_is_given_anything(world: &World) {
        let (doctor, gone, admin) = (world.doctor().await, world.nurse().await, world.admin().await);
        let task = json!({ "title": "Change the dressing", "assignee": gone.id });
        let kept = doctor.post("tasks/", task.clone()).await.id();
        admin.post(&format!("users/{}/deactivate/", gone.id), json!({})).await.is(200);
        doctor.post("tasks/", task).await.complains_about("assignee");
        // What was theirs is found among what nobody has, and stays in their name until somebody takes it.
        let nobodys = doctor.get("tasks/?assignee=none").await;
        assert_eq!(nobodys.is(200)[0]["id"], kept);
        let path = format!("tasks/{kept}/");
        let put = json!({ "title": "Change the dressing today", "assignee": gone.id });
        assert_eq!(doctor.patch(&path, put).await.is(200)["assignee"], gone.id);
        let desk = world.receptionist().await;
        let room = desk.post("resources/", json!({ "name": "Theatre 1", "resource_type": "Operating Room" })).await.id();
        let booking = json!({
            "resource": room, "booked_by": gone.id, "start_time": "2027-05-27T14:00:00Z", "end_time": "2027-05-27T16:00:00Z",
        });
        desk.post("resource-bookings/", booking).await.complains_about("booked_by");
        world.settle().await;
    }

    async fn a_task_is_written_given_and_done(world: &World) {
        let (doctor, nurse) = (world.doctor().await, world.nurse().await);
        let body = json!({
            "title": "Change the dressing", "description": "Left arm", "assignee": nurse.id, "priority": "high",
            "due_date": "2026-11-24", "created_by": 999, "source": "cds",
        });
        let made = doctor.post("tasks/", body).await;
        let row = made.is(201).clone();
        for (field, value) in [
            ("title", json!("Change the dressing")), ("description", json!("Left arm")), ("assignee", json!(nurse.id)),
            ("assignee_id", json!(nurse.id)), ("status", json!("pending")), ("priority", json!("high")),
            ("related_patient", json!(null)), ("due_date", json!("2026-11-24")), ("created_by", json!(doctor.id)),
            ("source", json!("user")),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        let one = format!("tasks/{}/", made.id());
        let mine = nurse.get("tasks/?assignee=me&status=pending").await;
        assert_eq!(mine.is(200).as_array().map(Vec::len), Some(1));
        assert_eq!(*doctor.get("tasks/?assignee=me").await.is(200), json!([]));
        assert_eq!(*doctor.get("tasks/?assignee=none").await.is(200), json!([]));
        doctor.get("tasks/?assignee=x").await.complains_about("assignee");
        assert_eq!(nurse.get("dashboard/").await.is(200)["pending_tasks"], 1);
        assert_eq!(doctor.get("dashboard/").await.is(200)["pending_tasks"], 0);
        let done = nurse.patch(&one, json!({ "status": "completed" })).await;
        assert_eq!(done.is(200)["status"], "completed");
        assert_eq!(nurse.get("dashboard/").await.is(200)["pending_tasks"], 0);
        world.settle().await;
    }

    async fn wards_share_their_work_and_others_see_their_own(world: &World) {
        let (doctor, nurse, cashier, patient) =
            (world.doctor().await, world.nurse().await, world.caller(Some(kernel::BuiltinRole::Cashier)).await, world.patient().await);
        let open = doctor.post("tasks/", json!({ "title": "Round" })).await;
        open.is(201);
        let open = format!("tasks/{}/", open.id());
        nurse.get(&open).await.is(200);
        cashier.get(&open).await.refuses(404, "not_found");
        patient.get(&open).await.refuses(404, "not_found");
        // Whoever takes it has it.
        assert_eq!(nurse.patch(&open, json!({ "assignee": "me" })).await.is(200)["assignee"], nurse.id);
        nurse.delete(&open).await.refuses(403, "permission_denied");
        // Own tasks are everybody's; those of a patient stay with themselves.
        let own = patient.post("tasks/", json!({ "title": "Ask about the diet", "assignee": "me" })).await;
        own.is(201);
        patient.post("tasks/", json!({ "title": "Call me", "assignee": doctor.id })).await.complains_about("assignee");
        cashier.get(&format!("tasks/{}/", own.id())).await.is(404);
        patient.delete(&format!("tasks/{}/", own.id())).await.is(204);
        doctor.delete(&open).await.is(204);
        world.settle().await;
    }
}
