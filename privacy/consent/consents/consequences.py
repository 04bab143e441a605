"""What an answer changes at once, in its own transaction. All other code calls `allows` when it uses the data."""

from django.utils import timezone

from privacy import declarations
from privacy.consent.models.consents import Decision
from privacy.models.subjects import Subject

AFTER_REFUSAL = {}  # code of a purpose → function that ends what depends on it


def after_refusal(code):
    """Register a function of the subject, called when this purpose is refused, in the transaction of the answer."""

    def mark(function):
        AFTER_REFUSAL[code] = function
        return function

    return mark


def apply(events):
    """End what depends on refused purposes, and erase the rows that depend on them (`Retention.consent_to`)."""
    said = {e.purpose_version.purpose.code: e.decision for e in events if e.purpose_version_id}
    refused = {code for code, decision in said.items() if decision != Decision.GIVEN}
    for code in refused & AFTER_REFUSAL.keys():
        AFTER_REFUSAL[code](events[0].subject)
    for d in declarations.all_declared():
        if d.retention.consent_to in refused:
            _erase_rows(d, events[0].subject)


def _erase_rows(declaration, subject):
    """Erase the rows. The lock, not held yet by paper answers, lets a transaction that adds such a row finish first."""
    Subject.objects.select_for_update().get(pk=subject.pk)
    rows = declaration.model._default_manager.filter(**{declaration.subject: subject})
    if declaration.erasure.settle:
        getattr(rows, declaration.erasure.settle)(timezone.now())
    if declaration.erasure.delete:
        rows.delete()
    else:
        rows.update(**declaration.personal)
