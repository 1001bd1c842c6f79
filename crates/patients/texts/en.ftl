patients-born-too-early = Enter a date of birth from the year 1880 on.
patients-died-before-birth = Nobody dies before the day of birth. Correct one of the two dates.
patients-not-born-yet = The patient was not born yet. Check the year, or the patient’s date of birth.
patients-duplicate =
    { $count ->
        [one] A patient like this one is registered already. Nothing was stored.
       *[other] { $count } patients like this one are registered already. Nothing was stored.
    }
patients-merged-away = This record was merged into patient { $into }. Continue there, or undo the merging first.
patients-not-merged = This record is not merged into another one, so there is nothing to undo.
patients-merge-one-of = Name the other record either as “into” (it stays) or as “duplicate” (it is given up).
patients-merge-itself = A record cannot be merged into itself. Name another one.
patients-merge-conflict = These two records cannot be merged as long as both have: { $what }. Remove it from one of them first.
patients-revoked-before-given = Consent cannot be taken back before it was given. Correct one of the two moments.
patients-allergy-removal =
    { $count ->
        [one] An allergy that may be severe would be given up. If it was disproved, send the change again and confirm `confirm_allergies`.
       *[other] { $count } allergies that may be severe would be given up. If they were disproved, send the change again and confirm `confirm_allergies`.
    }
patients-allergy-known = An allergy to “{ $substance }” is recorded already. Change that one instead.
patients-proxy-self = This is the patient's own account. Choose the account of the person who stands in.
patients-proxy-parent-day = Leave the last day out: a parent stands in until the child is of age.
patients-proxy-of-age = The patient is { $age } or older. Record a carer to whom the patient agrees.
patients-proxy-carer-day = Give a carer's last day: from today on, at most two years from now.
patients-proxy-agreed = A carer needs the patient's agreement. Ask the patient, then say that they agreed.
patients-proxy-ended = This person does not stand in any more. Record them anew if they do again.

# Pages

nav-patients = Patients
patients-find = Name, number or phone
patients-find-button = Find
patients-find-nobody = Nobody was found for “{ $asked }”. Try fewer letters, the phone number or the patient’s number.
patients-name = Name
patients-age = Age
patients-number = Number

# Screens

patients-none-yet = No patients yet. Whoever you register is found here.
patients-newest = Registered last
patients-register = Register a patient
patients-register-title = Register a patient
patients-register-asked = Register “{ $asked }”
patients-register-and-book = Register and book
patients-register-only = Register
patients-different = Different person, register
patients-alike = Is it one of these?
patients-open = Open { $name }
patients-out-of-reach = A patient whom you may not see
patients-reason-same-national-id = same national ID
patients-reason-same-name = same name
patients-reason-swapped-names = names swapped
patients-reason-similar-name = similar name
patients-reason-sounds-alike = sounds alike
patients-reason-same-birth-date = same date of birth
patients-reason-similar-birth-date = similar date of birth
patients-reason-same-phone = same phone
patients-reason-same-email = same e-mail
patients-reason-different-birth-date = other date of birth
patients-reason-different-gender = other sex
patients-first-name = Given name
patients-last-name = Family name
patients-born = Date of birth
patients-born-hint = 1990-05-12, or the age: 34, 8m (months), 12d (days)
patients-phone = Phone
patients-more = More about the patient
patients-card = Number on the card
patients-card-hint = Left empty, a number is given.
patients-national-id = National ID or passport
patients-address = Address
patients-email = E-mail
patients-emergency = In an emergency
patients-known-allergies = Allergies
patients-known-allergies-hint = Separated by commas. Write “None known” when asked and there are none.
patients-language = Language of messages
patients-language-en = English
patients-language-fr = French
patients-language-sw = Swahili
patients-last-visit = Last visit
patients-expected = Expected
patients-never = None yet
patients-sex-male = Male
patients-sex-female = Female
patients-sex-other = Other
patients-sex-unknown = Not known
patients-age-years = { $count } y
patients-age-months = { $count } months
patients-age-about = about { $age }
patients-age-or-birth = Send the day of birth or an age, not both.
patients-not-an-age = Write an age such as 34 (years), 8m (months), 3w (weeks) or 12d (days).
patients-age-days = { $count } days
patients-deceased = Died
patients-merged = This record was given up for another one.
patients-merged-open = Open that one
patients-tabs = About the patient
patients-tab-overview = Overview
patients-allergies = Allergies: { $what }
patients-severe = severe
patients-allergies-not-asked = Allergies: not asked yet
patients-allergies-said = Allergies: “{ $what }”
patients-reach = Person and contact
patients-change = Change
patients-messages = Messages by phone or e-mail
patients-messages-not-asked = Not asked yet
patients-messages-agreed = Agreed on { $day }
patients-messages-refused = Refused on { $day }
patients-messages-yes = Agrees
patients-messages-no = Refuses
done-registered = The patient is registered.
done-consent = It is written down.
patients-import-empty = This file has no rows below its heading. Add a row for each patient.
patients-import-unreadable = Line { $line } cannot be read. Save the table as CSV in UTF-8.
patients-import-column = The column “{ $column }” is none of a patient’s. These are: { $columns }.
patients-import-twice = The column “{ $column }” stands there twice. Keep one of the two.
patients-import-cells = The row has { $cells } cells and the heading { $columns }. Put cells with commas into quotation marks.
patients-import-uid = “{ $value }” is no UUID. Leave the cell empty if the table has none.
patients-import-removed = This row was registered before and removed since. Leave it out, or restore the record first.
patients-import-not-all = Nothing is stored, since some rows cannot be taken; the report says which.
patients-import-too-many = The table has more than { $most } rows. Send it in parts, each with the heading.
patients-birth-forms = “{ $value }” is no day of birth. Write the day (1992-04-03), only the year (1992), or the age: 34 (years), 8m (months), 3w (weeks) or 12d (days).
patients-allergy-is-none = “{ $said }” names no allergy. Write it into the patient’s list of known allergies instead: there it says that none are known.
patients-reason-estimated-birth-date = dates of birth that may be the same (one is estimated)
patients-print-card = Print the patient card
patients-reason-different-national-id = other national ID
patients-messages-by = Messages by
patients-messages-agrees = Agrees to be written to
patients-merge-title = Merge with another record
patients-merge-what = Two records of one person become one. This one stays; the other is given up, and what belongs to it moves here. Before anything is done, both are shown side by side.
patients-merge-other = The other record of this person
patients-merge-reason = Why the two are one person
patients-merge-compare = Show both
patients-merge-not = Do not merge
patients-merge-sure = { $given } is given up, and everything that belongs to it moves to { $stays }. Compare both before you merge.
patients-merge-undo = It can be undone on the record that was given up.
patients-merge-given-up = Is given up
patients-merge-stays = Stays
patients-merge-do = Merge these two
patients-merge-another = Choose another
patients-link-own = This is your own account. Let a colleague link it.
patients-link-taken = The record belongs to another account already. If that is a mistake, take that account out first (empty), and then link the right one.
patients-merge-compared = Compared: { $reasons }.
patients-merge-nothing-alike = Nothing speaks for it that these two are one person.
done-merged = The two records are one now.
