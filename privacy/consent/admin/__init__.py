from privacy.consent.admin import consents, legal_documents, paper_consents, purposes
