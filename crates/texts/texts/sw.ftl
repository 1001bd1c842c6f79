# Maandishi ya jukwaa: uhakiki, orodha, vipindi, mawasiliano.

## Thamani za sehemu
required = Sehemu hii ni lazima ijazwe.
not-a-string = Andika maandishi; thamani hii ni ya aina nyingine.
not-a-number = Andika nambari, kwa mfano 36.6.
not-an-integer = Andika nambari kamili, kwa mfano 12.
not-a-boolean = Andika true (kweli) au false (si kweli).
not-a-date = Andika tarehe kwa muundo wa YYYY-MM-DD (mwaka-mwezi-siku), kwa mfano 2026-03-09.
no-such-date = Tarehe { $value } haipo kwenye kalenda. Hakikisha siku, mwezi na mwaka.
date-out-of-range = Weka tarehe kati ya mwaka { $first } na { $last }.
not-a-time = Andika saa kwa muundo wa HH:MM, kwa mfano 14:30.
not-a-timestamp = Andika tarehe na saa pamoja na tofauti ya saa za eneo, kwa mfano 2026-03-09T14:30:00Z.
not-a-list = Andika orodha ya thamani.
not-an-object = Andika kitu cha JSON chenye sehemu zenye majina.
too-long = Maandishi haya yana herufi { $length }; mwisho ni herufi { $max }.
blank = Sehemu hii haiwezi kuachwa tupu. Weka kitu.
too-small = Andika thamani isiyopungua { $min }.
too-big = Andika thamani isiyozidi { $max }.
not-a-choice = “{ $value }” si chaguo sahihi. Chagua mojawapo ya: { $choices }.
control-characters = Ondoa herufi za udhibiti zisizoonekana kwenye maandishi haya.
not-a-phone = “{ $value }” si nambari sahihi ya simu. Iandike pamoja na msimbo wa nchi, kwa mfano { $example }.
not-an-email = “{ $value }” si anwani sahihi ya barua pepe. Andika anwani kama jina@example.org.
not-a-uuid = Andika UUID, kwa mfano 0190b6a4-7c1e-7d3a-9f52-3b8c6e1d2f40.
not-money = Andika kiasi cha fedha, kwa mfano 125.50, bila desimali zaidi ya zile za sarafu inayotumika.
taken = Rekodi nyingine tayari ina thamani hii. Andika thamani tofauti.
    .with-value = Rekodi nyingine tayari ina thamani “{ $value }”. Andika thamani tofauti.
unknown-reference = Hakuna rekodi ya aina ya “{ $kind }” yenye kitambulisho { $id }. Chagua iliyopo.
other-patient = Rekodi hii ni ya mgonjwa mwingine. Chagua rekodi ya mgonjwa huyohuyo.
patient-stays = Kilichorekodiwa kuhusu mgonjwa hubaki chake. Kifute hapa, kisha ukirekodi kwa mgonjwa mwingine.
future-date = Tarehe hii haiwezi kuwa ya wakati ujao. Weka leo au siku iliyopita.
end-before-start = Mwisho hauwezi kuwa kabla ya mwanzo. Sahihisha mojawapo.
too-many-rows = Kuna safu nyingi kuliko kitabu cha kazi kinavyoweza kubeba ({$most}); omba siku chache, au `csv`.
not-null = Sehemu hii lazima iwe na thamani. Weka moja.
null-not-allowed = Sehemu hii haiwezi kuwa null. Weka thamani au iache kabisa.

## Headings of the groups of fields in forms
group-visit = Ziara
group-when = Tarehe na saa
group-planning = Nani na lini
group-validity = Muda wa kutumika
group-notes = Maelezo
group-identity = Utambulisho
group-contact = Mawasiliano
group-care = Afya na akaunti
group-account = Akaunti
group-person = Mtu
group-history = Malalamiko na historia
group-findings = Uchunguzi na maelezo
group-assessment = Utambuzi na mpango
group-vital-signs = Dalili muhimu za mwili
group-consciousness = Fahamu na maumivu
group-measures = Vipimo vya mwili
group-circumstances = Hali nyingine
group-administration = Utoaji
group-medicine = Dawa
group-dosage = Dozi
group-safety = Usalama
group-order = Agizo
group-test = Kipimo
group-specimen = Sampuli
group-turnaround = Muda wa kutoa majibu
group-applies-to = Inahusu
group-limits = Mipaka
group-values = Thamani
group-choices = Chaguo
group-result = Matokeo
group-product = Bidhaa
group-ordering = Uagizaji
group-handling = Uhifadhi na matumizi
group-change = Mabadiliko
group-amounts = Kiasi
group-discount = Punguzo
group-cover = Fidia ya bima

