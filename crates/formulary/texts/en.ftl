formulary-lead-time = Enter 0 to { $max } days.
formulary-quantity = Enter a quantity from 0 to { $max }.
formulary-more-rows = { $count } more rows cannot be used.
formulary-row-column = { $table }: the header has no column { $column }. Add it.
formulary-row-missing = { $table }, line { $line }: { $column } must not be empty.
formulary-row-value = { $table }, line { $line }: { $column } is "{ $value }"; it must be { $allowed }.
formulary-row-ingredient = { $table }, line { $line }: the ingredient "{ $value }" is not known. Add it to ingredients first, or use one of: { $nearest }
formulary-row-class = { $table }, line { $line }: the class "{ $value }" is not known. Add it to classes first.
formulary-row-allergen = { $table }, line { $line }: the allergen "{ $value }" is not known. Add it to allergy_classes first.
formulary-row-own-name = { $table }, line { $line }: "{ $value }" is the name of an ingredient and cannot mean anything else.
formulary-row-known = { $table }, line { $line }: "{ $value }" is known already. Leave the row out.
formulary-row-ignored-medicine = { $table }, line { $line }: "{ $value }" names a medicine and cannot be ignored.
formulary-row-csv = { $table }, line { $line }: this is not CSV as expected: { $value }
formulary-row-many = { $table }: more than { $max } rows. Send fewer.
formulary-settled = There is stock of this medication, or somebody is prescribed it: { $field ->
    [generic_name] its generic name
    [strength] its strength
    [formulation] its form
   *[other] its unit of measure
} stays. Make a new medication for the other one, and use this one up or write it off.
