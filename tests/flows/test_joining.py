"""Coming in: sign up, confirm, agree, and find one's record (steps 1 and 2 of the story)."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from tenants.models import Claim, Invitation, PendingImport, Tenant
from tests.factories import UserFactory
from tests.flows import steps
from tests.flows.steps import CICI, NEW_PASSWORD
from tests.flows.visitor import Visitor, letters_to, link_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(cast):
    steps.given_published_documents()
    return steps.given_an_unclaimed_entry(cast.anggrek)


def building_of(entry):
    return entry.occupancies.get().unit.building


def test_a_newcomer_signs_up_agrees_and_her_claim_opens_by_itself(entry):
    cici = steps.when_signing_up()
    steps.then_told(CICI, "Confirm your email address")
    steps.when_confirming(cici)
    steps.when_signing_in(cici).is_at("/consent/").reads("Please read, then answer")
    steps.when_agreeing(cici).reads("Recorded on", "Your receipts: TT-")
    steps.when_claiming(cici, building_of(entry)).is_at("/claim/sent/")
    steps.then_holds(CICI, entry)
    steps.then_told(CICI, "Your claim has been checked")
    cici.goes_to("/my-data/").reads("Cici Paramita", "A-15-02")
    steps.then_letters_name_nobody("Cici", "Paramita", "A-15-02", steps.NUMBER, "Anggrek")


def test_the_same_in_indonesian(entry):
    cici = steps.given_a_newcomer(language="id")
    steps.then_told(CICI, "Konfirmasi alamat email Anda")
    steps.when_claiming(cici, building_of(entry))
    steps.then_told(CICI, "Klaim Anda telah diperiksa")
    cici.goes_to("/my-data/").reads("Cici Paramita", "Data saya")


def test_following_the_link_confirms_nothing_until_the_button_is_pressed(entry):
    """Mail scanners follow links; a GET confirms nothing."""
    cici = steps.when_signing_up()
    steps.when_following_the_link(cici, CICI)
    assert not EmailAddress.objects.get(email=CICI).verified
    steps.when_signing_in(Visitor("cici")).goes_to("/home/").is_at("/accounts/login/")
    cici.sends(form="confirm-email")
    assert EmailAddress.objects.get(email=CICI).verified


def test_nobody_passes_the_documents_unanswered(entry):
    cici = steps.when_signing_up()
    steps.when_confirming(cici)
    steps.when_signing_in(cici)
    for place in ("/claim/", "/my-data/", "/home/", "/my-access-log/"):
        cici.goes_to(place).is_at("/consent/")
    cici.goes_to("/privacy.html").is_at("/privacy.html")
    cici.goes_to("/my-rights/").is_at("/my-rights/")


def test_agreeing_leads_on_to_where_she_was_going_and_never_off_the_site(entry):
    cici = steps.when_signing_up()
    steps.when_confirming(cici)
    steps.when_signing_in(cici)
    cici.goes_to("/claim/").is_at("/consent/")
    steps.when_agreeing(cici).is_at("/claim/")
    other = steps.given_signed_in(UserFactory(email="other@example.com"))
    other.goes_to("/consent/?next=///evil.example/")
    steps.when_agreeing(other).is_at("/home/")


def test_a_claim_that_is_not_certain_waits_until_staff_confirm_it(cast, entry):
    entry.email = "another@example.com"
    entry.save()
    cici = steps.given_a_newcomer()
    steps.when_claiming(cici, building_of(entry)).is_at("/claim/sent/").reads("We are checking your claim.")
    steps.then_nobody_holds(entry)
    sam = steps.given_agreed(cast.sam)
    claim = steps.claim_of(CICI)
    sam.goes_to("/admin/").reads("Claims 1 71 hours left")
    sam.goes_to("/admin/tenants/claim/").reads(claim.number)
    assert round((claim.due_at - claim.received_at) / timedelta(hours=1)) == 72
    steps.when_deciding_the_claim(
        sam, claim, decision="confirm", entry=str(entry.pk), checks=["name", "number", "photo"]
    )
    steps.then_holds(CICI, entry)
    steps.then_told(CICI, "Your claim has been checked")
    cici.goes_to("/my-data/").reads("Cici Paramita")


def test_staff_must_compare_before_they_confirm(cast, entry):
    entry.email = ""
    entry.save()
    cici = steps.given_a_newcomer()
    steps.when_claiming(cici, building_of(entry))
    sam = steps.given_agreed(cast.sam)
    steps.when_deciding_the_claim(sam, steps.claim_of(CICI), decision="confirm", entry=str(entry.pk), checks=["name"])
    sam.reads("Compare all three and tick them, or refuse the claim.")
    steps.then_nobody_holds(entry)


def test_a_refused_claim_says_why_and_leaves_the_entry_unclaimed(cast, entry):
    entry.email = ""
    entry.save()
    cici = steps.given_a_newcomer()
    steps.when_claiming(cici, building_of(entry))
    sam = steps.given_agreed(cast.sam)
    claim = steps.claim_of(CICI)
    steps.when_deciding_the_claim(sam, claim, decision="refuse", reason="Please come with your original card.")
    steps.then_nobody_holds(entry)
    cici.goes_to("/home/").reads("Please come with your original card.")
    claim.refresh_from_db()
    assert (claim.identity_number, claim.birth_date, claim.unit_number) == ("", "", "")


def test_the_answer_page_is_the_same_whether_or_not_the_register_knows_her(entry, time_machine):
    """Or it would tell a stranger who lives where. Her email is in no register, so nothing opens by itself."""
    time_machine.move_to(timezone.now(), tick=False)  # the pages say the minute
    entry.email = ""
    entry.save()
    pages = []
    for email, number, born in (
        (CICI, steps.NUMBER, steps.BORN),
        ("nobody@example.com", "3172054907939977", ("09", "07", "1993")),
    ):
        visitor = steps.when_signing_up(email)
        steps.when_confirming(visitor, email)
        steps.when_signing_in(visitor, email)
        steps.when_agreeing(visitor)
        steps.when_claiming(visitor, building_of(entry), number=number, born=born)
        said = visitor.is_at("/claim/sent/").reads("We are checking your claim.").text
        pages.append(said.replace(steps.claim_of(email).number, ""))
    assert {claim.status for claim in Claim.objects.all()} == {Claim.Status.WAITING, Claim.Status.UNMATCHED}
    assert pages[0] == pages[1]


def test_a_question_reaches_the_management_although_nothing_fits(cast, entry):
    cici = steps.given_a_newcomer()
    steps.when_claiming(
        cici,
        building_of(entry),
        number="3172054806949977",
        born=("08", "06", "1994"),
        unit="Z-1",
        message="I moved in last week",
    )
    sam = steps.given_agreed(cast.sam)
    sam.goes_to(f"/admin/tenants/claim/{steps.claim_of(CICI).pk}/decide/").reads("I moved in last week")


def test_other_staff_never_see_a_claim(cast, entry):
    entry.email = ""
    entry.save()
    cici = steps.given_a_newcomer()
    steps.when_claiming(cici, building_of(entry))
    rita = steps.given_agreed(cast.rita)
    claim = steps.claim_of(CICI)
    assert rita.goes_to(f"/admin/tenants/claim/{claim.pk}/decide/").status == 404
    rita.goes_to("/admin/").does_not_read(claim.number)


def test_too_many_claims_are_refused_until_tomorrow(entry, settings):
    settings.LIMITS = settings.LIMITS | {"claim": {"person": (2, 24 * 60 * 60)}}
    cici = steps.given_a_newcomer()
    for unit in ("Z-1", "Z-2", "Z-3"):
        steps.when_claiming(cici, building_of(entry), number="3172054806949977", unit=unit)
    cici.reads("Too many tries.")
    assert Claim.objects.count() == 2


def test_staff_import_the_register_invite_and_the_tenant_accepts(cast, entry):
    sam = steps.given_agreed(cast.sam)
    steps.when_importing(sam, ["Dewi Anggraini,Menara Anggrek,A-15-02,dewi@example.com"]).reads("1 row is imported")
    dewi_entry = Tenant.objects.get(name="Dewi Anggraini")
    assert dewi_entry.management_id == cast.anggrek.pk
    steps.when_inviting(sam, dewi_entry)
    letter = letters_to("dewi@example.com")[-1]
    steps.then_letters_name_nobody("Dewi Anggraini")
    dewi = steps.when_signing_up("dewi@example.com")
    steps.when_confirming(dewi, "dewi@example.com")
    steps.when_signing_in(dewi, "dewi@example.com")
    dewi.goes_to(link_in(letter)).is_at("/consent/")
    steps.when_agreeing(dewi)
    dewi.sends(form="")
    steps.then_holds("dewi@example.com", dewi_entry)
    dewi.goes_to("/my-data/").reads("Dewi Anggraini")


def test_a_file_with_one_bad_row_imports_nothing(cast, entry):
    sam = steps.given_agreed(cast.sam)
    count = Tenant.objects.count()
    steps.when_uploading(
        sam, ["Dewi Anggraini,Menara Anggrek,A-15-02,dewi@example.com", "Eko,Nowhere,A-1,eko@example.com"]
    )
    sam.reads("Row 3, column “building”: Your register has no building of this name.")
    assert 'value="import"' not in sam.html
    pending = PendingImport.objects.get()
    sam.posts(sam.place, answer="import", seen="")
    assert Tenant.objects.count() == count
    assert pending.used_at is None


def test_an_invitation_works_for_its_address_only_and_once(cast, entry):
    sam = steps.given_agreed(cast.sam)
    steps.when_inviting(sam, entry)
    link = link_in(letters_to(CICI)[-1])
    bob = steps.given_agreed(cast.bob)
    bob.goes_to(link).sends(form="").reads("This invitation was sent to another email address.")
    steps.then_nobody_holds(entry)
    cici = steps.given_a_newcomer()
    cici.goes_to(link).sends(form="").reads("This record now belongs to your account.")
    cici.goes_to(link).sends(form="").reads("This invitation is no longer valid.")
    assert Invitation.objects.get().used_at


def test_looking_at_an_invitation_accepts_nothing(cast, entry):
    sam = steps.given_agreed(cast.sam)
    steps.when_inviting(sam, entry)
    link = link_in(letters_to(CICI)[-1])
    cici = steps.given_a_newcomer()
    cici.goes_to(link)
    steps.then_nobody_holds(entry)


def test_a_company_or_role_typed_at_sign_up_is_not_read(entry, cast):
    visitor = Visitor("eve").goes_to("/accounts/signup/")
    hers = {"email": "eve@example.com", "password1": NEW_PASSWORD, "language": "en"}
    visitor.posts(
        "/accounts/signup/",
        **hers,
        role="head",
        party=cast.anggrek.pk,
        management=cast.anggrek.pk,
        is_staff="on",
        is_superuser="on",
    )
    steps.when_confirming(visitor, "eve@example.com")
    steps.when_signing_in(visitor, "eve@example.com")
    steps.when_agreeing(visitor)
    assert visitor.goes_to("/admin/").status == 403
    eve = EmailAddress.objects.get(email="eve@example.com").user
    assert (eve.is_staff, eve.is_superuser, eve.memberships.count()) == (False, False, 0)
