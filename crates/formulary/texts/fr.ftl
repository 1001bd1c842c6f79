formulary-lead-time = Indiquez de 0 à { $max } jours.
formulary-quantity = Indiquez une quantité de 0 à { $max }.
formulary-more-rows = { $count } autres lignes ne sont pas utilisables.
formulary-row-column = { $table } : l’en-tête n’a pas de colonne { $column }. Ajoutez-la.
formulary-row-missing = { $table }, ligne { $line } : { $column } ne doit pas être vide.
formulary-row-value = { $table }, ligne { $line } : { $column } vaut « { $value } » ; les valeurs permises sont : { $allowed }.
formulary-row-ingredient = { $table }, ligne { $line } : la substance « { $value } » est inconnue. Ajoutez-la d’abord à ingredients, ou choisissez parmi : { $nearest }
formulary-row-class = { $table }, ligne { $line } : la classe « { $value } » est inconnue. Ajoutez-la d’abord à classes.
formulary-row-allergen = { $table }, ligne { $line } : l’allergène « { $value } » est inconnu. Ajoutez-le d’abord à allergy_classes.
formulary-row-own-name = { $table }, ligne { $line } : « { $value } » est le nom d’une substance et ne peut rien désigner d’autre.
formulary-row-known = { $table }, ligne { $line } : « { $value } » est déjà connu. Retirez la ligne.
formulary-row-ignored-medicine = { $table }, ligne { $line } : « { $value } » désigne un médicament et ne peut être ignoré.
formulary-row-csv = { $table }, ligne { $line } : ce n’est pas le CSV attendu : { $value }
formulary-row-many = { $table } : plus de { $max } lignes. Envoyez-en moins.
formulary-settled = Ce médicament est en stock ou prescrit : { $field ->
    [generic_name] sa dénomination
    [strength] son dosage
    [formulation] sa forme
   *[other] son unité de mesure
} ne change plus. Créez un nouveau médicament pour l’autre, et écoulez celui-ci ou sortez-le du stock.
