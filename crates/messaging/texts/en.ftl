# Notifications
notifications-since = Give the id of a notification or a moment such as 2027-05-27T09:00:00Z.
notifications-unread = Give true or false.
notice-task-assigned = You were given a task: { $title }
