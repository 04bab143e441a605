"""Building announcements: read by all tenants of the management, mailed only to who says yes to that now."""

from datetime import timedelta

import pytest
from django.core import mail as outbox_of
from django.utils import timezone

from privacy.consent import consents, purposes
from privacy.errors import Refused
from privacy.models import Subject
from privacy.rights import rights_requests
from tenants import bulletins
from tenants.models import Bulletin
from tests import factories as f

pytestmark = pytest.mark.django_db
WORDS = {
    "title_ind": "Air padam", "title_en": "No water", "text_ind": "Besok pukul 9", "text_en": "Tomorrow at nine",
}  # fmt: skip

LINK = "https://forms.example.org/lobby?lang=id"
SURVEY = {"kind": "survey", "link": LINK, "text_en": "How is the lobby?"}


def publish(cast, by=None, **changed):
    return bulletins.publish(bulletin=Bulletin(management=cast.anggrek, **WORDS | changed), by=by or cast.sam)


def mailed_to():
    return [letter.to[0] for letter in outbox_of.outbox]


@pytest.fixture
def agreed(cast):
    purposes.save(purpose=f.PurposeFactory(code="announcements", for_sharing=False))
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


@pytest.mark.parametrize("what", ["restricted", "changed", "inactive", "moved out"])
def test_nobody_is_written_to_who_may_not_be(cast, agreed, what):
    if what == "restricted":
        Subject.objects.filter(pk=cast.ann_entry.subject_id).update(restricted_at=timezone.now())
    if what == "changed":
        purpose = purposes.asked()[0].purpose
        purpose.description_en = "Also something new"
        purposes.save(purpose=purpose)
    if what == "moved out":
        cast.ann_entry.occupancies.update(moved_out_on=timezone.localdate() - timedelta(days=1))
    if what == "inactive":
        type(cast.ann).objects.filter(pk=cast.ann.pk).update(is_active=False)
    publish(cast)
    assert mailed_to() == []


def test_when_the_purpose_is_required_everyone_is_written_to(cast):
    required = {"optional": False, "basis": "contract"}
    purposes.save(purpose=f.PurposeFactory(code="announcements", for_sharing=False, **required))
    silent = f.TenantFactory(management=cast.anggrek, subject__holder=f.UserFactory(email="silent@example.com"))
    f.OccupancyFactory(tenant=silent)
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
    assert client.post(address, WORDS | {"kind": "announcement"}).status_code == 302
    bulletin = Bulletin.objects.get()
    assert bulletin.management == cast.anggrek
    client.post(f"/admin/tenants/bulletin/{bulletin.pk}/change/", WORDS | {"title_en": "Other"})
    bulletin.refresh_from_db()
    assert bulletin.title_en == "No water"
    assert sign_in(cast.rita).get(f"/admin/tenants/bulletin/{bulletin.pk}/change/").status_code == 404
    page = client.post(address, WORDS | {"kind": "announcement", "text_en": ""}).content.decode()
    assert "There is something to correct" in page
    assert "Tomorrow at nine" not in page
    assert "Besok pukul 9" in page  # nothing typed is lost
    assert Bulletin.objects.count() == 1


# Surveys


@pytest.fixture
def asked(cast):
    purposes.save(purpose=f.PurposeFactory(code="surveys", for_sharing=False))
    f.agree_to_purposes(cast.ann, ["surveys"])
    f.agree_to_purposes(cast.bob, ["surveys"])


def say_no(user):
    consents.choose(by=user, token=f.shown(user, versions=[], purposes=purposes.asked()))


def shows(client, address="/announcements/"):
    return LINK in client.get(address).content.decode()


def test_a_survey_is_mailed_only_to_who_agreed_to_surveys(cast, asked):
    f.TenantFactory(management=cast.anggrek, subject__holder=f.UserFactory(email="silent@example.com"))
    assert publish(cast, **SURVEY).mailed == 1
    assert mailed_to() == ["ann@example.com"]
    (letter,) = outbox_of.outbox
    assert "survey" in letter.body + letter.subject or "survei" in (letter.body + letter.subject).lower()
    for told in ("lobby", "forms.example.org", cast.ann_entry.name, cast.ann.email):
        assert told not in letter.body + letter.subject


def test_who_agreed_to_announcements_only_is_not_invited(cast, agreed, sign_in):
    publish(cast, **SURVEY)
    assert mailed_to() == []
    assert not shows(sign_in(cast.ann))


