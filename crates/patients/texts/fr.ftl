patients-born-too-early = Saisissez une date de naissance à partir de l’année 1880.
patients-died-before-birth = Le décès ne peut pas précéder le jour de naissance. Corrigez l’une des deux dates.
patients-not-born-yet = Le patient n’était pas encore né. Vérifiez l’année, ou la date de naissance du patient.
patients-duplicate =
    { $count ->
        [one] Un patient semblable est déjà enregistré. Rien n’a été enregistré.
       *[other] { $count } patients semblables sont déjà enregistrés. Rien n’a été enregistré.
    }
patients-merged-away = Ce dossier a été fusionné avec celui du patient { $into }. Continuez dans ce dossier ou annulez d’abord la fusion.
patients-not-merged = Ce dossier n’est fusionné avec aucun autre. Il n’y a rien à annuler.
patients-merge-one-of = Indiquez l’autre dossier soit dans « into » (il est conservé), soit dans « duplicate » (il est abandonné).
patients-merge-itself = Un dossier ne peut pas être fusionné avec lui-même. Indiquez-en une autre.
patients-merge-conflict = Ces deux dossiers ne peuvent pas être fusionnés tant que chacun possède : { $what }. Retirez-le d’abord de l’un des deux.
patients-revoked-before-given = Un consentement ne peut pas être retiré avant d’avoir été donné. Corrigez l’un des deux moments.
patients-allergy-removal =
    { $count ->
        [one] Une allergie potentiellement grave serait retirée. Si elle a été écartée, renvoyez la modification en confirmant `confirm_allergies`.
       *[other] { $count } allergies potentiellement graves seraient retirées. Si elles ont été écartées, renvoyez la modification en confirmant `confirm_allergies`.
    }
patients-allergy-known = Une allergie à « { $substance } » est déjà enregistrée. Modifiez celle-ci.
patients-proxy-self = C’est le compte du patient lui-même. Choisissez le compte de la personne qui le représente.
patients-proxy-parent-day = N’indiquez pas de dernier jour : un parent représente l’enfant jusqu’à sa majorité.
patients-proxy-of-age = Le patient a { $age } ans ou plus. Enregistrez un aidant avec son accord.
patients-proxy-carer-day = Indiquez le dernier jour de l’aidant : à partir d’aujourd’hui et dans deux ans au plus.
patients-proxy-agreed = Un aidant a besoin de l’accord du patient. Demandez-le-lui, puis indiquez qu’il est d’accord.
patients-proxy-ended = Cette personne ne représente plus le patient. Enregistrez-la de nouveau si elle reprend ce rôle.

# Pages

nav-patients = Patients
patients-find = Nom, numéro ou téléphone
patients-find-button = Chercher
patients-find-nobody = Personne n’a été trouvé pour « { $asked } ». Essayez moins de lettres, le téléphone ou le numéro du patient.
patients-name = Nom
patients-age = Âge
patients-number = Numéro

# Écrans

