"""Who works here and lives here: what is decided about herself is not hers to see or to do at work. Heads elsewhere."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.models import (
    AccessRecord,
    CaseEvent,
    Disclosure,
    DisclosureEvent,
    DisclosureSubject,
    InvestigationCase,
    LegalHold,
    Membership,
)
from privacy.models.parties import MembershipRole
from privacy.oversight import disclosures, investigations
from privacy.rights import legal_holds
from privacy.scope import Role
from tests import factories as f

pytestmark = pytest.mark.django_db


def day(n):
    return timezone.localdate() + timedelta(days=n)


@pytest.fixture(autouse=True)
def _journal(settings, tmp_path):
    settings.EVIDENCE_JOURNAL = tmp_path / "journal.jsonl"


def head_who_lives_there(cast):
    user = f.UserFactory(name="Hed")
    parties.appoint(user=user, party=cast.anggrek, role=MembershipRole.HEAD, by=cast.otto)
    return user, f.TenantFactory(management=cast.anggrek, name="Hed", subject__holder=user)


@pytest.fixture
def hed(cast):
    user, user.entry = head_who_lives_there(cast)
    return user


@pytest.fixture
def mix(cast):
    """Officer here, head elsewhere: the groups of an account are those of all its companies."""
    user = f.UserFactory(name="Mix")
    parties.appoint(user=user, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    parties.appoint(user=user, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    return user


def hold_on(entry, by):
    return legal_holds.place(entry=entry, reason="Police case", law="LP/12", review_on=day(9), by=by)


def case_about(subject, by):
    return investigations.open_(people=[subject], fields=["tenants.tenant.name"], reason="Suspect", until=day(3), by=by)


@pytest.fixture
def secret(cast, hed):
    """A disclosure of Hed's data of which she is told in ten days."""
    officer = f.UserFactory()
    parties.appoint(user=officer, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    asked = disclosures.ask(
        disclosure=Disclosure(
            controller_id=cast.anggrek.pk, ground="authority", instrument="Surat 1", institution="Polda",
            fields=["tenants.tenant.name"], document=ContentFile(b"%PDF-1.4", name="a.pdf"),
        ),
        people=[hed.entry.subject],
        by=officer,
    )  # fmt: skip
    return disclosures.approve(disclosure=asked, by=cast.sam, tell_on=day(10), delay_reason="Penyelidikan")


def code(verb, **given):
    with pytest.raises(Refused) as refused:
        verb(**given)
    return refused.value.code


def seen(model, user, role=Role.STAFF):
    return model.objects.visible_to(user, role=role).exists()


def test_nobody_releases_or_reads_a_hold_on_her_own_record(cast, hed):
    hold = hold_on(hed.entry, cast.sam)
    assert code(legal_holds.release, hold=hold, by=hed) == "not_yours"
    assert seen(LegalHold, cast.sam)
    assert not seen(LegalHold, hed)
    client = Client()
    client.force_login(hed)
    assert client.get(f"/admin/privacy/legalhold/{hold.pk}/change/").status_code in (302, 404)
    assert client.post(f"/admin/privacy/legalhold/{hold.pk}/release/").status_code == 404
    hold.refresh_from_db()
    assert hold.is_active


def test_nobody_places_a_hold_on_her_own_record(cast, hed):
    assert code(legal_holds.place, entry=hed.entry, reason="x", law="y", review_on=day(9), by=hed) == "concerned"


def test_nobody_closes_or_reads_a_case_about_herself(cast, hed):
    case = case_about(hed.entry.subject, cast.sam)
    assert code(investigations.close, case=case, by=hed) == "concerned"
    for model in (InvestigationCase, CaseEvent):
        assert seen(model, cast.sam)
        assert not seen(model, hed)


def test_the_dpo_who_lives_there_meets_no_case_about_herself(cast):
    f.TenantFactory(management=cast.anggrek, subject__holder=cast.olga)
    entry = f.TenantFactory(management=cast.anggrek, subject__holder=cast.olga)
    case_about(entry.subject, cast.sam)
    for model in (InvestigationCase, CaseEvent):
        assert not seen(model, cast.olga, Role.OPERATOR)
        assert seen(model, cast.otto, Role.OPERATOR)


def test_nobody_exports_or_reads_a_disclosure_about_herself(cast, hed, secret):
    assert code(disclosures.export, disclosure=secret, by=hed) == "concerned"
    disclosures.export(disclosure=secret, by=cast.sam)
    for model in (Disclosure, DisclosureEvent, DisclosureSubject):
        assert seen(model, cast.sam), model
        assert not seen(model, hed), model
    looks = AccessRecord.objects.filter(why="disclosure")
    assert looks.filter(pk__in=AccessRecord.objects.visible_to(cast.sam, role=Role.STAFF)).exists()
    for role in (Role.STAFF, Role.TENANT):
        assert not looks.filter(pk__in=AccessRecord.objects.visible_to(hed, role=role)).exists()


def test_the_log_at_work_tells_of_a_disclosure_about_oneself_once_it_is_told(cast, hed, secret, time_machine):
    disclosures.export(disclosure=secret, by=cast.sam)
    time_machine.move_to(timezone.now() + timedelta(days=11))
    looks = AccessRecord.objects.filter(why="disclosure")
    assert looks.filter(pk__in=AccessRecord.objects.visible_to(hed, role=Role.STAFF)).exists()


# Heads elsewhere


def test_a_head_elsewhere_reads_here_what_an_officer_reads(cast, mix):
    hold_on(cast.ann_entry, cast.sam)
    case_about(cast.ann_entry.subject, cast.sam)
    for model in (LegalHold, InvestigationCase, CaseEvent):
        assert seen(model, cast.sam), model
        assert not seen(model, mix), model
    companies = Membership.objects.visible_to(mix, role=Role.STAFF).values_list("party", flat=True)
    assert set(companies) == {cast.bougenvil.pk}


def test_a_head_elsewhere_neither_places_nor_releases_a_hold_here(cast, mix):
    hold = hold_on(cast.ann_entry, cast.sam)
    assert code(legal_holds.release, hold=hold, by=mix) == "not_yours"
    assert code(legal_holds.place, entry=cast.ann_entry, reason="x", law="y", review_on=day(9), by=mix) == "not_party"
    client = Client()
    client.force_login(mix)
    data = {"tenant": cast.ann_entry.pk, "reason": "x", "law": "y", "review_on": day(9).isoformat()}
    client.post(reverse("admin:privacy_legalhold_add"), data)
    assert LegalHold.objects.count() == 1
