"""What receipts say of controllers and data, stored as it is when somebody answers (articles 21, 24)."""

from privacy import declarations, integrity, parties
from privacy.consent.models.consents import ControllerNotice
from privacy.models.parties import Party


def current(subject):
    """Return the notice of today for the person who answers, stored at its first use."""
    facts = facts_for(subject)
    code = integrity.sha256_of(facts)
    return ControllerNotice.objects.get_or_create(code=code, defaults={"facts": facts})[0]


def facts_for(subject):
    """Return the operator, the managements that keep records of this person, and the kinds of data."""
    register = declarations.tenant_record()
    whose = {register.holder: subject.holder_id} if subject.holder_id else {register.subject: subject}
    entries = register.model._base_manager.filter(**whose)
    managements = Party.objects.filter(pk__in=entries.values(register.controller)).order_by("pk")
    operator = parties.operator()
    shareable = declarations.shareable()
    return {
        "controllers": [_facts(party) for party in (operator, *managements) if party],
        "terms": {key: declarations.terms([key])[0] for key in shareable},
        "specific": [key for key in shareable if key in declarations.specific()],
    }


def _facts(party):
    return {
        "name": party.legal_name or party.name,
        "contact": party.dpo_name or party.name,
        "address": party.address,
        "email": party.dpo_email or party.email,
        "phone": str(party.phone),
    }
