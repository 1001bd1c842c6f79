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
