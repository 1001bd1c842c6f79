# Texts of the clinical module.
clinical-encounter-signed = This encounter is signed and final. Write an addendum instead.
clinical-no-appointment = This encounter belongs to no appointment, so there is none to complete. Complete the encounter alone.
clinical-not-a-doctor = Choose an active user with the role Doctor.
clinical-icd-code = Enter an ICD-10 or ICD-11 code such as I10 or A00.9, and the diagnosis in words in its own field.
clinical-no-measure = Enter at least one measurement.
clinical-impossible = Enter a value from { $low } to { $high }: no living person's value lies outside.
clinical-fahrenheit = Enter degrees Celsius: { $value } °F is { $celsius } °C.
clinical-metres = Enter centimetres: { $centimetres } instead of { $value }.
clinical-grams = Enter kilograms: { $value } g is { $kilograms } kg.
clinical-centimetres = Enter millimetres: { $millimetres } instead of { $value }.
clinical-diastolic = The diastolic pressure is lower than the systolic. Check whether they were swapped.
clinical-vitals-encounter = Vital signs stay with the encounter during which they were taken. Record new ones with the other encounter.
clinical-critical-value = { $measure ->
    [temperature] Temperature { $value } °C
    [heart_rate] Heart rate { $value }/min
    [respiratory_rate] Respiratory rate { $value }/min
    [systolic_bp] Systolic blood pressure { $value } mmHg
    [diastolic_bp] Diastolic blood pressure { $value } mmHg
    [oxygen_saturation] Oxygen saturation { $value } %
    [muac] Mid-upper-arm circumference { $value } mm
    [blood_glucose] Blood glucose { $value } mmol/L
    [gcs] Glasgow coma score { $value }
    [pain] Pain score { $value }
    [capillary_refill] Capillary refill { $value } s
    [weight] Weight { $value } kg
   *[other] { $measure } { $value }
}
clinical-news2-high = Early-warning score (NEWS2) { $score } or more: emergency assessment
clinical-already-recorded = { $what } is already recorded (no. { $id }). Change that record instead.
clinical-cvx-code = Enter the CVX code of the vaccine: two or three digits, such as 19 for BCG.
clinical-vaccine-due = { $vaccine }, dose { $dose }, has been due since { $since }.
clinical-rank = Enter 1 (offered first), 2 (common) or 3 (can be found).
clinical-list-header = The first row must name the columns code and title.
clinical-list-line = Line { $line }: a code such as I10, a title of up to 255 characters and a rank of 1 to 3 are needed.
clinical-override-reason = This needs attention before it can go on: { $alerts } Choose something else, or repeat with `override_reason` saying why it is right for this patient.
clinical-override-wanted = This needs attention before it can go on: { $alerts } Choose something else, or give the reason why it is right for this patient.
clinical-no-allergy = None of the recorded allergies concerns { $name }.
clinical-could-not-check = Could not check: { $names } is not known. Check the spelling or look it up before going on.
clinical-medications = Name 1 to { $max } medicines.
clinical-prescription-encounter = A prescription stays with its encounter. Cancel it and prescribe anew.
clinical-prescription-quantity = Enter a quantity from { $min } to { $max }.
clinical-prescription-dispensed = Some of it was dispensed already. Cancel it and prescribe anew.
clinical-prescription-other-drug = { $name } and { $item } are different medicines. Correct the name or choose the right medication.
clinical-age-days = Enter an age from 0 to { $max } days.
clinical-nothing-written = Nothing is written yet. Write at least why the patient came, or what was found, before you sign.
clinical-no-doctor = No doctor sees { $patient } yet: book a visit or call a doctor, so that somebody acts on these values.

