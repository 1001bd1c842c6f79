documents-kind = Ce type de fichier n’est pas accepté. Envoyez un PDF, PNG, JPEG, WebP, DICOM, DOCX ou du texte brut en UTF-8.
documents-macros = Ce document contient des macros. Enregistrez-le sans macros, ou en PDF.
documents-unpacks = Une fois décompressé, ce document est bien plus volumineux que nécessaire. Enregistrez-le en PDF.
documents-patient-fixed = Un document ne peut pas être déplacé vers un autre patient. Envoyez-le là-bas et supprimez-le ici.
