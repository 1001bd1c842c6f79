patients-born-too-early = Weka tarehe ya kuzaliwa kuanzia mwaka 1880.
patients-died-before-birth = Kifo hakiwezi kutangulia siku ya kuzaliwa. Rekebisha mojawapo ya tarehe hizo mbili.
patients-duplicate =
    { $count ->
        [one] Mgonjwa anayefanana na huyu tayari amesajiliwa. Hakuna kilichohifadhiwa.
       *[other] Wagonjwa { $count } wanaofanana na huyu tayari wamesajiliwa. Hakuna kilichohifadhiwa.
    }
patients-merged-away = Rekodi hii iliunganishwa na ya mgonjwa { $into }. Endelea kwenye rekodi hiyo, au tengua kwanza muungano.
patients-not-merged = Rekodi hii haijaunganishwa na nyingine.
patients-merge-one-of = Taja rekodi nyingine ama kama “into” (inabaki) au kama “duplicate” (inaachwa).
patients-merge-itself = Rekodi haiwezi kuunganishwa na yenyewe.
patients-merge-conflict = Rekodi hizi mbili haziwezi kuunganishwa maadamu zote zina: { $what }.
patients-revoked-before-given = Ridhaa haiwezi kuondolewa kabla ya kutolewa.
patients-allergy-removal =
    { $count ->
        [one] Mzio mmoja unaoweza kuwa mkali ungeondolewa. Ikiwa umethibitishwa kuwa haupo, tuma mabadiliko tena pamoja na “confirm_allergies”: true.
       *[other] Mizio { $count } inayoweza kuwa mikali ingeondolewa. Ikiwa imethibitishwa kuwa haipo, tuma mabadiliko tena pamoja na “confirm_allergies”: true.
    }
patients-allergy-known = Mzio wa “{ $substance }” tayari umerekodiwa. Badilisha rekodi hiyo.
patients-proxy-self = Hii ni akaunti ya mgonjwa mwenyewe. Chagua akaunti ya mtu anayemwakilisha.
patients-proxy-parent-day = Usitaje siku ya mwisho: mzazi anamwakilisha mtoto hadi afikie umri wa utu uzima.
patients-proxy-of-age = Mgonjwa ana umri wa miaka { $age } au zaidi. Sajili mlezi ambaye mgonjwa amekubali.
patients-proxy-carer-day = Taja siku ya mwisho ya mlezi: kuanzia leo, isizidi miaka miwili kutoka sasa.
patients-proxy-agreed = Mlezi anahitaji idhini ya mgonjwa. Muulize mgonjwa, kisha useme kwamba amekubali.
patients-proxy-ended = Mtu huyu hamwakilishi mgonjwa tena.

# Kurasa

nav-patients = Wagonjwa
patients-find = Jina, namba au simu
patients-find-button = Tafuta
patients-find-nobody = Hakuna aliyepatikana kwa “{ $asked }”. Jaribu herufi chache, namba ya simu au namba ya mgonjwa.
patients-name = Jina
patients-age = Umri
patients-number = Namba
