"""Agreements: drafted, signed, activated, suspended, ended; each step from the right state and by the right people."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models import SharingAgreement
from privacy.models.parties import MembershipRole
from privacy.sharing import agreements, grants
from tests import factories as f

PDF = b"%PDF-1.4 signed"


def days(n):
    return timezone.localdate() + timedelta(days=n)


def refused(verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    return caught.value.code


def new(cast, **fields):
    return SharingAgreement(
        **{
            "management": cast.anggrek,
            "vendor": cast.teknik,
            "fields": ["tenants.tenant.name"],
            "valid_from": days(0),
            "valid_until": days(30),
        }
        | fields
    )


@pytest.fixture
def draft(cast):
    agreement = agreements.save(agreement=new(cast), by=cast.sam)
    agreement.purposes.set([cast.purpose])
    return agreement


@pytest.fixture
def signed(cast, draft):
    for side in ("management", "vendor"):
        setattr(draft, f"{side}_signed_on", days(-1))
        setattr(draft, f"{side}_file", ContentFile(PDF + side.encode(), name="document.pdf"))
    return agreements.save(agreement=draft, by=cast.sam)


def test_keep_numbers_a_draft(cast, draft):
    assert draft.number.startswith("PB-")
    assert draft.status == "draft"


def test_keep_notes_the_check_code_of_each_file(cast, signed):
    signed.refresh_from_db()
    assert signed.management_file_hash == uploads.sha256(ContentFile(PDF + b"management"))
    assert signed.vendor_file_hash == uploads.sha256(ContentFile(PDF + b"vendor"))
    assert signed.management_file_hash != signed.vendor_file_hash


def test_keep_removes_a_file_that_another_replaces(cast, signed, django_capture_on_commit_callbacks):
    before = signed.vendor_file.name
    with django_capture_on_commit_callbacks(execute=True):
        signed.vendor_file = ContentFile(PDF, name="document.pdf")
        agreements.save(agreement=signed, by=cast.sam)
    assert not default_storage.exists(before)
    assert default_storage.exists(signed.vendor_file.name)
    assert default_storage.exists(signed.management_file.name)


def test_keep_refuses_once_it_is_no_draft(cast, signed):
    agreements.activate(agreement=signed, by=cast.sam)
    assert refused(agreements.save, agreement=signed, by=cast.sam) == "not_draft"


@pytest.mark.parametrize("who", ["rita", "ann", "vera"])
def test_nobody_else_drafts_or_moves_it(cast, signed, who):
    by = getattr(cast, who)
    assert refused(agreements.save, agreement=new(cast), by=by) == "not_party"
    assert refused(agreements.save, agreement=signed, by=by) == "not_party"
    for verb in (agreements.activate, agreements.suspend, agreements.end):
        assert refused(verb, agreement=signed, by=by) == "not_party"


def test_a_head_elsewhere_is_staff_here(cast, signed):
    parties.appoint(user=cast.rita, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    parties.appoint(user=cast.rita, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    assert refused(agreements.end, agreement=signed, by=cast.rita) == "not_party"


def test_the_operator_may_move_it(cast, signed):
    assert agreements.activate(agreement=signed, by=cast.olga).status == "active"
    assert agreements.suspend(agreement=signed, by=cast.otto).status == "suspended"


@pytest.mark.parametrize(
    "change",
    [
        {"fields": []},
        {"fields": ["tenants.tenant.other"]},
        {"fields": ["tenants.tenant.name", "tenants.tenant.name"]},
        {"fields": "tenants.tenant.name"},
        {"valid_until": -1},
        {"country": "SG"},
        {"vendor": "anggrek"},
    ],
)
def test_keep_refuses_what_makes_no_sense(cast, change):
    change = {
        key: days(value) if key == "valid_until" else getattr(cast, value) if key == "vendor" else value
        for key, value in change.items()
    }
    assert refused(agreements.save, agreement=new(cast, **change), by=cast.sam) == "invalid"
    assert SharingAgreement.objects.count() == 1  # the cast's own


def test_storage_abroad_with_a_safeguard_is_kept(cast):
    assert agreements.save(agreement=new(cast, country="SG", safeguard="Binding rules"), by=cast.sam).pk


@pytest.mark.parametrize("missing", ["management_signed_on", "vendor_signed_on", "management_file", "vendor_file"])
def test_activate_needs_both_signatures(cast, signed, missing):
    setattr(signed, missing, None if missing.endswith("_on") else "")
    signed = agreements.save(agreement=signed, by=cast.sam)
    assert refused(agreements.activate, agreement=signed, by=cast.sam) == "unsigned"


def test_activate_needs_a_purpose(cast, signed):
    signed.purposes.clear()
    assert refused(agreements.activate, agreement=signed, by=cast.sam) == "purpose"


def test_activate_refuses_what_is_past(cast, signed, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert refused(agreements.activate, agreement=signed, by=cast.sam) == "past"


def test_the_database_refuses_an_active_agreement_without_signatures(cast, draft):
    with pytest.raises(IntegrityError):
        SharingAgreement.objects.filter(pk=draft.pk).update(status="active")


@pytest.mark.parametrize(
    ("status", "verb", "works"),
    [
        ("draft", "activate", True),
        ("active", "activate", False),
        ("suspended", "activate", True),
        ("ended", "activate", False),
        ("draft", "suspend", False),
        ("active", "suspend", True),
        ("suspended", "suspend", False),
        ("ended", "suspend", False),
        ("draft", "end", True),
        ("active", "end", True),
        ("suspended", "end", True),
        ("ended", "end", False),
    ],
)
def test_each_step_is_taken_from_the_right_state(cast, signed, status, verb, works):
    SharingAgreement.objects.filter(pk=signed.pk).update(status=status)
    verb = getattr(agreements, verb)
    if works:
        assert verb(agreement=signed, by=cast.sam).status_at is not None
    else:
        assert refused(verb, agreement=signed, by=cast.sam) == "step"


def test_suspending_closes_permissions_at_once_and_activating_opens_them_again(cast, grant):
    assert agreements.open_permissions(cast.agreement).count() == 1
    agreements.suspend(agreement=cast.agreement, by=cast.sam)
    assert grants.can_read(cast.vera, grant.subject, "tenants.tenant.name").reason is grants.Reason.AGREEMENT_SUSPENDED
    assert not grants.open_shared(number=grant.number, by=cast.vera).allowed
    agreements.activate(agreement=cast.agreement, by=cast.sam)
    assert grants.can_read(cast.vera, grant.subject, "tenants.tenant.name")
    agreements.end(agreement=cast.agreement, by=cast.sam)
    assert grants.can_read(cast.vera, grant.subject, "tenants.tenant.name").reason is grants.Reason.AGREEMENT_ENDED


def test_open_permissions_leave_out_what_is_over(cast, grant):
    f.GrantFactory(subject=grant.subject, agreement=cast.agreement, purpose=cast.purpose, withdrawn_at=timezone.now())
    f.GrantFactory(
        subject=grant.subject,
        agreement=cast.agreement,
        purpose=cast.purpose,
        ends_at=timezone.now() - timedelta(hours=1),
    )
    assert list(agreements.open_permissions(cast.agreement)) == [grant]


def test_days_gone_stays_within_the_term():
    agreement = SharingAgreement(valid_from=days(-10), valid_until=days(9))
    assert (agreement.days, agreement.days_gone) == (20, 10)
    assert SharingAgreement(valid_from=days(1), valid_until=days(9)).days_gone == 0
    assert SharingAgreement(valid_from=days(-9), valid_until=days(-5)).days_gone == 5


def test_a_vendor_cannot_be_the_management_side(cast):
    with pytest.raises(ValidationError):
        new(cast, management=cast.teknik, number="PB-1").full_clean()
