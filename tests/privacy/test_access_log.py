"""Who has looked at my data: whole sentences, grouped by day, about nobody else, for everything that I hold."""

import csv
import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy import access, access_log, declarations, subjects
from privacy.models import AccessRecord
from privacy.models.access import AccessReason, Action
from privacy.oversight import investigations
from privacy.scope import Role
from privacy.sharing import grants
from tenants import claims, exports
from tenants.models import Tenant
from tests import factories as f

URL = "/my-access-log/"
SAM, OLGA = "Sam, staff of Pengelola Anggrek, ", "Olga, for the operator PT Operator Contoh, "
NOON = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Jakarta"))


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def text(response):
    return response.content.decode()


def look(cast, who="sam", role=Role.STAFF, why=AccessReason.RECORD, at=None, **what):
    """Write one record, as if it had happened at `at`."""
    values = {
        "subject": cast.ann_entry.subject,
        "controller": cast.anggrek,
        "actor": subjects.get_or_create_for(getattr(cast, who)),
        "hat": role,
        "why": why,
        "party": {"sam": cast.anggrek, "vera": cast.teknik, "olga": cast.operator}.get(who),
        "action": Action.VIEWED,
        "allowed": True,
        "fields": ["tenants.tenant.name"],
        "at": at or timezone.now(),
    }
    return AccessRecord.objects.create(**values | what)


def sentence(cast, **what):
    return access_log.sentence(look(cast, **what), cast.ann.pk)


# Sentences


def test_sentence_of_a_vendor_names_the_job(cast, grant):
    fields = ["tenants.tenant.phone"]
    assert (
        sentence(cast, who="vera", role=Role.VENDOR, why=AccessReason.GRANT, grant=grant, fields=fields)
        == "Vera from PT Teknik Andal looked at your phone number for the job “Repairs in the unit”."
    )
    assert sentence(
        cast, who="vera", role=Role.VENDOR, why=AccessReason.GRANT, grant=grant, fields=fields, action=Action.LISTED
    ).startswith("Vera from PT Teknik Andal looked at your phone number in a list, for the job")


def test_sentence_of_staff_says_for_which_request(cast):
    everything = [f"tenants.tenant.{name}" for name in declarations.of(Tenant).personal]
    assert (
        sentence(cast, why=AccessReason.UPDATE, reference="PD-2026-0417", fields=everything)
        == SAM + "looked at your record to decide request PD-2026-0417."
    )


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            {"action": Action.REVEALED, "fields": ["tenants.tenant.identity_number"]},
            SAM + "revealed your identity number in full to look after the register of tenants.",
        ),
        (
            {
                "action": Action.EXPORTED,
                "why": exports.REASON,
                "fields": ["tenants.tenant.name", "tenants.occupancy.unit"],
            },
            SAM + "exported a list with your name and unit.",
        ),
        (
            {"action": Action.SEARCHED},
            SAM + "searched the register by your identity number to look after the register of tenants.",
        ),
        (
            {"action": Action.CHANGED, "why": AccessReason.CORRECTION, "fields": ["tenants.tenant.phone"]},
            SAM + "changed your phone number to correct the register of tenants.",
        ),
        (
            {"why": claims.REASON, "reference": "KL-2026-0001", "fields": []},
            SAM + "looked at your data to check claim KL-2026-0001.",
        ),
        (
            {"why": AccessReason.SHARING, "reference": "IB-2026-0001"},
            SAM + "looked at your name to look after IB-2026-0001, which is about sharing.",
        ),
        (
            {"who": "olga", "role": Role.OPERATOR, "why": AccessReason.OVERSIGHT},
            OLGA + "looked at your name to supervise the protection of personal data.",
        ),
        (
            {"fields": ["sharingrequest.reason"], "why": AccessReason.SHARING},
            SAM + "looked at your request to share to look after a sharing permission.",
        ),
        (
            {"fields": ["tenants.tenant.name", "tenants.tenant.phone", "tenants.tenant.identity_index"]},
            SAM + "looked at your name and phone number to look after the register of tenants.",
        ),
    ],
)
def test_sentence_by_action(cast, what, expected):
    assert sentence(cast, **what) == expected


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("withdrawn", "you had withdrawn the permission"),
        ("ended", "the permission had ended"),
        ("agreement_suspended", "the agreement was suspended"),
        ("not_yours", "there was no permission for it"),
        ("something new", "there was no permission for it"),
    ],
)
def test_sentence_of_a_refused_look_says_why(cast, reason, words):
    found = sentence(
        cast,
        who="vera",
        role=Role.VENDOR,
        why=AccessReason.GRANT,
        allowed=False,
        reason=reason[:24],
        fields=["tenants.tenant.address"],
    )
    assert found == f"Vera from PT Teknik Andal tried to look at your address and was refused: {words}."


