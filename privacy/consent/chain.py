"""The answers of a subject form a chain, so that the removal of one from the middle is detected (article 24)."""

import hashlib

from privacy.consent.models.consents import ConsentEvent


def append(events, *, head=None):
    """Append these answers of one subject to the end of its chain. The caller holds the subject's lock.

    `head`: (sequence, check code) of the end of the chain, if the caller has it; (0, "") for an empty chain.
    """
    if head is None:
        chain = ConsentEvent.objects.filter(subject=events[0].subject_id).order_by("-sequence")
        head = chain.values_list("sequence", "hash").first()
    sequence, previous = head or (0, "")
    for event in events:
        sequence += 1
        event.sequence, event.previous = sequence, previous
        event.hash = previous = chain_code(event)
    return ConsentEvent.objects.bulk_create(events)


def chain_code(event):
    """Return the check code of an event: over all its columns but itself and the seal."""
    columns = columns_of(type(event))
    return code_of(type(event), {name: getattr(event, name) for name in columns})


def columns_of(model):
    return [field.attname for field in model.sealed_columns()]


def code_of(model, values):
    return hashlib.sha256(model.content(values | {"hash": ""})).hexdigest()
