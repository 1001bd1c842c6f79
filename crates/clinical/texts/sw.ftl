# Texts of the clinical module.
clinical-encounter-signed = Ziara hii ya matibabu imeshatiwa saini na haibadilishwi. Andika nyongeza badala yake.
clinical-no-appointment = Ziara hii haina miadi, kwa hiyo hakuna miadi ya kukamilisha. Kamilisha ziara peke yake.
clinical-not-a-doctor = Chagua mtumiaji anayefanya kazi mwenye jukumu la Daktari.
clinical-icd-code = Weka msimbo wa ICD-10 au ICD-11 kama I10 au A00.9, na uandike jina la ugonjwa kwenye sehemu yake.
clinical-no-measure = Weka angalau kipimo kimoja.
clinical-impossible = Weka thamani kati ya { $low } na { $high }: hakuna mtu aliye hai mwenye kipimo nje ya hapo.
clinical-fahrenheit = Weka nyuzi za Selsiasi: { $value } °F ni { $celsius } °C.
clinical-metres = Weka sentimita: { $centimetres } badala ya { $value }.
clinical-grams = Weka kilogramu: gramu { $value } ni kilogramu { $kilograms }.
clinical-centimetres = Weka milimita: { $millimetres } badala ya { $value }.
clinical-diastolic = Shinikizo la chini (diastoli) huwa dogo kuliko la juu (sistoli). Angalia kama yamebadilishana.
clinical-vitals-encounter = Vipimo hubaki kwenye ziara ya matibabu vilipochukuliwa. Rekodi vipimo vipya kwa ziara nyingine.
clinical-critical-value = { $measure ->
    [temperature] Joto la mwili { $value } °C
    [heart_rate] Mapigo ya moyo { $value } kwa dakika
    [respiratory_rate] Pumzi { $value } kwa dakika
    [systolic_bp] Shinikizo la juu la damu (sistoli) { $value } mmHg
    [diastolic_bp] Shinikizo la chini la damu (diastoli) { $value } mmHg
    [oxygen_saturation] Oksijeni kwenye damu { $value } %
    [muac] Mzunguko wa mkono wa juu { $value } mm
    [blood_glucose] Sukari kwenye damu { $value } mmol/L
    [gcs] Alama ya Glasgow { $value }
    [pain] Alama ya maumivu { $value }
    [capillary_refill] Kurudi kwa rangi ya ngozi sekunde { $value }
    [weight] Uzito kilo { $value }
   *[other] { $measure } { $value }
}
clinical-news2-high = Alama ya tahadhari ya mapema (NEWS2) { $score } au zaidi: uchunguzi wa dharura
clinical-already-recorded = { $what } imeshaandikwa (namba { $id }). Badilisha rekodi hiyo badala yake.
clinical-cvx-code = Weka msimbo wa CVX wa chanjo: tarakimu mbili au tatu, kwa mfano 19 kwa BCG.
clinical-vaccine-due = { $vaccine }, dozi ya { $dose }, inatakiwa tangu { $since }.
clinical-rank = Weka 1 (huonyeshwa kwanza), 2 (ya kawaida) au 3 (hupatikana ikitafutwa).
clinical-list-header = Mstari wa kwanza lazima utaje safu za code na title.
clinical-list-line = Mstari { $line }: panahitajika msimbo kama I10, jina lisilozidi herufi 255 na cheo cha 1 hadi 3.
clinical-override-reason = Hili linahitaji kuangaliwa kabla ya kuendelea: { $alerts } Chagua dawa nyingine, au rudia ukitumia `override_reason` ukieleza kwa nini inamfaa mgonjwa huyu.
clinical-override-wanted = Hili linahitaji kuangaliwa kabla ya kuendelea: { $alerts } Chagua dawa nyingine, au eleza sababu kwa nini inamfaa mgonjwa huyu.
clinical-no-allergy = Hakuna mzio uliorekodiwa unaohusu { $name }.
clinical-could-not-check = Haikuweza kukaguliwa: { $names } haijulikani. Angalia tahajia au itafute kabla ya kuendelea.
clinical-medications = Taja dawa 1 hadi { $max }.
clinical-prescription-encounter = Agizo la dawa hubaki na ziara yake. Lighairi na uagize upya.
clinical-prescription-quantity = Weka kiasi kuanzia { $min } hadi { $max }.
clinical-prescription-dispensed = Sehemu yake imeshatolewa. Lighairi na uagize upya.
clinical-prescription-other-drug = { $name } na { $item } ni dawa tofauti. Sahihisha jina au chagua dawa sahihi.
clinical-age-days = Weka umri wa siku 0 hadi { $max }.
clinical-nothing-written = Bado hakuna kilichoandikwa. Andika angalau sababu ya mgonjwa kuja, au kilichoonekana, kabla ya kutia sahihi.
clinical-no-doctor = Bado hakuna daktari anayemwona { $patient }: panga miadi au mwite daktari, ili mtu achukue hatua kuhusu vipimo hivi.

