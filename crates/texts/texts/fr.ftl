# Textes de la plateforme : validation, listes, sessions, échanges.

## Valeurs des champs
required = Ce champ est obligatoire.
not-a-string = Saisissez un texte ; cette valeur est d’un autre type.
not-a-number = Saisissez un nombre, par exemple 36.6.
not-an-integer = Saisissez un nombre entier, par exemple 12.
not-a-boolean = Saisissez true (vrai) ou false (faux).
not-a-date = Saisissez une date au format YYYY-MM-DD (année-mois-jour), par exemple 2026-03-09.
no-such-date = { $value } n’existe pas dans le calendrier. Vérifiez le jour, le mois et l’année.
date-out-of-range = Saisissez une date entre les années { $first } et { $last }.
not-a-time = Saisissez une heure au format HH:MM, par exemple 14:30.
not-a-timestamp = Saisissez une date et une heure avec leur décalage horaire, par exemple 2026-03-09T14:30:00Z.
not-a-list = Saisissez une liste de valeurs.
not-an-object = Saisissez un objet avec des champs nommés.
too-long =
    { $max ->
        [one] Ce texte compte { $length } caractères ; { $max } caractère au plus est autorisé.
       *[other] Ce texte compte { $length } caractères ; { $max } caractères au plus sont autorisés.
    }
blank = Ce champ ne peut pas être vide. Indiquez quelque chose.
too-small = Saisissez une valeur supérieure ou égale à { $min }.
too-big = Saisissez une valeur inférieure ou égale à { $max }.
not-a-choice = « { $value } » n’est pas un choix valable. Choisissez parmi : { $choices }.
control-characters = Supprimez les caractères de contrôle invisibles de ce texte.
not-a-phone = « { $value } » n’est pas un numéro de téléphone valable. Saisissez-le avec l’indicatif du pays, par exemple { $example }.
not-an-email = « { $value } » n’est pas une adresse e-mail valable. Saisissez-la sous la forme nom@example.org.
not-a-uuid = Saisissez un UUID, par exemple 0190b6a4-7c1e-7d3a-9f52-3b8c6e1d2f40.
not-money = Saisissez un montant, par exemple 125.50, sans plus de décimales que n’en a la monnaie.
taken = Un autre enregistrement porte déjà cette valeur. Saisissez-en une autre.
    .with-value = Un autre enregistrement porte déjà la valeur « { $value } ». Saisissez-en une autre.
unknown-reference = Aucun enregistrement de type « { $kind } » ne porte l’identifiant { $id }. Choisissez-en un existant.
other-patient = Cet enregistrement appartient à un autre patient. Choisissez-en un du même patient.
patient-stays = Ce qui est noté pour un patient reste à ce patient. Supprimez-le ici et notez-le pour l’autre patient.
future-date = Cette date ne peut pas être dans le futur. Indiquez aujourd’hui ou un jour antérieur.
end-before-start = La fin ne peut pas précéder le début. Corrigez l’une des deux valeurs.
too-many-rows = Il y a plus de lignes qu'un classeur n'en contient ({$most}) ; demandez moins de jours, ou `csv`.
not-null = Ce champ doit avoir une valeur. Indiquez-en une.
null-not-allowed = Ce champ ne peut pas être null. Donnez une valeur ou omettez le champ.

## Headings of the groups of fields in forms
group-visit = Visite
group-when = Date et heure
group-planning = Qui et quand
group-validity = Validité
group-notes = Notes
group-identity = Identité
group-contact = Coordonnées
group-care = Santé et compte
group-account = Compte
group-person = Personne
group-history = Motif et histoire de la maladie
group-findings = Examen et notes
group-assessment = Diagnostic et conduite à tenir
group-vital-signs = Signes vitaux
group-consciousness = Conscience et douleur
group-measures = Mensurations
group-circumstances = Circonstances
group-administration = Administration
group-medicine = Médicament
group-dosage = Posologie
group-safety = Sécurité
group-order = Demande
group-test = Analyse
group-specimen = Prélèvement
group-turnaround = Délais de rendu
group-applies-to = S’applique à
group-limits = Limites
group-values = Valeurs
group-choices = Choix
group-result = Résultat
group-product = Produit
group-ordering = Réapprovisionnement
group-handling = Conservation et manipulation
group-change = Modification
group-amounts = Montants
group-discount = Remise
group-cover = Couverture

