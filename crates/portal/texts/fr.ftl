portal-recipient = On ne peut pas écrire à cette personne. Choisissez un autre utilisateur actif.
portal-for-whom = Indiquez pour quel patient vous écrivez.
portal-to-whom = Indiquez à qui vous écrivez : un patient, un utilisateur ou les deux.
portal-not-your-team = Choisissez quelqu’un qui vous soigne, ou n’indiquez pas de destinataire pour écrire à toute l’équipe.
portal-no-team = Personne ne vous soigne encore ici. Veuillez appeler l’hôpital ou prendre rendez-vous.
portal-no-account = Personne ne lit encore le portail pour { $patient } : il n’y a pas de compte, ou la personne invitée ne s’est jamais connectée. Appelez, ou invitez le patient.
portal-attachment = Joignez un document de ce patient.
portal-rating = Donnez un nombre de 1 à 5.
portal-feedback-answered = On y a déjà répondu. Rechargez-le pour lire la réponse.
portal-invite-deceased = Le patient est décédé et n’est pas invité.
portal-invite-no-contact = Le dossier ne contient ni adresse e-mail ni numéro de téléphone auquel on puisse écrire. Enregistrez-en un d’abord.
portal-invite-has-account = Le patient a déjà un compte. Un mot de passe oublié se réinitialise depuis la page de connexion.
portal-invite-subject = Votre compte
    .with-hospital = Votre compte – { $hospital }
portal-invite-email =
    Bonjour { $name },

    vous pouvez désormais consulter en ligne vos rendez-vous, vos résultats et vos messages. Choisissez un mot de passe ici :
    { $link }

    Votre nom d’utilisateur est { $username }. Le lien fonctionne une seule fois, pendant une semaine. Si vous n’avez rien demandé, ne faites rien.
    .with-hospital =
        Bonjour { $name },

        vous pouvez désormais consulter en ligne vos rendez-vous, vos résultats et vos messages ({ $hospital }). Choisissez un mot de passe ici :
        { $link }

        Votre nom d’utilisateur est { $username }. Le lien fonctionne une seule fois, pendant une semaine. Si vous n’avez rien demandé, ne faites rien.
portal-invite-sms = Bonjour { $name }, choisissez un mot de passe pour votre compte ici : { $link } Votre nom d’utilisateur est { $username }.
    .with-hospital = { $hospital } : bonjour { $name }, choisissez un mot de passe pour votre compte ici : { $link } Votre nom d’utilisateur est { $username }.
