DROP TABLE document_hints;
DELETE FROM consent_texts WHERE version = 1;
