wards-bed-occupied = Kuna mgonjwa kwenye kitanda { $bed }. Chagua kitanda kingine, au mruhusu au mhamishe mgonjwa huyo kwanza.
wards-bed-not-available = Kitanda { $bed } hakiwezi kutolewa: { $status ->
    [cleaning] kinasafishwa
   *[other] kinatengenezwa
}. Kiweke kuwa tayari kitakapokuwa tayari.
wards-bed-occupied-by-hand = Kitanda huwa na mgonjwa kwa kumpangia: tumia assign_patient.
wards-bed-empty = Hakuna mgonjwa kwenye kitanda { $bed }.
wards-already-admitted = Mgonjwa tayari amelazwa kwenye kitanda { $bed }. Mhamishe au mruhusu kutoka huko kwanza.
wards-already-discharged = Mgonjwa tayari ameruhusiwa, na hilo halibadiliki. Mlaze tena kama amerudi.
wards-discharged-stands = Kulazwa kulikokwisha kumetozwa na hakuwezi kufutwa.
wards-admit-before-discharge = Mlaze mgonjwa kwanza; kumruhusu ni hatua nyingine.
wards-discharge-before-admission = Hakuna anayetoka kitandani kabla ya kuingia. Andika wakati wa baadaye.
wards-in-the-future = Andika wakati ambao si wa baadaye.
wards-overlaps-earlier = Kulazwa kwa awali kwenye kitanda hiki, au kwa mgonjwa huyu, kulidumu hadi { $until }. Andika wakati wa baadaye.
wards-patient-is-fixed = Mgonjwa wa kulazwa hawezi kubadilishwa. Futa kulazwa huku na umlaze mgonjwa mwingine.
wards-bed-by-transfer = Mhamishe mgonjwa kwa uhamisho wa kitanda.
wards-admitted-at-stands = Mgonjwa amehamishwa au kuruhusiwa tangu hapo; wakati wa kulazwa haubadiliki.
wards-same-bed = Mgonjwa tayari yuko kwenye kitanda hiki. Chagua kingine.
wards-not-discharged = Mgonjwa bado hajaruhusiwa.

# Skrini

nav-beds = Vitanda
nav-ward = Wodi
wards-status-available = Wazi
wards-status-occupied = Kimejaa
wards-status-cleaning = Kisafishwe
wards-status-maintenance = Hakitumiki
wards-free-of = { $free } wazi kati ya { $all }
wards-outside = Nje ya wodi
wards-none = Bado hakuna vitanda.
wards-set-up = Weka vitanda
wards-bed = Kitanda
wards-bed-named = Kitanda { $bed }
wards-ward = Wodi
wards-all = Wodi zote
wards-days = siku { $days }
wards-day-of = Siku
wards-admitted = Alilazwa
wards-reason = Sababu
wards-assign = Mpe kitanda
wards-assign-for = Chagua kitanda wazi kwa { $patient }.
wards-patient = Mgonjwa
wards-transfer = Hamisha
wards-transfer-title = Kitanda kingine
wards-transfer-none = Hakuna kitanda kingine wazi.
wards-to-bed = Kwenda
wards-discharge = Ruhusu kuondoka
wards-discharge-title = Kuruhusu kuondoka
wards-discharge-summary = Kilichopatikana, kilichofanywa na kinachofuata
wards-make-available = Ni safi: kinaweza kutolewa
wards-admit = Laza
wards-in-bed = Kitanda { $bed }
wards-nobody = Hakuna aliyelazwa hapa.
wards-today-in = Waliolazwa leo
wards-today-out = Walioruhusiwa leo
wards-today-none = Hakuna leo.
wards-allergies = Mzio: { $what }
wards-chart = Fungua faili
wards-filter = Wodi ipi
done-assigned = Mgonjwa yuko kitandani.
done-transferred = Mgonjwa amehamishwa. Kitanda kingine kisafishwe.
done-discharged = Mgonjwa ameruhusiwa. Kitanda kisafishwe.
done-available = Kitanda kinaweza kutolewa.
wards-vitals = Vipimo
wards-works-there = Mtu huyu tayari anafanya kazi katika wodi hii.