## Maombi na orodha
malformed-json = Maudhui ya ombi si JSON sahihi: { $reason }.
body-not-object = Maudhui ya ombi lazima yawe kitu cha JSON.
unknown-filter = Hakuna kichujio “{ $name }” hapa. Vichujio vinavyokubalika: { $valid }.
unknown-parameter = Hakuna kigezo “{ $name }” hapa: hakuna kigezo chochote.
unknown-key = Hakuna sehemu “{ $name }” hapa. Sehemu: { $valid }.
not-searchable = Orodha hii haiwezi kutafutwa. Ondoa kigezo hicho, au tumia kichujio.
too-many-values = Taja thamani zisizozidi { $max } kwa mara moja.
not-sortable = Orodha hii haiwezi kupangwa kwa “{ $name }”. Chaguo zinazokubalika: { $valid }.
bad-page = Thamani ya “{ $name }” si sahihi. Andika nambari kamili isiyopungua 1.
bad-cursor = Kielekezi hiki si sahihi. Anza tena kutoka ukurasa wa kwanza.
stale-version = Rekodi hii imeshabadilishwa na mtu mwingine. Ipakie upya, kisha urudie badiliko lako.
bad-if-match = Kichwa cha If-Match lazima kiwe na ETag ya rekodi, kama ilivyopokelewa.
not-found = Haikupatikana.
method-not-allowed = Mbinu { $method } hairuhusiwi hapa. Kichwa cha Allow kinataja zinazoruhusiwa.
in-use = Rekodi hii bado inatumiwa na { $what }. Ondoa kwanza viungo hivyo.
state-conflict = Hili haliwezekani wakati hali ni “{ $state }”. Pakia rekodi tena ili kuona linalowezekana.
upload-not-a-form = Tuma faili kwa multipart/form-data, katika sehemu inayoitwa “file”.
upload-too-large = Faili ni kubwa kuliko MiB { $max }. Tuma ndogo zaidi.
upload-fields-too-large = Fomu ina data nyingi mno mbali na faili. Tuma faili na sehemu zake chache tu.
decimal-comma = Andika desimali kwa nukta, kwa mfano 36.6.
too-many-decimals = Weka nambari yenye tarakimu zisizozidi { $places } baada ya nukta.
number-too-large = Nambari hii ni kubwa mno. Weka ndogo zaidi.
verb-not-offered = Hili haliwezi kufanyika kwa rekodi ilivyo sasa. Ipakie tena ili kuona linalowezekana.
conflict = Badiliko hili linagongana na lingine. Pakia rekodi upya, kisha ujaribu tena.
idempotency-key-reused = Ufunguo huu wa Idempotency-Key umeshatumika kwa ombi lingine. Tumia ufunguo mpya.
already-told = Hili limekwisha kufanyika, na jibu lake huonyeshwa mara moja tu. Ikiwa halikuandikwa, omba jipya.
idempotency-in-flight = Ombi lenye ufunguo huu wa Idempotency-Key bado linashughulikiwa. Jaribu tena baada ya muda mfupi.
idempotency-key-bad = Kichwa cha Idempotency-Key lazima kiwe na herufi 1 hadi 255 za ASCII zinazoonekana.
payload-too-large = Maudhui ya ombi ni makubwa mno; kikomo ni { $limit }.
unsupported-media-type = Aina hii ya maudhui haikubaliki. Tuma { $expected }.
rate-limited = Maombi yamezidi kiwango. Jaribu tena baada ya sekunde { $seconds }.
request-timeout = Ombi limechukua muda mrefu mno na limesitishwa. Jaribu tena.
unavailable = Huduma haipatikani kwa sasa. Jaribu tena baada ya muda mfupi.
damaged = { $record } { $id } haiwezi kusomwa: kilichohifadhiwa kilibadilishwa nje ya Chelal, au diski imeharibika. Mwambie anayesimamia mfumo: irejeshwe kutoka kwenye nakala rudufu, na `chelal doctor` hutaja kila kilichoharibika.
damaged-name = (rekodi { $id } haiwezi kusomwa)
no-room = Hakuna kinachoweza kuhifadhiwa: diski ya hifadhidata imejaa. Yaliyohifadhiwa yako salama. Mwambie anayesimamia mfumo aongeze nafasi, kisha ujaribu tena.
internal = Hitilafu isiyotarajiwa imetokea. Ikitokea tena, mpe msimamizi wako kitambulisho cha ombi.