## Requêtes et listes
malformed-json = Le corps de la requête n’est pas du JSON valable : { $reason }.
body-not-object = Le corps de la requête doit être un objet JSON.
unknown-filter = Le filtre « { $name } » n’existe pas ici. Filtres possibles : { $valid }.
unknown-parameter = Le paramètre « { $name } » n’existe pas ici : il n’y en a aucun.
unknown-key = Le champ « { $name } » n’existe pas ici. Champs : { $valid }.
not-searchable = Cette liste ne permet pas de recherche. Retirez le paramètre ou utilisez un filtre.
too-many-values = Indiquez au plus { $max } valeurs à la fois.
not-sortable = Cette liste ne peut pas être triée par « { $name } ». Choix possibles : { $valid }.
bad-page = La valeur de « { $name } » n’est pas valable. Saisissez un nombre entier supérieur ou égal à 1.
bad-cursor = Ce curseur n’est pas valable. Recommencez à la première page.
stale-version = Cet enregistrement a été modifié entre-temps par quelqu’un d’autre. Rechargez-le, puis refaites votre modification.
bad-if-match = L’en-tête If-Match doit contenir l’ETag de l’enregistrement, exactement tel que reçu.
not-found = Introuvable.
method-not-allowed = La méthode { $method } n’est pas autorisée ici. L’en-tête Allow indique celles qui le sont.
in-use = Cet enregistrement est encore utilisé par : { $what }. Supprimez d’abord ces liens.
state-conflict = Cette opération est impossible dans l’état « { $state } ». Rechargez l’enregistrement pour voir ce qui est possible.
upload-not-a-form = Envoyez le fichier en multipart/form-data, dans un champ nommé « file ».
upload-too-large = Le fichier dépasse { $max } Mio. Envoyez-en un plus petit.
upload-fields-too-large = Le formulaire contient trop de données en plus du fichier. Envoyez le fichier et ses quelques champs seulement.
decimal-comma = Écrivez les décimales avec un point, par exemple 36.6.
too-many-decimals = Indiquez un nombre de { $places } décimales au plus.
number-too-large = Ce nombre est trop grand. Indiquez-en un plus petit.
verb-not-offered = Cette opération est impossible dans l’état actuel de l’enregistrement. Rechargez-le pour voir ce qui est possible.
conflict = Cette modification entre en conflit avec une autre. Rechargez l’enregistrement et réessayez.
idempotency-key-reused = Cette clé d’idempotence a déjà servi pour une autre requête. Utilisez une nouvelle clé.
already-told = C’est fait, et ce qui a été répondu ne se montre qu’une fois. Si vous ne l’avez pas noté, demandez-en un nouveau.
idempotency-in-flight = Une requête avec cette clé d’idempotence est encore en cours de traitement. Réessayez dans un instant.
idempotency-key-bad = L’en-tête Idempotency-Key doit contenir de 1 à 255 caractères ASCII visibles.
payload-too-large = Le corps de la requête est trop volumineux ; la limite est de { $limit }.
unsupported-media-type = Ce type de contenu n’est pas pris en charge. Envoyez { $expected }.
rate-limited =
    { $seconds ->
        [one] Trop de requêtes. Réessayez dans { $seconds } seconde.
       *[other] Trop de requêtes. Réessayez dans { $seconds } secondes.
    }
request-timeout = La requête a pris trop de temps et a été interrompue. Réessayez.
unavailable = Le service est momentanément indisponible. Réessayez dans un instant.
damaged = { $record } { $id } est illisible : ce qui en est enregistré a été modifié en dehors de Chelal, ou le disque est endommagé. Prévenez la personne qui s’occupe du système : il faut le restaurer à partir d’une sauvegarde, et `chelal doctor` nomme tout ce qui est endommagé.
damaged-name = (dossier { $id } illisible)
no-room = Rien ne peut être enregistré : le disque de la base de données est plein. Ce qui était enregistré n’est pas perdu. Prévenez la personne qui s’occupe du système pour qu’elle fasse de la place, puis réessayez.
internal = Une erreur inattendue s’est produite. Si elle se répète, communiquez l’identifiant de la requête à votre administrateur.

