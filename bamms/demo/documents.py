"""The policy and the terms that ship with the project, drafted by one account and published by another."""

from django.conf import settings

from privacy.consent import consents, legal_documents, policy_files, purposes
from privacy.models import LegalDocument

# Who consents to which optional purposes; the others decline all
CHOICES = {"ann": {"surveys", "analytics"}, "bob": {"announcements"}}
TEXTS = settings.BASE_DIR / "privacy" / "texts"


def publish(people):
    """Bring both documents into force, and give the consents of all accounts."""
    for kind in LegalDocument.Kind:
        read = policy_files.parse((TEXTS / f"{kind}.md").read_bytes())
        version = legal_documents.import_file(file=read, kind=kind, by=people["olga"])
        legal_documents.publish(version=version, by=people["otto"])
    for name, user in people.items():
        page = consents.present(
            by=user, language="id", versions=legal_documents.in_force(), purpose_versions=purposes.asked()
        )
        consents.give(by=user, token=page[1], ticked=CHOICES.get(name, ()))
