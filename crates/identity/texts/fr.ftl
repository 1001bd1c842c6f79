# Textes de l'identité : connexion, mots de passe, comptes, rôles.

## Connexion
wrong-credentials = Aucun compte actif ne correspond à ce nom et à ce mot de passe. Vérifiez les deux, ou demandez un nouveau mot de passe.
wrong-password = Ce n'est pas le mot de passe actuel. Indiquez celui avec lequel vous vous connectez.
password-temporary = Choisissez un autre mot de passe : celui-ci ne vous a été donné que pour la première connexion.
account-closed = Ce compte a été fermé définitivement. Créez-en un nouveau.
wrong-code = Ce code n'est pas valable ou a déjà servi. Saisissez le suivant.
second-factor-off = Le second facteur n'est pas activé. Configurez-le d'abord.
second-factor-on = Le second facteur est déjà activé. Désactivez-le d'abord.

## Mots de passe
password-too-short = Choisissez un mot de passe d'au moins { $min } caractères.
password-too-long = Choisissez un mot de passe d'au plus { $max } octets.
password-control-character = Retirez les caractères de contrôle invisibles du mot de passe.
password-too-common = Ce mot de passe est trop facile à deviner. Choisissez-en un plus long ou moins courant, par exemple plusieurs mots.
password-too-similar = Ce mot de passe ressemble trop au nom ou à l'adresse e-mail de la personne. Choisissez-en un autre.
password-or-email = Indiquez un mot de passe, ou une adresse e-mail à laquelle envoyer l'invitation.
link-expired = Ce lien a expiré ou a déjà servi. Demandez-en un nouveau.
link-invalid = Ce lien n'est pas valable. Copiez-le en entier ou demandez-en un nouveau.
reset-requested = S'il existe un compte à ce nom ou à cette adresse, un lien pour un nouveau mot de passe vient d'être envoyé.

## Comptes et rôles
username-spaces = Un nom d'utilisateur ne peut pas contenir d'espaces. Supprimez-les.
last-admin = C'est le dernier administrateur actif. Nommez d'abord un autre administrateur.
check-fields = Veuillez vérifier les champs signalés.
role-builtin = Un rôle prédéfini ne peut être ni renommé ni supprimé. Créez plutôt votre propre rôle.
admin-keeps = Le rôle Admin garde { $permission } sur tous les enregistrements : sans cela, personne ne pourrait rien corriger.
unknown-permission = Il n'existe pas de permission « { $name } ». Permissions proches : { $near }.
scope-without-permission = Le rôle n'a aucune permission de « { $name } » ; il ne peut donc pas avoir de portée. Ajoutez d’abord la permission.

## E-mails
mail-reset-subject = Un nouveau mot de passe pour Chelal
mail-reset-body =
    Bonjour,

    Quelqu'un a demandé un nouveau mot de passe pour le compte Chelal lié à cette adresse. Pour le choisir, ouvrez ce lien dans l'heure :

    { $link }

    Si ce n'était pas vous, vous n'avez rien à faire : votre mot de passe reste le même.
mail-invitation-subject = Votre compte Chelal
mail-invitation-body =
    Bonjour { $name },

    Un compte a été créé pour vous. Votre nom d'utilisateur est { $username }. Pour choisir votre mot de passe, ouvrez ce lien dans les sept jours :

    { $link }
reauthenticate = Reconnectez-vous avant de faire cela, ou joignez votre mot de passe actuel.
session-idle = Cette session est restée inutilisée trop longtemps. Reconnectez-vous.
delegate-by-name = Désignez le délégué par son nom d'utilisateur exact, dans « delegate_username ».
mail-changed-subject = La sécurité de votre compte Chelal a été modifiée
mail-changed-body =
    Bonjour,

    Le mot de passe, l'adresse, le numéro de téléphone, le second facteur ou une clé d'API de votre compte Chelal vient d'être modifié.

    Si ce n'était pas vous, choisissez tout de suite un nouveau mot de passe et prévenez votre administrateur : { $link }
username-characters = Un nom d’utilisateur se compose de lettres, de chiffres et de . _ - @ +.
username-lookalike = Écrivez le nom d’utilisateur dans un seul alphabet.
username-reserved = Ce nom est réservé au programme. Choisissez-en un autre.
reset-without-mail = Cette installation n’envoie pas d’e-mails. Demandez un nouveau mot de passe à un administrateur.
mail-guessed-subject = De nombreuses tentatives de connexion à votre compte Chelal
mail-guessed-body =
    Bonjour,

    Quelqu’un essaie sans cesse de se connecter à votre compte Chelal avec de faux mots de passe, depuis de nombreuses adresses. Votre mot de passe n’a pas été trouvé, et vous pouvez continuer à travailler là où vous vous êtes connecté dernièrement.

    Si votre mot de passe est court ou utilisé ailleurs, choisissez-en un autre et prévenez votre administrateur : { $link }