# Pages.
nav-clinic = Today
done-kept = The note is kept.
done-signed = The visit is signed.
done-addendum = The addendum is added.
done-prescribed = It is prescribed.
done-medicine-cancelled = The medicine is cancelled.
done-vitals = The vital signs are saved.
done-task = The task is done.
done-task-taken = The task is yours.
clinical-visit-begin = Start visit
clinical-visit-go-on = Go on with the visit
clinical-visit-of = Visit of { $day }
clinical-visit-open = Not signed
clinical-visit-signed = Signed
clinical-kept = Kept { $time }
clinical-doctor = Doctor
clinical-appointment = Appointment
clinical-next-patient = Next patient
clinical-note-withheld = What the doctor wrote is not part of your work.
clinical-note-blank = Nothing is written in this visit yet.
clinical-note-empty = nothing written yet
clinical-complaint = Complaint
clinical-history = History
clinical-examination = Examination
clinical-diagnosis = Diagnosis
clinical-diagnosis-code = Diagnosis code (ICD-10)
clinical-plan = Plan
clinical-further-notes = Further notes
clinical-notes = Notes
clinical-complete = Signing completes the appointment
clinical-keep = Keep draft
clinical-sign = Sign
clinical-prescribe = Prescribe
clinical-back-to-visit = Back to the visit
clinical-addenda = Addenda
clinical-addenda-none = Nothing was added.
clinical-addendum = Add to the signed visit
clinical-addendum-add = Add
clinical-medicines = Medicines
clinical-medicines-none = No medicine is prescribed in this visit.
clinical-medicines-number = Medicines prescribed in this visit: { $count }
clinical-medicine-active = To be taken
clinical-medicine-pending = Waits at the pharmacy
clinical-medicine-completed = Completed
clinical-medicine-cancelled = Cancelled
clinical-medicine-cancel = Cancel
clinical-doses = { $doses } ({ $quantity } in all)
clinical-override-because = Prescribed all the same: { $reason }
clinical-safety-then = When it was prescribed:
clinical-safety-nothing = Checked, nothing found
clinical-safety-contraindicated = Contraindicated
clinical-safety-severe = Severe
clinical-safety-moderate = Take care
clinical-safety-inform = Good to know
clinical-unchecked = Could not be checked: { $parts }.
clinical-unchecked-rest = Nothing was found in the rest.
clinical-unchecked-name = { $what } is not known
clinical-unchecked-allergies = allergies, since nobody has asked the patient yet
clinical-unchecked-amount = the dose{ $what ->
    [empty] {""}
   *[other] {" "}of { $what }
}, since it could not be read: write it as 500 mg, or 2 tablets where the name says the strength
clinical-unchecked-strengths = the dose of { $what }, since it is not known how much of it the product holds: write the strength of each ingredient, such as 875/125 mg
clinical-unchecked-unit = the dose of { $what }, since the highest usual one is counted in another unit
clinical-unchecked-no-limit = the dose{ $what ->
    [empty] {""}
   *[other] {" "}of { $what }
}, since no highest usual one is known
clinical-unchecked-no-child-limit = the dose of { $what }, since no highest usual one is known for children
clinical-unchecked-weight = the dose of { $what } by weight, since no weight was taken lately
clinical-unchecked-frequency = the dose of { $what } a day, since how often could not be read: write it as 3 times a day
clinical-unchecked-dose = the dose
clinical-allergies-unasked = Could not check: nobody has asked this patient for allergies yet. Ask, and record the answer.
clinical-safety-meant = Perhaps meant: { $names }.
clinical-news2-advice-low = Routine observation: at least every 12 hours for a score of 0, every 4 to 6 hours from 1.
clinical-news2-advice-low-medium = One parameter scores 3: observe at least hourly, urgent review on the ward.
clinical-news2-advice-medium = Observe at least hourly, urgent review by a clinician.
clinical-news2-advice-high = Continuous monitoring, emergency assessment.
clinical-danger-fast-breathing = fast breathing (60 or more, counted twice)
clinical-danger-infant-fever = fever (38.0 or more)
clinical-danger-infant-cold = low body temperature (below 35.5)
clinical-danger-infant-still = moves only when stimulated or not at all
clinical-danger-lethargic = lethargic or unconscious
clinical-danger-coma = coma (responds only to pain, or not at all)
clinical-danger-shock = signs of shock: cold hands with capillary refill longer than 3 seconds and weak, fast pulse
clinical-danger-distress = severe respiratory distress
clinical-danger-very-hot = temperature very high
clinical-danger-wasted = visible severe wasting (malnutrition)
clinical-danger-tiny = tiny infant (under 2 months)
clinical-danger-first-fast-breathing = urgent referral or admission; first dose of antibiotics; keep warm
clinical-danger-first-infant-fever = urgent referral or admission; first dose of antibiotics; keep warm
clinical-danger-first-infant-cold = urgent referral or admission; first dose of antibiotics; keep warm
clinical-danger-first-infant-still = urgent referral or admission; first dose of antibiotics; keep warm
clinical-danger-first-lethargic = urgent referral or admission after pre-referral treatment
clinical-danger-first-coma = airway, recovery position, check and correct glucose
clinical-danger-first-shock = oxygen, stop bleeding, keep warm, fluids by the shock chart; other chart if severely malnourished or severely anaemic
clinical-danger-first-distress = oxygen; treat choking or wheeze if present
clinical-danger-first-very-hot = assess and treat without waiting in the queue
clinical-danger-first-wasted = assess and treat without waiting in the queue
clinical-danger-first-tiny = assess and treat without waiting in the queue
clinical-alert-same = { $medicine }: the patient is allergic to { $other }.
clinical-alert-allergy = { $medicine } holds { $ingredient }: the patient is allergic to { $other } ({ $allergen }).
clinical-alert-with = { $medicine } with { $other }:
clinical-alert-duplicate = { $medicine } beside { $other }, much the same:
clinical-alert-pregnancy = { $medicine } in pregnancy:
clinical-alert-could-become-pregnant = { $medicine } in a woman who could become pregnant:
clinical-alert-breastfeeding = { $medicine } while breastfeeding:
clinical-alert-age = { $medicine } at this age:
clinical-alert-g6pd-deficiency = { $medicine } in G6PD deficiency:
clinical-alert-dose = Dose of { $medicine }:
clinical-alert-dose-day = { $amount }{ $ingredient ->
    [empty] {""}
   *[other] {" "}of { $ingredient }
} a day; the highest usual daily dose{ $whom ->
    [anybody] {""}
    [child] {" "}for a child
   *[other] {" "}for { $whom } kg
} is { $limit }.
clinical-alert-dose-unweighed = The child was not weighed lately: { $kilograms } kg is what the heaviest children of this age weigh. Weigh first.
clinical-alert-dose-once = { $amount }{ $ingredient ->
    [empty] {""}
   *[other] {" "}of { $ingredient }
} at once; the highest usual single dose{ $whom ->
    [anybody] {""}
    [child] {" "}for a child
   *[other] {" "}for { $whom } kg
} is { $limit }.
clinical-alert-other = { $medicine } in this patient:
clinical-prescribe-title = Prescribe
clinical-prescribe-new = Another medicine
clinical-prescribe-add = Add
clinical-check = Check only
clinical-check-what = Choose a medication or write its name, to have it checked.
clinical-medication = Medication of this hospital
clinical-medication-name = Or its name as written
clinical-medication-name-hint = For what the hospital does not keep, such as Amoxicillin 500 mg.
clinical-dosage = Dose
clinical-dosage-hint = Such as 1 tablet
clinical-frequency = How often
clinical-frequency-hint = Such as 3 times a day
clinical-duration = How long
clinical-duration-hint = Such as 5 days
clinical-quantity = Quantity
clinical-quantity-hint = Counted when left empty
clinical-quantity-counted = { $quantity } when left empty
clinical-instructions = Instructions
clinical-override = Why it is right for this patient
clinical-earlier = Prescribed before
clinical-repeat = Repeat
clinical-in-stock = { $name } · { $form } · { $quantity } in stock ({ $unit })
clinical-out-of-stock = { $name } · { $form } · out of stock
clinical-vitals = Vital signs
clinical-vitals-take = Vital signs
clinical-alerts-more = … and { $count } more alerts in the chart
clinical-recorded-before = The former patient, { $patient }: saved.
clinical-critical-recorded = Critical values
clinical-critical-seen = Seen, go on
clinical-vitals-none = No vital signs were taken yet.
clinical-vitals-first = These are the first vital signs of this patient.
clinical-vitals-not-today = No vital signs today
clinical-vitals-save = Save
clinical-vitals-save-next = Save and next
clinical-vitals-round = Take vital signs
clinical-more-measures = More measures
clinical-taken-before = Not of today: taken
clinical-taken = Taken
clinical-before = { $value } before
clinical-before-on = { $value } on { $day }
clinical-level-normal = usual
clinical-level-low = low
clinical-level-high = high
clinical-level-critical = critical
clinical-level-critical-low = critically low
clinical-level-critical-high = critically high
clinical-news2 = Early-warning score (NEWS2): { $score }
clinical-news2-at-least = Early-warning score (NEWS2): at least { $score }
clinical-recorded-for = Recorded for { $patient }
clinical-round-left = Still without vital signs today: { $count }
clinical-round-done = Everybody has vital signs today.
clinical-round-back = Back
clinical-book-visit = Book a visit
clinical-start-next = Start next
clinical-today-nobody = Nobody is booked with you today. You can start a visit from a patient’s page.
clinical-find-patient = Find a patient
clinical-inside = With you
clinical-inside-none = Nobody is with you.
clinical-waiting = Waiting
clinical-waiting-none = Nobody waits for you.
clinical-due = Expected today
clinical-due-none = Nobody else is expected today.
clinical-seen = Seen today: { $count }
clinical-waits = waits { $minutes } min
clinical-unsigned = Not signed yet
clinical-unsigned-none = Every visit of yours is signed.
clinical-tasks = Tasks
clinical-tasks-unassigned = Tasks that nobody has
clinical-tasks-more = All tasks: there are more than these
clinical-task-high = urgent
clinical-task-late = late
clinical-task-done = Done
clinical-task-take = I do it
field-systolic-bp = Systolic (mmHg)
field-diastolic-bp = Diastolic (mmHg)
field-heart-rate = Heart rate (/min)
field-respiratory-rate = Breathing (/min)
field-temperature = Temperature (°C)
field-oxygen-saturation = Oxygen (%)
field-weight = Weight (kg)
field-height = Height (cm)
field-head-circumference = Head (cm)
field-muac = Upper arm (mm)
field-blood-glucose = Glucose (mmol/L)
field-capillary-refill = Capillary refill (s)
field-pain = Pain (0–10)
field-gcs = Glasgow (3–15)
field-consciousness = Consciousness
field-breathing = Breathes
field-height-position = Height measured
field-pregnant = Pregnant
field-saturation-scale-2 = Oxygen scale 2
choice-consciousness-alert = Alert
choice-consciousness-confusion = Newly confused
choice-consciousness-voice = Responds to voice
choice-consciousness-pain = Responds to pain
choice-consciousness-unresponsive = Does not respond
choice-breathing-air = Room air
choice-breathing-oxygen = Oxygen
choice-height-position-standing = Standing
choice-height-position-lying = Lying
field-chief-complaint = Complaint
field-presenting-illness-history = History
field-physical-examination = Examination
field-diagnosis-code = Diagnosis code
field-treatment-plan = Plan
field-medication-name = Name of the medicine
field-override-reason = Reason to go on
field-text = Text
field-complete-appointment = Completes the appointment
clinical-templates = Insert a template
clinical-templates-hint = Or end a text field with / and the beginning of a title, such as /ante: the template takes its place.

