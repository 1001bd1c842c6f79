# Notifications
notifications-since = Give the id of a notification or a moment such as 2027-05-27T09:00:00Z.
notifications-unread = Give true or false.
notice-task-assigned = You were given a task: { $title }
notifications-since-id = Give the id of the notification that was seen last.
notice-appointment-booked = New appointment: { $patient }, { $when }.
notice-appointment-moved = Appointment moved: { $patient }, now { $when }.
notice-appointment-cancelled = Appointment cancelled: { $patient }, { $when }.
notice-appointment-missed = { $patient } did not come to the appointment, { $when }.
notice-critical-result = { $title }. Patient: { $patient }. Acknowledge it now.
notice-critical-result-passed-on = Nobody has acknowledged this: { $title }. Patient: { $patient }. Acknowledge it now.
notice-glass-broken = { $user } opened a patient’s record in an emergency. Review it under break-glass.
notice-breach-due = Breach { $breach }: the authority must be told by { $due }.
notice-breach-overdue = Breach { $breach }: the authority should have been told by { $due }. Tell it now and say why it is late.
notice-access-questioned = Accesses to records that need your verdict: { $open }.
notice-incoming-sms = SMS from { $from }: { $text }

# Screens

messaging-failed = Messages that failed
messaging-failed-none = No message failed in the last days.
messaging-by-sms = text message
messaging-by-email = e-mail
messaging-resend = Send again
done-resent = The message is sent again.
