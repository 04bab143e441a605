"""The queue of claims: register and claim side by side, and one decision at the end."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from privacy.models import AccessRecord
from privacy.subjects import get_or_create_for
from tenants.models import Claim
from tests import factories as f

NUMBER = "3172051106920003"
LIST = "admin:tenants_claim_changelist"
DECIDE = "admin:tenants_claim_decide"
CHANGE = "admin:tenants_claim_change"
TICKS = ["name", "number", "photo"]


@pytest.fixture
def entry(cast):
    """Cici is in Anggrek's register, and nobody has claimed her entry."""
    entry = f.TenantFactory(
        management=cast.anggrek, name="Cici Lestari", identity_kind="ktp", identity_number=NUMBER,
        birth_date="1992-06-11", email="cici@example.com",
    )  # fmt: skip
    f.OccupancyFactory(tenant=entry, unit__number="A-15-01")
    entry.refresh_from_db()
    return entry


@pytest.fixture
def claim(entry):
    return waiting(entry, f.UserFactory(email="cici@example.com", name="Cici Lestari"))


def waiting(entry, person, /, **changed):
    fields = {
        "number": "KL-2026-0001", "claimant": get_or_create_for(person), "management": entry.management,
        "building": entry.occupancies.get().unit.building, "unit_number": "a-15-01", "identity_kind": "ktp",
        "identity_number": NUMBER, "birth_date": "1992-06-12", "entry": entry, "status": Claim.Status.WAITING,
    }  # fmt: skip
    return Claim.objects.create(**(fields | changed))


def decide(client, claim, **data):
    return client.post(reverse(DECIDE, args=[claim.pk]), data, follow=True)


def said(response):
    with translation.override("en"):
        return [str(message) for message in response.context["messages"]]


def lines(response):
    with translation.override("en"):
        return {str(line["label"]): line["same"] for line in response.context["lines"]}


def test_list_has_what_waits_first_and_says_the_clock_in_words(cast, sign_in, entry, claim):
    now = timezone.now()
    settled = waiting(
        entry, cast.bob, number="KL-2026-0002", status=Claim.Status.REFUSED, due_at=now - timedelta(days=9)
    )
    late = waiting(entry, cast.ann, number="KL-2026-0003", due_at=now - timedelta(hours=2))
    response = sign_in(cast.sam).get(reverse(LIST))
    assert list(response.context["cl"].result_list) == [late, claim, settled]
    page = response.content.decode()
    assert '<span class="chip chip-late">' in page
    assert "past the deadline" in page


@pytest.mark.parametrize("status", [Claim.Status.RECEIVED, Claim.Status.UNMATCHED, Claim.Status.CLOSED])
def test_claim_that_fits_nothing_is_shown_to_nobody_else(cast, sign_in, entry, claim, status):
    hidden = waiting(entry, cast.ann, number="KL-2026-0002", status=status, entry=None)
    for person in (cast.sam, cast.olga):
        client = sign_in(person)
        page = client.get(reverse(LIST)).content.decode()
        assert "KL-2026-0001" in page
        assert "KL-2026-0002" not in page
        for address in (DECIDE, CHANGE, "admin:tenants_claim_history"):
            assert client.get(reverse(address, args=[hidden.pk])).status_code == 404
    assert "KL-2026" not in sign_in(cast.rita).get(reverse(LIST)).content.decode()


def test_claim_that_had_waited_stays_in_the_list_when_it_is_closed(cast, sign_in, entry):
    waiting(entry, cast.ann, number="KL-2026-0002", status=Claim.Status.CLOSED)
    assert "KL-2026-0002" in sign_in(cast.sam).get(reverse(LIST)).content.decode()


def test_filter_offers_only_states_that_staff_see(cast, sign_in, entry, claim):
    waiting(entry, cast.ann, number="KL-2026-0002", status=Claim.Status.REFUSED)
    client = sign_in(cast.sam)
    page = client.get(reverse(LIST)).content.decode()
    assert "no entry found" not in page
    assert "status__exact=received" not in page
    page = client.get(reverse(LIST), {"status__exact": "refused"}).content.decode()
    assert "KL-2026-0002" in page
    assert "KL-2026-0001" not in page