chart-problems = Problems
chart-problems-none = No problem is on record.
chart-problems-over = Resolved: { $count }
chart-problem-resolved = Resolved
chart-problem-add = Add a problem
chart-problem = Problem
chart-code = Code (ICD-10)
chart-since = since
chart-since-day = Since
chart-add = Add
chart-medicines = Medicines
chart-medicines-now = Current medicines
chart-medicines-before = Earlier
chart-medicines-none = No medicine is taken at present.
chart-medicines-never = No medicine was prescribed yet.
chart-medicines-all = All medicines
chart-medicine = Medicine
chart-doses = Dose
chart-dispensed = Dispensed
chart-dispensed-of = { $given } of { $of }
chart-dispensed-not = Not dispensed here
chart-dispensed-not-yet = Not dispensed yet
chart-prescribed = Prescribed
chart-state = State
chart-measure = Measure
chart-course = Course
chart-vitals-signs = ↑ above the usual for age and sex, ↓ below it, ‼ someone must act at once. The line shows the same numbers, the earliest on the left.
chart-timeline = Timeline
chart-timeline-none = Nothing is on record yet. Visits, vital signs, medicines and tests appear here.
chart-timeline-all = Whole timeline
chart-newest = Back to the newest
chart-older = Older
chart-unusual = unusual
chart-kind-admissions = Stay
chart-stay-begins = Admitted
chart-stay-ends = Discharged
chart-kind-encounters = Visit
chart-kind-vitals = Vital signs
chart-kind-appointments = Appointment
chart-kind-medical-conditions = Problem
chart-kind-surgical-history = Operation
chart-kind-vaccinations = Vaccination
chart-kind-prescriptions = Medicine
chart-kind-lab-orders = Laboratory
chart-access = Who looked
chart-access-none = Nobody else has looked at this record yet.
chart-access-unknown = Who looked could not be looked up. Try again later.
chart-access-emergency = Emergency
chart-access-proxy = Stands in for the patient
done-problem-added = The problem is on record.
done-problem-resolved = The problem is resolved.
clinical-acknowledge-why = Say what was done about this critical result: once it is acknowledged, nobody else is told of it.
clinical-minutes-ago = { $count } min ago
clinical-hours-ago = { $count } h ago
clinical-days-ago = { $count } days ago
clinical-vitals-overdue = Overdue: measure at least every { $hours } h
clinical-prescription-given = Everything that was prescribed was dispensed. Renew the prescription instead.
clinical-sign-reason = { $medicine }: { $alerts } Change or cancel this prescription, or write with it why it is right (“Reason to go on”), then sign.
clinical-known-since = { $medicine }, prescribed on { $date }: this became known since. { $message }