def test_a_yes_to_surveys_brings_no_announcement_by_mail(cast, asked):
    publish(cast)
    assert mailed_to() == []


def test_a_yes_and_a_no_to_surveys_count_from_the_next_request(cast, sign_in):
    purposes.save(purpose=f.PurposeFactory(code="surveys", for_sharing=False))
    publish(cast, **SURVEY)
    publish(cast, text_en="For everybody")
    client = sign_in(cast.ann)
    assert not shows(client)
    assert client.get("/home/").content.decode().count("No water") == 1
    for _time in range(2):
        f.agree_to_purposes(cast.ann, ["surveys"])
        assert shows(client)
        assert client.get("/home/").content.decode().count("No water") == 2
        say_no(cast.ann)
        assert not shows(client)
        assert "For everybody" in client.get("/announcements/").content.decode()


def test_while_processing_is_restricted_there_are_no_surveys(cast, asked, sign_in):
    rights_requests.restrict(subject=cast.ann_entry.subject, by=cast.sam)
    publish(cast, **SURVEY)
    publish(cast, text_en="For everybody")
    assert mailed_to() == []
    client = sign_in(cast.ann)
    assert not shows(client)
    assert "For everybody" in client.get("/announcements/").content.decode()
    rights_requests.lift(subject=cast.ann_entry.subject, by=cast.sam)
    assert shows(client)


def test_a_restriction_at_one_management_stops_its_surveys_alone(cast, asked, sign_in):
    f.TenantFactory(management=cast.bougenvil, subject__holder=cast.ann)
    rights_requests.restrict(subject=cast.ann_entry.subject, by=cast.sam)
    publish(cast, **SURVEY | {"link": "https://one.example.org/"})
    bulletins.publish(bulletin=Bulletin(management=cast.bougenvil, **WORDS | SURVEY), by=cast.rita)
    page = sign_in(cast.ann).get("/announcements/").content.decode()
    assert LINK in page
    assert "https://one.example.org/" not in page


def test_surveys_of_another_management_stay_there(cast, asked, sign_in):
    publish(cast, **SURVEY)
    assert not shows(sign_in(cast.bob))
    assert mailed_to() == ["ann@example.com"]


def test_a_survey_says_what_it_is_and_where_its_link_leads(cast, asked, sign_in):
    publish(cast, **SURVEY)
    page = sign_in(cast.ann).get("/announcements/").content.decode()
    assert f'<a href="{LINK}" rel="noopener noreferrer">Open the survey on another site: forms.example.org</a>' in page
    assert "because you agreed to surveys" in page
    assert "How is the lobby?" in page


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "http://forms.example.org/",
        "ftp://forms.example.org/",
        "https://",
        "https://sam:secret@forms.example.org/",
        "https://sam@forms.example.org/",
        "https://forms.example.org/?for=ann@example.com",
        "https://forms.example.org/?for=ann%40example.com",
        "https://forms.example.org/?for={email}",
        "https://forms.example.org/?for=[name]",
        "https://förms.example.org/",
        "https://forms.example.org/ x",
    ],
)
def test_a_survey_needs_a_link_that_is_safe_and_the_same_for_everybody(cast, asked, sign_in, link):
    with pytest.raises(Refused) as caught:
        publish(cast, **SURVEY | {"link": link})
    assert caught.value.code == "link"
    page = sign_in(cast.sam).post("/admin/tenants/bulletin/add/", WORDS | SURVEY | {"link": link}).content.decode()
    assert "There is something to correct" in page
    assert "Besok pukul 9" in page
    assert not Bulletin.objects.exists()
    assert mailed_to() == []


def test_an_announcement_has_no_link(cast, sign_in):
    with pytest.raises(Refused) as caught:
        publish(cast, link=LINK)
    assert caught.value.code == "link"
    page = sign_in(cast.sam).post("/admin/tenants/bulletin/add/", WORDS | {"kind": "announcement", "link": LINK})
    assert "Only a survey invitation has a link." in page.content.decode()
    assert not Bulletin.objects.exists()


def test_staff_publish_a_survey_and_the_list_says_so(cast, asked, sign_in):
    client = sign_in(cast.sam)
    assert client.post("/admin/tenants/bulletin/add/", WORDS | SURVEY).status_code == 302
    assert Bulletin.objects.get().link == LINK
    assert mailed_to() == ["ann@example.com"]
    assert "Survey invitation" in client.get("/admin/tenants/bulletin/").content.decode()
