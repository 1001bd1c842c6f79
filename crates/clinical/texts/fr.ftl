# Texts of the clinical module.
clinical-encounter-signed = Cette consultation est signée et définitive. Rédigez plutôt un addendum.
clinical-no-appointment = Cette consultation n’est liée à aucun rendez-vous : il n’y en a pas à terminer. Terminez la consultation seule.
clinical-not-a-doctor = Choisissez un utilisateur actif ayant le rôle Médecin.
clinical-icd-code = Saisissez un code CIM-10 ou CIM-11 tel que I10 ou A00.9, et le diagnostic en toutes lettres dans son propre champ.
clinical-no-measure = Saisissez au moins une mesure.
clinical-impossible = Saisissez une valeur de { $low } à { $high } : aucune personne vivante n’a de valeur en dehors.
clinical-fahrenheit = Saisissez des degrés Celsius : { $value } °F font { $celsius } °C.
clinical-metres = Saisissez des centimètres : { $centimetres } au lieu de { $value }.
clinical-grams = Saisissez des kilogrammes : { $value } g font { $kilograms } kg.
clinical-centimetres = Saisissez des millimètres : { $millimetres } au lieu de { $value }.
clinical-diastolic = La pression diastolique est inférieure à la systolique. Vérifiez si elles ont été inversées.
clinical-vitals-encounter = Les constantes restent à la consultation pendant laquelle elles ont été prises. Saisissez-en de nouveaux avec l’autre consultation.
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
clinical-override-wanted = Attention requise avant de continuer : { $alerts } Choisissez autre chose, ou donnez la raison pour laquelle c’est justifié pour ce patient.
clinical-no-allergy = Aucune des allergies enregistrées ne concerne { $name }.
clinical-could-not-check = Vérification impossible : { $names } est inconnu. Vérifiez l’orthographe ou cherchez le nom avant de continuer.
clinical-medications = Indiquez de 1 à { $max } médicaments.
clinical-prescription-encounter = Une prescription reste avec sa consultation. Annulez-la et prescrivez à nouveau.
clinical-prescription-quantity = Indiquez une quantité de { $min } à { $max }.
clinical-prescription-dispensed = Une partie a déjà été délivrée. Annulez-la et prescrivez à nouveau.
clinical-prescription-other-drug = { $name } et { $item } sont des médicaments différents. Corrigez le nom ou choisissez le bon médicament.
clinical-age-days = Indiquez un âge de 0 à { $max } jours.
clinical-nothing-written = Rien n’est encore écrit. Écrivez au moins pourquoi le patient est venu, ou ce qui a été trouvé, avant de signer.
clinical-no-doctor = Aucun médecin ne suit encore { $patient } : prenez un rendez-vous ou appelez un médecin, pour que quelqu’un agisse sur ces valeurs.

