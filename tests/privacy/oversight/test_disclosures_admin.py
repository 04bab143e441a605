"""Disclosures and corporate transfers in the admin: one page a step, for whom it is, and nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from privacy import parties
from privacy.models import AccessRecord, CorporateTransfer, Disclosure
from privacy.models.parties import MembershipRole
from privacy.oversight import corporate_transfers, disclosures
from tests import factories as f
from tests.privacy.sharing.test_agreements_admin import pdf

LIST, TRANSFERS = "/admin/privacy/disclosure/", "/admin/privacy/corporatetransfer/"


def days(n):
    return timezone.localdate() + timedelta(days=n)


def text(response):
    return response.content.decode()


@pytest.fixture
def cast(cast):
    cast.officer = f.UserFactory(email="officer@example.com", name="Ola")
    parties.appoint(user=cast.officer, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    return cast


@pytest.fixture
def asked(cast):
    row = Disclosure(
        controller=cast.anggrek,
        ground="rights",
        instrument="Claim 7",
        institution="PT Asuransi Contoh",
        contact="Pak Panitera",
        document=ContentFile(b"%PDF-1.4", name="document.pdf"),
        fields=["tenants.tenant.name", "tenants.tenant.phone"],
    )
    return disclosures.ask(disclosure=row, people=[cast.ann_entry.subject], by=cast.officer)


@pytest.fixture
def approved(cast, asked):
    return disclosures.approve(disclosure=asked, by=cast.sam)


def page(row, name="change"):
    return f"{LIST}{row.pk}/{name}/"


def asking(cast, **changes):
    return {
        "ground": "law",
        "instrument": "Order 12",
        "institution": "Pengadilan Negeri",
        "contact": "Panitera",
        "document": pdf(),
        "people": [cast.ann_entry.pk],
        "fields": ["tenants.tenant.name", "tenants.tenant.other"],
        "tell_on": "",
        "delay_reason": "",
        "form_key": uuid4().hex,
    } | changes


# Recording one


def test_an_officer_records_a_disclosure(cast, sign_in):
    client = sign_in(cast.officer)
    blank = text(client.get(f"{LIST}add/"))
    assert "Send for approval" in blank
    assert "Building management" not in blank  # she works for one only
    assert "A second person must approve it" in text(client.post(f"{LIST}add/", asking(cast), follow=True))
    row = Disclosure.objects.get()
    assert (row.controller_id, row.status, row.fields) == (
        cast.anggrek.pk,
        "asked",
        ["tenants.tenant.name", "tenants.tenant.other"],
    )
    assert row.people.get().subject == cast.ann_entry.subject
    assert row.document_hash
    assert LogEntry.objects.get().object_repr == row.number


def test_a_form_sent_twice_is_kept_once(cast, sign_in):
    client = sign_in(cast.officer)
    key = uuid4().hex
    client.post(f"{LIST}add/", asking(cast, form_key=key))
    again = client.post(f"{LIST}add/", asking(cast, form_key=key), follow=True)
    assert "We already have this." in text(again)
    assert Disclosure.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"people": []}, "people", "Choose at least one tenant."),
        ({"people": ["bob"]}, "people", "Choose at least one tenant."),
        ({"people": ["x"]}, "people", "Choose at least one tenant."),
        ({"people": [10**30]}, "people", "Choose at least one tenant."),
        ({"fields": []}, "fields", "Choose at least one kind of data."),
        ({"fields": ["tenants.tenant.identity_scan"]}, "fields", "Choose each kind of data once"),
        ({"ground": ""}, "ground", "Choose the ground."),
        ({"institution": ""}, "institution", "Write which institution"),
        ({"document": ""}, "document", "Add the document"),
        ({"tell_on": "2020-01-01", "delay_reason": "x"}, "tell_on", "Choose a day after today"),
        ({"tell_on": "soon"}, "delay_reason", "Write why the tenant is told later"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_keeps_nothing(cast, sign_in, changes, field, sentence):
    if changes.get("people") == ["bob"]:
        changes = {"people": [cast.bob_entry.pk]}
    if changes.get("tell_on") == "soon":
        changes = {"tell_on": days(5).isoformat()}
    form = sign_in(cast.officer).post(f"{LIST}add/", asking(cast, **changes)).context["form"]
    assert sentence in str(form.errors[field])
    assert not Disclosure.objects.exists()


def test_who_works_for_two_says_for_which(cast, sign_in):
    parties.appoint(user=cast.officer, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    client = sign_in(cast.officer)
    assert "controller" in client.post(f"{LIST}add/", asking(cast)).context["form"].errors
    client.post(f"{LIST}add/", asking(cast, controller=cast.anggrek.pk))
    assert Disclosure.objects.get().controller_id == cast.anggrek.pk
    wrong = client.post(f"{LIST}add/", asking(cast, controller=cast.bougenvil.pk)).context["form"]
    assert "of this building management only" in str(wrong.errors["people"])


@pytest.mark.parametrize("who", ["olga", "otto"])
def test_the_operator_records_none(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}add/", asking(cast)).status_code == 403


# Looking at one


def test_the_page_shows_the_data_the_people_and_the_steps(cast, sign_in, asked):
    shown = text(sign_in(cast.sam).get(page(asked)))
    for word in ("Ann Wijaya", "Phone number", "PT Asuransi Contoh", "Claim 7", "Pak Panitera", asked.document_hash):
        assert word in shown
    assert "Approve the disclosure" in shown
    assert "+62" not in shown
    assert AccessRecord.objects.get(why="disclosure").reference == asked.number


def test_who_asked_sees_no_decision_but_the_reason_why(cast, sign_in, asked):
    shown = text(sign_in(cast.officer).get(page(asked)))
    assert "Ask a second person to decide it." in shown
    assert "Approve the disclosure" not in shown


def test_a_post_to_the_page_changes_nothing(cast, sign_in, asked):
    assert sign_in(cast.otto).post(page(asked), {"status": "approved"}).status_code == 403


def test_the_look_of_the_data_protection_officer_is_silent_too(cast, sign_in, asked):
    sign_in(cast.olga).get(page(asked))
    record = AccessRecord.objects.get(actor__holder=cast.olga)
    assert (record.why, record.reference) == ("disclosure", asked.number)


def test_the_document_opens_for_staff_and_never_for_the_tenant(cast, sign_in, approved):
    disclosures.export(disclosure=approved, by=cast.officer)
    address = reverse("file", args=["privacy.disclosure", approved.pk, "document"])
    assert sign_in(cast.sam).get(address).status_code == 200
    for who in (cast.ann, cast.bob, cast.vera, cast.rita):
        assert sign_in(who).get(address).status_code == 404


@pytest.mark.parametrize("name", ["change", "history", "approve", "refuse", "delay", "export"])
def test_another_company_finds_nothing(cast, sign_in, approved, name):
    client = sign_in(cast.rita)
    assert client.get(page(approved, name)).status_code == 404
    assert client.post(page(approved, name)).status_code in {403, 404}
    assert approved.number not in text(client.get(LIST))


# The steps


def test_the_head_approves_and_may_delay(cast, sign_in, asked):
    client = sign_in(cast.sam)
    shown = text(client.get(page(asked, "approve")))
    assert "Ann Wijaya" in shown
    data = {"tell_on": days(5).isoformat(), "delay_reason": "An investigation"}
    assert "Approved." in text(client.post(page(asked, "approve"), data, follow=True))
    asked.refresh_from_db()
    assert (asked.status, asked.tell_on, asked.decided_by.holder) == ("approved", days(5), cast.sam)


def test_a_delay_without_a_reason_comes_back(cast, sign_in, asked):
    form = sign_in(cast.sam).post(page(asked, "approve"), {"tell_on": days(5).isoformat()}).context["form"]
    assert "Write why the tenant is told later" in str(form.errors["delay_reason"])


def test_the_data_protection_officer_refuses_with_a_reason(cast, sign_in, asked):
    client = sign_in(cast.olga)
    assert "Write why this is refused" in str(client.post(page(asked, "refuse")).context["form"].errors["reason"])
    shown = text(client.post(page(asked, "refuse"), {"reason": "Not signed."}, follow=True))
    assert "Refused. Reason: Not signed." in shown
    asked.refresh_from_db()
    assert asked.status == "refused"


@pytest.mark.parametrize("name", ["approve", "refuse"])
def test_who_asked_cannot_decide_by_the_address(cast, sign_in, asked, name):
    client = sign_in(cast.officer)
    assert client.get(page(asked, name)).status_code == 403
    assert client.post(page(asked, name), {"reason": "x"}).status_code == 403


def test_a_head_who_asked_cannot_decide_by_the_address(cast, sign_in):
    row = Disclosure(
        controller=cast.anggrek, ground="rights", instrument="x", institution="x", fields=["tenants.tenant.name"]
    )
    row = disclosures.ask(disclosure=row, people=[cast.ann_entry.subject], by=cast.sam)
    assert sign_in(cast.sam).post(page(row, "approve")).status_code == 403
    assert "Approve the disclosure" not in text(sign_in(cast.sam).get(page(row)))


def test_a_second_press_says_that_it_is_done(cast, sign_in, asked):
    client = sign_in(cast.sam)
    client.post(page(asked, "approve"))
    assert "This is not possible at this step." in text(client.post(page(asked, "approve"), follow=True))


def test_a_new_day_for_the_notice(cast, sign_in, approved):
    client = sign_in(cast.olga)
    data = {"tell_on": days(9).isoformat(), "delay_reason": "Still open"}
    assert "The new day is kept." in text(client.post(page(approved, "delay"), data, follow=True))
    approved.refresh_from_db()
    assert approved.tell_on == days(9)


def test_export_names_the_article_and_hands_over_the_file(cast, sign_in, approved):
    client = sign_in(cast.officer)
    assert "Article 67 of UU PDP" in text(client.get(page(approved, "export")))
    response = client.post(page(approved, "export"))
    assert response["Content-Type"].startswith("text/csv")
    assert response["Content-Disposition"] == f'attachment; filename="{approved.number}.csv"'
    assert "no-store" in response["Cache-Control"]
    assert "Ann Wijaya" in text(response)
    approved.refresh_from_db()
    assert approved.status == "told"
    assert AccessRecord.objects.filter(action="exported", subject=cast.ann_entry.subject).count() == 1


def test_looking_at_the_export_page_exports_nothing(cast, sign_in, approved):
    sign_in(cast.officer).get(page(approved, "export"))
    approved.refresh_from_db()
    assert approved.status == "approved"
    assert not AccessRecord.objects.filter(action="exported").exists()


def test_nothing_is_exported_before_approval(cast, sign_in, asked):
    response = sign_in(cast.officer).post(page(asked, "export"), follow=True)
    assert "This is not possible at this step." in text(response)


def test_the_operator_exports_nothing(cast, sign_in, approved):
    for who in (cast.olga, cast.otto):
        assert sign_in(who).post(page(approved, "export")).status_code == 403


def test_an_old_approval_is_refused_on_the_page(cast, sign_in, approved, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=31))
    response = sign_in(cast.officer).post(page(approved, "export"))
    assert "more than 30 days ago" in text(response)
    assert response["Content-Type"].startswith("text/html")


def test_the_list_counts_people_and_names_none(cast, sign_in, asked):
    shown = text(sign_in(cast.sam).get(LIST))
    assert asked.number in shown
    assert "Ann Wijaya" not in shown


def test_events_are_for_the_operator_to_read(cast, sign_in, approved):
    disclosures.export(disclosure=approved, by=cast.officer)
    shown = text(sign_in(cast.olga).get("/admin/privacy/disclosureevent/"))
    assert approved.number in shown
    assert "Tenant told" in shown
    assert "Ola" in shown
    event = approved.events.first()
    assert event.check_code in text(sign_in(cast.olga).get(f"/admin/privacy/disclosureevent/{event.pk}/change/"))
    assert sign_in(cast.sam).get("/admin/privacy/disclosureevent/").status_code == 403


# Corporate transfers


def planning(cast, **changes):
    return {
        "from_party": cast.anggrek.pk,
        "to_party": "",
        "to_name": "PT Melati Baru",
        "kind": "merger",
        "planned_on": days(10).isoformat(),
        "description_ind": "Bergabung.",
        "description_en": "Merges.",
    } | changes


def test_a_transfer_goes_its_way_page_by_page(cast, sign_in, time_machine, mailoutbox):
    client = sign_in(cast.olga)
    client.post(f"{TRANSFERS}add/", planning(cast))
    row = CorporateTransfer.objects.get()
    assert row.number.startswith("PU-")
    assert "Give the first notice" in text(client.get(f"{TRANSFERS}{row.pk}/change/"))
    shown = text(client.get(f"{TRANSFERS}{row.pk}/announce/"))
    assert "The notice goes to 1 account." in shown
    assert "Bergabung." in shown
    assert "The first notice is given." in text(client.post(f"{TRANSFERS}{row.pk}/announce/", follow=True))
    assert "has not come yet" in text(client.post(f"{TRANSFERS}{row.pk}/complete/", follow=True))
    time_machine.move_to(timezone.now() + timedelta(days=10))
    client = sign_in(cast.olga)
    for name, sentence in (
        ("close", "Give the second notice before you close"),
        ("complete", "The transfer is completed."),
        ("second-notice", "The second notice is given."),
        ("close", "The transfer is closed."),
    ):
        assert sentence in text(client.post(f"{TRANSFERS}{row.pk}/{name}/", follow=True))
    row.refresh_from_db()
    assert row.status == "closed"
    assert len([letter for letter in mailoutbox if letter.to == ["ann@example.com"]]) == 2


def test_a_draft_is_edited_and_an_announced_one_is_not(cast, sign_in):
    client = sign_in(cast.olga)
    client.post(f"{TRANSFERS}add/", planning(cast))
    row = CorporateTransfer.objects.get()
    address = f"{TRANSFERS}{row.pk}/change/"
    client.post(address, planning(cast, to_name="PT Lain"))
    row.refresh_from_db()
    assert row.to_name == "PT Lain"
    corporate_transfers.announce(transfer=row, by=cast.olga)
    assert client.post(address, planning(cast, to_name="PT Lain Lagi")).status_code == 403
    shown = text(client.get(address))
    assert "to 1 account" in shown
    assert "Complete the transfer" in shown
    assert "Give the first notice" not in shown


def test_a_transfer_to_nobody_comes_back(cast, sign_in):
    response = sign_in(cast.olga).post(f"{TRANSFERS}add/", planning(cast, to_name=""))
    assert response.context["errors"]
    assert not CorporateTransfer.objects.exists()


@pytest.mark.parametrize("who", ["sam", "rita"])
def test_staff_of_a_management_see_no_transfers(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get(TRANSFERS).status_code == 403
    assert client.get(f"{TRANSFERS}add/").status_code == 403


def test_an_unknown_transfer_is_404(cast, sign_in):
    client = sign_in(cast.olga)
    assert client.get(f"{TRANSFERS}9999/announce/").status_code == 404
    assert client.post(f"{TRANSFERS}9999/announce/").status_code == 404


def test_the_events_of_a_transfer_are_listed(cast, sign_in):
    client = sign_in(cast.olga)
    client.post(f"{TRANSFERS}add/", planning(cast))
    row = CorporateTransfer.objects.get()
    corporate_transfers.announce(transfer=row, by=cast.olga)
    shown = text(client.get("/admin/privacy/transferevent/"))
    assert row.number in shown
    assert "First notice given" in shown
    event = row.events.first()
    assert client.get(f"/admin/privacy/transferevent/{event.pk}/change/").status_code == 200


def test_the_list_says_how_many_were_told(cast, sign_in):
    client = sign_in(cast.olga)
    assert "Record one before a merger" in text(client.get(TRANSFERS))
    client.post(f"{TRANSFERS}add/", planning(cast))
    assert CorporateTransfer.objects.get().number in text(client.get(TRANSFERS))
