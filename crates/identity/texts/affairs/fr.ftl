# Textes de ce qui concerne les utilisateurs eux-mêmes : rôles demandés, délégués, adhésions.

role-already-held = Vous avez déjà ce rôle. Choisissez-en un autre.
role-request-pending = Une de vos demandes attend encore une décision. Attendez qu’elle soit traitée.
superuser-is-admin = Un superutilisateur a toujours le rôle Admin ; aucun autre rôle ne peut lui être attribué.
own-role-request = Vous ne pouvez pas décider de votre propre demande. Adressez-vous à un autre administrateur.
unknown-username = Aucun utilisateur ne s’appelle « { $name } ». Vérifiez l’orthographe.
delegate-fixed = Le délégué ne peut pas être changé. Révoquez cette délégation et créez-en une nouvelle.
delegate-is-self = Vous ne pouvez pas être votre propre délégué. Choisissez un autre utilisateur.
delegate-inactive = Ce compte n’est pas actif. Choisissez un autre utilisateur.
membership-fixed = Cette valeur ne peut pas être modifiée. Supprimez cette adhésion et créez-en une nouvelle.
