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

# Screens

messaging-failed = Messages that failed
messaging-failed-none = No message failed in the last days.
messaging-by-sms = text message
messaging-by-email = e-mail
messaging-resend = Send again
done-resent = The message is sent again.
