# Kurasa: sehemu ambazo zote zinashiriki.

page-skip = Nenda kwenye maudhui
page-nav = Sehemu
page-find = Tafuta mgonjwa kwa jina, namba au simu
page-sign-out = Toka
page-elsewhere = Hii ilitumwa kutoka tovuti nyingine, na hakuna kilichofanyika. Fungua ukurasa hapa na utume tena.

sign-in-title = Ingia
sign-in-button = Ingia
sign-in-forgot = Nimesahau nenosiri langu
sign-in-code = Msimbo wa programu yako ya uthibitishaji
sign-in-code-hint = Tarakimu sita, au mojawapo ya misimbo yako ya akiba.
sign-in-again = Umetolewa kwa sababu hakuna kilichofanyika kwa muda, au mahali pengine. Ingia, na ulichoandika bado kipo.
done-signed-out = Umetoka.
done-password = Nenosiri lako jipya limehifadhiwa.

account-title = Akaunti yako
account-password = Badilisha nenosiri lako
account-password-due = Nenosiri hili lilikuwa la mara ya kwanza tu. Chagua lako mwenyewe kabla ya kitu kingine.
account-password-old = Nenosiri la sasa
account-password-new = Nenosiri jipya
account-password-button = Hifadhi nenosiri

form-check = Tafadhali angalia ulichoandika
form-error = Kosa
form-optional = (si lazima)
form-stale = Mtu mwingine amebadilisha hii wakati huo huo
form-stale-what = Hakuna kilichohifadhiwa. Ulichoandika kiko hapa chini, na kando ya kila sehemu kilichohifadhiwa sasa. Tuma tena kukibadilisha.
form-stored-now = Kilichohifadhiwa sasa:
form-not-saved = Haikuhifadhiwa. Ulichoandika kimetunzwa.
form-pick = Jina, namba au herufi chache
form-look = Tafuta
form-found-nothing = Hakuna kilichopatikana.
form-unreadable = Fomu haikuweza kusomwa. Rudi nyuma na utume tena.

refused-forbidden = Hairuhusiwi
refused-nothing = Hakuna kitu hapa
refused-conflict = Hiyo hailingani na kilichohifadhiwa
refused-slower = Mara nyingi mno
refused-broken = Kuna hitilafu
refused-refused = Haikuwezekana
refused-not-yours = Ukurasa huu si sehemu ya kazi yako. Kama unapaswa kuwa, muulize msimamizi wako.
refused-insecure = Kuingia kunahitaji muunganisho wa HTTPS. Mwombe anayeendesha seva hii aiwashe, au ifungue kwenye mashine yenyewe.
refused-home = Nenda kwenye kazi yangu
refused-number = Unaporipoti hili, taja namba hii:

script-saving = Inahifadhi …
script-still = Inajaribu tena …
script-leave = Ulichoandika hakijahifadhiwa.
script-offline = Hakuna muunganisho tangu
script-keys = Vitufe vya ukurasa huu

day = { $day } { $month } { $year }
month-1 = Januari
month-2 = Februari
month-3 = Machi
month-4 = Aprili
month-5 = Mei
month-6 = Juni
month-7 = Julai
month-8 = Agosti
month-9 = Septemba
month-10 = Oktoba
month-11 = Novemba
month-12 = Desemba

# Names of fields, the same in every form.
field-gender = Jinsia