def test_every_reason_code_of_a_refusal_has_its_words():
    told = {reason.value for reason in (*grants.Reason, *investigations.Reason)}
    assert set(access_log.REFUSALS) == told - {"allowed", "no_grant", "not_member"}


def test_who_falls_back_to_the_role_when_an_account_has_no_name(cast):
    for name in ("sam", "vera", "olga"):
        user = getattr(cast, name)
        user.name = ""
        user.save()
    assert sentence(cast).startswith("Staff of Pengelola Anggrek looked")
    assert sentence(cast, who="vera", role=Role.VENDOR).startswith("Somebody from PT Teknik Andal looked")
    assert sentence(cast, who="olga", role=Role.OPERATOR).startswith("The operator PT Operator Contoh looked")


def test_who_does_not_name_another_tenant_who_tried(cast):
    cast.bob.name = "Bob"
    cast.bob.save()
    found = sentence(cast, who="bob", role=Role.TENANT, why=AccessReason.OWN, allowed=False, reason="not_yours")
    assert found.startswith("Somebody else's account tried to look")
    assert "Bob" not in found


def test_own_looks_are_in_the_second_person(cast):
    assert sentence(
        cast,
        who="ann",
        role=Role.TENANT,
        why=AccessReason.OWN,
        action=Action.REVEALED,
        fields=["tenants.tenant.identity_number"],
    ) == ("You had your identity number shown to you in full.")
    assert (
        sentence(cast, who="ann", role=Role.TENANT, why=AccessReason.OWN, action=Action.EXPORTED)
        == "You downloaded a copy of your own data."
    )


def test_erased_actor_is_still_a_sentence(cast):
    record = look(cast)
    record.actor.holder = None
    assert access_log.sentence(record, cast.ann.pk).startswith("Staff of Pengelola Anggrek")


# Lines and days


def test_lines_collapse_the_same_looks_of_one_day(cast, grant):
    at = [NOON, NOON - timedelta(minutes=5), NOON - timedelta(days=1)]
    records = [
        look(cast, at=moment, fields=[key])
        for moment, key in zip(at, ["tenants.tenant.name", "tenants.tenant.phone", "tenants.tenant.name"], strict=True)
    ]
    lines = access_log.lines(records, cast.ann.pk)
    assert [len(line.records) for line in lines] == [2, 1]
    assert "your name and phone number" in lines[0].sentence
    assert [heading for heading, _lines in access_log.by_day(lines)] == ["Today", "Yesterday"]


def test_lines_keep_different_reasons_apart(cast):
    records = [
        look(cast),
        look(cast, why=claims.REASON),
        look(cast, reference="PD-1"),
        look(cast, allowed=False, reason="ended"),
        look(cast, who="olga", role=Role.OPERATOR),
    ]
    assert len(access_log.lines(records, cast.ann.pk)) == 5


def test_line_icon_goes_by_the_action_and_a_refusal_has_its_own(cast):
    (line,) = access_log.lines([look(cast, action=Action.REVEALED, reference="original card")], cast.ann.pk)
    assert (line.icon, line.reason) == ("key", "original card")
    (line,) = access_log.lines([look(cast, allowed=False, reason="ended", reference="IB-1")], cast.ann.pk)
    assert (line.icon, line.reason) == ("slash-circle", "")


# The page


def test_page_says_when_nobody_has_looked(cast, sign_in):
    page = text(sign_in(cast.ann).get(URL))
    assert "Nobody has looked at your data since" in page
    assert "Nothing of this kind" in text(sign_in(cast.ann).get(URL, {"show": "vendors"}))
    assert "Nobody has looked at your data yet." in text(sign_in(cast.ann).get(URL, {"older": "1"}))