## Sessions et droits
permission-denied = Vous n’avez pas le droit d’effectuer cette opération. Adressez-vous à votre administrateur si elle fait partie de votre travail.
not-authenticated = Connectez-vous pour continuer.
token-expired = Votre jeton d’accès a expiré. Renouvelez-le ou reconnectez-vous.
token-invalid = Le jeton n’est pas valable. Reconnectez-vous.
session-revoked = Cette session a été fermée. Reconnectez-vous.
account-inactive = Ce compte n’est pas actif. Adressez-vous à votre administrateur.
locked-out =
    { $seconds ->
        [one] Trop de tentatives infructueuses. Réessayez dans { $seconds } seconde.
       *[other] Trop de tentatives infructueuses. Réessayez dans { $seconds } secondes.
    }
password-change-required = Choisissez d’abord un nouveau mot de passe (POST auth/password/) : celui avec lequel vous vous êtes connecté était temporaire.

## Sockets
socket-origin = Cette page ne peut pas ouvrir de connexion ici. Demandez à un administrateur d’ajouter son origine.
socket-token-in-address = Envoyez le jeton dans Sec-WebSocket-Protocol ou demandez un ticket à ws-ticket/ ; ne mettez jamais de jeton dans une adresse.
socket-expected = Cette adresse est réservée aux connexions WebSocket. Ouvrez-la ainsi.
socket-too-many = Vous avez trop de connexions ouvertes. Fermez-en une ou réessayez plus tard.

## Alertes
alert-jobs-waiting = Des tâches de fond attendent depuis plus de cinq minutes. Vérifiez qu'un processus de traitement fonctionne et atteint la base de données.
alert-audit-waiting = Des entrées du journal d'audit attendent depuis plus de cinq minutes leur place dans la chaîne. Consultez le journal du serveur.
alert-jobs-failed =
    { $count ->
        [one] Une tâche de fond du type « { $kind } » a définitivement échoué. La cause figure dans le journal du serveur.
       *[other] { $count } tâches de fond du type « { $kind } » ont définitivement échoué. La cause figure dans le journal du serveur.
    }
alert-key-beside-database = La clé principale se trouve à côté de la base de données : qui copie le dossier a les deux. Déplacez-la et définissez CHELAL_KEY_FILE.
alert-anchor-beside-database = L’ancre du journal d’audit se trouve à côté de la base de données : qui peut tronquer le journal peut aussi la tronquer. Définissez CHELAL_AUDIT_ANCHOR vers un fichier sur un autre disque ou une autre machine.
said-otherwise = Ceci contredit « { $name } ». N'envoyez que l'un des deux.
said-twice = Ceci est envoyé plusieurs fois. Envoyez-le une seule fois.
path-says-otherwise = Ceci contredit l’adresse de la requête, qui désigne { $id }. Ne l’envoyez pas, ou envoyez la requête à l’autre adresse.
host-invalid = La requête doit nommer son hôte une seule fois, dans l'en-tête « Host ».
inactive-reference = Cet enregistrement ({ $kind } { $id }) n’est plus actif. Choisissez-en un autre.
alert-anchor-unwritable = L’ancre du journal d’audit ne peut pas être écrite. Donnez le droit d’écrire dans son répertoire à l’utilisateur qui exécute Chelal, ou définissez CHELAL_AUDIT_ANCHOR : d’ici là, la fin du journal peut être tronquée sans que cela se voie.
alert-trail-shorter = Le journal d’audit se termine à l’entrée { $found }, alors que son ancre en promet { $anchored } : des entrées ont été supprimées, un ancien serveur principal dirige la base, ou une ancienne sauvegarde a été restaurée. Exécutez chelal audit verify, et laissez la base et l’ancre telles quelles.
alert-no-mail = Aucun serveur de messagerie n’est configuré : les invitations, les liens de nouveau mot de passe et les rappels par e-mail ne partent pas. Définissez EMAIL_HOST et DEFAULT_FROM_EMAIL.
alert-no-sms = Aucun fournisseur de SMS n’est configuré : les rappels par SMS ne partent pas. Définissez TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN et TWILIO_PHONE_NUMBER.
alert-no-public-url = Le serveur est accessible depuis d’autres machines et CHELAL_PUBLIC_URL n’est pas défini : les liens des e-mails mènent à { $url }, où personne d’autre ne peut les suivre.
alert-refusals = { $who } a essuyé { $count } refus en un jour. Consultez le journal d’audit pour voir ce qui a été tenté.
