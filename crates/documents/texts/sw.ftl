documents-kind = Aina hii ya faili haikubaliwi. Tuma PDF, PNG, JPEG, WebP, DICOM, DOCX au maandishi ya kawaida ya UTF-8.
documents-macros = Hati hii ina makro. Ihifadhi bila makro, au kama PDF.
documents-unpacks = Hati hii ikifunguliwa huwa kubwa kuliko inavyohitajika. Ihifadhi kama PDF.
documents-patient-fixed = Hati haiwezi kuhamishwa kwa mgonjwa mwingine. Ipakie kule kisha uifute hapa.