def test_row_leads_staff_to_the_decision_and_the_officer_of_data_protection_to_the_facts(cast, sign_in, claim):
    address = reverse(CHANGE, args=[claim.pk])
    assert sign_in(cast.sam).get(address).headers["Location"] == reverse(DECIDE, args=[claim.pk])
    assert sign_in(cast.olga).get(address).status_code == 200
    assert sign_in(cast.olga).get(reverse(DECIDE, args=[claim.pk])).status_code == 404


def test_page_compares_line_by_line_and_masks_numbers(cast, sign_in, claim):
    response = sign_in(cast.sam).get(reverse(DECIDE, args=[claim.pk]))
    assert lines(response) == {
        "Name": True, "Unit": True, "Identity number": True, "Date of birth": False, "Email": True
    }  # fmt: skip
    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert NUMBER not in page.replace(" ", "")
    for words in ("12 June 1992", "11 June 1992", "Same", "Different", "hours left"):
        assert words in page


def test_page_marks_nothing_as_same_when_the_register_has_nothing(cast, sign_in, entry):
    claim = waiting(entry, cast.ann, entry=None, message="I moved in last month.")
    response = sign_in(cast.sam).get(reverse(DECIDE, args=[claim.pk]))
    assert not any(lines(response).values())
    assert "No entry of the register fits this claim." in response.content.decode()
    assert "I moved in last month." in response.content.decode()


def test_page_is_recorded_for_the_claimant_and_the_entry(cast, sign_in, entry, claim):
    sign_in(cast.sam).get(reverse(DECIDE, args=[claim.pk]))
    subjects = set(AccessRecord.objects.filter(reference=claim.number).values_list("subject", flat=True))
    assert subjects == {claim.claimant_id, entry.subject_id}


def test_page_of_another_company_is_not_there(cast, sign_in, claim):
    assert sign_in(cast.rita).get(reverse(DECIDE, args=[claim.pk])).status_code == 404


def test_confirm_hands_over_the_entry_and_tells_the_tenant(
    cast, sign_in, entry, claim, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = decide(sign_in(cast.sam), claim, decision="confirm", entry=entry.pk, checks=TICKS)
    assert said(response) == ["The claim is confirmed. The tenant is told."]
    entry.subject.refresh_from_db()
    assert entry.subject.holder == claim.claimant.holder
    assert mail.outbox[0].to == ["cici@example.com"]


def test_confirm_needs_all_three_ticks_and_an_entry(cast, sign_in, entry, claim):
    response = decide(sign_in(cast.sam), claim, decision="confirm", checks=TICKS[:2])
    assert set(response.context["form"].errors) == {"entry", "checks"}
    assert (
        response.content.decode().count("Compare all three and tick them") == 2
    )  # in the summary and beside the boxes
    claim.refresh_from_db()
    assert claim.is_open


def test_confirm_refuses_an_entry_of_another_company_or_of_somebody(cast, sign_in, claim):
    for taken in (cast.bob_entry, cast.ann_entry):
        response = decide(sign_in(cast.sam), claim, decision="confirm", entry=taken.pk, checks=TICKS)
        assert set(response.context["form"].errors) == {"entry"}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Please come to the management office with your original identity card."), ("id", None)],
)
def test_refuse_says_the_ready_sentence_in_the_tenants_language(cast, sign_in, claim, language, sentence):
    claim.claimant.holder.language = language
    claim.claimant.holder.save()
    response = decide(sign_in(cast.sam), claim, decision="refuse", ready="1", reason="Ask for Sam.")
    assert said(response) == ["The claim is refused. The tenant is told."]
    claim.refresh_from_db()
    assert claim.status == Claim.Status.REFUSED
    assert claim.reason.endswith(" Ask for Sam.")
    if sentence:
        assert claim.reason == f"{sentence} Ask for Sam."


