portal-recipient = On ne peut pas écrire à cette personne. Choisissez un autre utilisateur actif.
portal-for-whom = Indiquez pour quel patient vous écrivez.
portal-to-whom = Indiquez à qui vous écrivez : un patient, un utilisateur ou les deux.
portal-not-your-team = Choisissez quelqu’un qui vous soigne, ou n’indiquez pas de destinataire pour écrire à toute l’équipe.
portal-no-team = Personne ne vous soigne encore ici. Veuillez appeler l’hôpital ou prendre rendez-vous.
portal-no-account = { $patient } n’a pas de compte sur le portail et personne ne le représente. Invitez d’abord le patient, ou appelez-le.
portal-attachment = Joignez un document de ce patient.
portal-rating = Donnez un nombre de 1 à 5.
portal-feedback-answered = On y a déjà répondu.
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
portal-stands-in = La personne qui représente { $patient }
portal-waits-subject = Un message pour vous
    .with-hospital = Un message de { $hospital } pour vous
portal-waits-email =
    Bonjour,

    Un message vous attend. Connectez-vous pour le lire :
    { $link }
portal-waits-sms = Un message vous attend. Connectez-vous pour le lire : { $link }
    .with-hospital = { $hospital } : un message vous attend. Connectez-vous pour le lire : { $link }
notice-call-arranged = Votre appel vidéo : { $when }.
notice-call-moved = Votre appel vidéo est déplacé : { $when }.
notice-call-cancelled = Votre appel vidéo n’aura pas lieu : { $when }.
