# Texts of the clinical module.
clinical-encounter-signed = Cette consultation est signée et définitive. Rédigez plutôt un addendum.
clinical-encounter-patient = Une consultation reste à son patient. Supprimez-la et rédigez-en une nouvelle pour l’autre patient.
clinical-no-appointment = Cette consultation n’est liée à aucun rendez-vous : il n’y en a pas à terminer.
clinical-not-a-doctor = Choisissez un utilisateur actif ayant le rôle Médecin.
clinical-icd-code = Saisissez un code CIM-10 ou CIM-11 tel que I10 ou A00.9, et le diagnostic en toutes lettres dans son propre champ.
clinical-no-measure = Saisissez au moins une mesure.
clinical-impossible = Saisissez une valeur de { $low } à { $high } : aucune personne vivante n’a de valeur en dehors.
clinical-fahrenheit = Saisissez des degrés Celsius : { $value } °F font { $celsius } °C.
clinical-metres = Saisissez des centimètres : { $centimetres } au lieu de { $value }.
clinical-grams = Saisissez des kilogrammes : { $value } g font { $kilograms } kg.
clinical-centimetres = Saisissez des millimètres : { $millimetres } au lieu de { $value }.
clinical-diastolic = La pression diastolique est inférieure à la systolique. Vérifiez si elles ont été inversées.
clinical-vitals-encounter = Les constantes restent à la consultation pendant laquelle elles ont été prises.
clinical-critical-value = { $measure ->
    [temperature] Température { $value } °C
    [heart_rate] Fréquence cardiaque { $value }/min
    [respiratory_rate] Fréquence respiratoire { $value }/min
    [systolic_bp] Pression systolique { $value } mmHg
    [diastolic_bp] Pression diastolique { $value } mmHg
    [oxygen_saturation] Saturation en oxygène { $value } %
    [muac] Périmètre brachial { $value } mm
    [blood_glucose] Glycémie { $value } mmol/L
    [gcs] Score de Glasgow { $value }
    [pain] Score de douleur { $value }
    [capillary_refill] Recoloration capillaire { $value } s
    [weight] Poids { $value } kg
   *[other] { $measure } { $value }
}
clinical-news2-high = Score d’alerte précoce (NEWS2) de { $score } ou plus : évaluation en urgence
clinical-already-recorded = { $what } est déjà enregistré (n° { $id }). Modifiez plutôt cet enregistrement.
clinical-cvx-code = Saisissez le code CVX du vaccin : deux ou trois chiffres, par exemple 19 pour le BCG.
clinical-vaccine-due = { $vaccine }, dose { $dose } : à faire depuis le { $since }.
clinical-rank = Saisissez 1 (proposé en premier), 2 (courant) ou 3 (trouvable).
clinical-list-header = La première ligne doit nommer les colonnes code et title.
clinical-list-line = Ligne { $line } : il faut un code tel que I10, un intitulé de 255 caractères au plus et un rang de 1 à 3.
clinical-override-reason = Attention requise avant de continuer : { $alerts } Choisissez autre chose, ou répétez avec `override_reason` en disant pourquoi c’est justifié pour ce patient.
clinical-no-allergy = Aucune des allergies enregistrées ne concerne { $name }.
clinical-could-not-check = Vérification impossible : { $names } est inconnu. Vérifiez l’orthographe ou cherchez le nom avant de continuer.
clinical-medications = Indiquez de 1 à { $max } médicaments.
clinical-prescription-encounter = Une prescription reste avec sa consultation. Annulez-la et prescrivez à nouveau.
clinical-prescription-quantity = Indiquez une quantité de { $min } à { $max }.
clinical-prescription-dispensed = Une partie a déjà été délivrée. Annulez-la et prescrivez à nouveau.
clinical-prescription-other-drug = { $name } et { $item } sont des médicaments différents. Corrigez le nom ou choisissez le bon médicament.
clinical-age-days = Indiquez un âge de 0 à { $max } jours.
