"""Uses of the portal are counted once: without a name, or under a person who says yes to that at this moment."""

import io
import json
import logging
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from django.utils import timezone

from bamms.daily_jobs import JOBS
from bamms.urls import urlpatterns as site_urls
from privacy import parties, scheduled_jobs
from privacy.consent import consents, purposes
from privacy.models import Party
from privacy.models.parties import MembershipRole
from privacy.rights import erasures, exports, rights_requests
from privacy.rights.models.erasures import ErasureReason
from privacy.subjects import get_or_create_for
from tenants import usage
from tenants.models import PageUse
from tests import factories as f
from tests.rules.apps import APPS

pytestmark = pytest.mark.django_db
PAGE = "/announcements/"
# Addresses of the portal that are no page of a tenant's own, each with its reason
NOT_COUNTED = {
    "home": "leads on to a start page",
    "csp_report": "only POST",
    "security_txt": "a file",
    "policy": "everybody's",
    "terms": "everybody's",
    "document_version": "everybody's",
    "receipt_check": "everybody's",
    "consent": "asked of every kind of user",
    "limited": "asked of every kind of user",
    "evidence": "everybody's",
    "evidence_checkpoint": "everybody's",
    "evidence_consistency": "everybody's",
    "evidence_keys": "everybody's",
    "receipt_proof": "a file",
    "receipt_json": "a file",
    "receipt_pdf": "a file",
    "access_log_csv": "a file",
    "file": "a file",
    "claim_message": "only POST",
    "invitation": "its address is a secret",
}


@pytest.fixture
def purpose(cast):
    return purposes.save(purpose=f.PurposeFactory(code="analytics", for_sharing=False))


@pytest.fixture
def agreed(cast, purpose):
    f.agree_to_purposes(cast.ann, ["analytics"])


@pytest.fixture
def ann(cast, client):
    client.force_login(cast.ann)
    return client


def say_no(user):
    consents.choose(by=user, token=f.shown(user, versions=[], purposes=purposes.asked()))


def counted():
    """Page → (without a name, under a person)."""
    found = {}
    for page, subject, count in PageUse.objects.values_list("page", "subject", "count"):
        nameless, named = found.get(page, (0, 0))
        found[page] = (nameless, named + count) if subject else (nameless + count, named)
    return found


def identified(user, page="bulletins", days_ago=0, count=3):
    day = timezone.localdate() - timedelta(days=days_ago)
    return PageUse.objects.create(day=day, page=page, subject=get_or_create_for(user), count=count)


