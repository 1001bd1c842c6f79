portal-recipient = Mtu huyu hawezi kuandikiwa. Chagua mtumiaji mwingine anayetumika.
portal-for-whom = Taja unaandika kwa niaba ya mgonjwa yupi.
portal-to-whom = Taja unamwandikia nani: mgonjwa, mtumiaji, au wote wawili.
portal-not-your-team = Chagua mtu anayekutibu, au acha mpokeaji wazi ili kuwaandikia wote wanaokutibu.
portal-no-team = Bado hakuna anayekutibu hapa. Tafadhali piga simu hospitalini au weka miadi.
portal-no-account = { $patient } hana akaunti kwenye tovuti wala mtu wa kumwakilisha. Mwalike mgonjwa kwanza, au mpigie simu.
portal-attachment = Ambatisha hati ya mgonjwa huyu.
portal-rating = Taja nambari kuanzia 1 hadi 5.
portal-feedback-answered = Hii imeshajibiwa.
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
portal-stands-in = Anayemwakilisha { $patient }
portal-waits-subject = Ujumbe kwa ajili yako
    .with-hospital = Ujumbe kutoka { $hospital } kwa ajili yako
portal-waits-email =
    Habari,

    Kuna ujumbe unaokusubiri. Ingia ili uusome:
    { $link }
portal-waits-sms = Kuna ujumbe unaokusubiri. Ingia ili uusome: { $link }
    .with-hospital = { $hospital }: kuna ujumbe unaokusubiri. Ingia ili uusome: { $link }
notice-call-arranged = Simu yako ya video: { $when }.
notice-call-moved = Simu yako ya video sasa ni: { $when }.
notice-call-cancelled = Simu yako ya video haitafanyika: { $when }.
