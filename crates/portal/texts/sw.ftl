portal-recipient = Mtu huyu hawezi kuandikiwa. Chagua mtumiaji mwingine anayetumika.
portal-for-whom = Taja unaandika kwa niaba ya mgonjwa yupi.
portal-to-whom = Taja unamwandikia nani: mgonjwa, mtumiaji, au wote wawili.
portal-not-your-team = Chagua mtu anayekutibu, au acha mpokeaji wazi ili kuwaandikia wote wanaokutibu.
portal-no-team = Bado hakuna anayekutibu hapa. Tafadhali piga simu hospitalini au weka miadi.
portal-no-account = Bado hakuna anayesoma tovuti kwa niaba ya { $patient }: hakuna akaunti, au aliyealikwa hajawahi kuingia. Piga simu, au mwalike mgonjwa.
portal-attachment = Ambatisha hati ya mgonjwa huyu.
portal-rating = Taja nambari kuanzia 1 hadi 5.
portal-feedback-answered = Hii imeshajibiwa. Ipakie tena ili kusoma jibu.
portal-invite-deceased = Mgonjwa amefariki na hawezi kualikwa.
portal-invite-no-contact = Hakuna barua pepe wala nambari ya simu inayoweza kuandikiwa kwenye rekodi. Sajili moja kwanza.
portal-invite-has-account = Mgonjwa ana akaunti tayari. Nenosiri lililosahaulika hubadilishwa kwenye ukurasa wa kuingia.
portal-invite-subject = Akaunti yako
    .with-hospital = Akaunti yako – { $hospital }
portal-invite-email =
    Habari { $name },

    sasa unaweza kuona miadi, majibu na ujumbe wako mtandaoni. Chagua nenosiri hapa:
    { $link }

    Jina lako la mtumiaji ni { $username }. Kiungo kinafanya kazi mara moja tu, kwa wiki moja. Kama hukuomba hili, usifanye chochote.
    .with-hospital =
        Habari { $name },

        sasa unaweza kuona miadi, majibu na ujumbe wako katika { $hospital } mtandaoni. Chagua nenosiri hapa:
        { $link }

        Jina lako la mtumiaji ni { $username }. Kiungo kinafanya kazi mara moja tu, kwa wiki moja. Kama hukuomba hili, usifanye chochote.
portal-invite-sms = Habari { $name }, chagua nenosiri la akaunti yako hapa: { $link } Jina lako la mtumiaji ni { $username }.
    .with-hospital = { $hospital }: habari { $name }, chagua nenosiri la akaunti yako hapa: { $link } Jina lako la mtumiaji ni { $username }.
