# Texts of the platform: validation, lists, sessions, the wire.
# A message may carry an attribute `with-<argument>`, used instead when that argument is given.

## Values of fields
required = This field is required.
not-a-string = Enter text; this value is of another type.
not-a-number = Enter a number, such as 36.6.
not-an-integer = Enter a whole number, such as 12.
not-a-boolean = Enter true or false.
not-a-date = Enter a date in the form YYYY-MM-DD, such as 2026-03-09.
no-such-date = { $value } is not a day in the calendar. Check the day, month and year.
date-out-of-range = Enter a date between the years { $first } and { $last }.
not-a-time = Enter a time in the form HH:MM, such as 14:30.
not-a-timestamp = Enter a date and time with its offset, such as 2026-03-09T14:30:00Z.
not-a-list = Enter a list of values.
not-an-object = Enter an object with named fields.
too-long =
    { $max ->
        [one] This text has { $length } characters; at most { $max } is allowed.
       *[other] This text has { $length } characters; at most { $max } are allowed.
    }
blank = This field may not be blank. Enter something.
too-small = Enter a value of { $min } or more.
too-big = Enter a value of { $max } or less.
not-a-choice = “{ $value }” is not a valid choice. Choose one of: { $choices }.
control-characters = Remove the invisible control characters from this text.
not-a-phone = “{ $value }” is not a valid phone number. Enter it with its country code, such as { $example }.
not-an-email = “{ $value }” is not a valid e-mail address. Enter one such as name@example.org.
not-a-uuid = Enter a UUID, such as 0190b6a4-7c1e-7d3a-9f52-3b8c6e1d2f40.
not-money = Enter an amount such as 125.50, with no more decimal places than the currency has.
taken = Another record already has this value. Enter a different one.
    .with-value = Another record already has the value “{ $value }”. Enter a different one.
unknown-reference = There is no { $kind } with the id { $id }. Choose an existing one.
other-patient = This record belongs to another patient. Choose one that belongs to the same patient.
patient-stays = What is recorded of a patient stays with them. Delete it here, and record it for the other patient.
future-date = This date may not lie in the future. Enter today or an earlier day.
end-before-start = The end may not lie before the start. Correct one of the two.
too-many-rows = There are more rows than a workbook has room for ({$most}); ask for fewer days, or for `csv`.
not-null = This field must have a value. Enter one.
null-not-allowed = This field may not be null. Give a value or leave the field out.

## Headings of the groups of fields in forms
group-visit = Visit
group-when = Date and time
group-planning = Who and when
group-validity = Validity
group-notes = Notes
group-identity = Identity
group-contact = Contact details
group-care = Health and account
group-account = Account
group-person = Person
group-history = Complaint and history
group-findings = Findings and notes
group-assessment = Diagnosis and plan
group-vital-signs = Vital signs
group-consciousness = Consciousness and pain
group-measures = Body measures
group-circumstances = Circumstances
group-administration = Administration
group-medicine = Medicine
group-dosage = Dosage
group-safety = Safety
group-order = Order
group-test = Test
group-specimen = Specimen
group-turnaround = Turnaround times
group-applies-to = Applies to
group-limits = Limits
group-values = Values
group-choices = Choices
group-result = Result
group-product = Product
group-ordering = Ordering
group-handling = Storage and handling
group-change = Change
group-amounts = Amounts
group-discount = Discount
group-cover = Cover

## Requests and lists
malformed-json = The request body is not valid JSON: { $reason }.
body-not-object = The request body must be a JSON object.
unknown-filter = There is no filter “{ $name }” here. Valid filters: { $valid }.
unknown-parameter = There is no parameter “{ $name }” here: this takes none.
unknown-key = There is no field “{ $name }” here. Fields: { $valid }.
not-searchable = This list cannot be searched. Leave the parameter out, or use a filter.
too-many-values = Give at most { $max } values at once.
not-sortable = This list cannot be sorted by “{ $name }”. Valid choices: { $valid }.
bad-page = The value of “{ $name }” is not valid. Enter a whole number of 1 or more.
bad-cursor = This cursor is not valid. Start again from the first page.
stale-version = This record was changed by someone else in the meantime. Load it again, then repeat your change.
bad-if-match = The If-Match header must hold the ETag of the record, exactly as it was received.
not-found = Not found.
method-not-allowed = The method { $method } is not allowed here. The header Allow names those that are.
in-use = This record is still used by { $what }. Remove those links first.
state-conflict = This is not possible while the state is “{ $state }”. Load the record again to see what is.
upload-not-a-form = Send the file as multipart/form-data, in a field named “file”.
upload-too-large = The file is larger than { $max } MiB. Send a smaller one.
upload-fields-too-large = The form holds too much besides the file. Send the file and its few fields alone.
decimal-comma = Write decimals with a point, such as 36.6.
too-many-decimals = Enter a number with no more than { $places } decimal places.
number-too-large = This number is too large. Enter a smaller one.
verb-not-offered = This cannot be done to the record as it is now. Load it again to see what can.
conflict = This change conflicts with another one. Load the record again and try once more.
idempotency-key-reused = This idempotency key was already used for a different request. Use a new key.
already-told = This was done, and what it answered is told only once. If it was not written down, ask for a new one.
idempotency-in-flight = A request with this idempotency key is still being processed. Try again shortly.
idempotency-key-bad = The Idempotency-Key header must hold 1 to 255 visible ASCII characters.
payload-too-large = The request body is too large; at most { $limit } is allowed.
unsupported-media-type = This content type is not supported. Send { $expected }.
rate-limited =
    { $seconds ->
        [one] Too many requests. Try again in { $seconds } second.
       *[other] Too many requests. Try again in { $seconds } seconds.
    }
