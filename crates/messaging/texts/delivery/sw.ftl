message-reminder-sms = Habari { $name }, una miadi siku ya { $when }. Jibu 1 kuthibitisha, 2 kama huwezi kuja. Ili usipokee ujumbe tena, jibu SIMAMA.
    .with-hospital = { $hospital }: habari { $name }, una miadi siku ya { $when }. Jibu 1 kuthibitisha, 2 kama huwezi kuja. Ili usipokee ujumbe tena, jibu SIMAMA.
message-followup-sms = Habari { $name }, asante kwa kututembelea. Ukiwa na maswali au ukijisikia vibaya zaidi, tupigie simu au rudi. Ili usipokee ujumbe tena, jibu SIMAMA.
    .with-hospital = { $hospital }: habari { $name }, asante kwa kututembelea. Ukiwa na maswali au ukijisikia vibaya zaidi, tupigie simu au rudi. Ili usipokee ujumbe tena, jibu SIMAMA.
message-reminder-subject = Miadi yako
    .with-hospital = Miadi yako – { $hospital }
message-reminder-email =
    Habari { $name },

    una miadi siku ya { $when }.

    Nitakuja: { $confirm }

    Siwezi kuja: { $cancel }

    Kama huwezi kuja, tafadhali tujulishe ili mtu mwingine apate nafasi yako.
    .with-hospital =
        Habari { $name },

        una miadi katika { $hospital } siku ya { $when }.

        Nitakuja: { $confirm }

        Siwezi kuja: { $cancel }

        Kama huwezi kuja, tafadhali tujulishe ili mtu mwingine apate nafasi yako.
message-followup-subject = Asante kwa kututembelea
    .with-hospital = Asante kwa kuitembelea { $hospital }
message-followup-email =
    Habari { $name },

    asante kwa kututembelea. Ukiwa na maswali au ukijisikia vibaya zaidi, tupigie simu au rudi.
    .with-hospital =
        Habari { $name },

        asante kwa kuitembelea { $hospital }. Ukiwa na maswali au ukijisikia vibaya zaidi, tupigie simu au rudi.
message-opted-out = Hutapokea tena ujumbe kutoka kwetu. Ili kupokea tena, jibu ANZA.
message-opted-in = Utapokea tena ujumbe wetu. Ili usipokee, jibu SIMAMA.
message-test = Huu ni ujumbe wa majaribio kutoka Chelal.
message-test-subject = Ujumbe wa majaribio
messaging-not-now = Haiwezekani wakati ujumbe uko katika hali ya { $state }. Upakie tena ili kuona linalowezekana.
messaging-resent-often = Ujumbe huu umekwisha kutumwa tena mara { $times }. Unaweza kutumwa tena kuanzia { $when }.
message-moved-sms = Habari { $name }, miadi yako imehamishwa. Sasa ni { $when }. Ili usipokee ujumbe tena, jibu SIMAMA.
    .with-hospital = { $hospital }: habari { $name }, miadi yako imehamishwa. Sasa ni { $when }. Ili usipokee ujumbe tena, jibu SIMAMA.
message-moved-subject = Miadi yako imehamishwa
    .with-hospital = Miadi yako imehamishwa – { $hospital }
message-moved-email =
    Habari { $name },

    miadi yako imehamishwa. Sasa ni { $when }.
    .with-hospital =
        Habari { $name },

        miadi yako katika { $hospital } imehamishwa. Sasa ni { $when }.
message-cancelled-sms = Habari { $name }, miadi yako ya { $when } haitafanyika. Tafadhali piga simu upate nyingine. Ili usipokee ujumbe tena, jibu SIMAMA.
    .with-hospital = { $hospital }: habari { $name }, miadi yako ya { $when } haitafanyika. Tafadhali piga simu upate nyingine. Ili usipokee ujumbe tena, jibu SIMAMA.
message-cancelled-subject = Miadi yako haitafanyika
    .with-hospital = Miadi yako haitafanyika – { $hospital }
message-cancelled-email =
    Habari { $name },

    miadi yako ya { $when } haitafanyika. Tafadhali piga simu upate nyingine.
    .with-hospital =
        Habari { $name },

        miadi yako katika { $hospital } ya { $when } haitafanyika. Tafadhali piga simu upate nyingine.
message-visit-confirmed = Asante. Tunakutarajia siku ya { $when }.
message-visit-cancelled = Miadi yako ya { $when } imefutwa. Tupigie simu upate nyingine.
message-passed-on = Asante. Ujumbe wako umepelekwa mapokezi. Kukiwa na dharura, njoo au piga simu.
page-visit-confirm = Una miadi siku ya { $when }. Je, unathibitisha kwamba utakuja?
page-visit-confirm-button = Ndiyo, nitakuja
page-visit-cancel = Una miadi siku ya { $when }. Je, unataka kuifuta?
page-visit-cancel-button = Futa miadi
page-visit-gone = Kiungo hiki hakitumiki tena: kimeshatumika, au miadi imehamishwa au imepita. Tafadhali piga simu hospitalini.
message-offer-sms = Habari { $name }, wakati umepatikana: { $when }. Jibu 1 kuuchukua, 2 kama huwezi kuja. Umewekwa kwa ajili yako hadi { $until }.
    .with-hospital = { $hospital }: habari { $name }, wakati umepatikana: { $when }. Jibu 1 kuuchukua, 2 kama huwezi kuja. Umewekwa kwa ajili yako hadi { $until }.
message-offer-subject = Wakati umepatikana
    .with-hospital = Wakati umepatikana – { $hospital }
message-offer-email =
    Habari { $name },

    wakati umepatikana: { $when }. Umewekwa kwa ajili yako hadi { $until }.

    Nauchukua: { $accept }

    Siwezi kuja wakati huo: { $decline }
    .with-hospital =
        Habari { $name },

        wakati umepatikana katika { $hospital }: { $when }. Umewekwa kwa ajili yako hadi { $until }.

        Nauchukua: { $accept }

        Siwezi kuja wakati huo: { $decline }
message-offer-accepted = Asante. Tunakutarajia { $when }.
message-offer-declined = Asante kwa kutujulisha. Unabaki kwenye orodha ya kusubiri.
page-offer-accept = Kuna wakati kwa ajili yako: { $when }. Umewekwa hadi { $until }.
page-offer-accept-button = Uchukue
page-offer-decline = Huwezi kuja { $when }?
page-offer-decline-button = Mwachie mwingine
