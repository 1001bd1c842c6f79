wards-bed-occupied = A patient lies in bed { $bed }. Choose another bed, or discharge or transfer the patient first.
wards-bed-not-available = Bed { $bed } cannot be assigned: it is in { $status ->
    [cleaning] cleaning
   *[other] maintenance
}. Set it available when it is ready.
wards-bed-occupied-by-hand = A bed becomes occupied by assigning a patient: use assign_patient.
wards-bed-empty = Nobody lies in bed { $bed }.
wards-already-admitted = The patient is admitted already and lies in bed { $bed }. Transfer or discharge them there first.
wards-already-discharged = The patient was discharged already, and that stands. Admit them again if they came back.
wards-discharged-stands = A closed admission is charged and cannot be removed.
wards-admit-before-discharge = Admit the patient first; the discharge comes as a step of its own.
wards-discharge-before-admission = Nobody leaves a bed before coming into it. Enter a later time.
wards-in-the-future = Enter a time that is not in the future.
wards-overlaps-earlier = An earlier stay in this bed, or of this patient, lasted until { $until }. Enter a later time.
wards-patient-is-fixed = The patient of an admission cannot be changed. Remove the admission and admit the other patient.
wards-bed-by-transfer = Move the patient with the bed’s transfer.
wards-admitted-at-stands = The patient was transferred or discharged since; the time of admission stands.
wards-same-bed = The patient lies in this bed already. Choose another one.
wards-not-discharged = The patient has not been discharged yet.

# Screens

nav-beds = Beds
nav-ward = Ward
wards-status-available = Free
wards-status-occupied = Occupied
wards-status-cleaning = To be cleaned
wards-status-maintenance = Out of use
wards-free-of = { $free } of { $all } free
wards-outside = Outside of wards
wards-none = No beds are set up yet.
wards-set-up = Set up beds
wards-bed = Bed
wards-bed-named = Bed { $bed }
wards-ward = Ward
wards-all = All wards
wards-days = { $days } d
wards-day-of = Day
wards-admitted = Admitted
wards-reason = Reason
wards-assign = Assign bed
wards-assign-for = Choose a free bed for { $patient }.
wards-patient = Patient
wards-transfer = Transfer
wards-transfer-title = Into another bed
wards-transfer-none = No other bed is free.
wards-to-bed = Into
wards-discharge = Discharge
wards-discharge-title = Discharge
wards-discharge-summary = What was found and done, and what comes next
wards-make-available = Clean: can be assigned
wards-admit = Admit
wards-in-bed = Bed { $bed }
wards-nobody = Nobody lies in this ward.
wards-today-in = Admitted today
wards-today-out = Discharged today
wards-today-none = Nobody today.
wards-allergies = Allergies: { $what }
wards-chart = Open the chart
wards-filter = Which ward
done-assigned = The patient is in the bed.
done-transferred = The patient is moved. The other bed is to be cleaned.
done-discharged = The patient is discharged. The bed is to be cleaned.
done-available = The bed can be assigned.
wards-vitals = Vital signs
wards-works-there = This person works on the ward already.