request-timeout = The request took too long and was stopped. Try again.
unavailable = The service is not available at the moment. Try again shortly.
damaged = { $record } { $id } cannot be read: what is stored of it was changed outside of Chelal, or the disk is damaged. Tell whoever looks after the system: it has to be restored from a backup, and `chelal doctor` names everything that is damaged.
damaged-name = (record { $id } cannot be read)
no-room = Nothing can be saved: the disk of the database is full. What was saved is safe. Tell whoever looks after the system to make room, then try again.
internal = An unexpected error occurred. If it happens again, tell your administrator the request id.

## Sessions and permissions
permission-denied = You do not have permission to do this. Ask your administrator if it is part of your work.
not-authenticated = Sign in to continue.
token-expired = Your access token has expired. Refresh it or sign in again.
token-invalid = The token is not valid. Sign in again.
session-revoked = This session was ended. Sign in again.
account-inactive = This account is not active. Ask your administrator.
locked-out =
    { $seconds ->
        [one] Too many failed attempts. Try again in { $seconds } second.
       *[other] Too many failed attempts. Try again in { $seconds } seconds.
    }
password-change-required = Choose a new password first (POST auth/password/): the one you signed in with was temporary.

## Sockets
socket-origin = This page may not open connections here. Ask an administrator to add its origin.
socket-token-in-address = Send the token in Sec-WebSocket-Protocol, or ask for a ticket at ws-ticket/; never put a token into an address.
socket-expected = This address is for WebSocket connections only. Open it as one.
socket-too-many = You have too many connections open. Close one, or try again later.

## Alerts
alert-jobs-waiting = Background tasks have been due for more than five minutes. Check that a worker runs and reaches the database.
alert-audit-waiting = Audit records have waited for more than five minutes for their place in the chain. Check the server's log.
alert-jobs-failed =
    { $count ->
        [one] A background task of the kind “{ $kind }” failed for good. See the server's log for the cause.
       *[other] { $count } background tasks of the kind “{ $kind }” failed for good. See the server's log for the cause.
    }
alert-key-beside-database = The master key lies beside the database: whoever copies the directory has both. Move it elsewhere and set CHELAL_KEY_FILE.
alert-anchor-beside-database = The anchor of the audit trail lies beside the database: whoever can cut the trail can cut it, too. Set CHELAL_AUDIT_ANCHOR to a file on another disk or machine.
said-otherwise = This contradicts “{ $name }”. Send one of the two.
said-twice = This is sent more than once. Send it once.
path-says-otherwise = This contradicts the address of the request, which names { $id }. Leave it out, or send the request to the other address.
host-invalid = The request must name its host once, in the header “Host”.
inactive-reference = The { $kind } { $id } is no longer active. Choose another one.
alert-anchor-unwritable = The anchor of the audit trail cannot be written. Make its directory writable for the user that runs Chelal, or set CHELAL_AUDIT_ANCHOR: until then the end of the trail can be cut off unnoticed.
alert-trail-shorter = The audit trail ends at record { $found }, and its anchor promises { $anchored }: records were removed, a former primary leads the database, or an old backup was restored. Run chelal audit verify, and keep database and anchor as they are.
alert-no-mail = No mail server is set up: invitations, links for new passwords and reminders by e-mail are not sent. Set EMAIL_HOST and DEFAULT_FROM_EMAIL.
alert-no-sms = No SMS provider is set up: reminders by SMS are not sent. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER.
alert-no-public-url = The server is reached from other machines, and CHELAL_PUBLIC_URL is not set: links in e-mails lead to { $url }, where nobody else can follow them.
alert-refusals = { $who } was refused { $count } times within a day. Look at the audit trail for what was tried.
