# Maandishi ya mambo ya watumiaji wenyewe: majukumu yanayoombwa, wawakilishi, uanachama.

role-already-held = Tayari una jukumu hili. Chagua lingine.
role-request-pending = Tayari una ombi linalosubiri uamuzi. Subiri hadi litakapoamuliwa.
superuser-is-admin = Mtumiaji mkuu huwa na jukumu la Admin wakati wote na hawezi kupewa lingine.
own-role-request = Huwezi kuamua ombi lako mwenyewe. Mwombe msimamizi mwingine.
unknown-username = Hakuna mtumiaji anayeitwa “{ $name }”. Hakikisha umeandika jina sahihi.
delegate-fixed = Mwakilishi hawezi kubadilishwa. Batilisha uwakilishi huu na uunde mwingine.
delegate-is-self = Huwezi kuwa mwakilishi wako mwenyewe. Chagua mtumiaji mwingine.
delegate-inactive = Akaunti ya mtumiaji huyu haitumiki. Chagua mtumiaji mwingine.
membership-fixed = Hii haiwezi kubadilishwa. Futa uanachama huu na uunde mwingine.
