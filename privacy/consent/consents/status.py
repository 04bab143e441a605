"""The consent status of an account follows from its answers: the last one to each document decides."""

from itertools import groupby, islice
from operator import itemgetter

from django.db import transaction
from django.db.models import Exists, OuterRef

from privacy.consent.models.consents import ConsentEvent, ConsentStatus, Decision

CHUNK = 1000  # accounts per query
STATUS = ("user_id", "document_id", "number")


def wrong_statuses():
    """Yield the id of each account whose stored status is not the one that its answers give."""
    accounts = _expected()
    for chunk in iter(lambda: dict(islice(accounts, CHUNK)), {}):
        stored = {user: {} for user in chunk}
        for user, document, number in ConsentStatus.objects.filter(user__in=chunk).values_list(*STATUS):
            stored[user][document] = number
        yield from (user for user in chunk if stored[user] != chunk[user])
    answers = ConsentEvent.objects.filter(subject__holder=OuterRef("user"), subject__own=True, version__isnull=False)
    yield from ConsentStatus.objects.filter(~Exists(answers)).values_list("user", flat=True).distinct()


def _expected():
    """Yield (account, document → number up to which it has agreed) for each account that answered."""
    events = ConsentEvent.objects.filter(
        subject__holder__isnull=False, subject__own=True, version__isnull=False
    ).order_by("subject", "sequence")
    columns = ("subject__holder", "version__document", "version__number", "decision")
    for user, answers in groupby(events.values_list(*columns).iterator(chunk_size=2000), itemgetter(0)):
        agreed = {}
        for _user, document, number, decision in answers:
            agreed[document] = number if decision == Decision.GIVEN else None
        yield user, {document: number for document, number in agreed.items() if number}


@transaction.atomic
def rebuild_statuses():
    """Store the status that the answers give, for each account where another one is stored. Return how many."""
    wrong = set(wrong_statuses())
    ConsentStatus.objects.filter(user__in=wrong).delete()
    ConsentStatus.objects.bulk_create(
        ConsentStatus(user_id=user, document_id=document, number=number)
        for user, agreed in _expected()
        if user in wrong
        for document, number in agreed.items()
    )
    return len(wrong)
