"""Sharing with a vendor: asked for, given, looked at, narrowed, withdrawn (the sharing part of step 4, and step 5)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from privacy.models import AccessRecord, SharingGrant, SharingRequest
from tests import factories as f
from tests.flows import steps

pytestmark = pytest.mark.django_db
ALL = ["tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"]


@pytest.fixture
def shared(cast):
    """Sam asked, Ann gave: (ann, vera, the permission)."""
    ann, vera, sam = (steps.given_agreed(person) for person in (cast.ann, cast.vera, cast.sam))
    asked = staff_ask(cast, sam)
    steps.then_told("ann@example.com", "A request to share")
    return ann, vera, steps.when_giving(ann, asked, ALL)


def staff_ask(cast, sam, fields=ALL):
    sam.goes_to(reverse("admin:privacy_sharingrequest_add"))
    return steps.when_asking_to_share(
        sam,
        tenant=str(cast.ann_entry.pk),
        agreement=str(cast.agreement.pk),
        purpose=str(cast.purpose.pk),
        fields=list(fields),
    )


def page_of(grant):
    return reverse("vendor_record", args=[grant.number])


def test_staff_ask_and_nothing_is_shared_until_the_tenant_says_so(cast):
    vera, sam = steps.given_agreed(cast.vera), steps.given_agreed(cast.sam)
    asked = staff_ask(cast, sam)
    assert asked.status == "waiting"
    assert not SharingGrant.objects.exists()
    vera.goes_to("/vendor/shared/").does_not_read("Ann Wijaya")


def test_the_tenant_reads_who_wants_what_and_why(cast):
    ann, sam = steps.given_agreed(cast.ann), steps.given_agreed(cast.sam)
    asked = staff_ask(cast, sam)
    ann.goes_to("/my-sharing/").reads("PT Teknik Andal")
    ann.goes_to(f"/my-sharing/requests/{asked.number}/").reads("PT Teknik Andal", "Leaking pipe", "Repairs in the unit")
    assert " checked" not in ann.html  # no box is ticked for her


def test_the_tenant_gives_less_than_was_asked(cast):
    ann, vera, sam = (steps.given_agreed(person) for person in (cast.ann, cast.vera, cast.sam))
    grant = steps.when_giving(ann, staff_ask(cast, sam), ["tenants.tenant.name"])
    assert grant.fields == ["tenants.tenant.name"]
    vera.goes_to(page_of(grant)).reads("Ann Wijaya").does_not_read("3456", "A-12-03", "Phone number")


def test_the_tenant_does_not_give(cast):
    ann, vera, sam = (steps.given_agreed(person) for person in (cast.ann, cast.vera, cast.sam))
    asked = staff_ask(cast, sam)
    ann.goes_to(f"/my-sharing/requests/{asked.number}/").sends(button=("answer", "decline"))
    asked.refresh_from_db()
    assert asked.status == "declined"
    assert not SharingGrant.objects.exists()
    vera.goes_to("/vendor/shared/").does_not_read("Ann Wijaya")


def test_the_vendor_sees_exactly_the_granted_fields(cast, shared):
    _ann, vera, grant = shared
    vera.goes_to("/vendor/shared/").reads("Ann Wijaya")
    vera.goes_to(page_of(grant)).reads("Ann Wijaya", "+62 812-3456-7890", "A-12-03")
    hidden = ("Jalan Contoh", "1990", "ann@example.com", "Date of birth", "Identity number", "3172")
    vera.does_not_read(*hidden)


def test_every_look_is_seen_by_the_tenant(cast, shared):
    ann, vera, grant = shared
    vera.goes_to(page_of(grant))
    steps.then_recorded(cast.ann_entry, hat="vendor", action="viewed", allowed=True, grant=grant)
    ann.goes_to("/my-access-log/").reads("Vera from PT Teknik Andal looked at")
    ann.does_not_read("812-3456")
    ann.goes_to(f"/my-sharing/{grant.number}/").reads("Vera from PT Teknik Andal looked at")


def test_a_page_of_a_vendors_list_is_a_look_too(cast, shared):
    ann, vera, _grant = shared
    vera.goes_to("/vendor/shared/")
    steps.then_recorded(cast.ann_entry, hat="vendor", action="listed", allowed=True)
    ann.goes_to("/my-access-log/").reads("in a list")


def test_after_withdrawal_the_vendors_next_click_is_refused(cast, shared):
    ann, vera, grant = shared
    vera.goes_to("/vendor/shared/").reads("Ann Wijaya")
    steps.when_withdrawing(ann, grant).reads("It took effect at once.")
    vera.goes_to(page_of(grant)).reads("Permission withdrawn").does_not_read("Ann Wijaya", "3456")
    assert vera.status == 403
    steps.then_recorded(cast.ann_entry, hat="vendor", allowed=False, reason="withdrawn")
    vera.goes_to("/vendor/shared/").does_not_read("Ann Wijaya", "3456")
    ann.goes_to("/my-access-log/").reads("was refused", "you had withdrawn the permission")


def test_looking_at_the_withdrawal_page_withdraws_nothing(cast, shared):
    ann, vera, grant = shared
    ann.goes_to(f"/my-sharing/{grant.number}/withdraw/").reads("PT Teknik Andal")
    vera.goes_to(page_of(grant)).reads("Ann Wijaya")


def test_a_narrowed_permission_shows_less(cast, shared):
    ann, vera, grant = shared
    ann.goes_to(f"/my-sharing/{grant.number}/narrow/").sends(fields=["tenants.tenant.name"])
    narrower = SharingGrant.objects.latest("pk")
    assert narrower.narrowed_from_id == grant.pk
    vera.goes_to(page_of(narrower)).reads("Ann Wijaya").does_not_read("3456", "A-12-03")
    vera.goes_to(page_of(grant)).does_not_read("Ann Wijaya", "3456")


def test_a_permission_ends_with_its_date(cast, shared, time_machine):
    _ann, vera, grant = shared
    time_machine.move_to(grant.ends_at - timedelta(minutes=1))
    vera = steps.given_agreed(cast.vera)
    vera.goes_to(page_of(grant)).reads("Ann Wijaya")
    time_machine.move_to(grant.ends_at)
    vera.goes_to(page_of(grant)).reads("Permission ended").does_not_read("Ann Wijaya")


def test_suspending_the_agreement_closes_its_permissions_at_once(cast, shared):
    _ann, vera, grant = shared
    sam = steps.given_agreed(cast.sam)
    sam.goes_to(reverse("admin:privacy_sharingagreement_suspend", args=[cast.agreement.pk])).sends(form="")
    cast.agreement.refresh_from_db()
    assert cast.agreement.status == "suspended"
    vera.goes_to(page_of(grant)).reads("Agreement suspended").does_not_read("Ann Wijaya")
    vera.goes_to("/vendor/shared/").does_not_read("Ann Wijaya")


def test_a_dismissed_vendor_user_sees_nothing_more(cast, shared):
    _ann, vera, grant = shared
    cast.vera.memberships.all().delete()
    assert vera.goes_to(page_of(grant)).status == 404
    assert vera.goes_to("/vendor/shared/").status == 404


def test_the_vendor_asks_for_more_and_the_tenant_answers(cast, shared):
    ann, vera, grant = shared
    delivery = f.PurposeFactory(code="delivery", name_ind="Pengantaran", name_en="Deliveries")
    cast.agreement.purposes.add(delivery)
    vera.goes_to(f"/vendor/shared/{grant.number}/ask/")
    asked = steps.when_asking_to_share(
        vera, purpose=str(delivery.pk), fields=["tenants.tenant.name"], reason="A parcel for you"
    )
    assert (asked.purpose, asked.asked_for_id) == (delivery, cast.teknik.pk)
    ann.goes_to(f"/my-sharing/requests/{asked.number}/").reads("A parcel for you")
    second = steps.when_giving(ann, asked, ["tenants.tenant.name"])
    vera.goes_to(page_of(second)).reads("Ann Wijaya")


def test_a_vendor_never_asks_outside_its_agreement(cast, shared):
    _ann, vera, grant = shared
    vera.goes_to(f"/vendor/shared/{grant.number}/ask/")
    count = SharingRequest.objects.count()
    steps.when_asking_to_share(vera, purpose=str(cast.purpose.pk), fields=["tenants.tenant.identity_number"])
    assert SharingRequest.objects.count() == count
    assert 'value="tenants.tenant.identity_number"' not in vera.html


def test_nobody_can_share_for_longer_than_was_asked(cast):
    ann, sam = steps.given_agreed(cast.ann), steps.given_agreed(cast.sam)
    asked = staff_ask(cast, sam)
    ann.goes_to(f"/my-sharing/requests/{asked.number}/")
    ann.sends(
        button=("answer", "give"), fields=["tenants.tenant.name"], until=(asked.until + timedelta(days=1)).isoformat()
    )
    ann.reads("Choose an end date no later than")
    assert not SharingGrant.objects.exists()


def test_a_permission_never_outlives_the_agreement(cast):
    sam = steps.given_agreed(cast.sam)
    sam.goes_to(reverse("admin:privacy_sharingrequest_add"))
    beyond = (cast.agreement.valid_until + timedelta(days=1)).isoformat()
    sam.sends(
        tenant=str(cast.ann_entry.pk),
        agreement=str(cast.agreement.pk),
        purpose=str(cast.purpose.pk),
        fields=ALL,
        until=beyond,
        reason="Leaking pipe",
    )
    sam.reads("when the agreement ends")
    assert not SharingRequest.objects.exists()


def test_another_tenant_cannot_answer_or_withdraw(cast, shared):
    _ann, vera, grant = shared
    bob = steps.given_agreed(cast.bob)
    for place in (
        f"/my-sharing/{grant.number}/",
        f"/my-sharing/{grant.number}/withdraw/",
        f"/my-sharing/requests/{grant.request.number}/",
    ):
        assert bob.goes_to(place).status == 404
    vera.goes_to(page_of(grant)).reads("Ann Wijaya")


def test_another_vendor_meets_nobody(cast, shared):
    _ann, _vera, grant = shared
    wati = f.UserFactory(email="wati@example.com", name="Wati")
    f.MembershipFactory(user=wati, party=f.VendorFactory(), role="vendor")
    visitor = steps.given_agreed(wati)
    assert visitor.goes_to(page_of(grant)).status == 404
    visitor.goes_to("/vendor/shared/").does_not_read("Ann Wijaya")
    steps.then_recorded(cast.ann_entry, hat="vendor", allowed=False)


def test_staff_reveal_the_number_with_a_reason_that_the_tenant_reads(cast):
    ann, sam = steps.given_agreed(cast.ann), steps.given_agreed(cast.sam)
    page = reverse("admin:tenants_tenant_reveal", args=[cast.ann_entry.pk])
    sam.goes_to(page).does_not_read("3172 0555 0490 0001")
    chosen = {"fields_shown": ["identity_number"], "ready": ""}
    sam.sends(**chosen, reason="").reads("Write the reason; the tenant reads it.").does_not_read("3172 0555 0490 0001")
    sam.sends(**chosen, reason="Comparing with the original card").reads("3172 0555 0490 0001")
    sam.goes_to(page).does_not_read("3172 0555 0490 0001")
    ann.goes_to("/my-access-log/").reads("Comparing with the original card")


def test_the_operator_sees_that_people_looked_but_no_values(cast, shared):
    _ann, vera, grant = shared
    vera.goes_to(page_of(grant))
    olga = steps.given_agreed(cast.olga)
    olga.goes_to("/admin/privacy/accessrecord/")
    assert olga.status == 200
    olga.does_not_read("812-3456", "3172")
    assert AccessRecord.objects.filter(at__lte=timezone.now()).exists()