# Pages.
nav-clinic = Leo
done-kept = Maandishi yamehifadhiwa.
done-signed = Ziara imetiwa sahihi.
done-addendum = Nyongeza imeongezwa.
done-prescribed = Dawa imeandikwa.
done-medicine-cancelled = Dawa imefutwa.
done-vitals = Vipimo vimehifadhiwa.
done-task = Kazi imekamilika.
done-task-taken = Kazi ni yako.
clinical-visit-begin = Anza ziara
clinical-visit-go-on = Endelea na ziara
clinical-visit-of = Ziara ya { $day }
clinical-visit-open = Haijatiwa sahihi
clinical-visit-signed = Imetiwa sahihi
clinical-kept = Imehifadhiwa { $time }
clinical-doctor = Daktari
clinical-appointment = Miadi
clinical-next-patient = Mgonjwa anayefuata
clinical-note-withheld = Aliyoandika daktari si sehemu ya kazi yako.
clinical-note-blank = Bado hakuna kilichoandikwa katika ziara hii.
clinical-note-empty = hakuna kilichoandikwa
clinical-complaint = Malalamiko
clinical-history = Historia ya ugonjwa
clinical-examination = Uchunguzi
clinical-diagnosis = Utambuzi
clinical-diagnosis-code = Namba ya utambuzi (ICD-10)
clinical-plan = Mpango
clinical-further-notes = Maelezo mengine
clinical-notes = Maelezo
clinical-complete = Sahihi inakamilisha miadi
clinical-keep = Hifadhi rasimu
clinical-sign = Tia sahihi
clinical-prescribe = Andika dawa
clinical-back-to-visit = Rudi kwenye ziara
clinical-addenda = Nyongeza
clinical-addenda-none = Hakuna kilichoongezwa.
clinical-addendum = Ongeza kwenye ziara iliyotiwa sahihi
clinical-addendum-add = Ongeza
clinical-medicines = Dawa
clinical-medicines-none = Hakuna dawa iliyoandikwa katika ziara hii.
clinical-medicines-number = Dawa zilizoandikwa katika ziara hii: { $count }
clinical-medicine-active = Ya kutumiwa
clinical-medicine-pending = Inasubiri famasia
clinical-medicine-completed = Imekamilika
clinical-medicine-cancelled = Imefutwa
clinical-medicine-cancel = Futa
clinical-doses = { $doses } (jumla { $quantity })
clinical-override-because = Imeandikwa hata hivyo: { $reason }
clinical-safety-then = Ilipoandikwa:
clinical-safety-nothing = Imekaguliwa, hakuna tatizo
clinical-safety-contraindicated = Haifai kabisa
clinical-safety-severe = Hatari
clinical-safety-moderate = Kuwa mwangalifu
clinical-safety-inform = Ya kujua
clinical-unchecked = Haikukaguliwa: { $parts }.
clinical-unchecked-rest = Hakuna kilichopatikana katika mengine.
clinical-unchecked-name = { $what } haijulikani
clinical-unchecked-allergies = mizio, kwa kuwa mgonjwa bado hajaulizwa
clinical-unchecked-amount = kipimo{ $what ->
    [empty] {""}
   *[other] {" "}cha { $what }
}, kwa kuwa hakikusomeka: andika 500 mg, au vidonge 2 ikiwa jina linasema nguvu ya dawa
clinical-unchecked-strengths = kipimo cha { $what }, kwa kuwa haijulikani dawa ina kiasi gani: andika nguvu ya kila kiambato, kwa mfano 875/125 mg
clinical-unchecked-unit = kipimo cha { $what }, kwa kuwa kipimo cha juu cha kawaida kiko katika kizio kingine
clinical-unchecked-no-limit = kipimo{ $what ->
    [empty] {""}
   *[other] {" "}cha { $what }
}, kwa kuwa kipimo cha juu cha kawaida hakijulikani
clinical-unchecked-no-child-limit = kipimo cha { $what }, kwa kuwa kipimo cha juu cha kawaida kwa watoto hakijulikani
clinical-unchecked-weight = kipimo cha { $what } kwa uzito, kwa kuwa uzito wa karibuni haujulikani
clinical-unchecked-frequency = kipimo cha { $what } kwa siku, kwa kuwa idadi ya mara haikusomeka: andika kwa mfano mara 3 kwa siku
clinical-unchecked-dose = kipimo
clinical-allergies-unasked = Haikuweza kukaguliwa: mgonjwa huyu bado hajaulizwa kuhusu mizio. Muulize, na uandike jibu.
clinical-safety-meant = Labda ni: { $names }.
clinical-news2-advice-low = Uangalizi wa kawaida: angalau kila saa 12 kwa alama 0, kila saa 4 hadi 6 kuanzia alama 1.
clinical-news2-advice-low-medium = Kipimo kimoja kina alama 3: angalia angalau kila saa, tathmini ya haraka wodini.
clinical-news2-advice-medium = Angalia angalau kila saa, tathmini ya haraka na daktari.
clinical-news2-advice-high = Uangalizi wa mfululizo, tathmini ya dharura.
clinical-danger-fast-breathing = kupumua haraka (60 au zaidi, imehesabiwa mara mbili)
clinical-danger-infant-fever = homa (38.0 au zaidi)
clinical-danger-infant-cold = joto la mwili liko chini (chini ya 35.5)
clinical-danger-infant-still = anasogea akichokozwa tu, au hasogei kabisa
clinical-danger-lethargic = amelegea sana au hana fahamu
clinical-danger-coma = amepoteza fahamu (anaitikia maumivu tu, au haitikii kabisa)
clinical-danger-shock = dalili za mshtuko: mikono baridi, damu kurudi kwa zaidi ya sekunde 3, mapigo dhaifu na ya haraka
clinical-danger-distress = shida kubwa ya kupumua
clinical-danger-very-hot = joto la mwili liko juu sana
clinical-danger-wasted = kukonda sana kunakoonekana (utapiamlo)
clinical-danger-tiny = mtoto mchanga sana (chini ya miezi 2)
clinical-danger-first-fast-breathing = rufaa au kulazwa kwa haraka; dozi ya kwanza ya antibiotiki; atunzwe joto
clinical-danger-first-infant-fever = rufaa au kulazwa kwa haraka; dozi ya kwanza ya antibiotiki; atunzwe joto
clinical-danger-first-infant-cold = rufaa au kulazwa kwa haraka; dozi ya kwanza ya antibiotiki; atunzwe joto
clinical-danger-first-infant-still = rufaa au kulazwa kwa haraka; dozi ya kwanza ya antibiotiki; atunzwe joto
clinical-danger-first-lethargic = rufaa au kulazwa kwa haraka baada ya matibabu ya awali
clinical-danger-first-coma = fungua njia ya hewa, mlaze upande, pima na rekebisha sukari
clinical-danger-first-shock = oksijeni, zuia damu, mtunze joto, maji kwa chati ya mshtuko; chati nyingine akiwa na utapiamlo mkali au upungufu mkubwa wa damu
clinical-danger-first-distress = oksijeni; tibu kupaliwa au kukoroma kifua ikiwa kupo
clinical-danger-first-very-hot = mpime na mtibu bila kusubiri foleni
clinical-danger-first-wasted = mpime na mtibu bila kusubiri foleni
clinical-danger-first-tiny = mpime na mtibu bila kusubiri foleni
clinical-alert-same = { $medicine }: mgonjwa ana mzio wa { $other }.
clinical-alert-allergy = { $medicine } ina { $ingredient }: mgonjwa ana mzio wa { $other } ({ $allergen }).
clinical-alert-with = { $medicine } pamoja na { $other }:
clinical-alert-duplicate = { $medicine } pamoja na { $other }, karibu dawa ileile:
clinical-alert-pregnancy = { $medicine } wakati wa ujauzito:
clinical-alert-could-become-pregnant = { $medicine } kwa mwanamke anayeweza kupata mimba:
clinical-alert-breastfeeding = { $medicine } wakati wa kunyonyesha:
clinical-alert-age = { $medicine } katika umri huu:
clinical-alert-g6pd-deficiency = { $medicine } kwa upungufu wa G6PD:
clinical-alert-dose = Kipimo cha { $medicine }:
clinical-alert-dose-day = { $amount }{ $ingredient ->
    [empty] {""}
   *[other] {" "}za { $ingredient }
} kwa siku; kipimo cha juu cha kawaida kwa siku{ $whom ->
    [anybody] {""}
    [child] {" "}kwa mtoto
   *[other] {" "}kwa kilo { $whom }
} ni { $limit }.
clinical-alert-dose-unweighed = Mtoto hajapimwa uzito hivi karibuni: kilo { $kilograms } ni uzito wa watoto wazito zaidi wa umri huu. Pima uzito kwanza.
clinical-alert-dose-once = { $amount }{ $ingredient ->
    [empty] {""}
   *[other] {" "}za { $ingredient }
} kwa mara moja; kipimo cha juu cha kawaida kwa mara moja{ $whom ->
    [anybody] {""}
    [child] {" "}kwa mtoto
   *[other] {" "}kwa kilo { $whom }
} ni { $limit }.
clinical-alert-other = { $medicine } kwa mgonjwa huyu:
clinical-prescribe-title = Andika dawa
clinical-prescribe-new = Dawa nyingine
clinical-prescribe-add = Ongeza
clinical-check = Kagua tu
clinical-check-what = Chagua dawa au andika jina lake ili ikaguliwe.
clinical-medication = Dawa ya hospitali hii
clinical-medication-name = Au jina lake kama linavyoandikwa
clinical-medication-name-hint = Kwa dawa ambayo hospitali haina, kama Amoxicillin 500 mg.
clinical-dosage = Kipimo
clinical-dosage-hint = Kama vidonge 2
clinical-frequency = Mara ngapi
clinical-frequency-hint = Kama mara 3 kwa siku
clinical-duration = Muda
clinical-duration-hint = Kama siku 5
clinical-quantity = Kiasi
clinical-quantity-hint = Huhesabiwa ikiachwa wazi
clinical-quantity-counted = { $quantity } ikiachwa wazi
clinical-instructions = Maelekezo
clinical-override = Kwa nini inafaa kwa mgonjwa huyu
clinical-earlier = Zilizoandikwa kabla
clinical-repeat = Rudia
clinical-in-stock = { $name } · { $form } · { $quantity } zipo ({ $unit })
clinical-out-of-stock = { $name } · { $form } · imeisha
clinical-vitals = Vipimo vya mwili
clinical-vitals-take = Vipimo
clinical-alerts-more = … na tahadhari nyingine { $count } kwenye faili
clinical-recorded-before = Mgonjwa aliyetangulia, { $patient }: imehifadhiwa.
clinical-critical-recorded = Vipimo vya hatari
clinical-critical-seen = Nimeona, endelea
clinical-vitals-none = Bado hakuna vipimo.
clinical-vitals-first = Hivi ni vipimo vya kwanza vya mgonjwa huyu.
clinical-vitals-not-today = Hakuna vipimo leo
clinical-vitals-save = Hifadhi
clinical-vitals-save-next = Hifadhi na endelea
clinical-vitals-round = Chukua vipimo
clinical-more-measures = Vipimo zaidi
clinical-taken-before = Si za leo: zilichukuliwa
clinical-taken = Vilichukuliwa
clinical-before = { $value } kabla
clinical-before-on = { $value } tarehe { $day }
clinical-level-normal = kawaida
clinical-level-low = chini
clinical-level-high = juu
clinical-level-critical = hatari
clinical-level-critical-low = chini mno
clinical-level-critical-high = juu mno
clinical-news2 = Alama ya tahadhari (NEWS2): { $score }
clinical-news2-at-least = Alama ya tahadhari (NEWS2): angalau { $score }
clinical-recorded-for = Vimeandikwa kwa { $patient }
clinical-round-left = Bado bila vipimo leo: { $count }
clinical-round-done = Kila mtu ana vipimo leo.
clinical-round-back = Rudi
clinical-book-visit = Panga miadi
clinical-start-next = Anza anayefuata
clinical-today-nobody = Hakuna mwenye miadi nawe leo. Unaweza kuanza ziara kutoka ukurasa wa mgonjwa.
clinical-find-patient = Tafuta mgonjwa
clinical-inside = Yuko nawe
clinical-inside-none = Hakuna aliye nawe.
clinical-waiting = Wanasubiri
clinical-waiting-none = Hakuna anayekusubiri.
clinical-due = Wanaotarajiwa leo
clinical-due-none = Hakuna mwingine anayetarajiwa leo.
clinical-seen = Walioonwa leo: { $count }
clinical-waits = anasubiri dakika { $minutes }
clinical-unsigned = Hazijatiwa sahihi
clinical-unsigned-none = Ziara zako zote zimetiwa sahihi.
clinical-tasks = Kazi
clinical-tasks-unassigned = Kazi zisizo na mtu
clinical-tasks-more = Kazi zote: kuna nyingine zaidi ya hizi
clinical-task-high = haraka
clinical-task-late = imechelewa
clinical-task-done = Imekwisha
clinical-task-take = Nitaifanya
field-systolic-bp = Presha ya juu (mmHg)
field-diastolic-bp = Presha ya chini (mmHg)
field-heart-rate = Mapigo ya moyo (/dak)
field-respiratory-rate = Upumuaji (/dak)
field-temperature = Joto (°C)
field-oxygen-saturation = Oksijeni (%)
field-weight = Uzito (kg)
field-height = Urefu (cm)
field-head-circumference = Kichwa (cm)
field-muac = Mkono wa juu (mm)
field-blood-glucose = Sukari (mmol/L)
field-capillary-refill = Damu kurudi (s)
field-pain = Maumivu (0–10)
field-gcs = Glasgow (3–15)
field-consciousness = Fahamu
field-breathing = Anapumua
field-height-position = Urefu ulipimwa
field-pregnant = Mjamzito
field-saturation-scale-2 = Kipimo cha oksijeni 2
choice-consciousness-alert = Yuko macho
choice-consciousness-confusion = Amechanganyikiwa
choice-consciousness-voice = Anaitikia sauti
choice-consciousness-pain = Anaitikia maumivu
choice-consciousness-unresponsive = Haitikii
choice-breathing-air = Hewa ya kawaida
choice-breathing-oxygen = Oksijeni
choice-height-position-standing = Amesimama
choice-height-position-lying = Amelala
field-chief-complaint = Malalamiko
field-presenting-illness-history = Historia ya ugonjwa
field-physical-examination = Uchunguzi
field-diagnosis-code = Namba ya utambuzi
field-treatment-plan = Mpango
field-medication-name = Jina la dawa
field-override-reason = Sababu ya kuendelea
field-text = Maandishi
field-complete-appointment = Inakamilisha miadi
clinical-templates = Weka kiolezo
clinical-templates-hint = Au malizia sehemu ya maandishi kwa / na mwanzo wa jina, kwa mfano /ante: kiolezo huchukua nafasi yake.