notice-secure-message = Nouveau message de { $from }.
notice-secure-message-care = Nouveau message au sujet de { $patient }, de { $from }.
notice-feedback = Quelqu’un a donné son avis.
notice-feedback-answered = On a répondu à votre avis.
access-proxy = { $name } (vous représente)
access-somebody = Quelqu’un de l’hôpital
access-view = { $who } : a consulté { $what }.
access-edit = { $who } : a modifié { $what }.
access-create = { $who } : a complété { $what }.
access-delete = { $who } : a supprimé quelque chose dans { $what }.
access-export = { $who } : a exporté { $what }.
access-print = { $who } : a imprimé { $what }.
access-emergency = { $who } : a ouvert votre dossier en urgence.
access-other = { $who } : a travaillé avec { $what }.
access-what-person = vos données personnelles
access-what-visit = vos consultations
access-what-laboratory = vos résultats de laboratoire
access-what-prescription = vos ordonnances
access-what-appointment = vos rendez-vous
access-what-bill = vos factures
access-what-document = vos documents
access-what-message = vos messages
access-what-stay = votre séjour à l’hôpital
access-what-record = votre dossier
nav-me = Mon dossier
portal-nobody = Aucun dossier n’est lié à votre compte. Adressez-vous à l’accueil de l’hôpital.
portal-tabs = Mes pages
portal-tab-me = Aperçu
portal-tab-messages = Messages
portal-tab-details = Mes coordonnées
portal-tab-access = Qui a consulté
portal-hello = Bonjour { $name }
portal-of = Pour { $name }
portal-unread = Nouveaux messages : { $count }
portal-visit = Votre prochaine visite
portal-visit-none = Aucune visite n’est prévue. Appelez l’hôpital pour en prendre une.
portal-visits-later = Ensuite
portal-visit-confirmed = Vous avez confirmé votre venue
portal-visit-confirm = Confirmer : je viens
portal-visit-slip = Imprimer le billet
portal-visit-cannot = Je ne peux pas venir
portal-visit-sure = La visite du { $day } est annulée et l’heure est donnée à quelqu’un d’autre. Pour venir un autre jour, appelez l’hôpital.
portal-visit-decline = Annuler la visite
portal-results = Résultats
portal-results-none = Il n’y a pas encore de résultats. Ils apparaissent quand votre médecin les a vus.
portal-reviewed-by = vu par { $name }
portal-values = Afficher les valeurs
portal-report = Imprimer le compte rendu
portal-usual = Habituel
portal-unusual = Inhabituel
portal-attention = À surveiller
portal-result-unjudged = Votre médecin a vu ces résultats. Demandez-lui ce qu’ils signifient pour vous.
portal-result-usual = Toutes les valeurs sont dans la plage habituelle.
portal-result-unusual = Valeurs hors de la plage habituelle : { $count }. C’est souvent sans gravité. Votre médecin l’a vu et vous dira s’il faut agir.
portal-result-critical = Une valeur est très importante. Si personne ne vous en a encore parlé, appelez l’hôpital aujourd’hui.
portal-value = Quoi
portal-found = Trouvé
portal-range = Plage habituelle
portal-means = Signification
portal-flag-none = Non évalué
portal-flag-low = Plus bas que d’habitude
portal-flag-high = Plus haut que d’habitude
portal-medicines = Médicaments
portal-medicines-none = Aucun médicament ne vous est prescrit actuellement.
portal-since = prescrit le
portal-bills = Factures
portal-bills-none = Il n’y a rien à payer.
portal-bills-all = Toutes les factures
portal-owed = À payer
portal-write = Écrire à ceux qui vous soignent
portal-write-hint = Pas pour les urgences : appelez alors, ou venez tout de suite.
portal-subject = Sujet
portal-message = Message
portal-send = Envoyer
portal-messages-none = Il n’y a pas encore de messages.
portal-from-you = De vous
portal-was-read = lu
portal-not-read = pas encore lu
portal-new = Nouveau
portal-mark-read = Je l’ai lu
portal-name = Nom
portal-born = Né(e) le
portal-card = Numéro de votre carte
portal-details-hint = Si une information ci-dessus est fausse, dites-le à l’accueil. Vous pouvez modifier vous-même ce qui suit.
portal-phone = Téléphone
portal-email = E-mail
portal-address = Adresse
portal-emergency = En cas d’urgence, appeler
portal-language = Langue des messages
portal-language-en = English
portal-language-fr = Français
portal-language-sw = Kiswahili
portal-reached = Rappels et messages par
portal-by-sms = SMS
portal-by-email = E-mail
portal-by-both = Les deux
portal-by-none = Pas du tout
portal-save = Enregistrer
portal-print-card = Imprimer ma carte
portal-access-hint = Toute personne qui ouvre votre dossier laisse une trace ici. Si quelque chose vous surprend, demandez à l’hôpital.
portal-access-none = Personne n’a encore consulté votre dossier.
portal-access-emergency = En urgence
portal-access-times = ({ $count } fois)
portal-access-earlier = Plus ancien
done-visit-confirmed = Merci : l’hôpital vous attend.
done-visit-declined = La visite est annulée. Appelez l’hôpital pour en prendre une autre.
done-message-sent = Votre message est envoyé.
done-details = Vos coordonnées sont enregistrées.
portal-stands-in = La personne qui représente { $patient }
portal-waits-subject = Un message pour vous
    .with-hospital = Un message de { $hospital } pour vous
portal-waits-email =
    Bonjour,

    Un message vous attend. Connectez-vous pour le lire :
    { $link }
portal-waits-sms = Un message vous attend. Connectez-vous pour le lire : { $link }
    .with-hospital = { $hospital } : un message vous attend. Connectez-vous pour le lire : { $link }
portal-pages = Ces pages
portal-pages-language = Langue de ces pages
done-language = La langue de ces pages est changée.
notice-call-arranged = Votre appel vidéo : { $when }.
notice-call-moved = Votre appel vidéo est déplacé : { $when }.
notice-call-cancelled = Votre appel vidéo n’aura pas lieu : { $when }.
portal-withdrawn = Le résultat que vous avez vu ici a été retiré : ne vous y fiez plus. Un résultat corrigé est en cours de vérification et paraîtra ici quand votre médecin l’aura vu.
portal-withdrawn-only = Le résultat que vous avez vu ici a été retiré : ne vous y fiez plus.
access-of-proxy = { $name } (représente le patient)
access-of-emergency = { $who } : a ouvert le dossier du patient en urgence.
access-of-person = les données personnelles du patient
access-of-visit = les consultations du patient
access-of-laboratory = les résultats de laboratoire du patient
access-of-prescription = les ordonnances du patient
access-of-appointment = les rendez-vous du patient
access-of-bill = les factures du patient
access-of-document = les documents du patient
access-of-message = les messages du patient
access-of-stay = le séjour du patient à l’hôpital
access-of-record = le dossier du patient
