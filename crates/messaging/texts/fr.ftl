# Notifications
notifications-since = Indiquez le numéro d’une notification ou un instant, par exemple 2027-05-27T09:00:00Z.
notifications-unread = Indiquez true ou false.
notice-task-assigned = Une tâche vous a été confiée : { $title }
notifications-since-id = Indiquez le numéro de la dernière notification reçue.
notice-appointment-booked = Nouveau rendez-vous : { $patient }, { $when }.
notice-appointment-moved = Rendez-vous déplacé : { $patient }, désormais { $when }.
notice-appointment-cancelled = Rendez-vous annulé : { $patient }, { $when }.
notice-appointment-missed = { $patient } n’est pas venu au rendez-vous, { $when }.
notice-critical-result = { $title }. Patient : { $patient }. Accusez réception maintenant.
notice-critical-result-passed-on = Personne n’a accusé réception : { $title }. Patient : { $patient }. Accusez réception maintenant.
notice-glass-broken = { $user } a ouvert le dossier d’un patient en urgence. Examinez cet accès sous break-glass.
notice-breach-due = Violation { $breach } : l’autorité doit être informée avant le { $due }.
notice-breach-overdue = Violation { $breach } : l’autorité devait être informée avant le { $due }. Informez-la maintenant et motivez le retard.
notice-access-questioned = Accès à des dossiers qui attendent votre verdict : { $open }.
notice-incoming-sms = SMS de { $from } : { $text }

# Écrans

messaging-failed = Messages non envoyés
messaging-failed-none = Aucun message n’a échoué ces derniers jours.
messaging-by-sms = SMS
messaging-by-email = e-mail
messaging-resend = Renvoyer
done-resent = Le message est renvoyé.
