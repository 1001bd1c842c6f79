# Texts of the clinical module.
clinical-encounter-signed = Ziara hii ya matibabu imeshatiwa saini na haibadilishwi. Andika nyongeza badala yake.
clinical-encounter-patient = Ziara ya matibabu hubaki kwa mgonjwa wake. Ifute na uandike mpya kwa mgonjwa mwingine.
clinical-no-appointment = Ziara hii haina miadi, kwa hiyo hakuna miadi ya kukamilisha.
clinical-not-a-doctor = Chagua mtumiaji anayefanya kazi mwenye jukumu la Daktari.
clinical-icd-code = Weka msimbo wa ICD-10 au ICD-11 kama I10 au A00.9, na uandike jina la ugonjwa kwenye sehemu yake.
clinical-no-measure = Weka angalau kipimo kimoja.
clinical-impossible = Weka thamani kati ya { $low } na { $high }: hakuna mtu aliye hai mwenye kipimo nje ya hapo.
clinical-fahrenheit = Weka nyuzi za Selsiasi: { $value } °F ni { $celsius } °C.
clinical-metres = Weka sentimita: { $centimetres } badala ya { $value }.
clinical-grams = Weka kilogramu: gramu { $value } ni kilogramu { $kilograms }.
clinical-centimetres = Weka milimita: { $millimetres } badala ya { $value }.
clinical-diastolic = Shinikizo la chini (diastoli) huwa dogo kuliko la juu (sistoli). Angalia kama yamebadilishana.
clinical-vitals-encounter = Vipimo hubaki kwenye ziara ya matibabu vilipochukuliwa.
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
clinical-no-allergy = Hakuna mzio uliorekodiwa unaohusu { $name }.
clinical-could-not-check = Haikuweza kukaguliwa: { $names } haijulikani. Angalia tahajia au itafute kabla ya kuendelea.
clinical-medications = Taja dawa 1 hadi { $max }.
clinical-prescription-encounter = Agizo la dawa hubaki na ziara yake. Lighairi na uagize upya.
clinical-prescription-quantity = Weka kiasi kuanzia { $min } hadi { $max }.
clinical-prescription-dispensed = Sehemu yake imeshatolewa. Lighairi na uagize upya.
clinical-prescription-other-drug = { $name } na { $item } ni dawa tofauti. Sahihisha jina au chagua dawa sahihi.
clinical-age-days = Weka umri wa siku 0 hadi { $max }.