def test_refuse_takes_own_words_alone_but_never_nothing(cast, sign_in, claim):
    client = sign_in(cast.sam)
    for empty in ({}, {"ready": "", "reason": "  "}):
        assert set(decide(client, claim, decision="refuse", **empty).context["form"].errors) == {"reason"}
    decide(client, claim, decision="refuse", reason="Come by, please.")
    claim.refresh_from_db()
    assert claim.reason == "Come by, please."


def test_decide_needs_a_decision(cast, sign_in, claim):
    assert "Choose whether to confirm or to refuse." in decide(sign_in(cast.sam), claim).content.decode()


def test_own_claim_shows_no_buttons_but_the_sentence_why(cast, sign_in, entry):
    claim = waiting(entry, cast.sam)
    page = sign_in(cast.sam).get(reverse(DECIDE, args=[claim.pk])).content.decode()
    assert "You cannot decide your own request." in page
    assert 'name="decision"' not in page
    decide(sign_in(cast.sam), claim, decision="refuse", reason="Mine.")
    claim.refresh_from_db()
    assert claim.is_open


def test_answered_claim_is_shown_without_anything_to_save(cast, sign_in, entry, claim):
    Claim.objects.update(status=Claim.Status.REFUSED, settled_at=timezone.now(), reason="Come by.")
    client = sign_in(cast.sam)
    assert "This claim is already answered." in client.get(reverse(DECIDE, args=[claim.pk])).content.decode()
    page = client.get(reverse(CHANGE, args=[claim.pk])).content.decode()
    assert "Come by." in page
    assert 'name="_save"' not in page


def test_second_answer_loses_nothing_and_is_told(cast, sign_in, claim):
    client = sign_in(cast.sam)
    Claim.objects.update(status=Claim.Status.CONFIRMED, settled_at=timezone.now())
    response = decide(client, claim, decision="refuse", reason="Come by.")
    assert said(response) == ["This claim is already answered. Nothing was changed."]


def test_invitations_are_listed_by_name_and_never_edited(cast, sign_in, entry):
    invitation = entry.invitations.create(
        email="cici@example.com", token_hash="0" * 64, created_by=get_or_create_for(cast.sam), expires_at=timezone.now()
    )
    client = sign_in(cast.sam)
    assert "Cici Lestari" in client.get(reverse("admin:tenants_invitation_changelist")).content.decode()
    page = client.get(reverse("admin:tenants_invitation_change", args=[invitation.pk])).content.decode()
    assert 'name="_save"' not in page


def test_reveal_shows_the_claimed_number_once_and_is_recorded(cast, sign_in, claim):
    sam, address = sign_in(cast.sam), reverse("admin:tenants_claim_reveal", args=[claim.pk])
    assert f'href="{address}"' in sam.get(reverse(DECIDE, args=[claim.pk])).content.decode()
    shown = "3172 0511 0692 0003"
    assert shown not in sam.get(address).content.decode()
    assert shown in sam.post(address, {"ready": "card"}).content.decode()
    record = AccessRecord.objects.get(action="revealed")
    assert (record.subject, record.fields) == (claim.claimant, ["tenants.claim.identity_number"])
    assert sign_in(cast.rita).post(address, {"ready": "card"}).status_code == 404
    assert sign_in(cast.olga).post(address, {"ready": "card"}).status_code == 404


def test_the_looks_at_a_claim_name_no_masked_number(cast, sign_in, claim):
    sign_in(cast.sam).get(reverse(DECIDE, args=[claim.pk]))
    fields = [key for record in AccessRecord.objects.all() for key in record.fields]
    assert {"tenants.claim.birth_date", "tenants.tenant.birth_date", "tenants.tenant.email"} <= set(fields)
    assert not [key for key in fields if key.endswith((".identity_number", ".phone", ".identity_index"))]