def page_names(patterns):
    """The pages of every app of ours but `accounts`, whose pages are every kind of user's."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        elif getattr(pattern.urlconf_name, "__name__", "").split(".")[0] in set(APPS) - {"accounts"}:
            yield from page_names(pattern.url_patterns)


def test_every_page_of_the_portal_is_counted_or_has_a_reason():
    names = {name for name in page_names(site_urls) if not name.startswith("vendor_")}
    assert usage.pages().keys() | set(NOT_COUNTED) == names
    assert not usage.pages().keys() & set(NOT_COUNTED)


def test_who_did_not_agree_is_counted_without_a_name(cast, ann, purpose):
    for _time in range(2):
        ann.get(PAGE)
    assert counted() == {"bulletins": (2, 0)}
    assert PageUse.objects.count() == 1


def test_a_yes_and_a_no_count_from_the_next_request(cast, ann, purpose):
    ann.get(PAGE)
    f.agree_to_purposes(cast.ann, ["analytics"])
    for _time in range(2):
        ann.get(PAGE)
    assert counted() == {"bulletins": (1, 2)}
    assert PageUse.objects.named().get().subject == get_or_create_for(cast.ann)
    say_no(cast.ann)
    assert counted() == {"bulletins": (3, 0)}  # at once, and no total changed
    ann.get(PAGE)
    assert counted() == {"bulletins": (4, 0)}


def test_a_no_ends_only_what_is_the_persons_own(cast, agreed):
    identified(cast.bob)
    identified(cast.ann)
    identified(cast.ann, page="hub", days_ago=1)
    say_no(cast.ann)
    assert PageUse.objects.named().get().subject == get_or_create_for(cast.bob)
    assert counted() == {"bulletins": (3, 3), "hub": (3, 0)}


def test_a_no_to_something_else_ends_nothing(cast, purpose):
    f.agree_to_purposes(cast.ann, ["analytics", "surveys"])
    identified(cast.ann)
    consents.choose(by=cast.ann, token=f.shown(cast.ann, versions=[], purposes=purposes.asked()), ticked=["analytics"])
    assert counted() == {"bulletins": (0, 3)}


def test_a_no_on_paper_counts_at_once(cast, agreed, settings, tmp_path):
    identified(cast.ann)
    consents.record_paper(
        entry=cast.ann_entry, by=cast.sam, form=ContentFile(b"scan", "form.jpg"), signed_on=timezone.localdate(),
        decision="withdrawn", language="id", purpose_codes=["analytics"],
    )  # fmt: skip
    assert counted() == {"bulletins": (3, 0)}


def test_while_processing_is_restricted_nobody_is_known(cast, ann, agreed):
    rights_requests.restrict(subject=cast.ann_entry.subject, by=cast.sam)
    ann.get(PAGE)
    assert counted() == {"bulletins": (1, 0)}
    rights_requests.lift(subject=cast.ann_entry.subject, by=cast.sam)
    ann.get(PAGE)
    assert counted() == {"bulletins": (1, 1)}


def test_a_purpose_with_new_words_needs_a_new_yes(cast, ann, agreed, purpose):
    purpose.description_en = "Also something new"
    purposes.save(purpose=purpose)
    ann.get(PAGE)
    assert counted() == {"bulletins": (1, 0)}


def test_a_tenant_without_an_answer_is_counted_without_a_name(cast, ann):
    ann.get(PAGE)
    assert counted() == {"bulletins": (1, 0)}


@pytest.mark.parametrize("who", ["sam", "vera", "olga", "otto"])
def test_only_tenants_are_counted(cast, sign_in, who):
    get_or_create_for(getattr(cast, who))
    client = sign_in(getattr(cast, who))
    for address in (PAGE, "/my-privacy/", "/admin/", "/vendor/"):
        client.get(address)
    assert counted() == {}


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("head", PAGE),
        ("post", PAGE),
        ("get", "/my-sharing/nothing/"),
        ("get", "/nowhere/"),
        ("get", "/"),
        ("get", "/privacy.html"),
        ("get", "/my-access-log/access-log.csv"),
        ("get", "/accounts/email/"),
        ("post", "/my-data/"),
    ],
)
def test_only_pages_that_were_shown_are_counted(cast, ann, method, address):
    getattr(ann, method)(address)
    assert counted() == {}


def test_a_download_is_no_page(cast, ann, monkeypatch):
    monkeypatch.setattr(usage, "pages", lambda: {"access_log_csv"})
    assert ann.get("/my-access-log/access-log.csv").status_code == 200
    assert counted() == {}


def test_a_tenant_who_also_works_for_a_vendor_is_counted_in_her_own_portal_only(cast, ann):
    parties.appoint(user=cast.ann, party=Party.objects.get(pk=cast.teknik.pk), role=MembershipRole.VENDOR, by=cast.otto)
    assert ann.get("/vendor/").status_code == 200
    ann.get(PAGE)
    assert counted() == {"bulletins": (1, 0)}


def test_a_count_that_fails_breaks_no_page_and_names_nobody(cast, ann, agreed, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise DatabaseError(f"row of {cast.ann.email}")

    monkeypatch.setattr(PageUse.objects._queryset_class, "add", fail)
    with caplog.at_level(logging.WARNING):
        assert ann.get(PAGE).status_code == 200
    assert "bulletins was not counted: DatabaseError" in caplog.text
    assert cast.ann.email not in caplog.text
    assert counted() == {}


def test_counting_costs_four_queries(cast, agreed):
    usage.count(page="hub", by=cast.ann)
    with CaptureQueriesContext(connection) as found:
        usage.count(page="hub", by=cast.ann)
    asked = [query["sql"] for query in found if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) == 4, asked


def test_who_is_no_tenant_costs_one_query(cast, django_assert_num_queries):
    get_or_create_for(cast.vera)
    with django_assert_num_queries(3):  # two of them open and close the savepoint
        usage.count(page="hub", by=cast.vera)


def test_erasing_the_person_leaves_the_totals_and_nobody(cast, agreed):
    identified(cast.ann)
    identified(cast.bob)
    erasures.order(subject=cast.ann_entry.subject, why=ErasureReason.RIGHT)
    assert counted() == {"bulletins": (3, 3)}
    assert PageUse.objects.named().get().subject == get_or_create_for(cast.bob)


def test_erasing_one_of_two_entries_ends_it_though_the_account_stays(cast, agreed):
    f.TenantFactory(management=cast.bougenvil, subject__holder=cast.ann)
    identified(cast.ann)
    certificate = erasures.order(subject=cast.ann_entry.subject, why=ErasureReason.RIGHT).subject.erasures.get()
    assert counted() == {"bulletins": (3, 0)}
    assert certificate.emptied["tenants.PageUse"] == 1


def test_the_copy_of_ones_data_holds_ones_own_rows_only(cast, agreed):
    identified(cast.ann)
    identified(cast.bob, page="hub")
    PageUse.objects.create(day=timezone.localdate(), page="bulletins", count=9)
    with zipfile.ZipFile(io.BytesIO(exports.bundle(by=cast.ann))) as copy:
        (row,) = json.loads(copy.read("data.json"))["tables"]["tenants.pageuse"]
    assert (row["page"], row["count"]) == ("bulletins", 3)


def test_after_a_year_a_count_loses_its_person_once(cast, agreed):
    assert usage.anonymise_old in JOBS.values()
    for user, days_ago in ((cast.ann, 366), (cast.bob, 366), (cast.ann, 365)):
        identified(user, days_ago=days_ago)
    for _call in range(2):
        assert scheduled_jobs.run_jobs({"page_counts": usage.anonymise_old})[1] == []
        usage.anonymise_old()
    assert PageUse.objects.named().get().day == timezone.localdate() - timedelta(days=365)
    assert counted() == {"bulletins": (6, 3)}


def test_folding_adds_to_what_is_there(cast, agreed):
    PageUse.objects.create(day=timezone.localdate(), page="bulletins", count=9)
    PageUse.objects.create(day=timezone.localdate(), page="hub", count=2)
    identified(cast.ann)
    say_no(cast.ann)
    assert counted() == {"bulletins": (12, 0), "hub": (2, 0)}
    assert PageUse.objects.aggregate(all=Sum("count"))["all"] == 14


def test_totals_tell_no_small_group_and_no_old_one(cast):
    today = timezone.localdate()
    for page, count, days_ago in (("hub", 4, 0), ("bulletins", 5, 29), ("my_data", 50, 30)):
        PageUse.objects.create(day=today - timedelta(days=days_ago), page=page, count=count)
    identified(cast.ann, count=4)
    identified(cast.bob, page="hub", count=6)
    assert usage.totals() == [(usage.pages()["bulletins"], 5, None), (usage.pages()["hub"], None, 6)]


@pytest.mark.parametrize("who", ["olga", "otto"])
def test_the_operator_reads_totals_and_pseudonyms(cast, sign_in, who):
    row = identified(cast.ann)
    nameless = PageUse.objects.create(day=timezone.localdate(), page="hub", count=4)
    client = sign_in(getattr(cast, who))
    page = client.get("/admin/tenants/pageuse/").content.decode()
    assert "fewer than 5" in page
    assert str(get_or_create_for(cast.ann)) in page
    assert "ann@" not in page
    assert "Ann Wijaya" not in page
    assert f"/admin/tenants/pageuse/{nameless.pk}/" not in page
    assert client.get(f"/admin/tenants/pageuse/{nameless.pk}/change/").status_code == 404
    assert client.get(f"/admin/tenants/pageuse/{row.pk}/change/").status_code == 200
    assert client.post(f"/admin/tenants/pageuse/{row.pk}/change/", {"count": 1}).status_code == 403


@pytest.mark.parametrize("who", ["sam", "rita"])
def test_staff_of_a_management_read_none_of_it(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get("/admin/tenants/pageuse/").status_code == 403