def test_page_shows_vendors_staff_refusals_and_own_looks(cast, sign_in, grant):
    grants.open_shared(number=grant.number, by=cast.vera)
    grants.withdraw(grant=grant, by=cast.ann)
    grants.open_shared(number=grant.number, by=cast.vera)
    access.get_and_record(Tenant, by=cast.sam, role=Role.STAFF, why=AccessReason.RECORD, pk=cast.ann_entry.pk)
    access.get_and_record(
        Tenant,
        by=cast.ann,
        role=Role.TENANT,
        why=AccessReason.OWN,
        action=Action.REVEALED,
        fields=["identity_number"],
        pk=cast.ann_entry.pk,
    )
    client = sign_in(cast.ann)
    words = {
        "vendors": "looked at your name, phone number and unit for the job",
        "refused": "was refused: you had withdrawn the permission.",
        "staff": SAM + "looked at your record to look after the register of tenants.",
        "own": "You had your identity number shown to you in full.",
    }
    everything = text(client.get(URL))
    for show, expected in words.items():
        assert expected in everything
        page = text(client.get(URL, {"show": show}))
        assert expected in page
        for other in {"staff", "own"} - {show}:
            assert words[other] not in page
    assert "Today" in everything


def test_page_counts_repeated_looks_on_one_line(cast, sign_in):
    for minutes in range(4):
        look(cast, at=NOON - timedelta(minutes=minutes))
    page = text(sign_in(cast.ann).get(URL))
    assert page.count(">Ask about this<") == 1
    assert "4 times, last at 12:00" in page


def test_page_opens_with_twelve_months_and_shows_longer_on_request(cast, sign_in):
    look(cast, at=NOON - timedelta(days=500), why=claims.REASON)
    client = sign_in(cast.ann)
    assert "to check a claim" not in text(client.get(URL))
    page = text(client.get(URL, {"older": "1"}))
    assert "to check a claim" in page
    assert "10 July 2025" in page.replace("\xa0", " ")


def test_page_pages_over_lines_and_never_splits_one(cast, sign_in):
    for day in range(60):
        for minute in range(3):
            look(cast, at=NOON - timedelta(days=day, minutes=minute))
    client = sign_in(cast.ann)
    first, second = text(client.get(URL)), text(client.get(URL, {"page": "2"}))
    assert first.count("3 times, last at") == 50
    assert second.count("3 times, last at") == 10
    assert "Page 2 of 2" in second
    assert client.get(URL, {"page": "x", "show": "nonsense"}).status_code == 200


def test_page_covers_every_subject_the_person_holds_and_no_other(cast, sign_in):
    look(cast)
    f.TenantFactory(management=cast.bougenvil, subject__holder=cast.ann)
    second = Tenant.objects.get(management=cast.bougenvil, subject__holder=cast.ann)
    look(cast, who="rita", subject=second.subject, party=cast.bougenvil, controller=cast.bougenvil)
    look(cast, who="rita", subject=cast.bob_entry.subject, party=cast.bougenvil, fields=["tenants.tenant.address"])
    page = text(sign_in(cast.ann).get(URL))
    assert "Sam, staff of Pengelola Anggrek" in page
    assert "Rita, staff of Pengelola Bougenvil" in page
    assert "address" not in page


def test_page_asks_the_same_queries_for_many_records(cast, sign_in, grant, django_assert_num_queries):
    def write(count):
        for number in range(count):
            look(
                cast,
                who="vera",
                role=Role.VENDOR,
                why=AccessReason.GRANT,
                grant=grant,
                at=NOON - timedelta(days=number % 40, minutes=number),
            )
            look(cast, at=NOON - timedelta(days=number % 40, minutes=number))

    client = sign_in(cast.ann)
    write(3)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    write(10)
    with django_assert_num_queries(len(few)):
        assert text(client.get(URL)).count("Vera from") == 2 * 10  # in each day's line, and in its link


def test_csv_holds_the_whole_log_and_no_formula(cast, sign_in):
    cast.sam.name = "=HYPERLINK(1)"
    cast.sam.save()
    look(cast, action=Action.REVEALED, reference="+cmd", fields=["tenants.tenant.identity_number"])
    look(cast, at=NOON - timedelta(days=500))
    look(cast, who="rita", subject=cast.bob_entry.subject)
    response = sign_in(cast.ann).get("/my-access-log/access-log.csv")
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert rows[1][:2] == ["2026-11-22", "12:00\xa0WIB"]
    assert rows[1][2].startswith("'=HYPERLINK(1), staff of Pengelola Anggrek, revealed")
    assert rows[1][3:] == ["identity number", "Pengelola Anggrek", "allowed", "'+cmd"]


def test_log_is_read_only(cast, sign_in):
    client = sign_in(cast.ann)
    for url in (URL, "/my-access-log/access-log.csv"):
        assert client.post(url).status_code == 405
