wards-bed-occupied = Un patient occupe le lit { $bed }. Choisissez un autre lit, ou faites d’abord sortir ou transférer ce patient.
wards-bed-not-available = Le lit { $bed } ne peut pas être attribué : il est en { $status ->
    [cleaning] nettoyage
   *[other] maintenance
}. Rendez-le disponible quand il est prêt.
wards-bed-occupied-by-hand = Un lit devient occupé quand on y installe un patient : utilisez assign_patient.
wards-bed-empty = Personne n’occupe le lit { $bed }.
wards-already-admitted = Le patient est déjà admis et occupe le lit { $bed }. Transférez-le ou faites-le d’abord sortir.
wards-already-discharged = Le patient est déjà sorti et cela reste acquis. Admettez-le de nouveau s’il est revenu.
wards-discharged-stands = Une admission close est facturée et ne peut pas être supprimée.
wards-admit-before-discharge = Admettez d’abord le patient ; la sortie est une étape à part.
wards-discharge-before-admission = On ne quitte pas un lit avant d’y être entré. Indiquez une heure plus tardive.
wards-in-the-future = Indiquez une date et une heure qui ne sont pas dans le futur.
wards-overlaps-earlier = Un séjour précédent dans ce lit, ou de ce patient, a duré jusqu’au { $until }. Indiquez une heure plus tardive.
wards-patient-is-fixed = Le patient d’une admission ne peut pas être changé. Supprimez l’admission et admettez l’autre patient.
wards-bed-by-transfer = Déplacez le patient avec le transfert du lit.
wards-admitted-at-stands = Le patient a été transféré ou est sorti depuis ; l’heure d’admission ne change plus.
wards-same-bed = Le patient occupe déjà ce lit. Choisissez-en un autre.
wards-not-discharged = Le patient n’est pas encore sorti.

# Écrans

nav-beds = Lits
nav-ward = Service
wards-status-available = Libre
wards-status-occupied = Occupé
wards-status-cleaning = À nettoyer
wards-status-maintenance = Hors service
wards-free-of = { $free } libres sur { $all }
wards-outside = Hors service
wards-none = Aucun lit n’est configuré.
wards-set-up = Configurer les lits
wards-bed = Lit
wards-bed-named = Lit { $bed }
wards-ward = Service
wards-all = Tous les services
wards-days = { $days } j
wards-day-of = Jour
wards-admitted = Admis
wards-reason = Motif
wards-assign = Attribuer le lit
wards-assign-for = Choisissez un lit libre pour { $patient }.
wards-patient = Patient
wards-transfer = Transférer
wards-transfer-title = Dans un autre lit
wards-transfer-none = Aucun autre lit n’est libre.
wards-to-bed = Vers
wards-discharge = Faire sortir
wards-discharge-title = Sortie
wards-discharge-summary = Ce qui a été trouvé et fait, et la suite
wards-make-available = Propre : peut être attribué
wards-admit = Hospitaliser
wards-in-bed = Lit { $bed }
wards-nobody = Personne n’est hospitalisé ici.
wards-today-in = Admis aujourd’hui
wards-today-out = Sortis aujourd’hui
wards-today-none = Personne aujourd’hui.
wards-allergies = Allergies : { $what }
wards-chart = Ouvrir le dossier
wards-filter = Quel service
done-assigned = Le patient est dans le lit.
done-transferred = Le patient est transféré. L’autre lit est à nettoyer.
done-discharged = Le patient est sorti. Le lit est à nettoyer.
done-available = Le lit peut être attribué.
wards-vitals = Constantes
wards-works-there = Cette personne travaille déjà dans ce service.
