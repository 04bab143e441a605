"""What an answer changes at once, in its own transaction. Everything else asks `allows` when it uses the data."""

from django.utils import timezone

from privacy import declarations
from privacy.consent.models.consents import Decision
from privacy.models.subjects import Subject

AFTER_REFUSAL = {}  # code of a purpose → what ends with it


def after_refusal(code):
    """Mark a function of the subject that a no to this purpose calls, in the transaction of the answer."""

    def mark(function):
        AFTER_REFUSAL[code] = function
        return function

    return mark


def apply(events):
    """After a no: what rests on it ends, and rows that rest on the purpose (see `declarations`) are erased."""
    said = {e.purpose_version.purpose.code: e.decision for e in events if e.purpose_version_id}
    refused = {code for code, decision in said.items() if decision != Decision.GIVEN}
    for code in refused & AFTER_REFUSAL.keys():
        AFTER_REFUSAL[code](events[0].subject)
    for d in declarations.all_declared():
        if d.retention.consent_to in refused:
            _erase_rows(d, events[0].subject)


def _erase_rows(declaration, subject):
    """The lock, which an answer on paper does not hold yet, makes whoever is just adding such a row come first."""
    Subject.objects.select_for_update().get(pk=subject.pk)
    rows = declaration.model._default_manager.filter(**{declaration.subject: subject})
    if declaration.erasure.settle:
        getattr(rows, declaration.erasure.settle)(timezone.now())
    if declaration.erasure.delete:
        rows.delete()
    else:
        rows.update(**declaration.personal)
