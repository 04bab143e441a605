"""What the person reads of disclosures and corporate transfers: in full once told, and not a word before."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from privacy import declarations
from privacy.models import AccessRecord, CorporateTransfer, Disclosure, DisclosureSubject
from privacy.oversight import corporate_transfers, disclosures
from privacy.rights import exports
from tests import factories as f


def days(n):
    return timezone.localdate() + timedelta(days=n)


def text(response):
    return response.content.decode()


def disclose(cast, people=None, **delay):
    row = Disclosure(
        controller=cast.anggrek,
        ground="authority",
        instrument="Letter B/12",
        institution="Kepolisian Contoh",
        contact="Pak Penyidik",
        document=ContentFile(b"%PDF-1.4", name="document.pdf"),
        fields=["tenants.tenant.name", "tenants.tenant.phone"],
    )
    row = disclosures.ask(disclosure=row, people=people or [cast.ann_entry.subject], by=cast.sam)
    disclosures.approve(disclosure=row, by=cast.olga, **delay)
    disclosures.export(disclosure=row, by=cast.sam)
    row.refresh_from_db()
    return row


def address(row, entry):
    return reverse("disclosure", args=[DisclosureSubject.objects.get(disclosure=row, subject=entry.subject).pk])


def test_nothing_says_what_would_appear(cast, sign_in):
    assert "Your data was disclosed to no court" in text(sign_in(cast.ann).get("/my-disclosures/"))
    assert "Your data was disclosed to no court" in text(sign_in(cast.ann).get("/my-privacy/"))


def test_the_list_and_the_page_say_who_what_why_and_when(cast, sign_in):
    row = disclose(cast)
    client = sign_in(cast.ann)
    shown = text(client.get("/my-disclosures/"))
    assert "Kepolisian Contoh" in shown
    assert "Pengelola Anggrek disclosed data about you" in shown
    page = text(client.get(address(row, cast.ann_entry)))
    for word in (
        "Kepolisian Contoh",
        "Letter B/12",
        "clause 6.2",
        "Phone number",
        row.number,
        "kantor@anggrek.example",
    ):
        assert word in page
    assert "Pak Penyidik" not in page
    assert "delayed" not in page
    assert "Your data was disclosed 1 time." in text(client.get("/my-privacy/"))


def test_somebody_elses_is_not_there_and_the_try_is_recorded(cast, sign_in):
    row = disclose(cast)
    for who in ("bob", "vera", "sam", "olga", "otto"):
        assert sign_in(getattr(cast, who)).get(address(row, cast.ann_entry)).status_code == 404
    assert AccessRecord.objects.filter(allowed=False, actor__holder=cast.bob).count() == 1
    assert row.institution not in text(sign_in(cast.bob).get("/my-disclosures/"))


def test_each_of_the_people_finds_her_own_page_only(cast, sign_in):
    cici = f.TenantFactory(management=cast.anggrek, name="Cici Paramita", subject__holder=f.UserFactory())
    row = disclose(cast, people=[cast.ann_entry.subject, cici.subject])
    client = sign_in(cast.ann)
    assert client.get(address(row, cici)).status_code == 404
    page = text(client.get(address(row, cast.ann_entry)))
    assert "Cici" not in page


def test_a_delayed_one_is_nowhere_before_its_day_and_then_says_why(cast, sign_in, time_machine):
    row = disclose(cast, tell_on=days(7), delay_reason="The investigation was secret.")
    pages = ["/my-disclosures/", "/my-access-log/", "/my-access-log/access-log.csv", "/my-privacy/", "/home/"]
    words = (row.number, row.institution, "Your data was disclosed 1 time.", "exported")
    client = sign_in(cast.ann)
    for page in pages:
        assert not [word for word in words if word in text(client.get(page))], page
    assert client.get(address(row, cast.ann_entry)).status_code == 404
    time_machine.move_to(row.tell_from)
    client = sign_in(cast.ann)
    assert row.institution in text(client.get("/my-disclosures/"))
    shown = text(client.get(address(row, cast.ann_entry)))
    assert "because: The investigation was secret." in shown
    assert f"exported your name and phone number for disclosure {row.number}." in text(client.get("/my-access-log/"))
    assert row.number in text(client.get("/my-access-log/access-log.csv"))


def test_the_copy_of_ones_data_tells_of_a_delayed_one_on_its_day(cast, time_machine):
    row = disclose(cast, tell_on=days(7), delay_reason="The investigation was secret.")
    kind = declarations.of(DisclosureSubject)
    assert not exports.rows_about(kind, cast.ann).exists()
    assert not exports.rows_about(declarations.of(AccessRecord), cast.ann).filter(why="disclosure").exists()
    time_machine.move_to(row.tell_from)
    assert exports.rows_about(kind, cast.ann).count() == 1
    assert exports.rows_about(declarations.of(AccessRecord), cast.ann).filter(why="disclosure").exists()


def test_the_access_log_gives_no_number_as_a_reason(cast, sign_in):
    row = disclose(cast)
    assert f"Reason: {row.number}" not in text(sign_in(cast.ann).get("/my-access-log/"))


def test_the_access_log_leads_to_the_disclosures(cast, sign_in):
    assert 'href="/my-disclosures/"' in text(sign_in(cast.ann).get("/my-access-log/"))


def test_a_long_list_goes_over_pages(cast, sign_in):
    for _n in range(21):
        disclose(cast)
    shown = sign_in(cast.ann).get("/my-disclosures/")
    assert len(shown.context["page_obj"]) == 20
    assert len(sign_in(cast.ann).get("/my-disclosures/?page=2").context["page_obj"]) == 1


# Corporate transfers


@pytest.fixture
def announced(cast):
    row = CorporateTransfer(
        from_party=cast.anggrek,
        to_name="PT Melati Baru",
        kind="merger",
        planned_on=days(10),
        description_ind="Nama perusahaan berganti.",
        description_en="The company's name changes.",
    )
    return corporate_transfers.announce(transfer=corporate_transfers.save(transfer=row, by=cast.olga), by=cast.olga)


def test_a_notice_stands_on_the_page_of_those_concerned(cast, sign_in, announced):
    shown = text(sign_in(cast.ann).get("/my-disclosures/"))
    for word in ("PT Melati Baru", "The company&#x27;s name changes.", "First notice", "Article 48"):
        assert word in shown
    assert "Second notice" not in shown
    assert "Nama perusahaan" not in shown
    assert "Melati" not in text(sign_in(cast.bob).get("/my-disclosures/"))


def test_a_notice_is_read_in_indonesian(cast, sign_in, announced):
    cast.ann.language = "id"
    cast.ann.save()
    assert "Nama perusahaan berganti." in text(sign_in(cast.ann).get("/my-disclosures/"))


def test_the_second_notice_says_that_it_is_done(cast, sign_in, announced, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=10))
    corporate_transfers.complete(transfer=announced, by=cast.olga)
    corporate_transfers.give_second_notice(transfer=announced, by=cast.olga)
    shown = text(sign_in(cast.ann).get("/my-disclosures/"))
    assert "Completed" in shown
    assert "Second notice" in shown
