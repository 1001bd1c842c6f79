# Pages : les parties communes à toutes.

page-skip = Aller au contenu
page-nav = Rubriques
page-find = Chercher un patient par nom, numéro ou téléphone
page-sign-out = Se déconnecter
page-elsewhere = Cet envoi venait d’un autre site et rien n’a été fait. Ouvrez la page ici et recommencez.

sign-in-title = Se connecter
sign-in-button = Se connecter
sign-in-forgot = J’ai oublié mon mot de passe
sign-in-code = Code de votre application d’authentification
sign-in-code-hint = Six chiffres, ou l’un de vos codes de secours.
sign-in-again = Vous avez été déconnecté après un moment sans activité, ou ailleurs. Connectez-vous : ce que vous avez saisi est conservé.
done-signed-out = Vous êtes déconnecté.
done-password = Votre nouveau mot de passe est enregistré.

account-title = Votre compte
account-password = Changer votre mot de passe
account-password-due = Ce mot de passe ne servait que la première fois. Choisissez d’abord le vôtre.
account-password-old = Le mot de passe actuel
account-password-new = Le nouveau mot de passe
account-password-button = Enregistrer le mot de passe

form-check = Vérifiez ce qui a été saisi
form-error = Erreur
form-optional = (facultatif)
form-stale = Quelqu’un d’autre a modifié ceci entre-temps
form-stale-what = Rien n’a été enregistré. Votre saisie est ci-dessous, avec la valeur enregistrée à côté de chaque champ. Renvoyez pour la remplacer.
form-stored-now = Enregistré à présent :
form-not-saved = Pas enregistré. Votre saisie est conservée.
form-pick = Nom, numéro ou quelques lettres
form-look = Chercher
form-found-nothing = Rien n’a été trouvé.
form-unreadable = Le formulaire n’a pas pu être lu. Revenez en arrière et renvoyez-le.

refused-forbidden = Non autorisé
refused-nothing = Il n’y a rien ici
refused-conflict = Cela ne correspond pas à ce qui est enregistré
refused-slower = Trop souvent
refused-broken = Une erreur s’est produite
refused-refused = Ce n’était pas possible
refused-not-yours = Cette page ne fait pas partie de votre travail. Si elle le devrait, demandez à votre administrateur.
refused-insecure = La connexion exige HTTPS. Demandez au responsable de ce serveur de l’activer, ou ouvrez la page sur la machine elle-même.
refused-home = Aller à mon travail
refused-number = Pour signaler ceci, indiquez ce numéro :

script-saving = Enregistrement …
script-still = Nouvel essai …
script-leave = Votre saisie n’est pas enregistrée.
script-offline = Pas de connexion depuis
script-keys = Touches de cette page

day = { $day } { $month } { $year }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

# Names of fields, the same in every form.
field-gender = Sexe
