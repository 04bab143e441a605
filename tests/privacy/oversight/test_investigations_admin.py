"""Investigation cases in the admin: open, decide, read one person, close; the rest is not there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from privacy.models import AccessRecord, InvestigationCase
from privacy.models.parties import MembershipRole
from privacy.oversight import investigations
from privacy.subjects import get_or_create_for
from tests import factories as f

LIST, ADD = "/admin/privacy/investigationcase/", "/admin/privacy/investigationcase/add/"
PHONE = "+62 812-3456-7890"


def day(n):
    return timezone.localdate() + timedelta(days=n)


def text(response):
    return " ".join(response.content.decode().split())


def asked(cast, **changed):
    data = {
        "people": [cast.ann_entry.pk],
        "fields": ["tenants.tenant.name", "tenants.tenant.phone"],
        "reason": "Looks at night",
    }
    return data | {"until": day(7).isoformat()} | changed


@pytest.fixture
def case(cast):
    return investigations.open_(
        people=[cast.ann_entry.subject], fields=["tenants.tenant.name", "tenants.tenant.phone"],
        reason="Looks at night", until=day(7), by=cast.sam,
    )  # fmt: skip


@pytest.fixture
def approved(cast, case):
    return investigations.approve(case=case, by=cast.olga)


def place(name, case, *words):
    name = f"privacy_case_{name}" if name != "change" else "privacy_investigationcase_change"
    return reverse(f"admin:{name}", args=[case.pk, *words])


def test_open_asks_and_leads_to_the_case(cast, sign_in):
    client = sign_in(cast.sam)
    page = text(client.get(ADD))
    for words in ("Nothing can be read before a second person approves", "Identity", "Phone number", "Home"):
        assert words in page
    assert "Identity scan" not in page
    answer = client.post(ADD, asked(cast), follow=True)
    case = InvestigationCase.objects.get()
    assert case.opened_by == get_or_create_for(cast.sam)
    for words in (
        case.number,
        "Looks at night",
        "Ann Wijaya",
        "Waits for a second approver",
        "A second person decides",
    ):
        assert words in text(answer)
    assert "/read/" not in text(answer)
    assert "Decide this case" not in text(answer)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"people": []}, "Choose at least one tenant."),
        ({"fields": []}, "Choose at least one kind of data."),
        ({"reason": ""}, "Write why you need to look into this"),
        ({"until": ""}, "Choose a date."),
        ({"until": "2020-01-01"}, "Choose an end date that is not in the past."),
        ({"until": "2099-01-01"}, "Choose an earlier end date: a case lasts at most 30 days."),
    ],
)
def test_open_says_what_to_do_and_opens_nothing(cast, sign_in, changed, sentence):
    answer = sign_in(cast.sam).post(ADD, asked(cast, **changed))
    assert sentence in text(answer)
    assert "Error:" in text(answer)
    assert not InvestigationCase.objects.exists()


def test_open_takes_nobody_of_another_company(cast, sign_in):
    answer = sign_in(cast.sam).post(ADD, asked(cast, people=[cast.bob_entry.pk]))
    assert answer.status_code == 200
    assert "Bob" not in text(answer)
    answer = sign_in(cast.olga).post(ADD, asked(cast, people=[cast.ann_entry.pk, cast.bob_entry.pk]))
    assert "Choose people of one building management" in text(answer)
    assert not InvestigationCase.objects.exists()


@pytest.mark.parametrize("who", ["rita", "otto"])
def test_open_is_for_heads_and_the_dpo(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, asked(cast)).status_code == 403


def test_list_shows_the_clock_and_the_own_companys_cases_only(cast, sign_in, case):
    page = text(sign_in(cast.sam).get(LIST))
    for words in (case.number, "hours left", "Pengelola Anggrek", "Waits for a second approver", "Sam"):
        assert words in page
    assert case.number in text(sign_in(cast.olga).get(LIST, {"state": "asked"}))
    assert case.number not in text(sign_in(cast.olga).get(LIST, {"state": "expired"}))
    other = f.UserFactory(is_staff=True)
    f.MembershipFactory(user=other, party=cast.bougenvil, role=MembershipRole.HEAD)
    other.groups.set(cast.sam.groups.all())
    client = sign_in(other)
    assert case.number not in text(client.get(LIST))
    for address in (place("change", case), place("decide", case), place("read", case, cast.ann_entry.subject_id)):
        assert client.get(address).status_code == 404
        assert client.post(address, {"decision": "approve"}).status_code == 404
    assert sign_in(cast.rita).get(LIST).status_code == 403


def test_an_expired_case_has_no_clock(cast, sign_in, case):
    InvestigationCase.objects.update(opened_at=timezone.now() - timedelta(9), expires_at=timezone.now())
    page = text(sign_in(cast.sam).get(LIST))
    assert "left" not in page.split("<tbody>")[1]
    assert "Expired" in page.split("<tbody>")[1]
    assert "Close this case" not in text(sign_in(cast.sam).get(place("change", case)))


def test_the_second_person_sees_exactly_the_fields_and_people(cast, sign_in, case):
    client = sign_in(cast.olga)
    page = text(client.get(place("decide", case)))
    for words in ("Ann Wijaya", "Name", "Phone number", "Looks at night", "Article 67", "Sam"):
        assert words in page
    for words in ("Address</li>", "3456", "Bob"):
        assert words not in page
    assert "The case is approved." in text(client.post(place("decide", case), {"decision": "approve"}, follow=True))
    case.refresh_from_db()
    assert (case.status, case.approved_by) == ("approved", get_or_create_for(cast.olga))
    again = client.post(place("decide", case), {"decision": "approve"})
    assert "This case is already decided." in text(again)


def test_refusing_needs_a_reason(cast, sign_in, case):
    client = sign_in(cast.olga)
    assert "Write the reason" in text(client.post(place("decide", case), {"decision": "refuse"}))
    assert "Choose whether" in text(client.post(place("decide", case), {}))
    page = text(client.post(place("decide", case), {"decision": "refuse", "reason": "Too wide"}, follow=True))
    assert "Refused" in page
    assert "Too wide" in page


@pytest.mark.parametrize("who", ["sam", "otto"])
def test_the_opener_and_the_operator_find_no_decision(cast, sign_in, case, who):
    client = sign_in(getattr(cast, who))
    page = text(client.get(place("decide", case)))
    assert "You cannot decide this case" in page
    assert 'type="radio"' not in page
    client.post(place("decide", case), {"decision": "approve"})
    case.refresh_from_db()
    assert case.status == "asked"


def test_reading_is_asked_first_then_shown_once_and_recorded(cast, sign_in, approved):
    client = sign_in(cast.sam)
    address = place("read", approved, cast.ann_entry.subject_id)
    assert f'href="{address}"' in text(client.get(place("change", approved)))
    page = text(client.get(address))
    assert "Article 67" in page
    assert PHONE not in page
    assert not AccessRecord.objects.exists()
    answer = client.post(address)
    assert PHONE in text(answer)
    assert "Jalan Contoh" not in text(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    record = AccessRecord.objects.get()
    assert (record.why, record.reference, record.allowed) == ("case", approved.number, True)
    assert PHONE not in text(client.get(address)) + text(client.get(place("change", approved)))
    log = text(sign_in(cast.ann).get(reverse("access_log")))
    assert f"to investigate case {approved.number}." in log


def test_reading_before_approval_or_after_closing_is_refused_and_recorded(cast, sign_in, case):
    client, address = sign_in(cast.sam), place("read", case, cast.ann_entry.subject_id)
    answer = client.post(address)
    assert answer.status_code == 403
    assert "This was refused and recorded: the case is not approved." in text(answer)
    assert "Ann Wijaya" in text(answer)
    assert PHONE not in text(answer)
    assert "The case is closed." in text(client.post(place("close", case), follow=True))
    assert client.post(address).status_code == 403
    assert list(AccessRecord.objects.order_by("pk").values_list("reason", flat=True)) == [
        "case_not_approved",
        "case_closed",
    ]
    shown = text(sign_in(cast.sam).get(f"/admin/privacy/accessrecord/{AccessRecord.objects.first().pk}/change/"))
    assert "The case is closed" in shown


@pytest.mark.parametrize("method", ["get", "post"])
def test_reading_of_somebody_outside_the_case_is_404_and_recorded(cast, sign_in, approved, method):
    other = f.TenantFactory(management=cast.anggrek, name="Cici")
    answer = getattr(sign_in(cast.sam), method)(place("read", approved, other.subject_id))
    assert answer.status_code == 404
    record = AccessRecord.objects.get()
    assert (record.subject, record.allowed, record.reason) == (other.subject, False, "not_in_case")
    unknown = "00000000-0000-4000-8000-000000000000"
    assert sign_in(cast.sam).post(place("read", approved, unknown)).status_code == 404


def test_the_operator_who_does_not_work_on_it_reads_nothing(cast, sign_in, approved):
    address = place("read", approved, cast.ann_entry.subject_id)
    client = sign_in(cast.otto)
    assert "/read/" not in text(client.get(place("change", approved)))
    assert client.post(address).status_code == 403
    assert AccessRecord.objects.get().reason == "not_case_party"


def test_acting_needs_the_permission(cast, sign_in, case):
    for group in cast.olga.groups.all():
        group.permissions.remove(*group.permissions.filter(codename="change_investigationcase"))
    client = sign_in(cast.olga)
    assert client.post(place("decide", case), {"decision": "approve"}).status_code == 403
    assert client.post(place("close", case)).status_code == 403
    assert "Decide this case" not in text(client.get(place("change", case)))


def test_a_case_is_closed_by_post_and_edited_by_nobody(cast, sign_in, case):
    client = sign_in(cast.sam)
    assert client.get(place("close", case)).status_code == 403
    assert client.post(place("change", case), {"reason": "x"}).status_code == 403
    client.post(place("close", case))
    assert "This case is over already." in text(client.post(place("close", case), follow=True))


def test_events_are_listed(cast, sign_in, approved):
    page = text(sign_in(cast.sam).get("/admin/privacy/caseevent/"))
    for words in ("Opened", "Approved", approved.number, "Olga"):
        assert words in page
    assert sign_in(cast.rita).get("/admin/privacy/caseevent/").status_code == 403