patients-none-yet = Pas encore de patients. Ceux que vous enregistrez se trouvent ici.
patients-newest = Enregistrés récemment
patients-register = Enregistrer un patient
patients-register-title = Enregistrer un patient
patients-register-asked = Enregistrer « { $asked } »
patients-register-and-book = Enregistrer et donner un rendez-vous
patients-register-only = Enregistrer
patients-different = Autre personne, enregistrer
patients-alike = Est-ce l’une de ces personnes ?
patients-open = Ouvrir { $name }
patients-out-of-reach = Un patient que vous ne pouvez pas voir
patients-reason-same-national-id = même pièce d’identité
patients-reason-same-name = même nom
patients-reason-swapped-names = prénom et nom inversés
patients-reason-similar-name = nom semblable
patients-reason-sounds-alike = se prononce pareil
patients-reason-same-birth-date = même date de naissance
patients-reason-similar-birth-date = date de naissance proche
patients-reason-same-phone = même téléphone
patients-reason-same-email = même e-mail
patients-reason-different-birth-date = autre date de naissance
patients-reason-different-gender = autre sexe
patients-first-name = Prénom
patients-last-name = Nom de famille
patients-born = Date de naissance
patients-born-hint = 1990-05-12, ou l’âge : 34, 8m (mois), 12d (jours)
patients-phone = Téléphone
patients-more = Plus sur le patient
patients-card = Numéro sur la carte
patients-card-hint = Vide, un numéro est attribué.
patients-national-id = Pièce d’identité ou passeport
patients-address = Adresse
patients-email = E-mail
patients-emergency = En cas d’urgence
patients-known-allergies = Allergies
patients-known-allergies-hint = Séparées par des virgules. « Aucune » si la question a été posée et qu’il n’y en a pas.
patients-language = Langue des messages
patients-language-en = Anglais
patients-language-fr = Français
patients-language-sw = Swahili
patients-last-visit = Dernière visite
patients-expected = Attendu
patients-never = Aucune
patients-sex-male = Homme
patients-sex-female = Femme
patients-sex-other = Autre
patients-sex-unknown = Inconnu
patients-age-years = { $count } ans
patients-age-months = { $count } mois
patients-age-about = environ { $age }
patients-age-or-birth = Envoyez la date de naissance ou un âge, pas les deux.
patients-not-an-age = Écrivez un âge tel que 34 (ans), 8m (mois), 3w (semaines) ou 12d (jours).
patients-age-days = { $count } jours
patients-deceased = Décédé
patients-merged = Ce dossier a été remplacé par un autre.
patients-merged-open = Ouvrir celui-là
patients-tabs = Sur le patient
patients-tab-overview = Aperçu
patients-allergies = Allergies : { $what }
patients-severe = grave
patients-allergies-not-asked = Allergies : pas encore demandé
patients-allergies-said = Allergies : « { $what } »
patients-reach = Personne et contact
patients-change = Modifier
patients-messages = Messages par téléphone ou e-mail
patients-messages-not-asked = Pas encore demandé
patients-messages-agreed = Accepté le { $day }
patients-messages-refused = Refusé le { $day }
patients-messages-yes = Accepte
patients-messages-no = Refuse
done-registered = Le patient est enregistré.
done-consent = C’est noté.
patients-import-empty = Ce fichier n’a aucune ligne sous son en-tête. Ajoutez une ligne par patient.
patients-import-unreadable = La ligne { $line } est illisible. Enregistrez le tableau en CSV, en UTF-8.
patients-import-column = La colonne « { $column } » n’existe pas pour un patient. Voici celles qui existent : { $columns }.
patients-import-twice = La colonne « { $column } » figure deux fois. N’en gardez qu’une.
patients-import-cells = La ligne a { $cells } cellules et l’en-tête { $columns }. Mettez entre guillemets les cellules qui contiennent des virgules.
patients-import-uid = « { $value } » n’est pas un UUID. Laissez la cellule vide si le tableau n’en a pas.
patients-import-removed = Cette ligne a déjà été enregistrée, puis supprimée. Supprimez-la, ou rétablissez d’abord le dossier.
patients-import-not-all = Rien n’est enregistré, car certaines lignes ne peuvent pas l’être ; le rapport dit lesquelles.
patients-import-too-many = Le tableau a plus de { $most } lignes. Envoyez-le en plusieurs parties, chacune avec l’en-tête.
patients-birth-forms = « { $value } » n’est pas une date de naissance. Écrivez le jour (1992-04-03), l’année seule (1992) ou l’âge : 34 (ans), 8m (mois), 3w (semaines) ou 12d (jours).
patients-allergy-is-none = « { $said } » ne désigne aucune allergie. Écrivez-le plutôt dans la liste des allergies connues du patient : cela y indique qu’aucune n’est connue.
patients-reason-estimated-birth-date = dates de naissance peut-être identiques (l’une est estimée)
patients-print-card = Imprimer la carte de patient
patients-reason-different-national-id = autre numéro d’identité
patients-messages-by = Messages par
patients-messages-agrees = Accepte qu’on lui écrive
patients-merge-title = Fusionner avec un autre dossier
patients-merge-what = Deux dossiers d’une même personne n’en font plus qu’un. Celui-ci reste ; l’autre est abandonné et son contenu est déplacé ici. Avant toute action, les deux sont montrés côte à côte.
patients-merge-other = L’autre dossier de cette personne
patients-merge-reason = Pourquoi il s’agit de la même personne
patients-merge-compare = Montrer les deux
patients-merge-not = Ne pas fusionner
patients-merge-sure = { $given } est abandonné, et tout son contenu passe à { $stays }. Comparez les deux avant de fusionner.
patients-merge-undo = Cela peut être annulé sur le dossier abandonné.
patients-merge-given-up = Abandonné
patients-merge-stays = Reste
patients-merge-do = Fusionner ces deux dossiers
patients-merge-another = En choisir un autre
patients-link-own = C’est votre propre compte. Demandez à un collègue de le relier.
patients-link-taken = Le dossier appartient déjà à un autre compte. Si c’est une erreur, retirez d’abord ce compte (vide), puis reliez le bon.
patients-merge-compared = Comparaison : { $reasons }.
patients-merge-nothing-alike = Rien n’indique qu’il s’agit de la même personne.
done-merged = Les deux dossiers n’en font plus qu’un.
