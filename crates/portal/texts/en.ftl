portal-recipient = This person cannot be written to. Choose another active user.
portal-for-whom = Say for which patient you write.
portal-to-whom = Say to whom you write: a patient, a user, or both.
portal-not-your-team = Choose somebody who treats you, or leave the recipient out to write to all who do.
portal-no-team = Nobody here treats you yet. Please call the hospital, or book an appointment.
portal-no-account = { $patient } has no account in the portal and nobody who stands in. Invite the patient first, or call.
portal-attachment = Attach a document of this patient.
portal-rating = Give a number from 1 to 5.
portal-feedback-answered = This was answered already.
portal-invite-deceased = The patient has died and is not invited.
portal-invite-no-contact = There is neither an e-mail address nor a phone number on record that may be written to. Record one first.
portal-invite-has-account = The patient has an account already. A forgotten password is reset from the sign-in page.
portal-invite-subject = Your account
    .with-hospital = Your account at { $hospital }
portal-invite-email =
    Hello { $name },

    you can now see your appointments, results and messages online. Choose a password here:
    { $link }

    Your user name is { $username }. The link works once and for a week. If you did not ask for this, do nothing.
    .with-hospital =
        Hello { $name },

        you can now see your appointments, results and messages at { $hospital } online. Choose a password here:
        { $link }

        Your user name is { $username }. The link works once and for a week. If you did not ask for this, do nothing.
portal-invite-sms = Hello { $name }, choose a password for your account here: { $link } Your user name is { $username }.
    .with-hospital = { $hospital }: hello { $name }, choose a password for your account here: { $link } Your user name is { $username }.
notice-secure-message = New message from { $from }.
notice-secure-message-care = New message about { $patient }, from { $from }.
notice-feedback = Somebody gave feedback.
notice-feedback-answered = Your feedback was answered.
access-proxy = { $name } (stands in for you)
access-somebody = Somebody of the hospital
access-view = { $who } looked at { $what }.
access-edit = { $who } changed { $what }.
access-create = { $who } added to { $what }.
access-delete = { $who } removed something from { $what }.
access-export = { $who } exported { $what }.
access-print = { $who } printed { $what }.
access-emergency = { $who } opened your record in an emergency.
access-other = { $who } worked with { $what }.
access-what-person = your personal data
access-what-visit = your visits
access-what-laboratory = your laboratory results
access-what-prescription = your prescriptions
access-what-appointment = your appointments
access-what-bill = your bills
access-what-document = your documents
access-what-message = your messages
access-what-stay = your stay in hospital
access-what-record = your record
portal-stands-in = Whoever stands in for { $patient }
portal-waits-subject = A message for you
    .with-hospital = A message from { $hospital } for you
portal-waits-email =
    Hello,

    A message waits for you. Sign in to read it:
    { $link }
portal-waits-sms = A message waits for you. Sign in to read it: { $link }
    .with-hospital = { $hospital }: a message waits for you. Sign in to read it: { $link }
notice-call-arranged = Your video call: { $when }.
notice-call-moved = Your video call is now: { $when }.
notice-call-cancelled = Your video call will not take place: { $when }.
