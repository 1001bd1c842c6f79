patients-born-too-early = Saisissez une date de naissance à partir de l’année 1880.
patients-died-before-birth = Le décès ne peut pas précéder le jour de naissance. Corrigez l’une des deux dates.
patients-duplicate =
    { $count ->
        [one] Un patient semblable est déjà enregistré. Rien n’a été enregistré.
       *[other] { $count } patients semblables sont déjà enregistrés. Rien n’a été enregistré.
    }
patients-merged-away = Ce dossier a été fusionné avec celui du patient { $into }. Continuez dans ce dossier ou annulez d’abord la fusion.
patients-not-merged = Ce dossier n’est fusionné avec aucun autre.
patients-merge-one-of = Indiquez l’autre dossier soit dans « into » (il est conservé), soit dans « duplicate » (il est abandonné).
patients-merge-itself = Un dossier ne peut pas être fusionné avec lui-même.
patients-merge-conflict = Ces deux dossiers ne peuvent pas être fusionnés tant que chacun possède : { $what }.
patients-revoked-before-given = Un consentement ne peut pas être retiré avant d’avoir été donné.
patients-allergy-removal =
    { $count ->
        [one] Une allergie potentiellement grave serait retirée. Si elle a été écartée, renvoyez la modification avec « confirm_allergies » : true.
       *[other] { $count } allergies potentiellement graves seraient retirées. Si elles ont été écartées, renvoyez la modification avec « confirm_allergies » : true.
    }
patients-allergy-known = Une allergie à « { $substance } » est déjà enregistrée. Modifiez celle-ci.
patients-proxy-self = C’est le compte du patient lui-même. Choisissez le compte de la personne qui le représente.
patients-proxy-parent-day = N’indiquez pas de dernier jour : un parent représente l’enfant jusqu’à sa majorité.
patients-proxy-of-age = Le patient a { $age } ans ou plus. Enregistrez un aidant avec son accord.
patients-proxy-carer-day = Indiquez le dernier jour de l’aidant : à partir d’aujourd’hui et dans deux ans au plus.
patients-proxy-agreed = Un aidant a besoin de l’accord du patient. Demandez-le-lui, puis indiquez qu’il est d’accord.
patients-proxy-ended = Cette personne ne représente plus le patient.

# Pages

nav-patients = Patients
patients-find = Nom, numéro ou téléphone
patients-find-button = Chercher
patients-find-nobody = Personne n’a été trouvé pour « { $asked } ». Essayez moins de lettres, le téléphone ou le numéro du patient.
patients-name = Nom
patients-age = Âge
patients-number = Numéro