chart-problems = Matatizo
chart-problems-none = Hakuna tatizo lililorekodiwa.
chart-problems-over = Yaliyokwisha: { $count }
chart-problem-resolved = Limekwisha
chart-problem-add = Ongeza tatizo
chart-problem = Tatizo
chart-code = Msimbo (ICD-10)
chart-since = tangu
chart-since-day = Tangu
chart-add = Ongeza
chart-medicines = Dawa
chart-medicines-now = Dawa za sasa
chart-medicines-before = Za awali
chart-medicines-none = Hakuna dawa inayotumika sasa.
chart-medicines-never = Hakuna dawa iliyoandikwa bado.
chart-medicines-all = Dawa zote
chart-medicine = Dawa
chart-doses = Kipimo cha dawa
chart-dispensed = Zilizotolewa
chart-dispensed-of = { $given } kati ya { $of }
chart-dispensed-not = Hazikutolewa hapa
chart-dispensed-not-yet = Bado hazijatolewa
chart-prescribed = Iliandikwa
chart-state = Hali
chart-measure = Kipimo
chart-course = Mwenendo
chart-vitals-signs = ↑ juu ya kawaida kwa umri na jinsia, ↓ chini yake, ‼ mtu achukue hatua mara moja. Mstari unaonyesha namba zilezile, ya kwanza ikiwa kushoto.
chart-timeline = Mfuatano wa matukio
chart-timeline-none = Hakuna kilichorekodiwa bado. Ziara, dalili muhimu, dawa na vipimo huonekana hapa.
chart-timeline-all = Matukio yote
chart-newest = Rudi kwa mapya
chart-older = Ya zamani zaidi
chart-unusual = si kawaida
chart-kind-admissions = Kulazwa
chart-stay-begins = Amelazwa
chart-stay-ends = Ameruhusiwa
chart-kind-encounters = Ziara
chart-kind-vitals = Dalili muhimu
chart-kind-appointments = Miadi
chart-kind-medical-conditions = Tatizo
chart-kind-surgical-history = Upasuaji
chart-kind-vaccinations = Chanjo
chart-kind-prescriptions = Dawa
chart-kind-lab-orders = Maabara
chart-access = Nani aliangalia
chart-access-none = Hakuna mwingine aliyeangalia rekodi hii bado.
chart-access-unknown = Haikuwezekana kujua nani aliangalia. Jaribu tena baadaye.
chart-access-emergency = Dharura
chart-access-proxy = Anamwakilisha mgonjwa
done-problem-added = Tatizo limerekodiwa.
done-problem-resolved = Tatizo limekwisha.
clinical-acknowledge-why = Eleza hatua iliyochukuliwa kuhusu matokeo haya ya hatari: yakishathibitishwa, hakuna mwingine atakayeambiwa.
clinical-minutes-ago = dakika { $count } zilizopita
clinical-hours-ago = saa { $count } zilizopita
clinical-days-ago = siku { $count } zilizopita
clinical-vitals-overdue = Imechelewa: pima angalau kila saa { $hours }
clinical-prescription-given = Dawa yote iliyoandikwa imetolewa. Fanya upya dawa badala yake.
clinical-sign-reason = { $medicine }: { $alerts } Badilisha au ghairi dawa hii, au andika pamoja nayo kwa nini inafaa (“Sababu ya kuendelea”), kisha saini.
clinical-known-since = { $medicine }, iliyoandikwa tarehe { $date }: hili limejulikana baadaye. { $message }
