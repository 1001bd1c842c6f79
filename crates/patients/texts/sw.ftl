patients-born-too-early = Weka tarehe ya kuzaliwa kuanzia mwaka 1880.
patients-died-before-birth = Kifo hakiwezi kutangulia siku ya kuzaliwa. Rekebisha mojawapo ya tarehe hizo mbili.
patients-not-born-yet = Mgonjwa alikuwa hajazaliwa bado. Kagua mwaka, au tarehe ya kuzaliwa ya mgonjwa.
patients-duplicate =
    { $count ->
        [one] Mgonjwa anayefanana na huyu tayari amesajiliwa. Hakuna kilichohifadhiwa.
       *[other] Wagonjwa { $count } wanaofanana na huyu tayari wamesajiliwa. Hakuna kilichohifadhiwa.
    }
patients-merged-away = Rekodi hii iliunganishwa na ya mgonjwa { $into }. Endelea kwenye rekodi hiyo, au tengua kwanza muungano.
patients-not-merged = Rekodi hii haijaunganishwa na nyingine. Hakuna cha kutengua.
patients-merge-one-of = Taja rekodi nyingine ama kama “into” (inabaki) au kama “duplicate” (inaachwa).
patients-merge-itself = Rekodi haiwezi kuunganishwa na yenyewe. Taja nyingine.
patients-merge-conflict = Rekodi hizi mbili haziwezi kuunganishwa maadamu zote zina: { $what }. Iondoe kwanza kwenye mojawapo.
patients-revoked-before-given = Ridhaa haiwezi kuondolewa kabla ya kutolewa. Sahihisha wakati mmojawapo.
patients-allergy-removal =
    { $count ->
        [one] Mzio mmoja unaoweza kuwa mkali ungeondolewa. Ikiwa umethibitishwa kuwa haupo, tuma mabadiliko tena ukithibitisha `confirm_allergies`.
       *[other] Mizio { $count } inayoweza kuwa mikali ingeondolewa. Ikiwa imethibitishwa kuwa haipo, tuma mabadiliko tena ukithibitisha `confirm_allergies`.
    }
patients-allergy-known = Mzio wa “{ $substance }” tayari umerekodiwa. Badilisha rekodi hiyo.
patients-proxy-self = Hii ni akaunti ya mgonjwa mwenyewe. Chagua akaunti ya mtu anayemwakilisha.
patients-proxy-parent-day = Usitaje siku ya mwisho: mzazi anamwakilisha mtoto hadi afikie umri wa utu uzima.
patients-proxy-of-age = Mgonjwa ana umri wa miaka { $age } au zaidi. Sajili mlezi ambaye mgonjwa amekubali.
patients-proxy-carer-day = Taja siku ya mwisho ya mlezi: kuanzia leo, isizidi miaka miwili kutoka sasa.
patients-proxy-agreed = Mlezi anahitaji idhini ya mgonjwa. Muulize mgonjwa, kisha useme kwamba amekubali.
patients-proxy-ended = Mtu huyu hamwakilishi mgonjwa tena. Mrekodi upya kama anaendelea tena.

# Kurasa

nav-patients = Wagonjwa
patients-find = Jina, namba au simu
patients-find-button = Tafuta
patients-find-nobody = Hakuna aliyepatikana kwa “{ $asked }”. Jaribu herufi chache, namba ya simu au namba ya mgonjwa.
patients-name = Jina
patients-age = Umri
patients-number = Namba

# Skrini

