# Notifications
notifications-since = Indiquez le numéro d’une notification ou un instant, par exemple 2027-05-27T09:00:00Z.
notifications-unread = Indiquez true ou false.
notice-task-assigned = Une tâche vous a été confiée : { $title }
