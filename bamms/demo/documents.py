"""The policy and the terms that ship with the project, drafted by one person and published by another."""

from django.conf import settings

from privacy import consents, policies, policy_files
from privacy.models import LegalDocument

TEXTS = settings.BASE_DIR / "privacy" / "texts"


def publish(people):
    """Bring both documents into force, and let everyone of the cast agree to them."""
    for kind in LegalDocument.Kind:
        read = policy_files.parse((TEXTS / f"{kind}.md").read_bytes())
        version = policies.take_in(file=read, kind=kind, by=people["olga"])
        policies.publish(version=version, by=people["otto"])
    for user in people.values():
        page = consents.present(by=user, language="id", versions=policies.in_force())
        consents.give(by=user, token=page[1])
