# Notifications
notifications-since = Taja nambari ya arifa au wakati kama 2027-05-27T09:00:00Z.
notifications-unread = Taja true au false.
notice-task-assigned = Umepewa kazi: { $title }
