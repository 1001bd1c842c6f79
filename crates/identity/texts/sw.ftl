# Maandishi ya utambulisho: kuingia, nywila, akaunti, majukumu.

## Kuingia
wrong-credentials = Hakuna akaunti inayotumika yenye jina na nywila hii. Angalia vyote viwili, au omba nenosiri jipya.
wrong-password = Hii si nywila ya sasa. Weka lile unaloingia nalo.
password-temporary = Chagua nywila nyingine: hii ulipewa kwa kuingia mara ya kwanza tu.
account-closed = Akaunti hii imefungwa kabisa. Tengeneza mpya badala yake.
wrong-code = Msimbo huu si sahihi au umeshatumika. Weka msimbo unaofuata.
second-factor-off = Uthibitishaji wa hatua ya pili haujawashwa. Uweke kwanza.
second-factor-on = Uthibitishaji wa hatua ya pili umeshawashwa. Uzime kwanza.

## Nywila
password-too-short = Chagua nywila yenye herufi { $min } au zaidi.
password-too-long = Chagua nywila isiyozidi baiti { $max }.
password-control-character = Ondoa herufi za udhibiti zisizoonekana kwenye nywila.
password-too-common = Nywila hii ni rahisi kukisiwa. Chagua ndefu zaidi au isiyo ya kawaida, kwa mfano maneno kadhaa.
password-too-similar = Nywila hii inafanana mno na jina au barua pepe ya mtumiaji. Chagua nyingine.
password-or-email = Weka nywila, au barua pepe ambayo mwaliko utatumwa.
link-expired = Kiungo hiki kimeisha muda au kimeshatumika. Omba kipya.
link-invalid = Kiungo hiki si sahihi. Nakili chote, au omba kipya.
reset-requested = Ikiwa kuna akaunti yenye jina au anwani hii, kiungo cha nywila mpya kinatumwa.

## Akaunti na majukumu
username-spaces = Jina la mtumiaji haliwezi kuwa na nafasi. Ziondoe.
last-admin = Huyu ndiye msimamizi wa mwisho anayetumika. Mfanye mtu mwingine kuwa msimamizi kwanza.
check-fields = Tafadhali angalia sehemu zilizowekewa alama.
role-builtin = Jukumu la msingi haliwezi kubadilishwa jina wala kufutwa. Tengeneza jukumu lako badala yake.
admin-keeps = Jukumu la Admin linabaki na { $permission } juu ya rekodi zote: bila hiyo hakuna anayeweza kurekebisha mambo.
unknown-permission = Hakuna ruhusa “{ $name }”. Zinazokaribiana: { $near }.
scope-without-permission = Jukumu halina ruhusa yoyote ya “{ $name }”, kwa hiyo haliwezi kuwa na upeo. Ongeza ruhusa kwanza.

## Barua pepe
mail-reset-subject = Nywila mpya ya Chelal
mail-reset-body =
    Habari,

    Mtu ameomba nywila mpya ya akaunti ya Chelal yenye anwani hii. Ili kuichagua, fungua kiungo hiki ndani ya saa moja:

    { $link }

    Ikiwa si wewe, huhitaji kufanya chochote: nywila yako inabaki ilivyo.
mail-invitation-subject = Akaunti yako ya Chelal
mail-invitation-body =
    Habari { $name },

    Akaunti imefunguliwa kwa ajili yako. Jina lako la mtumiaji ni { $username }. Ili kuchagua nywila yako, fungua kiungo hiki ndani ya siku saba:

    { $link }
reauthenticate = Ingia tena kabla ya kufanya hivi, au tuma nywila yako ya sasa pamoja na ombi.
session-idle = Kipindi hiki hakikutumika kwa muda mrefu. Ingia tena.
delegate-by-name = Mtaje mwakilishi kwa jina lake kamili la mtumiaji, kama “delegate_username”.
mail-changed-subject = Usalama wa akaunti yako ya Chelal umebadilishwa
mail-changed-body =
    Habari,

    Nywila, anwani, nambari ya simu, kipengele cha pili au ufunguo wa API wa akaunti yako ya Chelal umebadilishwa sasa hivi.

    Ikiwa si wewe, chagua nywila mpya mara moja na umjulishe msimamizi wako: { $link }
username-characters = Jina la mtumiaji lina herufi, tarakimu na . _ - @ + pekee.
username-lookalike = Andika jina la mtumiaji kwa herufi za mwandiko mmoja.
username-reserved = Jina hili limehifadhiwa kwa programu. Chagua lingine.
reset-without-mail = Mfumo huu hautumi barua pepe. Mwombe msimamizi nenosiri jipya.
mail-guessed-subject = Majaribio mengi ya kuingia katika akaunti yako ya Chelal
mail-guessed-body =
    Habari,

    Mtu anaendelea kujaribu kuingia katika akaunti yako ya Chelal kwa manenosiri yasiyo sahihi, kutoka anwani nyingi. Nenosiri lako halikujulikana, na unaweza kuendelea kufanya kazi pale ulipoingia mara ya mwisho.

    Kama nenosiri lako ni fupi au linatumika kwingine, chagua lingine, na umjulishe msimamizi wako: { $link }