## Vipindi na ruhusa
permission-denied = Huna ruhusa ya kufanya hivi. Mwombe msimamizi wako ikiwa ni sehemu ya kazi yako.
not-authenticated = Ingia kwenye akaunti yako ili kuendelea.
token-expired = Muda wa tokeni yako ya ufikiaji umekwisha. Ihuishe au uingie tena.
token-invalid = Tokeni si sahihi. Ingia tena.
session-revoked = Kipindi hiki kimefungwa. Ingia tena.
account-inactive = Akaunti hii haitumiki kwa sasa. Wasiliana na msimamizi wako.
locked-out = Majaribio mengi yameshindikana. Jaribu tena baada ya sekunde { $seconds }.
password-change-required = Chagua kwanza nenosiri jipya (POST auth/password/): ulilotumia kuingia lilikuwa la muda.

## Sockets
socket-origin = Ukurasa huu hauwezi kufungua muunganisho hapa. Mwombe msimamizi aongeze asili yake.
socket-token-in-address = Tuma tokeni katika Sec-WebSocket-Protocol, au omba tiketi kwenye ws-ticket/; usiweke tokeni kwenye anwani kamwe.
socket-expected = Anwani hii ni ya miunganisho ya WebSocket pekee. Ifungue hivyo.
socket-too-many = Una miunganisho mingi mno iliyo wazi. Funga mmoja au jaribu tena baadaye.

## Tahadhari
alert-jobs-waiting = Kazi za nyuma zimechelewa kwa zaidi ya dakika tano. Hakikisha kwamba programu ya kuzitekeleza inafanya kazi na inafikia hifadhidata.
alert-audit-waiting = Rekodi za ukaguzi zimesubiri kwa zaidi ya dakika tano nafasi yao katika mnyororo. Angalia kumbukumbu za seva.
alert-jobs-failed =
    { $count ->
        [one] Kazi moja ya nyuma ya aina “{ $kind }” imeshindwa kabisa. Angalia kumbukumbu za seva kujua sababu.
       *[other] Kazi { $count } za nyuma za aina “{ $kind }” zimeshindwa kabisa. Angalia kumbukumbu za seva kujua sababu.
    }
alert-key-beside-database = Ufunguo mkuu upo kando ya hifadhidata: anayenakili folda anapata vyote viwili. Uhamishie mahali pengine na uweke CHELAL_KEY_FILE.
alert-anchor-beside-database = Nanga ya kumbukumbu za ukaguzi ipo kando ya hifadhidata: anayeweza kukata kumbukumbu anaweza kuikata pia. Weka CHELAL_AUDIT_ANCHOR kwenye faili iliyo katika diski au mashine nyingine.
said-otherwise = Hii inapingana na “{ $name }”. Tuma moja tu kati ya hizo mbili.
said-twice = Hii imetumwa zaidi ya mara moja. Itume mara moja tu.
path-says-otherwise = Hii inapingana na anwani ya ombi, inayotaja { $id }. Iache, au tuma ombi kwa anwani nyingine.
host-invalid = Ombi lazima litaje mwenyeji wake mara moja, katika kichwa “Host”.
inactive-reference = Rekodi hii ({ $kind } { $id }) haitumiki tena. Chagua nyingine.
alert-anchor-unwritable = Nanga ya kumbukumbu za ukaguzi haiwezi kuandikwa. Mpe mtumiaji anayeendesha Chelal ruhusa ya kuandika katika saraka yake, au weka CHELAL_AUDIT_ANCHOR: hadi hapo mwisho wa kumbukumbu unaweza kukatwa bila kuonekana.
alert-trail-shorter = Kumbukumbu za ukaguzi zinaishia kwenye rekodi { $found }, na nanga yake inaahidi { $anchored }: rekodi ziliondolewa, seva kuu ya zamani inaongoza hifadhidata, au nakala ya zamani ilirejeshwa. Endesha chelal audit verify, na uache hifadhidata na nanga kama zilivyo.
alert-no-mail = Hakuna seva ya barua pepe iliyowekwa: mialiko, viungo vya nenosiri jipya na vikumbusho vya barua pepe havitumwi. Weka EMAIL_HOST na DEFAULT_FROM_EMAIL.
alert-no-sms = Hakuna mtoa huduma wa SMS aliyewekwa: vikumbusho vya SMS havitumwi. Weka TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN na TWILIO_PHONE_NUMBER.
alert-no-public-url = Seva inafikiwa kutoka mashine nyingine, na CHELAL_PUBLIC_URL haijawekwa: viungo katika barua pepe vinaelekea { $url }, ambako hakuna mwingine anayeweza kufika.
alert-refusals = { $who } amekataliwa mara { $count } ndani ya siku moja. Angalia kumbukumbu za ukaguzi kuona kilichojaribiwa.
