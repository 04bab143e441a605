"""Evidence at a size that takes years to reach: checked in one pass with flat memory; an answer costs little."""

import resource
from statistics import median
from time import perf_counter

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from privacy.consent import chain, consents
from privacy.middleware import open_without_consent
from privacy.models import ConsentEvent, Counter, Subject
from privacy.oversight import evidence_checks
from privacy.subjects import get_or_create_for
from tests import factories as f

EVENTS, SUBJECTS = 1_000_000, 10_000
ROUNDS = 60
MEGABYTES = 60  # more than this over a million rows would not be flat
ANSWER_BAR = 2.5


@open_without_consent
def bare(request):
    """A view that makes one insert, and nothing else."""
    with transaction.atomic():
        Counter.objects.create(kind="bench", year=int(request.GET["n"]))
    return HttpResponse("made")


urlpatterns = [path("bare/", bare), path("", include("bamms.urls"))]


def peak():
    """The highest memory of the process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill():
    """A million answers in ten thousand chains."""
    version = f.VersionFactory()
    subjects = Subject.objects.bulk_create(Subject() for _count in range(SUBJECTS))
    common = {
        "version": version, "decision": "given", "language": "id", "text_hash": version.hash_id, "method": "portal",
        "capacity": "self",
    }  # fmt: skip
    per = EVENTS // SUBJECTS
    for at, subject in enumerate(subjects):
        events = (ConsentEvent(subject=subject, recorded_by=subject, number=f"B{at}-{n}", **common) for n in range(per))
        chain.append(list(events), head=(0, ""))


@pytest.mark.django_db
def test_a_million_events_are_checked_in_one_pass_with_flat_memory():
    fill()
    evidence_checks.checkpoint()
    before, start = peak(), perf_counter()
    finding = evidence_checks.verify()
    took, grown = perf_counter() - start, peak() - before
    assert finding.holds
    print(f"\n{finding.rows:,} rows of evidence checked in {took:.0f} s: {finding.rows / took:,.0f} a second, "
          f"memory +{grown:.0f} MB")  # fmt: skip
    assert finding.rows >= EVENTS
    assert grown < MEGABYTES


@pytest.mark.django_db
@pytest.mark.parametrize("history", [1, 1000])
def test_an_answer_costs_at_most_so_much_of_a_bare_insert(settings, history):
    settings.ROOT_URLCONF = __name__
    user = f.UserFactory()
    f.agree_to_purposes(user)
    version = f.VersionFactory()
    same = {
        "subject": get_or_create_for(user),
        "recorded_by": get_or_create_for(user),
        "version": version,
        "decision": "given",
        "language": "en",
        "text_hash": "x",
        "method": "portal",
        "capacity": "self",
    }
    chain.append([ConsentEvent(number=f"H{n}", **same) for n in range(history)])
    client = Client()
    client.force_login(user)
    plain, answers, pages = [], [], []
    for n in range(ROUNDS):
        if n:
            consents.withdraw(by=user, document=version.document, language="en")
        token = f.shown(user)
        start = perf_counter()
        client.post(f"/bare/?n={n}")
        plain.append(perf_counter() - start)
        start = perf_counter()
        consents.give(by=user, token=token)
        answers.append(perf_counter() - start)
        consents.withdraw(by=user, document=version.document, language="en")
        token = f.shown(user)
        start = perf_counter()
        answer = client.post("/consent/", {"page": token, "answer": "agree", "policy": "on"})
        pages.append(perf_counter() - start)
        assert answer.status_code == 302
    ratio, page = (median(times) / median(plain) for times in (answers, pages))
    print(f"\nAn answer after {history} others: recorded in {median(answers) * 1000:.1f} ms, {ratio:.2f}x a bare view "
          f"with one insert; the whole page {page:.2f}x")  # fmt: skip
    assert ratio <= ANSWER_BAR
