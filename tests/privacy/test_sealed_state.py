"""Sealed state: which writes of a row add a change, and which do not."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from privacy import sealed_state
from privacy.models import ConsentStatus, DocumentVersion, LegalHold, SharingGrant, StateChange, Subject
from privacy.oversight import evidence_checks
from privacy.sharing import grants
from privacy.subjects import get_or_create_for
from tests import factories as f
from tests.database import in_spite_of_triggers

pytestmark = pytest.mark.django_db


def changes_of(row):
    return list(StateChange.objects.filter(model=row._meta.label, row=str(row.pk)).order_by("pk"))


def test_each_write_of_a_sealed_column_adds_one_change(cast):
    grant = f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    grants.withdraw(grant=grant, by=cast.ann)
    given, withdrawn = changes_of(grant)
    assert given.state["withdrawn_at"] is None
    assert withdrawn.state["withdrawn_at"] is not None
    assert given.pk < withdrawn.pk
    assert withdrawn.has_valid_seal()
    grant.refresh_from_db()
    grant.save()
    assert len(changes_of(grant)) == 2


def test_a_write_through_a_query_adds_a_change_too(cast):
    grant = f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    SharingGrant.objects.filter(pk=grant.pk).update(ends_at=timezone.now() + timedelta(days=90))
    assert len(changes_of(grant)) == 2


def test_a_relation_of_the_agreement_is_sealed(cast):
    before = len(changes_of(cast.agreement))
    purpose = f.PurposeFactory(code="garden")
    cast.agreement.purposes.add(purpose)
    assert purpose.pk in changes_of(cast.agreement)[before].state["purpose_ids"]
    purpose.agreements.remove(cast.agreement)
    assert purpose.pk not in changes_of(cast.agreement)[-1].state["purpose_ids"]


def test_a_removed_row_has_a_last_change_without_state(cast):
    hold = LegalHold.objects.create(
        number="PH-1",
        subject=cast.ann_entry.subject,
        controller=cast.anggrek,
        reason="Court",
        law="UU",
        review_on=timezone.localdate(),
        placed_by=get_or_create_for(cast.sam),
    )
    key = str(hold.pk)
    hold.delete()
    assert StateChange.objects.filter(model="privacy.LegalHold", row=key).last().state is None
    assert list(sealed_state.mismatches()) == []


def test_a_subject_to_which_nothing_happened_has_no_change():
    subject = Subject.objects.create()
    assert changes_of(subject) == []
    subject.restricted_at = timezone.now()
    subject.save()
    assert len(changes_of(subject)) == 1


def test_the_holder_is_sealed_as_a_commitment_that_dies_with_the_salt(cast):
    subject = cast.ann_entry.subject
    (change,) = [c for c in changes_of(subject) if c.state["holder_commitment"]][-1:]
    assert change.state["holder_commitment"] == subject.holder_commitment
    assert str(cast.ann.pk) not in change.state.values()
    Subject._base_manager.filter(pk=subject.pk).update(holder=cast.bob)
    assert list(sealed_state.mismatches()) == [(Subject, str(subject.pk), ["holder_commitment"])]


def test_a_row_is_recorded_only_if_the_seal_of_its_last_change_is_valid(cast):
    agreement = cast.agreement
    assert sealed_state.is_recorded(agreement)
    in_spite_of_triggers(StateChange, "UPDATE {table} SET mac = 't1:00' WHERE model = %s", agreement._meta.label)
    assert not sealed_state.is_recorded(agreement)


def test_rebuild_writes_back_what_the_evidence_says(cast, capsys):
    grant = f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    grants.withdraw(grant=grant, by=cast.ann)
    f.VersionFactory()
    f.agree(cast.ann)
    SharingGrant._base_manager.filter(pk=grant.pk).update(withdrawn_at=None, fields=["tenants.tenant.email"])
    cast.agreement.purposes.through.objects.all().delete()
    ConsentStatus._base_manager.filter(user=cast.ann).delete()
    assert not evidence_checks.verify().holds
    call_command("rebuild_state")
    assert "Rebuilt: 2 rows, and the consent status of 1 accounts." in capsys.readouterr().out
    assert evidence_checks.verify().holds
    stored = SharingGrant.objects.get(pk=grant.pk)
    assert stored.withdrawn_at is not None
    assert stored.fields == grant.fields
    assert len(changes_of(grant)) == 2


def test_rebuild_leaves_and_names_what_no_sealed_change_covers(cast):
    grant = f.GrantFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    in_spite_of_triggers(StateChange, "DELETE FROM {table} WHERE model = 'privacy.SharingGrant'")
    version = f.VersionFactory()
    in_spite_of_triggers(DocumentVersion, "UPDATE {table} SET number = 77 WHERE id = %s", version.pk)
    with pytest.raises(CommandError) as caught:
        call_command("rebuild_state")
    assert f"privacy.DocumentVersion {version.pk}, privacy.SharingGrant {grant.pk}" in str(caught.value)


def test_a_consent_status_that_no_answer_gives_is_named(cast):
    document = f.VersionFactory().document
    evidence_checks.verify()
    ConsentStatus.objects.create(user=f.UserFactory(), document=document, number=1)
    assert evidence_checks.verify().fault.model is ConsentStatus
