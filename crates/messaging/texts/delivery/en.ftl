message-reminder-sms = Hello { $name }, you have an appointment on { $when }. Reply 1 to confirm, 2 if you cannot come. To get no more messages, reply STOP.
    .with-hospital = { $hospital }: hello { $name }, you have an appointment on { $when }. Reply 1 to confirm, 2 if you cannot come. To get no more messages, reply STOP.
message-followup-sms = Hello { $name }, thank you for your visit. If you have questions or feel worse, please call or come back. To get no more messages, reply STOP.
    .with-hospital = { $hospital }: hello { $name }, thank you for your visit. If you have questions or feel worse, please call or come back. To get no more messages, reply STOP.
message-reminder-subject = Your appointment
    .with-hospital = Your appointment at { $hospital }
message-reminder-email =
    Hello { $name },

    you have an appointment on { $when }.

    I will come: { $confirm }

    I cannot come: { $cancel }

    If you cannot come, please let us know, so that somebody else can have your time.
    .with-hospital =
        Hello { $name },

        you have an appointment at { $hospital } on { $when }.

        I will come: { $confirm }

        I cannot come: { $cancel }

        If you cannot come, please let us know, so that somebody else can have your time.
message-followup-subject = Thank you for your visit
    .with-hospital = Thank you for your visit to { $hospital }
message-followup-email =
    Hello { $name },

    thank you for your visit. If you have questions or feel worse, please call or come back.
    .with-hospital =
        Hello { $name },

        thank you for your visit to { $hospital }. If you have questions or feel worse, please call or come back.
message-opted-out = You will get no more messages from us. To get them again, reply START.
message-opted-in = You will get our messages again. To get no more, reply STOP.
message-test = This is a test message from Chelal.
message-test-subject = Test message
messaging-not-now = This is not possible while the message is { $state }. Load it again to see what is.
messaging-resent-often =
    { $times ->
        [one] This message has already been sent again once. It can be sent again from { $when }.
       *[other] This message has already been sent again { $times } times. It can be sent again from { $when }.
    }
message-moved-sms = Hello { $name }, your appointment has been moved. It is now on { $when }. To get no more messages, reply STOP.
    .with-hospital = { $hospital }: hello { $name }, your appointment has been moved. It is now on { $when }. To get no more messages, reply STOP.
message-moved-subject = Your appointment has been moved
    .with-hospital = Your appointment has been moved – { $hospital }
message-moved-email =
    Hello { $name },

    your appointment has been moved. It is now on { $when }.
    .with-hospital =
        Hello { $name },

        your appointment at { $hospital } has been moved. It is now on { $when }.
message-cancelled-sms = Hello { $name }, your appointment on { $when } does not take place. Please call for a new one. To get no more messages, reply STOP.
    .with-hospital = { $hospital }: hello { $name }, your appointment on { $when } does not take place. Please call for a new one. To get no more messages, reply STOP.
message-cancelled-subject = Your appointment does not take place
    .with-hospital = Your appointment does not take place – { $hospital }
message-cancelled-email =
    Hello { $name },

    your appointment on { $when } does not take place. Please call for a new one.
    .with-hospital =
        Hello { $name },

        your appointment at { $hospital } on { $when } does not take place. Please call for a new one.
message-visit-confirmed = Thank you. We expect you on { $when }.
message-visit-cancelled = Your appointment on { $when } is cancelled. Call us for another one.
message-passed-on = Thank you. Your message was passed on to the front desk. In an emergency, come or call.
page-visit-confirm = You have an appointment on { $when }. Do you confirm that you come?
page-visit-confirm-button = Yes, I will come
page-visit-cancel = You have an appointment on { $when }. Do you want to cancel it?
page-visit-cancel-button = Cancel the appointment
page-visit-gone = This link is no longer valid: it was used, or the appointment was moved or is over. Please call the hospital.
message-offer-sms = Hello { $name }, a time became free: { $when }. Reply 1 to take it, 2 if you cannot come. It is kept for you until { $until }.
    .with-hospital = { $hospital }: hello { $name }, a time became free: { $when }. Reply 1 to take it, 2 if you cannot come. It is kept for you until { $until }.
message-offer-subject = A time became free
    .with-hospital = A time became free – { $hospital }
message-offer-email =
    Hello { $name },

    a time became free: { $when }. It is kept for you until { $until }.

    I take it: { $accept }

    I cannot come then: { $decline }
    .with-hospital =
        Hello { $name },

        a time became free at { $hospital }: { $when }. It is kept for you until { $until }.

        I take it: { $accept }

        I cannot come then: { $decline }
message-offer-accepted = Thank you. We expect you on { $when }.
message-offer-declined = Thank you for letting us know. You stay on the waiting list.
page-offer-accept = A time is free for you: { $when }. It is kept until { $until }.
page-offer-accept-button = Take it
page-offer-decline = You cannot come on { $when }?
page-offer-decline-button = Leave it to somebody else
