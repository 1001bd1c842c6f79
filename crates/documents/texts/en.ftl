documents-kind = This kind of file is not accepted. Send PDF, PNG, JPEG, WebP, DICOM, DOCX or plain text in UTF-8.
documents-macros = This document contains macros. Save it without macros, or as PDF.
documents-unpacks = This document unpacks to far more than a document needs. Save it as PDF.
documents-patient-fixed = A document cannot be moved to another patient. Upload it there and delete it here.
