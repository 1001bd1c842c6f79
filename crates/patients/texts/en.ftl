patients-born-too-early = Enter a date of birth from the year 1880 on.
patients-died-before-birth = Nobody dies before the day of birth. Correct one of the two dates.
patients-duplicate =
    { $count ->
        [one] A patient like this one is registered already. Nothing was stored.
       *[other] { $count } patients like this one are registered already. Nothing was stored.
    }
patients-merged-away = This record was merged into patient { $into }. Continue there, or undo the merging first.
patients-not-merged = This record is not merged into another one.
patients-merge-one-of = Name the other record either as “into” (it stays) or as “duplicate” (it is given up).
patients-merge-itself = A record cannot be merged into itself.
patients-merge-conflict = These two records cannot be merged as long as both have: { $what }.
patients-revoked-before-given = Consent cannot be taken back before it was given.
patients-allergy-removal =
    { $count ->
        [one] An allergy that may be severe would be given up. If it was disproved, send the change again with “confirm_allergies”: true.
       *[other] { $count } allergies that may be severe would be given up. If they were disproved, send the change again with “confirm_allergies”: true.
    }
patients-allergy-known = An allergy to “{ $substance }” is recorded already. Change that one instead.
patients-proxy-self = This is the patient's own account. Choose the account of the person who stands in.
patients-proxy-parent-day = Leave the last day out: a parent stands in until the child is of age.
patients-proxy-of-age = The patient is { $age } or older. Record a carer to whom the patient agrees.
patients-proxy-carer-day = Give a carer's last day: from today on, at most two years from now.
patients-proxy-agreed = A carer needs the patient's agreement. Ask the patient, then say that they agreed.
patients-proxy-ended = This person does not stand in any more.

# Pages

nav-patients = Patients
patients-find = Name, number or phone
patients-find-button = Find
patients-find-nobody = Nobody was found for “{ $asked }”. Try fewer letters, the phone number or the patient’s number.
patients-name = Name
patients-age = Age
patients-number = Number
