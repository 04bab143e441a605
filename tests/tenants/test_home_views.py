"""The tenant's start page: what is open for her, and nothing of anybody else's."""

from copy import copy

import pytest
from django.utils import timezone

from privacy import access, reference_numbers, subjects
from privacy.models.access import AccessReason
from privacy.rights import profile_updates
from privacy.scope import Role
from tenants.models import Claim
from tests import factories as f


@pytest.fixture(autouse=True)
def _much_is_open_for_ann(cast, grant):
    f.SharingRequestFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    proposal = copy(cast.ann_entry)
    proposal.birth_place = "Solo"
    profile_updates.ask(record=cast.ann_entry, proposal=proposal, by=cast.ann)
    access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD)
    access.record_access(cast.ann_entry, by=cast.ann, role=Role.TENANT, why=AccessReason.OWN)


def home(client):
    return client.get("/home/").content.decode()


def test_home_shows_what_is_open(cast, sign_in):
    page = home(sign_in(cast.ann))
    for words in (
        "PT Teknik Andal asks you to share data with it.",
        "You asked for a change to your data.",
        "Sam, staff of Pengelola Anggrek, looked at",
        "You share data with vendors under 1 permission.",
        "Pengelola Anggrek",
        "unit A-12-03",
    ):
        assert words in page
    assert "You looked at" not in page


def test_home_shows_nothing_of_somebody_else(cast, sign_in):
    page = home(sign_in(cast.bob))
    assert "What is open" not in page
    assert "Nobody has looked at your data yet." in page
    assert "You share your data with no vendor." in page
    assert "Pengelola Anggrek" not in page
    assert "Pengelola Bougenvil" in page


def refused(cast, who, reason):
    return Claim.objects.create(
        number=reference_numbers.next_number("KL"), claimant=subjects.get_or_create_for(who), management=cast.anggrek,
        building=cast.anggrek.buildings.get(), status=Claim.Status.REFUSED, reason=reason, settled_at=timezone.now(),
    )  # fmt: skip


def test_home_tells_only_of_ones_own_claim(cast, sign_in):
    dina, dodi = f.UserFactory(), f.UserFactory()
    refused(cast, dodi, "Not in our register.")
    page = home(sign_in(dina))
    assert "Not in our register." not in page
    assert "You need your unit number, identity number and date of birth." in page
    refused(cast, dina, "Come to the office.")
    assert "Come to the office." in home(sign_in(dina))
