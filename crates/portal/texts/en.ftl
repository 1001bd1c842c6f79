portal-recipient = This person cannot be written to. Choose another active user.
portal-for-whom = Say for which patient you write.
portal-to-whom = Say to whom you write: a patient, a user, or both.
portal-not-your-team = Choose somebody who treats you, or leave the recipient out to write to all who do.
portal-no-team = Nobody here treats you yet. Please call the hospital, or book an appointment.
portal-no-account = Nobody reads the portal for { $patient } yet: there is no account, or whoever was invited has not signed in. Call, or invite the patient.
portal-attachment = Attach a document of this patient.
portal-rating = Give a number from 1 to 5.
portal-feedback-answered = This was answered already. Load it again to read the answer.
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
nav-me = My record
portal-nobody = No record is linked to your account. Ask at the hospital’s desk.
portal-tabs = My pages
portal-tab-me = Overview
portal-tab-messages = Messages
portal-tab-details = My details
portal-tab-access = Who looked
portal-hello = Hello { $name }
portal-of = For { $name }
portal-unread = New messages: { $count }
portal-visit = Your next visit
portal-visit-none = No visit is booked. Call the hospital to book one.
portal-visits-later = After that
portal-visit-confirmed = You said that you come
portal-visit-confirm = Confirm: I come
portal-visit-slip = Print the slip
portal-visit-cannot = I cannot come
portal-visit-sure = The visit on { $day } is cancelled, and somebody else gets the time. To come on another day, call the hospital.
portal-visit-decline = Cancel the visit
portal-results = Results
portal-results-none = There are no results yet. They are shown when your doctor has looked at them.
portal-reviewed-by = looked at by { $name }
portal-values = Show the values
portal-report = Print the report
portal-usual = As usual
portal-unusual = Not as usual
portal-attention = Needs attention
portal-result-unjudged = Your doctor has looked at these results. Ask what they mean for you.
portal-result-usual = All values are within the usual range.
portal-result-unusual = Values outside the usual range: { $count }. This is often harmless. Your doctor has seen it and tells you if something has to be done.
portal-result-critical = One value matters very much. If nobody has spoken to you about it yet, call the hospital today.
portal-value = What
portal-found = Found
portal-range = Usual range
portal-means = What it means
portal-flag-none = Not judged
portal-flag-low = Lower than usual
portal-flag-high = Higher than usual
portal-medicines = Medicines
portal-medicines-none = No medicines are prescribed for you now.
portal-since = prescribed on
portal-bills = Bills
portal-bills-none = Nothing is to be paid.
portal-bills-all = All bills
portal-owed = To pay
portal-write = Write to those who treat you
portal-write-hint = Not for emergencies: then call, or come at once.
portal-subject = About
portal-message = Message
portal-send = Send
portal-messages-none = There are no messages yet.
portal-from-you = From you
portal-was-read = read
portal-not-read = not read yet
portal-new = New
portal-mark-read = I have read it
portal-name = Name
portal-born = Born
portal-card = Number on your card
portal-details-hint = If something above is wrong, say so at the hospital’s desk. What is below you can change yourself.
portal-phone = Phone
portal-email = E-mail
portal-address = Address
portal-emergency = In an emergency, call
portal-language = Language of messages
portal-language-en = English
portal-language-fr = Français
portal-language-sw = Kiswahili
portal-reached = Reminders and messages by
portal-by-sms = Text message
portal-by-email = E-mail
portal-by-both = Both
portal-by-none = Not at all
portal-save = Save
portal-print-card = Print my card
portal-access-hint = Whoever opens your record leaves a trace here. If something surprises you, ask the hospital.
portal-access-none = Nobody has looked at your record yet.
portal-access-emergency = In an emergency
portal-access-times = ({ $count } times)
portal-access-earlier = Earlier
done-visit-confirmed = Thank you: the hospital expects you.
done-visit-declined = The visit is cancelled. Call the hospital to book another.
done-message-sent = Your message is sent.
done-details = Your details are saved.
portal-stands-in = Whoever stands in for { $patient }
portal-waits-subject = A message for you
    .with-hospital = A message from { $hospital } for you
portal-waits-email =
    Hello,

    A message waits for you. Sign in to read it:
    { $link }
portal-waits-sms = A message waits for you. Sign in to read it: { $link }
    .with-hospital = { $hospital }: a message waits for you. Sign in to read it: { $link }
portal-pages = These pages
portal-pages-language = Language of these pages
done-language = The language of these pages is changed.
notice-call-arranged = Your video call: { $when }.
notice-call-moved = Your video call is now: { $when }.
notice-call-cancelled = Your video call will not take place: { $when }.
portal-withdrawn = The result that you saw here was withdrawn: please do not go by it. A corrected one is being checked and appears here when your doctor has seen it.
portal-withdrawn-only = The result that you saw here was withdrawn: please do not go by it.
access-of-proxy = { $name } (stands in for the patient)
access-of-emergency = { $who } opened the patient’s record in an emergency.
access-of-person = the patient’s personal data
access-of-visit = the patient’s visits
access-of-laboratory = the patient’s laboratory results
access-of-prescription = the patient’s prescriptions
access-of-appointment = the patient’s appointments
access-of-bill = the patient’s bills
access-of-document = the patient’s documents
access-of-message = the patient’s messages
access-of-stay = the patient’s stay in hospital
access-of-record = the patient’s record
