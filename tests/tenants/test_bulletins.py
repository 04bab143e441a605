"""Building announcements: read by all tenants of the management, mailed only to who says yes to that now."""

import pytest
from django.core import mail as outbox_of
from django.utils import timezone

from privacy import consents, purposes
from privacy.errors import Refused
from privacy.models import Subject
from tenants import bulletins
from tenants.models import Bulletin
from tests import factories as f

pytestmark = pytest.mark.django_db
WORDS = {
    "title_ind": "Air padam", "title_en": "No water", "text_ind": "Besok pukul 9", "text_en": "Tomorrow at nine",
}  # fmt: skip


def publish(cast, by=None, **changed):
    return bulletins.publish(bulletin=Bulletin(management=cast.anggrek, **WORDS | changed), by=by or cast.sam)


def mailed_to():
    return [letter.to[0] for letter in outbox_of.outbox]


@pytest.fixture
def agreed(cast):
    purposes.keep(purpose=f.PurposeFactory(code="announcements", for_sharing=False))
    f.agree_to_purposes(cast.ann, ["announcements"])
    f.agree_to_purposes(cast.bob, ["announcements"])


def test_only_who_said_yes_is_written_to_and_the_letter_says_nothing(cast, agreed):
    f.TenantFactory(management=cast.anggrek, subject__holder=f.UserFactory(email="silent@example.com"))
    bulletin = publish(cast)
    assert mailed_to() == ["ann@example.com"]
    assert bulletin.mailed == 1
    assert "water" not in outbox_of.outbox[0].body


def test_a_choice_taken_back_counts_at_once(cast, agreed):
    consents.choose(by=cast.ann, token=f.shown(cast.ann, versions=[], purposes=purposes.asked()))
    publish(cast)
    assert mailed_to() == []


@pytest.mark.parametrize("what", ["restricted", "changed", "inactive"])
def test_nobody_is_written_to_who_may_not_be(cast, agreed, what):
    if what == "restricted":
        Subject.objects.filter(pk=cast.ann_entry.subject_id).update(restricted_at=timezone.now())
    if what == "changed":
        purpose = purposes.asked()[0].purpose
        purpose.description_en = "Also something new"
        purposes.keep(purpose=purpose)
    if what == "inactive":
        type(cast.ann).objects.filter(pk=cast.ann.pk).update(is_active=False)
    publish(cast)
    assert mailed_to() == []


def test_when_the_purpose_is_required_everyone_is_written_to(cast, agreed):
    purpose = purposes.asked()[0].purpose
    purpose.optional, purpose.basis = False, "contract"
    purposes.keep(purpose=purpose)
    f.TenantFactory(management=cast.anggrek, subject__holder=f.UserFactory(email="silent@example.com"))
    publish(cast)
    assert sorted(mailed_to()) == ["ann@example.com", "silent@example.com"]


def test_without_the_purpose_nobody_is_written_to(cast):
    assert publish(cast).mailed == 0


@pytest.mark.parametrize(("who", "changed", "code"), [("rita", {}, "not_staff"), ("sam", {"text_en": ""}, "language")])
def test_publishing_is_refused(cast, who, changed, code):
    with pytest.raises(Refused) as caught:
        publish(cast, by=getattr(cast, who), **changed)
    assert caught.value.code == code
    assert not Bulletin.objects.exists()


def test_tenants_read_their_own_managements_announcements(cast, sign_in):
    publish(cast)
    assert "Tomorrow at nine" in sign_in(cast.ann).get("/announcements/").content.decode()
    assert "No water" in sign_in(cast.ann).get("/home/").content.decode()
    page = sign_in(cast.bob).get("/announcements/").content.decode()
    assert "Tomorrow at nine" not in page
    assert "No announcements yet." in page


def test_staff_publish_for_their_own_company_only_and_change_nothing(cast, sign_in):
    client = sign_in(cast.sam)
    address = "/admin/tenants/bulletin/add/"
    assert client.post(address, WORDS).status_code == 302
    bulletin = Bulletin.objects.get()
    assert bulletin.management == cast.anggrek
    client.post(f"/admin/tenants/bulletin/{bulletin.pk}/change/", WORDS | {"title_en": "Other"})
    bulletin.refresh_from_db()
    assert bulletin.title_en == "No water"
    assert sign_in(cast.rita).get(f"/admin/tenants/bulletin/{bulletin.pk}/change/").status_code == 404
    page = client.post(address, WORDS | {"text_en": ""}).content.decode()
    assert "There is something to correct" in page
    assert "Tomorrow at nine" not in page
    assert "Besok pukul 9" in page  # nothing typed is lost
    assert Bulletin.objects.count() == 1