notice-secure-message = Ujumbe mpya kutoka kwa { $from }.
notice-secure-message-care = Ujumbe mpya kuhusu { $patient }, kutoka kwa { $from }.
notice-feedback = Kuna mtu ametoa maoni.
notice-feedback-answered = Maoni yako yamejibiwa.
access-proxy = { $name } (anakuwakilisha)
access-somebody = Mtu wa hospitali
access-view = { $who } aliangalia { $what }.
access-edit = { $who } alibadilisha { $what }.
access-create = { $who } aliongeza kwenye { $what }.
access-delete = { $who } aliondoa kitu kwenye { $what }.
access-export = { $who } alitoa nakala ya { $what }.
access-print = { $who } alichapisha { $what }.
access-emergency = { $who } alifungua rekodi yako kwa dharura.
access-other = { $who } alifanya kazi na { $what }.
access-what-person = taarifa zako binafsi
access-what-visit = ziara zako
access-what-laboratory = majibu yako ya maabara
access-what-prescription = dawa ulizoandikiwa
access-what-appointment = miadi yako
access-what-bill = ankara zako
access-what-document = hati zako
access-what-message = ujumbe wako
access-what-stay = kulazwa kwako hospitalini
access-what-record = rekodi yako
nav-me = Rekodi yangu
portal-nobody = Hakuna rekodi iliyounganishwa na akaunti yako. Uliza mapokezi ya hospitali.
portal-tabs = Kurasa zangu
portal-tab-me = Muhtasari
portal-tab-messages = Ujumbe
portal-tab-details = Taarifa zangu
portal-tab-access = Waliotazama
portal-hello = Habari { $name }
portal-of = Kwa ajili ya { $name }
portal-unread = Ujumbe mpya: { $count }
portal-visit = Ziara yako ijayo
portal-visit-none = Hakuna ziara iliyopangwa. Piga simu hospitalini kupanga.
portal-visits-later = Baada ya hapo
portal-visit-confirmed = Umethibitisha kuja
portal-visit-confirm = Thibitisha: nitakuja
portal-visit-slip = Chapisha karatasi
portal-visit-cannot = Siwezi kuja
portal-visit-sure = Ziara ya { $day } itafutwa na mtu mwingine atapewa muda huo. Ili kuja siku nyingine, piga simu hospitalini.
portal-visit-decline = Futa ziara
portal-results = Matokeo
portal-results-none = Bado hakuna matokeo. Huonyeshwa daktari wako akishayatazama.
portal-reviewed-by = yametazamwa na { $name }
portal-values = Onyesha vipimo
portal-report = Chapisha ripoti
portal-usual = Kawaida
portal-unusual = Si ya kawaida
portal-attention = Inahitaji uangalizi
portal-result-unjudged = Daktari wako ametazama matokeo haya. Muulize maana yake kwako.
portal-result-usual = Vipimo vyote viko ndani ya kiwango cha kawaida.
portal-result-unusual = Vipimo nje ya kiwango cha kawaida: { $count }. Mara nyingi si hatari. Daktari wako ameona na atakuambia kama kuna la kufanya.
portal-result-critical = Kipimo kimoja ni muhimu sana. Kama hakuna aliyezungumza nawe, piga simu hospitalini leo.
portal-value = Nini
portal-found = Kilichopatikana
portal-range = Kiwango cha kawaida
portal-means = Maana
portal-flag-none = Haijapimwa
portal-flag-low = Chini ya kawaida
portal-flag-high = Juu ya kawaida
portal-medicines = Dawa
portal-medicines-none = Hakuna dawa ulizoandikiwa kwa sasa.
portal-since = iliandikwa tarehe
portal-bills = Ankara
portal-bills-none = Hakuna cha kulipa.
portal-bills-all = Ankara zote
portal-owed = Ya kulipa
portal-write = Andikia wanaokutibu
portal-write-hint = Si kwa dharura: piga simu au njoo mara moja.
portal-subject = Kuhusu
portal-message = Ujumbe
portal-send = Tuma
portal-messages-none = Bado hakuna ujumbe.
portal-from-you = Kutoka kwako
portal-was-read = ulisomwa
portal-not-read = bado haujasomwa
portal-new = Mpya
portal-mark-read = Nimesoma
portal-name = Jina
portal-born = Alizaliwa
portal-card = Namba ya kadi yako
portal-details-hint = Kama kuna kosa hapo juu, sema mapokezi. Yaliyo hapa chini unaweza kubadilisha mwenyewe.
portal-phone = Simu
portal-email = Barua pepe
portal-address = Anwani
portal-emergency = Kwa dharura, piga
portal-language = Lugha ya ujumbe
portal-language-en = English
portal-language-fr = Français
portal-language-sw = Kiswahili
portal-reached = Vikumbusho na ujumbe kwa
portal-by-sms = SMS
portal-by-email = Barua pepe
portal-by-both = Vyote
portal-by-none = Hapana
portal-save = Hifadhi
portal-print-card = Chapisha kadi yangu
portal-access-hint = Kila anayefungua rekodi yako huacha alama hapa. Kama kuna jambo linakushangaza, uliza hospitali.
portal-access-none = Bado hakuna aliyetazama rekodi yako.
portal-access-emergency = Kwa dharura
portal-access-times = (mara { $count })
portal-access-earlier = Za awali
done-visit-confirmed = Asante: hospitali inakutarajia.
done-visit-declined = Ziara imefutwa. Piga simu hospitalini kupanga nyingine.
done-message-sent = Ujumbe wako umetumwa.
done-details = Taarifa zako zimehifadhiwa.
portal-stands-in = Anayemwakilisha { $patient }
portal-waits-subject = Ujumbe kwa ajili yako
    .with-hospital = Ujumbe kutoka { $hospital } kwa ajili yako
portal-waits-email =
    Habari,

    Kuna ujumbe unaokusubiri. Ingia ili uusome:
    { $link }
portal-waits-sms = Kuna ujumbe unaokusubiri. Ingia ili uusome: { $link }
    .with-hospital = { $hospital }: kuna ujumbe unaokusubiri. Ingia ili uusome: { $link }
portal-pages = Kurasa hizi
portal-pages-language = Lugha ya kurasa hizi
done-language = Lugha ya kurasa hizi imebadilishwa.
notice-call-arranged = Simu yako ya video: { $when }.
notice-call-moved = Simu yako ya video sasa ni: { $when }.
notice-call-cancelled = Simu yako ya video haitafanyika: { $when }.
portal-withdrawn = Jibu uliloliona hapa limeondolewa: tafadhali usilitegemee. Jibu lililosahihishwa linakaguliwa na litaonekana hapa daktari wako atakapoliona.
portal-withdrawn-only = Jibu uliloliona hapa limeondolewa: tafadhali usilitegemee.
access-of-proxy = { $name } (anamwakilisha mgonjwa)
access-of-emergency = { $who } alifungua rekodi ya mgonjwa kwa dharura.
access-of-person = taarifa binafsi za mgonjwa
access-of-visit = ziara za mgonjwa
access-of-laboratory = majibu ya maabara ya mgonjwa
access-of-prescription = dawa alizoandikiwa mgonjwa
access-of-appointment = miadi ya mgonjwa
access-of-bill = ankara za mgonjwa
access-of-document = hati za mgonjwa
access-of-message = ujumbe wa mgonjwa
access-of-stay = kulazwa kwa mgonjwa
access-of-record = rekodi ya mgonjwa
