"""The policy and the terms that ship with the project, drafted by one person and published by another."""

from django.conf import settings

from privacy.consent import consents, legal_documents, policy_files, purposes
from privacy.models import LegalDocument

# Who says yes to which optional purpose; everyone else says no to all
CHOICES = {"ann": {"surveys", "analytics"}, "bob": {"announcements"}}
TEXTS = settings.BASE_DIR / "privacy" / "texts"


def publish(people):
    """Bring both documents into force, and let everyone of the cast agree to them and choose."""
    for kind in LegalDocument.Kind:
        read = policy_files.parse((TEXTS / f"{kind}.md").read_bytes())
        version = legal_documents.import_file(file=read, kind=kind, by=people["olga"])
        legal_documents.publish(version=version, by=people["otto"])
    for name, user in people.items():
        page = consents.present(
            by=user, language="id", versions=legal_documents.in_force(), purpose_versions=purposes.asked()
        )
        consents.give(by=user, token=page[1], ticked=CHOICES.get(name, ()))
