# Texts of the clinical module.
clinical-encounter-signed = This encounter is signed and final. Write an addendum instead.
clinical-encounter-patient = An encounter stays with its patient. Delete it and write a new one for the other patient.
clinical-no-appointment = This encounter belongs to no appointment, so there is none to complete.
clinical-not-a-doctor = Choose an active user with the role Doctor.
clinical-icd-code = Enter an ICD-10 or ICD-11 code such as I10 or A00.9, and the diagnosis in words in its own field.
clinical-no-measure = Enter at least one measurement.
clinical-impossible = Enter a value from { $low } to { $high }: no living person's value lies outside.
clinical-fahrenheit = Enter degrees Celsius: { $value } °F is { $celsius } °C.
clinical-metres = Enter centimetres: { $centimetres } instead of { $value }.
clinical-grams = Enter kilograms: { $value } g is { $kilograms } kg.
clinical-centimetres = Enter millimetres: { $millimetres } instead of { $value }.
clinical-diastolic = The diastolic pressure is lower than the systolic. Check whether they were swapped.
clinical-vitals-encounter = Vital signs stay with the encounter during which they were taken.
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
clinical-no-allergy = None of the recorded allergies concerns { $name }.
clinical-could-not-check = Could not check: { $names } is not known. Check the spelling or look it up before going on.
clinical-medications = Name 1 to { $max } medicines.
clinical-prescription-encounter = A prescription stays with its encounter. Cancel it and prescribe anew.
clinical-prescription-quantity = Enter a quantity from { $min } to { $max }.
clinical-prescription-dispensed = Some of it was dispensed already. Cancel it and prescribe anew.
clinical-prescription-other-drug = { $name } and { $item } are different medicines. Correct the name or choose the right medication.
clinical-age-days = Enter an age from 0 to { $max } days.