# Pages.
nav-clinic = Aujourd’hui
done-kept = La note est enregistrée.
done-signed = La consultation est signée.
done-addendum = L’addendum est ajouté.
done-prescribed = C’est prescrit.
done-medicine-cancelled = Le médicament est annulé.
done-vitals = Les constantes sont enregistrées.
done-task = La tâche est terminée.
done-task-taken = La tâche est à vous.
clinical-visit-begin = Commencer la visite
clinical-visit-go-on = Reprendre la visite
clinical-visit-of = Visite du { $day }
clinical-visit-open = Non signée
clinical-visit-signed = Signée
clinical-kept = Enregistrée à { $time }
clinical-doctor = Médecin
clinical-appointment = Rendez-vous
clinical-next-patient = Patient suivant
clinical-note-withheld = Ce que le médecin a écrit ne fait pas partie de votre travail.
clinical-note-blank = Rien n’est encore écrit dans cette visite.
clinical-note-empty = rien d’écrit
clinical-complaint = Plainte principale
clinical-history = Histoire de la maladie
clinical-examination = Examen
clinical-diagnosis = Diagnostic
clinical-diagnosis-code = Code du diagnostic (CIM-10)
clinical-plan = Plan
clinical-further-notes = Autres notes
clinical-notes = Notes
clinical-complete = La signature termine le rendez-vous
clinical-keep = Garder le brouillon
clinical-sign = Signer
clinical-prescribe = Prescrire
clinical-back-to-visit = Retour à la visite
clinical-addenda = Addenda
clinical-addenda-none = Rien n’a été ajouté.
clinical-addendum = Ajouter à la visite signée
clinical-addendum-add = Ajouter
clinical-medicines = Médicaments
clinical-medicines-none = Aucun médicament n’est prescrit dans cette visite.
clinical-medicines-number = Médicaments prescrits dans cette visite : { $count }
clinical-medicine-active = À prendre
clinical-medicine-pending = En attente à la pharmacie
clinical-medicine-completed = Terminé
clinical-medicine-cancelled = Annulé
clinical-medicine-cancel = Annuler
clinical-doses = { $doses } ({ $quantity } au total)
clinical-override-because = Prescrit malgré tout : { $reason }
clinical-safety-then = Au moment de la prescription :
clinical-safety-nothing = Vérifié, rien trouvé
clinical-safety-contraindicated = Contre-indiqué
clinical-safety-severe = Grave
clinical-safety-moderate = Prudence
clinical-safety-inform = À savoir
clinical-unchecked = Non vérifié : { $parts }.
clinical-unchecked-rest = Rien trouvé pour le reste.
clinical-unchecked-name = { $what } n’est pas connu
clinical-unchecked-allergies = les allergies, car personne n’a encore interrogé le patient
clinical-unchecked-amount = la dose{ $what ->
    [empty] {""}
   *[other] {" "}({ $what })
}, car elle n’a pas pu être lue : écrivez 500 mg, ou 2 comprimés si le nom indique le dosage
clinical-unchecked-strengths = la dose ({ $what }), car on ne sait pas combien le produit en contient : écrivez le dosage de chaque substance, par exemple 875/125 mg
clinical-unchecked-unit = la dose ({ $what }), car la dose maximale usuelle est exprimée dans une autre unité
clinical-unchecked-no-limit = la dose{ $what ->
    [empty] {""}
   *[other] {" "}({ $what })
}, car aucune dose maximale usuelle n’est connue
clinical-unchecked-no-child-limit = la dose ({ $what }), car aucune dose maximale usuelle n’est connue pour l’enfant
clinical-unchecked-weight = la dose ({ $what }) selon le poids, car aucun poids récent n’est connu
clinical-unchecked-frequency = la dose ({ $what }) par jour, car la fréquence n’a pas pu être lue : écrivez par exemple 3 fois par jour
clinical-unchecked-dose = la dose
clinical-allergies-unasked = Non vérifiable : personne n’a encore interrogé ce patient sur ses allergies. Demandez, et notez la réponse.
clinical-safety-meant = Peut-être : { $names }.
clinical-news2-advice-low = Surveillance habituelle : au moins toutes les 12 heures pour un score de 0, toutes les 4 à 6 heures à partir de 1.
clinical-news2-advice-low-medium = Un paramètre vaut 3 : surveiller au moins toutes les heures, réévaluation urgente dans le service.
clinical-news2-advice-medium = Surveiller au moins toutes les heures, évaluation urgente par un clinicien.
clinical-news2-advice-high = Surveillance continue, évaluation en urgence.
clinical-danger-fast-breathing = respiration rapide (60 ou plus, comptée deux fois)
clinical-danger-infant-fever = fièvre (38,0 ou plus)
clinical-danger-infant-cold = température corporelle basse (moins de 35,5)
clinical-danger-infant-still = ne bouge que stimulé, ou pas du tout
clinical-danger-lethargic = léthargique ou inconscient
clinical-danger-coma = coma (ne répond qu’à la douleur, ou pas du tout)
clinical-danger-shock = signes de choc : mains froides, recoloration capillaire de plus de 3 secondes, pouls faible et rapide
clinical-danger-distress = détresse respiratoire sévère
clinical-danger-very-hot = température très élevée
clinical-danger-wasted = amaigrissement sévère visible (malnutrition)
clinical-danger-tiny = très jeune nourrisson (moins de 2 mois)
clinical-danger-first-fast-breathing = transfert ou admission d’urgence ; première dose d’antibiotiques ; garder au chaud
clinical-danger-first-infant-fever = transfert ou admission d’urgence ; première dose d’antibiotiques ; garder au chaud
clinical-danger-first-infant-cold = transfert ou admission d’urgence ; première dose d’antibiotiques ; garder au chaud
clinical-danger-first-infant-still = transfert ou admission d’urgence ; première dose d’antibiotiques ; garder au chaud
clinical-danger-first-lethargic = transfert ou admission d’urgence après le traitement préalable
clinical-danger-first-coma = libérer les voies aériennes, position latérale de sécurité, contrôler et corriger la glycémie
clinical-danger-first-shock = oxygène, arrêter le saignement, garder au chaud, solutés selon le tableau du choc ; autre tableau si malnutrition ou anémie sévères
clinical-danger-first-distress = oxygène ; traiter une obstruction ou un sifflement
clinical-danger-first-very-hot = évaluer et traiter sans attendre dans la file
clinical-danger-first-wasted = évaluer et traiter sans attendre dans la file
clinical-danger-first-tiny = évaluer et traiter sans attendre dans la file
clinical-alert-same = { $medicine } : le patient est allergique à { $other }.
clinical-alert-allergy = { $medicine } contient { $ingredient } : le patient est allergique à { $other } ({ $allergen }).
clinical-alert-with = { $medicine } avec { $other } :
clinical-alert-duplicate = { $medicine } en plus de { $other }, à peu près la même chose :
clinical-alert-pregnancy = { $medicine } pendant la grossesse :
clinical-alert-could-become-pregnant = { $medicine } chez une femme qui peut devenir enceinte :
clinical-alert-breastfeeding = { $medicine } pendant l’allaitement :
clinical-alert-age = { $medicine } à cet âge :
clinical-alert-g6pd-deficiency = { $medicine } en cas de déficit en G6PD :
clinical-alert-dose = Dose de { $medicine } :
clinical-alert-dose-day = { $amount }{ $ingredient ->
    [empty] {""}
   *[other] {" "}({ $ingredient })
} par jour ; la dose maximale usuelle par jour{ $whom ->
    [anybody] {""}
    [child] {" "}chez l’enfant
   *[other] {" "}pour { $whom } kg
} est de { $limit }.
clinical-alert-dose-unweighed = L’enfant n’a pas été pesé récemment : { $kilograms } kg est le poids des enfants les plus lourds de cet âge. Pesez d’abord.
clinical-alert-dose-once = { $amount }{ $ingredient ->
    [empty] {""}
   *[other] {" "}({ $ingredient })
} en une prise ; la dose maximale usuelle par prise{ $whom ->
    [anybody] {""}
    [child] {" "}chez l’enfant
   *[other] {" "}pour { $whom } kg
} est de { $limit }.
clinical-alert-other = { $medicine } chez ce patient :
clinical-prescribe-title = Prescrire
clinical-prescribe-new = Autre médicament
clinical-prescribe-add = Ajouter
clinical-check = Vérifier seulement
clinical-check-what = Choisissez un médicament ou écrivez son nom pour le vérifier.
clinical-medication = Médicament de cet hôpital
clinical-medication-name = Ou son nom en toutes lettres
clinical-medication-name-hint = Pour ce que l’hôpital n’a pas, par exemple Amoxicilline 500 mg.
clinical-dosage = Dose
clinical-dosage-hint = Par exemple 1 comprimé
clinical-frequency = Fréquence
clinical-frequency-hint = Par exemple 3 fois par jour
clinical-duration = Durée
clinical-duration-hint = Par exemple 5 jours
clinical-quantity = Quantité
clinical-quantity-hint = Calculée si elle est vide
clinical-quantity-counted = { $quantity } si elle est vide
clinical-instructions = Instructions
clinical-override = Pourquoi il convient à ce patient
clinical-earlier = Prescrit auparavant
clinical-repeat = Répéter
clinical-in-stock = { $name } · { $form } · { $quantity } en stock ({ $unit })
clinical-out-of-stock = { $name } · { $form } · en rupture de stock
clinical-vitals = Constantes
clinical-vitals-take = Constantes
clinical-alerts-more = … et { $count } autres alertes dans le dossier
clinical-recorded-before = Patient précédent, { $patient } : enregistré.
clinical-critical-recorded = Valeurs critiques
clinical-critical-seen = Vu, continuer
clinical-vitals-none = Aucune constante n’a encore été prise.
clinical-vitals-first = Ce sont les premières constantes de ce patient.
clinical-vitals-not-today = Pas de constantes aujourd’hui
clinical-vitals-save = Enregistrer
clinical-vitals-save-next = Enregistrer et suivant
clinical-vitals-round = Prendre les constantes
clinical-more-measures = Autres mesures
clinical-taken-before = Pas d’aujourd’hui : prises
clinical-taken = Prises
clinical-before = { $value } avant
clinical-before-on = { $value } le { $day }
clinical-level-normal = normal
clinical-level-low = bas
clinical-level-high = élevé
clinical-level-critical = critique
clinical-level-critical-low = critique, bas
clinical-level-critical-high = critique, élevé
clinical-news2 = Score d’alerte (NEWS2) : { $score }
clinical-news2-at-least = Score d’alerte (NEWS2) : au moins { $score }
clinical-recorded-for = Enregistré pour { $patient }
clinical-round-left = Encore sans constantes aujourd’hui : { $count }
clinical-round-done = Tout le monde a ses constantes aujourd’hui.
clinical-round-back = Retour
clinical-book-visit = Prendre un rendez-vous
clinical-start-next = Commencer le suivant
clinical-today-nobody = Personne n’a rendez-vous avec vous aujourd’hui. Vous pouvez commencer une visite depuis la page d’un patient.
clinical-find-patient = Chercher un patient
clinical-inside = Avec vous
clinical-inside-none = Personne n’est avec vous.
clinical-waiting = En attente
clinical-waiting-none = Personne ne vous attend.
clinical-due = Attendus aujourd’hui
clinical-due-none = Personne d’autre n’est attendu aujourd’hui.
clinical-seen = Vus aujourd’hui : { $count }
clinical-waits = attend depuis { $minutes } min
clinical-unsigned = Pas encore signées
clinical-unsigned-none = Toutes vos visites sont signées.
clinical-tasks = Tâches
clinical-tasks-unassigned = Tâches sans personne
clinical-tasks-more = Toutes les tâches : il y en a d’autres
clinical-task-high = urgent
clinical-task-late = en retard
clinical-task-done = Fait
clinical-task-take = Je m’en charge
field-systolic-bp = Systolique (mmHg)
field-diastolic-bp = Diastolique (mmHg)
field-heart-rate = Fréquence cardiaque (/min)
field-respiratory-rate = Respiration (/min)
field-temperature = Température (°C)
field-oxygen-saturation = Oxygène (%)
field-weight = Poids (kg)
field-height = Taille (cm)
field-head-circumference = Tête (cm)
field-muac = Bras (mm)
field-blood-glucose = Glycémie (mmol/L)
field-capillary-refill = Recoloration (s)
field-pain = Douleur (0–10)
field-gcs = Glasgow (3–15)
field-consciousness = Conscience
field-breathing = Respire
field-height-position = Taille mesurée
field-pregnant = Enceinte
field-saturation-scale-2 = Échelle d’oxygène 2
choice-consciousness-alert = Éveillé
choice-consciousness-confusion = Confusion nouvelle
choice-consciousness-voice = Réagit à la voix
choice-consciousness-pain = Réagit à la douleur
choice-consciousness-unresponsive = Ne réagit pas
choice-breathing-air = Air ambiant
choice-breathing-oxygen = Oxygène
choice-height-position-standing = Debout
choice-height-position-lying = Couché
field-chief-complaint = Plainte principale
field-presenting-illness-history = Histoire de la maladie
field-physical-examination = Examen
field-diagnosis-code = Code du diagnostic
field-treatment-plan = Plan
field-medication-name = Nom du médicament
field-override-reason = Raison de poursuivre
field-text = Texte
field-complete-appointment = Termine le rendez-vous
clinical-templates = Insérer un modèle
clinical-templates-hint = Ou terminez un champ de texte par / et le début d’un titre, par exemple /ante : le modèle prend sa place.

