formulary-lead-time = Weka siku 0 hadi { $max }.
formulary-quantity = Weka kiasi kuanzia 0 hadi { $max }.
formulary-more-rows = Mistari mingine { $count } haiwezi kutumika.
formulary-row-column = { $table }: kichwa hakina safu { $column }. Iongeze.
formulary-row-missing = { $table }, mstari { $line }: { $column } isiwe tupu.
formulary-row-value = { $table }, mstari { $line }: { $column } ni "{ $value }"; inapaswa kuwa { $allowed }.
formulary-row-ingredient = { $table }, mstari { $line }: kiambato "{ $value }" hakijulikani. Kiongeze kwanza kwenye ingredients, au tumia mojawapo ya: { $nearest }
formulary-row-class = { $table }, mstari { $line }: kundi "{ $value }" halijulikani. Liongeze kwanza kwenye classes.
formulary-row-allergen = { $table }, mstari { $line }: kizio "{ $value }" hakijulikani. Kiongeze kwanza kwenye allergy_classes.
formulary-row-own-name = { $table }, mstari { $line }: "{ $value }" ni jina la kiambato na haliwezi kumaanisha kingine.
formulary-row-known = { $table }, mstari { $line }: "{ $value }" linajulikana tayari. Ondoa mstari huu.
formulary-row-ignored-medicine = { $table }, mstari { $line }: "{ $value }" ni jina la dawa na haliwezi kupuuzwa.
formulary-row-csv = { $table }, mstari { $line }: hii si CSV kama inavyotarajiwa: { $value }
formulary-row-many = { $table }: mistari zaidi ya { $max }. Tuma michache.
formulary-settled = Dawa hii ipo kwenye akiba, au mtu ameandikiwa: { $field ->
    [generic_name] jina lake la kitaalamu
    [strength] nguvu yake
    [formulation] umbo lake
   *[other] kipimo chake
} hakibadiliki. Ongeza dawa mpya kwa ile nyingine, na maliza hii au iondoe kwenye akiba.