patients-none-yet = Bado hakuna wagonjwa. Utakaowasajili watapatikana hapa.
patients-newest = Waliosajiliwa karibuni
patients-register = Sajili mgonjwa
patients-register-title = Sajili mgonjwa
patients-register-asked = Sajili “{ $asked }”
patients-register-and-book = Sajili na weka miadi
patients-register-only = Sajili
patients-different = Ni mtu mwingine, sajili
patients-alike = Je, ni mmoja wa hawa?
patients-open = Fungua { $name }
patients-out-of-reach = Mgonjwa usiyeruhusiwa kumwona
patients-reason-same-national-id = kitambulisho kimoja
patients-reason-same-name = jina moja
patients-reason-swapped-names = majina yamebadilishana
patients-reason-similar-name = jina linalofanana
patients-reason-sounds-alike = hutamkwa vilevile
patients-reason-same-birth-date = tarehe moja ya kuzaliwa
patients-reason-similar-birth-date = tarehe ya kuzaliwa inakaribiana
patients-reason-same-phone = simu moja
patients-reason-same-email = barua pepe moja
patients-reason-different-birth-date = tarehe nyingine ya kuzaliwa
patients-reason-different-gender = jinsia nyingine
patients-first-name = Jina la kwanza
patients-last-name = Jina la ukoo
patients-born = Tarehe ya kuzaliwa
patients-born-hint = 1990-05-12, au umri: 34, 8m (miezi), 12d (siku)
patients-phone = Simu
patients-more = Zaidi kuhusu mgonjwa
patients-card = Namba ya kadi
patients-card-hint = Ikiachwa wazi, namba itatolewa.
patients-national-id = Kitambulisho au pasipoti
patients-address = Anwani
patients-email = Barua pepe
patients-emergency = Wakati wa dharura
patients-known-allergies = Mzio
patients-known-allergies-hint = Tenganisha kwa koma. Andika “Hakuna” ukiwa umeuliza na hakuna.
patients-language = Lugha ya ujumbe
patients-language-en = Kiingereza
patients-language-fr = Kifaransa
patients-language-sw = Kiswahili
patients-last-visit = Ziara ya mwisho
patients-expected = Anatarajiwa
patients-never = Bado
patients-sex-male = Mwanaume
patients-sex-female = Mwanamke
patients-sex-other = Nyingine
patients-sex-unknown = Haijulikani
patients-age-years = miaka { $count }
patients-age-months = miezi { $count }
patients-age-about = takriban { $age }
patients-age-or-birth = Tuma tarehe ya kuzaliwa au umri, si vyote viwili.
patients-not-an-age = Andika umri kama 34 (miaka), 8m (miezi), 3w (wiki) au 12d (siku).
patients-age-days = siku { $count }
patients-deceased = Amefariki
patients-merged = Rekodi hii imeunganishwa na nyingine.
patients-merged-open = Fungua hiyo
patients-tabs = Kuhusu mgonjwa
patients-tab-overview = Muhtasari
patients-allergies = Mzio: { $what }
patients-severe = kali
patients-allergies-not-asked = Mzio: bado hajaulizwa
patients-allergies-said = Mzio: “{ $what }”
patients-reach = Mtu na mawasiliano
patients-change = Badilisha
patients-messages = Ujumbe kwa simu au barua pepe
patients-messages-not-asked = Bado hajaulizwa
patients-messages-agreed = Alikubali { $day }
patients-messages-refused = Alikataa { $day }
patients-messages-yes = Anakubali
patients-messages-no = Anakataa
done-registered = Mgonjwa amesajiliwa.
done-consent = Imeandikwa.
patients-import-empty = Faili hii haina safu chini ya kichwa chake. Ongeza mstari kwa kila mgonjwa.
patients-import-unreadable = Mstari { $line } hauwezi kusomwa. Hifadhi jedwali kama CSV katika UTF-8.
patients-import-column = Safuwima “{ $column }” si ya mgonjwa. Zilizopo ni: { $columns }.
patients-import-twice = Safuwima “{ $column }” ipo mara mbili. Bakiza moja.
patients-import-cells = Safu ina seli { $cells } na kichwa kina { $columns }. Weka seli zenye koma ndani ya alama za nukuu.
patients-import-uid = “{ $value }” si UUID. Acha seli tupu ikiwa jedwali halina.
patients-import-removed = Safu hii ilisajiliwa awali na ikaondolewa baadaye. Uache, au rejesha kwanza rekodi.
patients-import-not-all = Hakuna kilichohifadhiwa, kwa kuwa baadhi ya safu haziwezi kuchukuliwa; ripoti inasema zipi.
patients-import-too-many = Jedwali lina safu zaidi ya { $most }. Litume kwa sehemu, kila moja ikiwa na kichwa.
patients-birth-forms = “{ $value }” si tarehe ya kuzaliwa. Andika siku (1992-04-03), mwaka tu (1992), au umri: 34 (miaka), 8m (miezi), 3w (wiki) au 12d (siku).
patients-allergy-is-none = “{ $said }” si jina la mzio. Iandike katika orodha ya mzio inayojulikana ya mgonjwa: hapo inasema kwamba hakuna unaojulikana.
patients-reason-estimated-birth-date = tarehe za kuzaliwa zinazoweza kuwa sawa (moja ni ya kukadiria)
patients-print-card = Chapisha kadi ya mgonjwa
patients-reason-different-national-id = namba tofauti ya kitambulisho
patients-messages-by = Ujumbe kwa
patients-messages-agrees = Anakubali kuandikiwa
patients-merge-title = Unganisha na rekodi nyingine
patients-merge-what = Rekodi mbili za mtu mmoja zinakuwa moja. Hii inabaki; nyingine inaachwa na yaliyomo yanahamia hapa. Kabla ya kufanya lolote, zote mbili zinaonyeshwa kando kwa kando.
patients-merge-other = Rekodi nyingine ya mtu huyu
patients-merge-reason = Kwa nini ni mtu mmoja
patients-merge-compare = Onyesha zote mbili
patients-merge-not = Usiunganishe
patients-merge-sure = { $given } inaachwa, na kila kilicho chake kinahamia { $stays }. Linganisha zote mbili kabla ya kuunganisha.
patients-merge-undo = Inaweza kutenguliwa kwenye rekodi iliyoachwa.
patients-merge-given-up = Inaachwa
patients-merge-stays = Inabaki
patients-merge-do = Unganisha hizi mbili
patients-merge-another = Chagua nyingine
patients-link-own = Hii ni akaunti yako mwenyewe. Mwombe mwenzako aiunganishe.
patients-link-taken = Rekodi hii tayari ni ya akaunti nyingine. Ikiwa ni kosa, ondoa kwanza akaunti hiyo (acha wazi), kisha unganisha iliyo sahihi.
patients-merge-compared = Ulinganisho: { $reasons }.
patients-merge-nothing-alike = Hakuna kinachoonyesha kwamba hawa ni mtu mmoja.
done-merged = Rekodi hizo mbili sasa ni moja.