chart-problems = Problèmes
chart-problems-none = Aucun problème n’est noté.
chart-problems-over = Résolus : { $count }
chart-problem-resolved = Résolu
chart-problem-add = Ajouter un problème
chart-problem = Problème
chart-code = Code (CIM-10)
chart-since = depuis le
chart-since-day = Depuis
chart-add = Ajouter
chart-medicines = Médicaments
chart-medicines-now = Médicaments en cours
chart-medicines-before = Antérieurs
chart-medicines-none = Aucun médicament en cours.
chart-medicines-never = Aucun médicament n’a encore été prescrit.
chart-medicines-all = Tous les médicaments
chart-medicine = Médicament
chart-doses = Posologie
chart-dispensed = Délivré
chart-dispensed-of = { $given } sur { $of }
chart-dispensed-not = Non délivré ici
chart-dispensed-not-yet = Pas encore délivré
chart-prescribed = Prescrit
chart-state = État
chart-measure = Mesure
chart-course = Évolution
chart-vitals-signs = ↑ au-dessus de la normale pour l’âge et le sexe, ↓ au-dessous, ‼ il faut agir tout de suite. La courbe montre les mêmes nombres, le plus ancien à gauche.
chart-timeline = Chronologie
chart-timeline-none = Rien n’est encore noté. Visites, signes vitaux, médicaments et analyses apparaissent ici.
chart-timeline-all = Toute la chronologie
chart-newest = Retour aux plus récents
chart-older = Plus anciens
chart-unusual = inhabituel
chart-kind-admissions = Séjour
chart-stay-begins = Admission
chart-stay-ends = Sortie
chart-kind-encounters = Visite
chart-kind-vitals = Signes vitaux
chart-kind-appointments = Rendez-vous
chart-kind-medical-conditions = Problème
chart-kind-surgical-history = Opération
chart-kind-vaccinations = Vaccination
chart-kind-prescriptions = Médicament
chart-kind-lab-orders = Laboratoire
chart-access = Qui a consulté
chart-access-none = Personne d’autre n’a encore consulté ce dossier.
chart-access-unknown = Impossible de savoir qui a consulté. Réessayez plus tard.
chart-access-emergency = Urgence
chart-access-proxy = Représente le patient
done-problem-added = Le problème est noté.
done-problem-resolved = Le problème est résolu.
clinical-acknowledge-why = Dites ce qui a été fait pour ce résultat critique : une fois pris en compte, plus personne n’en est averti.
clinical-minutes-ago = il y a { $count } min
clinical-hours-ago = il y a { $count } h
clinical-days-ago = il y a { $count } jours
clinical-vitals-overdue = En retard : mesurer au moins toutes les { $hours } h
clinical-prescription-given = Tout ce qui a été prescrit a été délivré. Renouvelez plutôt la prescription.
clinical-sign-reason = { $medicine } : { $alerts } Modifiez ou annulez cette prescription, ou écrivez avec elle pourquoi elle est justifiée (« Raison de poursuivre »), puis signez.
clinical-known-since = { $medicine }, prescrit le { $date } : ceci est connu depuis. { $message }
